"""What must a nudging do that every engine can drive it? The clauses of `Nudging`."""

import pickle
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from ebana_like.conformance.clause import Catalog, require
from ebana_like.elements import FloatArray
from ebana_like.learning import Cost
from ebana_like.simulators import Nudging

MakeNudging = Callable[[Cost, FloatArray, FloatArray], Nudging]
"""Makes a nudging of a cost, targets (batch, outputs), and betas (phases, batch), siemens."""

PHASES, SAMPLES, OUTPUTS = 3, 5, 3

SLICES = (slice(0, 5), slice(0, 1), slice(2, 4), slice(4, 5), slice(3, 3), slice(0, 0))


@dataclass(frozen=True, eq=False)
class NudgingTrial:
    """A nudging for one cost, and free scores to ask it with.

    make: returns the nudging, see `MakeNudging`. cost: what it lowers.
    """

    make: MakeNudging
    cost: Cost

    def __str__(self) -> str:
        return f"the nudging for {type(self.cost).__name__}"

    @property
    def targets(self) -> FloatArray:
        """Targets as the cost makes them of one class a sample, (batch, outputs)."""
        return self.cost.targets(np.eye(OUTPUTS)[np.arange(SAMPLES) % OUTPUTS])

    @property
    def scores(self) -> FloatArray:
        """Free scores, (batch, outputs), volts."""
        return np.random.default_rng(1).uniform(-0.4, 0.4, (SAMPLES, OUTPUTS))

    @property
    def betas(self) -> FloatArray:
        """Nudging factors, (phases, batch), siemens: towards, away, and one that differs from sample to sample."""
        return np.array([[1e-7], [-1e-7], [2e-7]]) * np.linspace(1.0, 2.0, SAMPLES)

    @property
    def nudging(self) -> Nudging:
        """The nudging."""
        return self.make(self.cost, self.targets, self.betas)


NUDGING_CLAUSES: Catalog[NudgingTrial] = Catalog()
"""Every clause by name."""

clause = NUDGING_CLAUSES.clause


def check_nudging(make: MakeNudging, costs: Iterable[Cost], skip: Iterable[str] = ()) -> None:
    """Check a nudging by every clause, with every cost.

    Raises AssertionError with a line for each clause that is broken.
    """
    NUDGING_CLAUSES.check_all((NudgingTrial(make, cost) for cost in costs), skip)


@clause
def loads_are_siemens_by_phase_and_sample(trial: NudgingTrial) -> None:
    """Loads are finite doubles (phases, batch)."""
    _require_array(trial.nudging.loads, (PHASES, SAMPLES), "loads")


@clause
def currents_are_amperes_by_phase_sample_and_output(trial: NudgingTrial) -> None:
    """Currents are finite doubles (phases, m, outputs) for the m samples asked for."""
    for samples in SLICES:
        expected = (PHASES, len(range(SAMPLES)[samples]), OUTPUTS)
        found = trial.nudging.currents(trial.scores[samples], samples)
        _require_array(found, expected, f"currents of the samples {samples}")
    whole = trial.nudging.currents(trial.scores, slice(None))
    _require_array(whole, (PHASES, SAMPLES, OUTPUTS), "currents of the samples slice(None)")


@clause
def samples_do_not_know_each_other(trial: NudgingTrial) -> None:
    """A sample's currents follow from its own scores, whichever samples are asked for beside it."""
    whole = trial.nudging.currents(trial.scores, slice(0, SAMPLES))
    for samples in SLICES:
        found = trial.nudging.currents(trial.scores[samples], samples)
        _require_equal(found, whole[:, samples], f"currents of the samples {samples} alone")


@clause
def part_commutes_with_currents(trial: NudgingTrial) -> None:
    """The part of a nudging has the loads and currents that the whole has at these samples; so has a part of a part."""
    whole = trial.nudging
    right = whole.currents(trial.scores, slice(0, SAMPLES))
    for samples in SLICES:
        part, scores = whole.part(samples), trial.scores[samples]
        _require_equal(part.loads, whole.loads[:, samples], f"loads of the part {samples}")
        _require_equal(
            part.currents(scores, slice(0, len(scores))), right[:, samples], f"currents of the part {samples}"
        )
    nested = whole.part(slice(1, 5)).part(slice(1, 3))
    _require_equal(nested.loads, whole.loads[:, 2:4], "loads of a part of a part")
    _require_equal(nested.currents(trial.scores[2:4], slice(0, 2)), right[:, 2:4], "currents of a part of a part")


@clause
def it_pulls_towards_the_target(trial: NudgingTrial) -> None:
    """With beta above zero what reaches an output at its free score lowers the cost, below zero it raises it."""
    nudging, scores = trial.nudging, trial.scores
    arriving = nudging.currents(scores, slice(0, SAMPLES)) - nudging.loads[..., None] * scores
    change = (arriving * trial.cost.gradient(scores, trial.targets)).sum(axis=-1)
    wrong = np.argwhere(change * trial.betas >= 0)
    require(
        not len(wrong),
        "" if not len(wrong) else f"phase {wrong[0][0]} of sample {wrong[0][1]} pulls the wrong way, or not at all",
    )


@clause
def without_beta_it_does_nothing(trial: NudgingTrial) -> None:
    """A beta of 0 S is no current and no load."""
    idle = trial.make(trial.cost, trial.targets, np.zeros((PHASES, SAMPLES)))
    require(not idle.loads.any(), "it loads the outputs")
    require(not idle.currents(trial.scores, slice(0, SAMPLES)).any(), "currents flow")


@clause
def it_travels(trial: NudgingTrial) -> None:
    """A nudging can be pickled: engines send it to processes of their own."""
    there = pickle.loads(pickle.dumps(trial.nudging))
    everyone = slice(0, SAMPLES)
    _require_equal(there.loads, trial.nudging.loads, "loads after the journey")
    _require_equal(
        there.currents(trial.scores, everyone),
        trial.nudging.currents(trial.scores, everyone),
        "currents after the journey",
    )


@clause
def asking_changes_nothing(trial: NudgingTrial) -> None:
    """Asking leaves scores and nudging as they were, and later writing into an answer too."""
    nudging, scores = trial.nudging, trial.scores
    first = nudging.currents(scores, slice(0, SAMPLES))
    kept = first.copy()
    require(np.array_equal(scores, trial.scores), "the scores were written into")
    if first.flags.writeable:
        first[:] = 0
    _require_equal(nudging.currents(scores, slice(0, SAMPLES)), kept, "currents asked for again")


def _require_array(found: object, expected: tuple[int, ...], what: str) -> None:
    require(isinstance(found, np.ndarray), f"{what} are a {type(found).__name__}; expected an array")
    assert isinstance(found, np.ndarray)
    require(found.shape == expected, f"{what} have shape {found.shape}; expected {expected}")
    require(found.dtype == np.float64, f"{what} have the data type {found.dtype}; expected float64")
    require(bool(np.isfinite(found).all()), f"{what} are not finite")


def _require_equal(found: FloatArray, right: FloatArray, what: str) -> None:
    """Raise AssertionError where two arrays differ by more than rounding."""
    require(found.shape == right.shape, f"{what} have shape {found.shape}; expected {right.shape}")
    off = float(np.abs(found - right).max(initial=0.0))
    require(off <= 1e-12 * float(np.abs(right).max(initial=0.0)), f"{what} are off by {off:.1e}")
