"""What is a circuit's gradient by nudges on a circle in the complex plane? Read off its complex twin, which is solved.

    dC/dg = 1 / (N beta) sum_k w v_k^2 / 2 e^(-2 pi i k / N),   v_k: complex drop at the nudge beta e^(2 pi i k / N)

Cauchy's integral by N points (Laborieux and Zenke 2022): beta need not be small, and the bias is of order beta^N.
"""

import numpy as np

from ebana_like.checks import require_number
from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray, Resistors
from ebana_like.energy import coenergy_weights
from ebana_like.errors import SettingError, SimulatorError
from ebana_like.networks.complex_twin import complex_twin
from ebana_like.simulators import simulator
from ebana_like.simulators.protocol import check_features
from ebana_like.values import address


def holomorphic_gradient(
    circuit: Circuit, features: FloatArray, targets: FloatArray, beta: float, points: int = 6, engine: str = "native"
) -> dict[str, FloatArray]:
    """Return the gradient of the mean of sum (s - Y)^2 / 2 by every conductance, (n,) by address, volts squared per
    siemens; of each resistor alone, also where several share a value.

    features: (batch, features), volts. targets: Y, (batch, outputs), volts. beta: radius of the circle, siemens.
    points: N. engine: by name, what solves the twin.

    Where the circle is as wide as the radius of convergence the answer is wrong and nothing says so; at half the beta
    it is another one then. The output of a linear circuit allows the conductance that it sees, for at -beta it is
    nudged by a negative one; diodes allow less, and no crossing from one branch of their law to the other.

    Raises CircuitError naming an element that a twin has not, or for which equilibrium propagation is not exact;
    SettingError for arguments that do not fit; SimulatorError where a nudged twin has no operating point.
    """
    require_number("beta", beta, above=0, fix="in siemens, for example 1e-6")
    require_number("points", points, whole=True, low=2, fix="points on the circle, for example 6")
    features = check_features(circuit, features)
    if np.shape(targets) != (len(features), circuit.outputs.count):
        raise SettingError(
            f"the targets have shape {np.shape(targets)}; give (batch, outputs), here "
            f"({len(features)}, {circuit.outputs.count})"
        )
    twin, weights = complex_twin(circuit), coenergy_weights(circuit)
    resistors = [bank for bank in circuit.of_kind(Resistors) if bank.name not in circuit.driven.banks()]
    found = {address(bank.name, "conductance"): np.zeros(len(bank)) for bank in resistors}
    with simulator(engine, twin.circuit) as solver:
        for z in np.exp(2j * np.pi * np.arange(points) / points).tolist():
            solved = solver.solve(twin.nudged(beta * z), np.concatenate([features, targets], axis=1))
            if not solved.usable.all():
                sample = int(np.flatnonzero(~solved.usable)[0])
                raise SimulatorError(
                    f"sample {sample} has no operating point at the nudge {beta * z:.3g} S; take a smaller beta"
                )
            voltages = twin.voltages(solved.voltages[0])
            for bank in resistors:
                drop = bank.drop(voltages.real) + 1j * bank.drop(voltages.imag)
                energy = weights[bank.name] * (drop**2 / 2).mean(axis=0)
                found[address(bank.name, "conductance")] += (energy / z).real / (points * beta)
    return found
