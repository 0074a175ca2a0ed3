"""Every nudging there is keeps every clause, with every cost; what breaks one is caught by its name."""

from dataclasses import dataclass

import numpy as np
import pytest

from ebana_like.conformance import NUDGING_CLAUSES, NudgingTrial, check_nudging
from ebana_like.learning import CrossEntropy, SquaredError
from ebana_like.learning.nudging import HeldCurrents, SwitchedSources

COSTS = {"squared error": SquaredError(0.5, -0.5), "cross-entropy": CrossEntropy(0.2, smoothing=0.1)}


def switched(cost, targets, betas):
    return SwitchedSources(targets, betas)


TRIALS = {
    **{f"held, {name}": NudgingTrial(HeldCurrents, cost) for name, cost in COSTS.items()},
    "switched, squared error": NudgingTrial(switched, COSTS["squared error"]),
}


@pytest.mark.parametrize("clause", NUDGING_CLAUSES)
@pytest.mark.parametrize("trial", TRIALS.values(), ids=TRIALS)
def test_a_nudging_keeps_the_clause(trial, clause):
    NUDGING_CLAUSES[clause](trial)


@dataclass(frozen=True, eq=False)
class Backwards(HeldCurrents):
    def currents(self, scores, samples):
        return -super().currents(scores, samples)


@dataclass(frozen=True, eq=False)
class DeafToItsPart(HeldCurrents):
    def part(self, samples):
        return self


@dataclass(frozen=True, eq=False)
class AverageOfTheBatch(HeldCurrents):
    def currents(self, scores, samples):
        own = super().currents(scores, samples)
        return own + own.mean(axis=1, keepdims=True) if own.size else own


@dataclass(frozen=True, eq=False)
class OneLoadForAll(HeldCurrents):
    @property
    def loads(self):
        return np.zeros(len(self.betas))


@dataclass(frozen=True, eq=False)
class AlwaysOn(HeldCurrents):
    def currents(self, scores, samples):
        return super().currents(scores, samples) + 1e-12


@dataclass(frozen=True, eq=False)
class Scribbling(HeldCurrents):
    def currents(self, scores, samples):
        found = super().currents(scores, samples)
        scores *= 2
        return found


@pytest.mark.parametrize(
    ("broken", "clause"),
    [
        (Backwards, "it_pulls_towards_the_target"),
        (DeafToItsPart, "part_commutes_with_currents"),
        (AverageOfTheBatch, "samples_do_not_know_each_other"),
        (OneLoadForAll, "loads_are_siemens_by_phase_and_sample"),
        (AlwaysOn, "without_beta_it_does_nothing"),
        (Scribbling, "asking_changes_nothing"),
        (lambda *arguments: _unsendable(HeldCurrents(*arguments)), "it_travels"),
    ],
)
def test_a_broken_nudging_is_caught(broken, clause):
    with pytest.raises(AssertionError, match=f'clause "{clause}" is broken by the nudging for SquaredError'):
        check_nudging(broken, [SquaredError()])


def _unsendable(nudging):
    object.__setattr__(nudging, "extra", lambda: None)
    return nudging
