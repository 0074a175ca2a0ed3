"""Every way to nudge keeps every clause, with every cost; what breaks one is caught by its name."""

from dataclasses import dataclass

import numpy as np
import pytest

from ebana_like.conformance import NUDGE_CLAUSES, NudgeTrial, check_nudge
from ebana_like.learning import CrossEntropy, SquaredError
from ebana_like.nudges import Clamped, Currents, SwitchedTargets

COSTS = {"squared error": SquaredError(0.5, -0.5), "cross-entropy": CrossEntropy(0.2, smoothing=0.1)}

TRIALS = {
    **{f"held, {name}": NudgeTrial(Currents(), cost) for name, cost in COSTS.items()},
    "switched, squared error": NudgeTrial(SwitchedTargets(), COSTS["squared error"]),
    **{f"clamped, {name}": NudgeTrial(Clamped(), cost, 1e-3) for name, cost in COSTS.items()},
}


@pytest.mark.parametrize("clause", NUDGE_CLAUSES)
@pytest.mark.parametrize("trial", TRIALS.values(), ids=TRIALS)
def test_a_way_to_nudge_keeps_the_clause(trial, clause):
    NUDGE_CLAUSES[clause](trial)


class Broken(Currents):
    def drives(self, cost, scores, targets, betas):
        (amperes,) = super().drives(cost, scores, targets, betas)
        return (self.spoilt(amperes, scores),)


class Backwards(Broken):
    def spoilt(self, amperes, scores):
        return -amperes


class AverageOfTheBatch(Broken):
    def spoilt(self, amperes, scores):
        return amperes + amperes.mean(axis=1, keepdims=True) if amperes.size else amperes


class OneForAllPhases(Broken):
    def spoilt(self, amperes, scores):
        return amperes[:1]


class AlwaysOn(Broken):
    def spoilt(self, amperes, scores):
        return amperes + 1e-12


class Scribbling(Broken):
    def spoilt(self, amperes, scores):
        scores *= 2
        return amperes


@dataclass(frozen=True)
class Unsendable(Currents):
    extra: object = lambda: None


@pytest.mark.parametrize(
    ("broken", "clause"),
    [
        (Backwards, "it_pulls_towards_the_target"),
        (AverageOfTheBatch, "samples_do_not_know_each_other"),
        (OneForAllPhases, "values_are_by_phase_sample_and_element"),
        (AlwaysOn, "without_beta_it_does_nothing"),
        (Scribbling, "asking_changes_nothing"),
        (lambda: Unsendable(lambda: None), "it_travels"),
    ],
)
def test_a_broken_way_is_caught(broken, clause):
    with pytest.raises(AssertionError, match=f'clause "{clause}" is broken by nudging by held currents for Squ'):
        check_nudge(broken(), [SquaredError()])


def test_it_takes_part_in_nothing_to_be_asked_of_no_sample():
    nudging = TRIALS["switched, squared error"].nudging
    assert all(value.shape[1] == 0 for value in nudging.drives(np.zeros((0, 3)), slice(0, 0)).values())
