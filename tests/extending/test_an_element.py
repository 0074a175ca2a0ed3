"""A new element is one class: its pseudo-power and its words in SPICE. Slopes and learning signals follow.

Two of them: a memristor i = a sinh(b v) whose a is learned (hysteresis left out), and the channel of a floating-gate
transistor in its triode region whose threshold is learned. Neither is registered anywhere but by its definition.
"""

import re
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from ebana_like.circuit import Circuit
from ebana_like.elements import CurrentLaw, FloatArray, Quantity, Range, Resistors, VoltageSources
from ebana_like.elements.written import numbers
from ebana_like.learning import SGD, Adjoint, Centered, SquaredError
from ebana_like.netlist import Netlist, read_netlist, write_netlist
from ebana_like.nudges import Currents
from ebana_like.nudges.ways.current import sources_across
from ebana_like.ports import InputPorts, OutputPorts
from ebana_like.simulators import NativeSimulator

STEEPNESS = 2.0  # per volt
GATE, GAIN = 3.0, 2e-5  # volts, siemens per volt


@dataclass(frozen=True, eq=False)
class SinhMemristors(CurrentLaw):
    """i = state sinh(2 v)."""

    kind: ClassVar[str] = "sinh_memristor"
    letter: ClassVar[str] = "b"
    quantities: ClassVar[dict[str, Quantity]] = {"state": Quantity("A", floor=0.0)}

    state: FloatArray

    def pseudo_power(self, drop):
        xp = drop.__array_namespace__()
        return self.state * (xp.cosh(STEEPNESS * drop) - 1) / STEEPNESS

    def spice_lines(self, nodes):
        ends = zip(self.labels, self.positive, self.negative, self.state.tolist(), strict=True)
        return [
            f"{label} {nodes[p]} {nodes[n]} i={a!r}*sinh({STEEPNESS}*(v({nodes[p]})-v({nodes[n]})))"
            for label, p, n, a in ends
        ]

    @classmethod
    def read(cls, name, elements, nodes):
        state = numbers(elements, lambda text: float(re.match(r"i = ([^ *]+)", text)[1]), "a state")
        return cls(name, tuple(e.label for e in elements), *nodes.ends(elements), state)


@dataclass(frozen=True, eq=False)
class FloatingGates(CurrentLaw):
    """i = k ((V_G - threshold) v - v^2 / 2), the gate at 3 V."""

    kind: ClassVar[str] = "floating_gate"
    letter: ClassVar[str] = "b"
    quantities: ClassVar[dict[str, Quantity]] = {"threshold": Quantity("V")}

    threshold: FloatArray

    def pseudo_power(self, drop):
        return GAIN * ((GATE - self.threshold) * drop**2 / 2 - drop**3 / 6)

    def spice_lines(self, nodes):
        found = []
        for label, p, n, vt in zip(self.labels, self.positive, self.negative, self.threshold.tolist(), strict=True):
            v = f"(v({nodes[p]})-v({nodes[n]}))"
            found.append(f"{label} {nodes[p]} {nodes[n]} i={GAIN!r}*(({GATE}-({vt!r}))*{v}-{v}*{v}/2)")
        return found


@dataclass(frozen=True, eq=False)
class Decades(CurrentLaw):
    """i = 10^decade v, which is linear in v and not in what is learned."""

    kind: ClassVar[str] = "decade"
    letter: ClassVar[str] = "r"
    linear: ClassVar[bool] = True
    quantities: ClassVar[dict[str, Quantity]] = {"decade": Quantity("")}

    decade: FloatArray

    def pseudo_power(self, drop):
        return 10.0**self.decade * drop**2 / 2

    def spice_lines(self, nodes):
        return []


def bridge(kind, own, limits, nudging="nudge"):
    """Two inputs, four edges to two nodes, a load from each to ground: score V(a) - V(b)."""
    x0, x1, a, b = 1, 2, 3, 4
    positive, negative = np.array([x0, x0, x1, x1]), np.array([a, b, a, b])
    names = tuple(f"{kind.letter}edges_{k}" for k in range(4))
    (quantity,) = kind.quantities
    ports = OutputPorts(np.array([a]), np.array([b]))
    zero = np.zeros(2, dtype=np.intp)
    banks = (
        VoltageSources("inputs", ("v0", "v1"), np.array([x0, x1]), zero, np.zeros(2)),
        kind("edges", names, positive, negative, np.array(own), trainable={quantity: limits}),
        Resistors("loads", ("ra", "rb"), np.array([a, b]), zero, np.full(2, 1e-5)),
        sources_across(ports),
    )
    nodes = ("0", "x0", "x1", "a", "b")
    inputs = InputPorts("inputs", np.array([0, 1]), np.ones(2))
    return Circuit("a bridge", nodes, banks, inputs, ports, Currents.driven("nudge"))


MEMRISTORS = bridge(SinhMemristors, [3e-6, 5e-6, 4e-6, 6e-6], Range(1e-7, 1e-4))
GATES = bridge(FloatingGates, [1.0, 1.2, 0.8, 1.1], Range(0.2, 2.0))
FEATURES, TARGETS = np.array([[0.4, -0.3], [0.2, 0.5], [-0.5, 0.3]]), np.array([[0.05], [-0.02], [0.03]])
COST = SquaredError()


def slopes(engine, values, address, step):
    """Five-point differences of the mean cost."""
    found = []
    for k in range(len(values[address])):

        def loss(move, k=k):
            moved = values[address].copy()
            moved[k] += move * step
            scores = engine.solve({address: moved}, FEATURES).scores
            return float(COST.value(scores, TARGETS).mean())

        found.append((8 * (loss(1) - loss(-1)) - (loss(2) - loss(-2))) / (12 * step))
    return np.array(found)


CASES = {"edges.state": (MEMRISTORS, 1e-8), "edges.threshold": (GATES, 1e-3)}


@pytest.mark.parametrize("address", CASES)
def test_its_gradient_is_exact_in_every_engine(address, engine_of):
    circuit, step = CASES[address]
    engine = engine_of(circuit)
    truth = slopes(engine, circuit.values(), address, step)
    arguments = circuit.values(), FEATURES, TARGETS, COST, np.random.default_rng(0)
    for estimator, error in ((Adjoint(), 1e-7), (Centered(1e-8), 1e-5)):
        found = estimator.estimate(engine, *arguments).gradients[address]
        assert np.linalg.norm(found - truth) < error * np.linalg.norm(truth), estimator


@pytest.mark.parametrize(("estimator", "error"), [(Adjoint(), 1e-7), (Centered(1e-8), 1e-5)], ids=str)
def test_a_linear_law_is_read_at_the_values_it_was_solved_with(estimator, error):
    address, engine = "edges.decade", NativeSimulator(bridge(Decades, [-5.5, -5.3, -5.4, -5.2], Range(-7.0, -4.0)))
    values = {address: np.array([-5.1, -5.6, -5.3, -5.0])}  # others than those that the circuit was made with
    truth = slopes(engine, values, address, 1e-3)
    found = estimator.estimate(engine, values, FEATURES, TARGETS, COST, np.random.default_rng(0)).gradients[address]
    assert np.linalg.norm(found - truth) < error * np.linalg.norm(truth)


@pytest.mark.parametrize("address", CASES)
def test_it_learns(address, engine_of):
    circuit, _ = CASES[address]
    engine, rule = engine_of(circuit), SGD(0.02 if address == "edges.state" else 20.0)
    values, state, losses = circuit.values(), rule.start(circuit.parameters), []
    for _ in range(12):
        found = Centered(1e-7).estimate(engine, values, FEATURES, TARGETS, COST, np.random.default_rng(0))
        losses.append(float(COST.value(found.points.scores, TARGETS).mean()))
        values, state = rule.step(circuit.parameters, values, found.signals, state, 0)
    assert losses[-1] < 0.8 * losses[0]


def test_it_comes_back_from_its_netlist():
    text = write_netlist(Netlist(MEMRISTORS))
    assert "* @bank edges sinh_memristor trainable 1e-07 0.0001" in text
    back = read_netlist(text).circuit
    np.testing.assert_array_equal(back.values()["edges.state"], MEMRISTORS.values()["edges.state"])
    assert write_netlist(Netlist(back)) == text
