"""Outputs loaded and pulled by what their own free scores say: every engine asks for the currents when it has them."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from ebana_like.elements import FloatArray
from ebana_like.errors import SimulatorError
from ebana_like.networks import Amplifier, Crossbar, DiodePair, Inputs, OutputPairs, SwitchedTargets, build_network
from ebana_like.simulators import NewtonSimulator, NgspiceSimulator
from ebana_like.simulators.newton.mna import GeneralEngine

FEATURES = np.random.default_rng(1).uniform(-3, 3, (5, 2))
GOAL = np.array([0.3, -0.2])  # volts
ETA = 0.4
SAME_VOLTS = 1e-9


@dataclass(frozen=True)
class PartOfTheWay:
    """Pulls to s + eta (Y - s), part of the way from the free scores to the target, behind a conductance."""

    loads: FloatArray

    def currents(self, scores, samples):
        return self.loads[:, samples, None] * (scores + ETA * (GOAL - scores))

    def part(self, samples):
        return replace(self, loads=self.loads[:, samples])


@pytest.fixture(scope="module")
def circuit():
    layers = [Inputs(2), Crossbar(4), DiodePair("schottky"), Amplifier(gain=4), Crossbar(4), OutputPairs()]
    return build_network(layers, seed=5, nudging=SwitchedTargets())


@pytest.fixture(scope="module", params=["ngspice", "layered", "general"])
def solve(request, circuit):
    """Solve with an engine: all phases' scores, (phases, batch, outputs)."""
    if request.param == "general":
        yield lambda nudging: circuit.outputs.scores(GeneralEngine(circuit).solve({}, FEATURES, nudging).voltages)
    else:
        engine = NgspiceSimulator(circuit) if request.param == "ngspice" else NewtonSimulator(circuit)
        with engine as running:
            yield lambda nudging: circuit.outputs.scores(running.solve({}, FEATURES, nudging).voltages)


def test_target_sources_that_follow_the_free_scores(solve, circuit):
    free = circuit.outputs.scores(NewtonSimulator(circuit).solve({}, FEATURES).voltages[0])
    scores = solve(PartOfTheWay(np.full((1, 5), 1e-4)))
    # the outputs have some 1e-5 S of their own: 1e-4 S pull them most of the way
    wanted = free + ETA * (GOAL - free)
    assert scores[0] == pytest.approx(free, abs=SAME_VOLTS)
    assert (np.abs(scores[1] - wanted) < 0.6 * np.abs(free - wanted)).all()


def test_a_load_of_nothing_leaves_the_sample_free(solve):
    loads = np.array([[1e-6, 0, 1e-5, 1e-6, 0], [0, 0, 0, 0, 0], [-1e-7, 1e-7, 0, 1e-7, 2e-7]])
    scores = solve(PartOfTheWay(loads))
    assert np.isfinite(scores).all()
    moved = np.abs(scores[1:] - scores[0]).max(axis=-1) > 1e-6
    assert np.array_equal(moved, loads != 0)
    assert scores[1:][loads == 0] == pytest.approx(np.broadcast_to(scores[0], (3, 5, 2))[loads == 0], abs=SAME_VOLTS)


@dataclass(frozen=True)
class Held(PartOfTheWay):
    """One ampere too many: a current where the load is nothing."""

    def currents(self, scores, samples):
        return np.full((len(self.loads), len(scores), 2), 1e-7)


def test_switched_sources_cannot_hold_a_current(solve):
    with pytest.raises(SimulatorError, match="cannot hold a current beside a load of 0 S"):
        solve(Held(np.zeros((1, 5))))


@dataclass(frozen=True)
class Narrow(PartOfTheWay):
    """Currents for one output of two."""

    def currents(self, scores, samples):
        return super().currents(scores, samples)[..., :1]


def test_currents_of_another_shape_are_refused(solve):
    with pytest.raises(SimulatorError, match=r"have shape \(1, 5, 1\).*here \(1, 5, 2\)"):
        solve(Narrow(np.full((1, 5), 1e-6)))
