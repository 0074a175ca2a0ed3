"""Which node voltages do the elements' laws allow? A solver that shares no code with any engine, to judge them by."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import CCCS, VCVS, CurrentLaw, FloatArray, Quantity, Resistors, Switches, VoltageSources


@dataclass(frozen=True, eq=False)
class _Loads(Resistors):
    """Driven resistors, which may be negative as a circuit's own are not."""

    quantities: ClassVar[Mapping[str, Quantity]] = {"conductance": Quantity("S")}


def nudged(circuit: Circuit, values: Mapping[str, FloatArray]) -> Circuit:
    """Return the circuit as it stands in a nudged phase: with these values, (n,) by address."""
    driven = circuit.driven.banks("conductance")
    banks = tuple(_Loads(**bank.contents()) if bank.name in driven else bank for bank in circuit.banks)
    return replace(circuit, banks=banks).with_values(values)


def operating_point_by_laws(circuit: Circuit, start: FloatArray | None = None) -> FloatArray:
    """Return the node voltages (nodes,), volts, by Newton's method on Kirchhoff's equations, dense.

    start: node voltages to begin at, 0 V by default. An engine's answer, where it is right, is left at most by what
    it is wrong.

    Unknowns are the node voltages and the currents of voltage sources, VCVS and switches. A switch has its
    own current so that 1 kOhm beside 1 MOhm costs no digits.

    Raises AssertionError where it does not converge.
    """
    branches = [bank for bank in circuit.banks if isinstance(bank, VoltageSources | VCVS | Switches)]
    labels = [label for bank in branches for label in bank.labels]
    nodes, size = len(circuit.nodes), len(circuit.nodes) + len(labels)
    unit = np.eye(size)
    current_of = {label: unit[nodes + k] for k, label in enumerate(labels)}

    def terms(x: FloatArray) -> Iterator[tuple[FloatArray, FloatArray, FloatArray]]:
        """Yield in which equations a bank's terms stand, their values, and their derivatives by x."""
        for bank in circuit.banks:
            drop = unit[bank.positive] - unit[bank.negative]
            if isinstance(bank, CurrentLaw):
                yield drop, bank.current(drop @ x), bank.slope(drop @ x)[:, None] * drop
            elif isinstance(bank, CCCS):
                copied = bank.gain[:, None] * np.array([current_of[label] for label in bank.control])
                yield drop, copied @ x, copied
            else:
                own = np.array([current_of[label] for label in bank.labels]).reshape(len(bank), size)
                law, held = drop, np.zeros(len(bank))
                if isinstance(bank, VoltageSources):
                    held = bank.voltage
                elif isinstance(bank, VCVS):
                    control = unit[bank.control_positive] - unit[bank.control_negative]
                    law = drop - bank.gain[:, None] * control
                elif isinstance(bank, Switches):
                    law = drop - own / bank.conductance(x[:nodes])[:, None]
                yield drop, own @ x, own
                yield own, law @ x - held, law

    x = np.zeros(size)
    if start is not None:
        x[:nodes] = start
    for _ in range(500):
        f, jacobian = np.zeros(size), np.zeros((size, size))
        for equations, value, derivative in terms(x):
            f += equations.T @ value
            jacobian += equations.T @ derivative
        f[0], jacobian[0] = x[0], unit[0]  # ground: V = 0 in place of Kirchhoff's law
        step = np.linalg.solve(jacobian, -f)
        largest = np.abs(step[:nodes]).max()
        x += step * 0.1 / max(largest, 0.1)  # a diode's exponential wants small steps at first
        if largest < 1e-12:  # quadratic convergence: what is left is rounding
            return x[:nodes]
    raise AssertionError("Newton's method did not converge")
