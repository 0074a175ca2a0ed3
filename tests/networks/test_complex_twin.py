"""The twin's voltages are those of the complex circuit, and its gradient is the adjoint one but for beta^N."""

import math
from dataclasses import replace

import numpy as np
import pytest

from ebana_like.conformance.circuits import CIRCUITS, one_way
from ebana_like.elements import BehaviouralCurrents, Diodes, FloatArray, IdealDiodes, VoltageSources
from ebana_like.elements.constants import GMIN
from ebana_like.errors import CircuitError, SettingError
from ebana_like.learning import Adjoint, Cost, CrossEntropy, Estimate, Holomorphic, SquaredError
from ebana_like.netlist import Netlist, read_netlist, write_netlist
from ebana_like.networks import complex_twin
from ebana_like.nudges import Currents
from ebana_like.ports import InputPorts, OutputPorts
from ebana_like.simulators import NativeSimulator, Simulator, simulator
from ebana_like.systems import CircuitSystem
from ebana_like.values import Range
from ebana_like.wiring import Wiring

TURNED = 1e-6 * np.exp(2j * np.pi / 6)
"""A nudge, siemens, of which both parts count."""


def batch(circuit) -> tuple[FloatArray, FloatArray]:
    """Features, volts, at which some diodes conduct and some are far in reverse, and targets."""
    rng = np.random.default_rng(3)
    features = rng.uniform(-2.3, 2.3, (4, circuit.inputs.count))
    return features, rng.uniform(-0.3, 0.3, (4, circuit.outputs.count))


def estimated(engine: Simulator, *asked, beta=1e-6, points=6) -> Estimate:
    return Holomorphic(beta, points=points).estimate(engine, *asked, SquaredError(), np.random.default_rng(0))


def diodes_of(circuit) -> tuple[Diodes, ...]:
    return circuit.of_kind(Diodes)


def divider():
    """Two resistors of 10 uS between the input and ground; the output is between them."""
    wiring = Wiring(np.random.default_rng(0))
    x, out = wiring.new_nodes(["x"]), wiring.new_nodes(["out"])
    wiring.inputs, wiring.outputs = InputPorts("inputs", np.array([0]), np.ones(1)), OutputPorts(out, np.array([0]))
    wiring.sources("inputs", x)
    wiring.resistors("halves", np.concatenate([x, out]), np.concatenate([out, [0]]), 1e-5)
    return wiring.circuit("divider", Currents().wire(wiring, wiring.outputs))


@pytest.mark.parametrize("name", ["layered-currents", "mesh-currents"])
def test_the_bias_of_n_points_is_of_order_n(name):
    """At other values than the circuit was made with, which both parts of the twin must hold."""
    circuit = CIRCUITS[name]()
    features, targets = batch(circuit)
    values = {at: each.value * 1.1 for at, each in circuit.parameters.items()}
    with simulator("native", circuit) as engine:
        asked = values, features, targets
        adjoint = Adjoint().estimate(engine, *asked, SquaredError(), np.random.default_rng(0)).gradients
        rest = engine.solve(values, features)
        diodes = [bank.drop(rest.voltages[0]) / bank.model.scale for bank in diodes_of(circuit)]

        def bias(beta: float, points: int) -> float:
            found = estimated(engine, *asked, beta=beta, points=points)
            assert found.points.scores == pytest.approx(rest.scores, abs=1e-12)
            off = [found.gradients[at] - truth for at, truth in adjoint.items()]
            return float(np.linalg.norm(np.concatenate(off)) / np.linalg.norm(np.concatenate([*adjoint.values()])))

        for points, most in ((2, 1e-3), (3, 1e-4), (4, 1e-6), (6, 1e-9)):
            assert bias(1e-6, points) < most
            assert bias(2e-6, points) / bias(1e-6, points) == pytest.approx(2**points, rel=0.25)
    assert min(map(np.min, diodes)) < -4, "both branches of the law must count"
    assert max(map(np.max, diodes)) > 5


def test_a_linear_circuit_is_solved_in_closed_form():
    twin = complex_twin(divider())
    with simulator("native", twin.circuit) as engine:
        solved = engine.solve(twin.nudged(TURNED), np.array([[1.0, 0.2]])).voltages[0, 0]
    assert twin.voltages(solved)[2] == pytest.approx((1e-5 * 1.0 + TURNED * 0.2) / (2e-5 + TURNED), abs=1e-15)


def test_nothing_nudges_by_zero():
    circuit = CIRCUITS["layered-currents"]()
    features, targets = batch(circuit)
    twin = complex_twin(circuit)
    with simulator("native", twin.circuit) as engine, simulator("native", circuit) as original:
        found = engine.solve(twin.nudged(0), np.concatenate([features, targets], axis=1)).voltages[0]
        expected = original.solve({}, features).voltages[0]
    assert twin.voltages(found) == pytest.approx(expected + 0j, abs=1e-12)


@pytest.mark.parametrize("name", ["layered-currents", "mesh-currents"])
def test_spice_and_the_native_engine_agree(name):
    circuit = CIRCUITS[name]()
    twin = complex_twin(circuit)
    solved = []
    for engine in ("ngspice", "native"):
        with simulator(engine, twin.circuit) as solver:
            solved.append(solver.solve(twin.nudged(TURNED), np.concatenate(batch(circuit), axis=1)))
    assert all(points.converged.all() for points in solved)
    assert np.abs(solved[0].voltages - solved[1].voltages).max() < 1e-12
    assert np.abs(twin.voltages(solved[0].voltages).imag).max() > 1e-3


def test_it_is_a_netlist():
    circuit = CIRCUITS["mesh-currents"]()
    twin = complex_twin(circuit)
    nudged = twin.circuit.with_values(twin.nudged(TURNED)).with_features(np.array([1.0, -1.0, 0.2, 0.1]))
    text = write_netlist(Netlist(nudged))
    assert write_netlist(read_netlist(text)) == text


def continued(drop, saturation, scale):
    """SPICE's law of a diode at complex drops, amperes, from the branch in which the real part lies."""
    forward = saturation * (np.exp(drop / scale) - 1)
    reverse = -saturation * (1 + (3 * scale / (math.e * drop)) ** 3)
    return np.where(drop.real >= -3 * scale, forward, reverse) + GMIN * drop


def currents_of_diodes(real, imaginary):
    """Complex currents of the mesh's second diode in the twin at drops of these parts, (points,), amperes."""
    circuit = CIRCUITS["mesh-currents"]()
    twin = complex_twin(circuit)
    (diodes,) = diodes_of(circuit)
    above = int(diodes.positive[1])
    volts = np.zeros((len(real), len(twin.circuit.nodes)))
    volts[:, above], volts[:, twin.imaginary[above]] = real, imaginary
    bend, other = (twin.circuit.bank(name, BehaviouralCurrents) for name in ("diodes_bend", "diodes_im"))
    first = diodes.current(diodes.drop(volts)) + bend.current(volts)
    return first[:, 1] + 1j * other.current(volts)[:, 1], diodes.saturation[1], diodes.model.scale


def test_a_diode_is_continued_from_the_branch_of_its_real_part():
    steps = np.array([-80.0, -12.0, -5.0, -3.001, -2.999, -1.0, 0.0, 2.0, 15.0])
    real, imaginary = (grid.ravel() * 0.0453 for grid in np.meshgrid(steps, [-2.0, -0.3, 1e-3, 0.7, 3.0]))
    found, saturation, scale = currents_of_diodes(real, imaginary)
    assert found == pytest.approx(continued(real + 1j * imaginary, saturation, scale), rel=1e-12)


def test_branches_meet_on_the_real_axis_alone():
    _, saturation, scale = currents_of_diodes(np.zeros(1), np.zeros(1))
    edge = -3 * scale * np.array([1 - 1e-9, 1 + 1e-9])
    on_axis, _, _ = currents_of_diodes(edge, np.zeros(2))
    beside, _, _ = currents_of_diodes(edge, np.full(2, scale))
    assert abs(on_axis[0] - on_axis[1]) < 1e-9 * saturation
    assert abs(beside[0] - beside[1]) > 1e-3 * saturation


def rebuilt(kind, change):
    return CIRCUITS["mesh-currents"]().changed(kind, change)


def learning(bank):
    return replace(bank, trainable={"voltage": Range(-1.0, 1.0)})


def ideal(bank):
    return IdealDiodes(bank.name, bank.labels, bank.positive, bank.negative, bank.model)


@pytest.mark.parametrize(
    ("make", "cost", "said"),
    [
        (CIRCUITS["mesh-switches"], SquaredError(), "is nudged by currents; set nudging to current"),
        (CIRCUITS["mesh-currents"], SquaredError(weights=(1.0, 2.0)), "use the squared error, unweighted"),
        (CIRCUITS["mesh-currents"], CrossEntropy(), "use the squared error, unweighted"),
        (lambda: rebuilt(VoltageSources, learning), SquaredError(), "do not tell the voltage of vinputs_0;"),
        (lambda: rebuilt(Diodes, ideal), SquaredError(), "is an ideal diode; the complex twin"),
    ],
)
def test_why_a_circuit_is_not_nudged_so_is_said(make, cost: Cost, said):
    assert said in Holomorphic(1e-6).refusal(CircuitSystem(make()), cost)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (CIRCUITS["mesh-switches"], "is a switch; the complex twin"),
        (one_way, "no current source returns its current"),
    ],
)
def test_what_cannot_be_is_refused(make, said):
    circuit = make()
    with simulator("native", circuit) as engine, pytest.raises(CircuitError, match=said):
        estimated(engine, {}, *batch(circuit))


def test_inputs_are_asked_of_others():
    with simulator("native", divider()) as engine:
        found = estimated(engine, {}, np.ones((4, 1)), np.zeros((4, 1)))
    with pytest.raises(SettingError, match="take another estimator for inputs"):
        found.read_inputs()


def test_a_sample_that_is_not_solved_is_left_out(monkeypatch):
    solve = NativeSimulator.solve

    def losing(*asked):
        points = solve(*asked)
        return replace(points, converged=np.array([[True, True, False, True]]))

    monkeypatch.setattr(NativeSimulator, "solve", losing)
    with simulator("native", divider()) as engine:
        found = estimated(engine, {}, np.ones((4, 1)), np.zeros((4, 1)))
    assert found.points.usable.tolist() == [True, True, False, True]
