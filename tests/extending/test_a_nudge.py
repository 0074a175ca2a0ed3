"""A way to nudge is one class: what is defined here trains on every engine, and nothing else knows of it."""

import numpy as np
import pytest

from ebana_like.conformance import NUDGE_CLAUSES, NudgeTrial
from ebana_like.elements import Resistors, Switches, VoltageSources
from ebana_like.learning import Centered, SquaredError, update_named
from ebana_like.netlist import Netlist, read_netlist, write_netlist
from ebana_like.networks import Amplifier, Crossbar, DiodePair, Inputs, OutputPairs, build_network
from ebana_like.nudges import Nudge
from ebana_like.simulators import NativeSimulator, NgspiceSimulator
from ebana_like.wiring import grounds, labels

FREE = 1e-18
"""Conductance of a programmable resistor that is off, siemens."""


class Programmed(Nudge):
    """A source at the target behind a resistor whose conductance beta is programmed, and no switch."""

    name = "programmed"
    phrase = "programmed resistors"
    each = ("voltage", "conductance")

    def wire(self, wiring, outputs):
        count = outputs.count
        ends = wiring.new_nodes([f"aim{k}" for k in range(count)])
        wiring.banks += [
            VoltageSources("aims", labels("v", "aims", count), ends, outputs.negative, np.zeros(count)),
            Resistors("pulls", labels("r", "pulls", count), ends.copy(), outputs.positive, np.full(count, FREE)),
        ]
        return self.driven("aims", "pulls")

    def drives(self, cost, scores, targets, betas):
        shape = (*betas.shape, targets.shape[1])
        conductance = np.where(betas == 0, FREE, betas)[:, :, None]
        return np.broadcast_to(targets, shape), np.broadcast_to(conductance, shape)


class Clamp(Nudge):
    """A source at s + eta (Y - s) is switched across each pair; eta is the nudging factor, without a unit."""

    name = "clamp"
    phrase = "clamped outputs"
    each = ("voltage",)
    common = ("voltage",)

    def wire(self, wiring, outputs):
        count, close = outputs.count, wiring.new_nodes(["close"])
        ends = wiring.new_nodes([f"held{k}" for k in range(count)])
        closing = np.full(count, close[0])
        wiring.banks += [
            VoltageSources("close", ("vclose",), close, grounds(1), np.zeros(1)),
            VoltageSources("held", labels("v", "held", count), ends, outputs.negative, np.zeros(count)),
            Switches("clamps", labels("s", "clamps", count), ends.copy(), outputs.positive, closing, grounds(count)),
        ]
        return self.driven("held", "close")

    def drives(self, cost, scores, targets, betas):
        eta = betas[:, :, None]
        return scores - eta * cost.gradient(scores, targets), 1.0 * (eta != 0)


ENGINES = [NativeSimulator, NgspiceSimulator]
STRENGTHS = {Programmed(): 1e-7, Clamp(): 1e-3}
COST = SquaredError(0.3, -0.3)
FEATURES, TARGETS = np.array([[1.0, -0.5], [0.3, 0.8], [-0.7, 0.2]]), np.array([[0.3, -0.3], [-0.3, 0.3], [0.3, 0.3]])


def network(nudge, outputs=2):
    layers = [Inputs(2), Crossbar(3), DiodePair("d1n4148"), Amplifier(4), Crossbar(2 * outputs), OutputPairs()]
    return build_network(layers, "nudged otherwise", seed=2, nudging=nudge)


def estimated(estimator, engine, circuit, features, targets):
    arguments = circuit.values(), features, targets, COST, np.random.default_rng(0)
    with engine(circuit) as simulator:
        return estimator.estimate(simulator, *arguments)


def differences(circuit, features, targets, bank):
    """dC/dg by finite differences of the mean cost."""
    own = circuit.values()
    with NativeSimulator(circuit) as native:

        def loss(k, step):
            g = own[bank].copy()
            g[k] += step
            return COST.value(native.solve({**own, bank: g}, features).scores, targets).mean()

        steps = 1e-4 * own[bank]
        return np.array([(loss(k, h) - loss(k, -h)) / (2 * h) for k, h in enumerate(steps)])


@pytest.mark.parametrize("engine", ENGINES)
def test_its_gradient_is_that_of_finite_differences(engine):
    circuit = network(Programmed())
    found = estimated(Centered(1e-8), engine, circuit, FEATURES, TARGETS)
    for bank in circuit.values():
        expected = differences(circuit, FEATURES, TARGETS, bank)
        off = np.linalg.norm(found.gradients[bank] - expected) / np.linalg.norm(expected)
        assert off < 1e-5  # the bias at beta = 1e-7 S, and that of the differences


@pytest.mark.parametrize("engine", ENGINES)
def test_a_clamp_of_one_output_points_down_the_cost(engine):
    """Clamping by eta is a current of eta (Y - s) times the output's own conductance: one sample's gradient, scaled."""
    circuit = network(Clamp(), outputs=1)
    features, targets = FEATURES[:1], TARGETS[:1, :1]
    found = estimated(Centered(1e-3), engine, circuit, features, targets)
    for bank in circuit.values():
        expected, slope = differences(circuit, features, targets, bank), found.gradients[bank]
        assert slope @ expected / np.linalg.norm(slope) / np.linalg.norm(expected) > 1 - 1e-6


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("nudge", STRENGTHS, ids=lambda nudge: nudge.name)
def test_it_trains(nudge, engine):
    circuit, update, estimator = network(nudge), update_named("adam", 0.02), Centered(STRENGTHS[nudge])
    conductances, state, losses = circuit.values(), update.start(circuit.parameters), []
    with engine(circuit) as simulator:
        for _ in range(20):
            arguments = conductances, FEATURES, TARGETS, COST, np.random.default_rng(0)
            found = estimator.estimate(simulator, *arguments)
            assert found.points.usable.all()
            losses.append(COST.value(found.points.scores, TARGETS).mean())
            conductances, state = update.step(circuit.parameters, conductances, found.gradients, state, 0)
    assert losses[-1] < 0.8 * losses[0]


@pytest.mark.parametrize("clause", NUDGE_CLAUSES)
@pytest.mark.parametrize("nudge", STRENGTHS, ids=lambda nudge: nudge.name)
def test_it_keeps_the_clauses(nudge, clause):
    NUDGE_CLAUSES[clause](NudgeTrial(nudge, COST, STRENGTHS[nudge]))


@pytest.mark.parametrize("nudge", STRENGTHS, ids=lambda nudge: nudge.name)
def test_its_netlist_comes_back(nudge):
    circuit = network(nudge)
    text = write_netlist(Netlist(circuit))
    assert f"* @nudging {nudge.name} {' '.join(circuit.driven.banks())}\n" in text
    assert read_netlist(text).circuit.driven == circuit.driven
