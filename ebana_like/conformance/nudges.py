"""What must a way to nudge do that every engine can drive it? The clauses of `Nudge`."""

import pickle
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.conformance.clause import Catalog, require
from ebana_like.conformance.laws import nudged, operating_point_by_laws
from ebana_like.elements import FloatArray
from ebana_like.learning import Cost
from ebana_like.networks import Crossbar, DiodePair, Inputs, OutputPairs, build_network
from ebana_like.nudges import Nudge, Pull, Towards

PHASES, SAMPLES, OUTPUTS = 3, 5, 3

SLICES = (slice(0, 5), slice(0, 1), slice(2, 4), slice(4, 5), slice(3, 3), slice(0, 0))

SAME_VOLTS = 1e-12
"""By which a score may move when nothing is to nudge, volts."""


@dataclass(frozen=True, eq=False)
class NudgeTrial:
    """A way to nudge with one cost, in a small network that is wired for it.

    nudge: the way. cost: what it lowers. beta: a strength that suits it.
    """

    nudge: Nudge
    cost: Cost
    beta: float = 1e-7

    def __str__(self) -> str:
        return f"nudging by {self.nudge.phrase} for {type(self.cost).__name__}"

    @cached_property
    def circuit(self) -> Circuit:
        """The network, on features of its own."""
        layers = [Inputs(2), Crossbar(4), DiodePair(), Crossbar(2 * OUTPUTS), OutputPairs()]
        return build_network(layers, seed=1, nudging=self.nudge).with_features(np.array([0.7, -0.4]))

    @property
    def targets(self) -> FloatArray:
        """Targets as the cost makes them of one class a sample, (batch, outputs)."""
        return self.cost.targets(np.eye(OUTPUTS)[np.arange(SAMPLES) % OUTPUTS])

    @property
    def scores(self) -> FloatArray:
        """Scores of as many samples, (batch, outputs), volts."""
        return np.random.default_rng(1).uniform(-0.4, 0.4, (SAMPLES, OUTPUTS))

    @property
    def betas(self) -> FloatArray:
        """Nudging factors, (phases, batch): towards, away, and one that differs from sample to sample."""
        return self.beta * np.array([[1], [-1], [2]]) * np.linspace(1.0, 2.0, SAMPLES)

    @property
    def nudging(self) -> Towards:
        """The nudging of all samples."""
        return self.with_betas(self.betas)

    def with_betas(self, betas: FloatArray) -> Towards:
        """Return the nudging with other betas, (phases, batch)."""
        return Pull(self.cost, self.nudge, self.circuit.driven).nudging(self.targets, betas)

    @cached_property
    def free(self) -> FloatArray:
        """The network's free score, (outputs,), by the elements' laws."""
        return self.circuit.outputs.scores(operating_point_by_laws(self.circuit))

    def moved(self, nudging: Towards, phase: int, sample: int) -> FloatArray:
        """Return how far the network's score moves when it is nudged like a sample, (outputs,), volts."""
        values = nudging.drives(np.tile(self.free, (SAMPLES, 1)), slice(None))
        circuit = nudged(self.circuit, {address: value[phase, sample] for address, value in values.items()})
        return self.circuit.outputs.scores(operating_point_by_laws(circuit)) - self.free


NUDGE_CLAUSES: Catalog[NudgeTrial] = Catalog()
"""Every clause by name."""

clause = NUDGE_CLAUSES.clause


def check_nudge(nudge: Nudge, costs: Iterable[Cost], beta: float = 1e-7, skip: Iterable[str] = ()) -> None:
    """Check a way to nudge by every clause, with every cost.

    beta: a strength that suits it. Raises AssertionError with a line for each clause that is broken.
    """
    NUDGE_CLAUSES.check_all((NudgeTrial(nudge, cost, beta) for cost in costs), skip)


@clause
def values_are_by_phase_sample_and_element(trial: NudgeTrial) -> None:
    """Values are finite doubles (phases, m, elements) for the m samples asked for, of every driven address."""
    driven, outputs = trial.circuit.driven, {}
    for address in driven.addresses:
        outputs[address] = OUTPUTS if address in driven.each else 1
    for samples in (*SLICES, slice(None)):
        found = trial.nudging.drives(trial.scores[samples], samples)
        require(list(found) == list(driven.addresses), f"{list(found)} are driven; expected {driven.addresses}")
        for address, value in found.items():
            what = f"{address} of the samples {samples}"
            expected = PHASES, len(range(SAMPLES)[samples]), outputs[address]
            require(isinstance(value, np.ndarray), f"{what} is a {type(value).__name__}; expected an array")
            require(value.dtype == np.float64, f"{what} has the data type {value.dtype}; expected doubles")
            require(value.shape == expected, f"{what} has shape {value.shape}; expected {expected}")
            require(bool(np.isfinite(value).all()), f"{what} is not finite")


@clause
def samples_do_not_know_each_other(trial: NudgeTrial) -> None:
    """A sample's values follow from its own scores, whichever samples are asked for beside it."""
    for samples in SLICES:
        found = trial.nudging.drives(trial.scores[samples], samples)
        _require_equal(found, _whole(trial, samples), f"of the samples {samples} alone")


@clause
def it_pulls_towards_the_target(trial: NudgeTrial) -> None:
    """With beta above zero an output at its free score moves so that the cost falls, below zero so that it rises."""
    slope = trial.cost.gradient(np.tile(trial.free, (SAMPLES, 1)), trial.targets)
    for phase, sample in np.ndindex(PHASES, SAMPLES):
        change = trial.moved(trial.nudging, phase, sample) @ slope[sample] * trial.betas[phase, sample]
        require(bool(change < 0), f"phase {phase} of sample {sample} pulls the wrong way, or not at all")


@clause
def without_beta_it_does_nothing(trial: NudgeTrial) -> None:
    """A beta of zero leaves the scores where they are."""
    moved = trial.moved(trial.with_betas(np.zeros((PHASES, SAMPLES))), 0, 0)
    require(bool((np.abs(moved) < SAME_VOLTS).all()), f"scores move by {np.abs(moved).max():.1e} V")


@clause
def it_travels(trial: NudgeTrial) -> None:
    """It can be pickled: engines send it to processes of their own."""
    there = pickle.loads(pickle.dumps(trial.nudging))
    _require_equal(there.drives(trial.scores, slice(0, SAMPLES)), _whole(trial), "after the journey")


@clause
def asking_changes_nothing(trial: NudgeTrial) -> None:
    """Asking leaves the scores as they were."""
    scores = trial.scores
    trial.nudging.drives(scores, slice(0, SAMPLES))
    require(np.array_equal(scores, trial.scores), "the scores were written into")


def _whole(trial: NudgeTrial, samples: slice = slice(None)) -> dict[str, FloatArray]:
    """Return some samples' part of the values of all."""
    values = trial.nudging.drives(trial.scores, slice(0, SAMPLES))
    return {address: value[:, samples] for address, value in values.items()}


def _require_equal(found: dict[str, FloatArray], right: dict[str, FloatArray], what: str) -> None:
    for address, value in found.items():
        same = value.shape == right[address].shape and np.allclose(value, right[address], rtol=1e-12, atol=0)
        require(same, f"the values {address} {what} differ")
