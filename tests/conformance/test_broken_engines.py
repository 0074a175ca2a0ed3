"""What breaks a clause is caught by the clause: one broken engine for every one of them."""

import threading
from dataclasses import dataclass, replace

import numpy as np
import pytest

from ebana_like.conformance import CIRCUITS, ENGINE_CLAUSES, EngineTrial
from ebana_like.conformance.drives import given, strengths_for
from ebana_like.errors import EbanaError
from ebana_like.simulators import NativeSimulator


@dataclass(frozen=True, eq=False)
class Rewired:
    """A nudging as a broken engine asks it."""

    phases: int
    drives: object

    def part(self, samples):
        raise NotImplementedError


class Engine(NativeSimulator):
    """The native engine, with room for a mistake in what it asks and in what it answers."""

    def solve(self, conductances, features, nudging=None):
        points = super().solve(conductances, features, nudging and self.asked(nudging, len(features)))
        return self.told(points)

    def asked(self, nudging, batch):
        return nudging

    def told(self, points):
        return points


class AsksWithZeros(Engine):
    def asked(self, nudging, batch):
        return Rewired(nudging.phases, lambda scores, samples: nudging.drives(0 * scores, samples))


class AsksForTheFirstSamples(Engine):
    def asked(self, nudging, batch):
        def drives(scores, samples):
            each = [nudging.drives(scores[k : k + 1], slice(0, 1)) for k in range(len(scores))]
            return {address: np.concatenate([values[address] for values in each], axis=1) for address in each[0]}

        return Rewired(nudging.phases, drives)


class AsksWithoutPart(Engine):
    def asked(self, nudging, batch):
        return Rewired(nudging.phases, lambda scores, samples: nudging.drives(scores, slice(0, 1)))


class SwapsPhases(Engine):
    def told(self, points):
        order = [0, *range(len(points.voltages) - 1, 0, -1)]
        return replace(points, voltages=points.voltages[order])


class ForgetsToNudge(Engine):
    def told(self, points):
        return replace(points, voltages=np.repeat(points.voltages[:1], len(points.voltages), axis=0))


class OneStrengthAPhase(Engine):
    def asked(self, nudging, batch):
        def drives(scores, samples):
            values = nudging.drives(scores, samples)
            return {address: np.repeat(value[:, :1], batch, axis=1) for address, value in values.items()}

        return Rewired(nudging.phases, drives)


class SpreadsValues(Engine):
    def asked(self, nudging, batch):
        def drives(scores, samples):
            values = nudging.drives(scores, samples)
            return {
                address: np.broadcast_to(value, (nudging.phases, *value.shape[1:])) for address, value in values.items()
            }

        return Rewired(nudging.phases, drives)


class SwallowsErrors(Engine):
    def asked(self, nudging, batch):
        def drives(scores, samples):
            try:
                return nudging.drives(scores, samples)
            except EbanaError:
                return given(self.circuit, strengths_for(batch)).values

        return Rewired(nudging.phases, drives)


class ZerosForUnsolved(Engine):
    def told(self, points):
        return replace(points, voltages=np.nan_to_num(points.voltages))


class UnsolvedIsConverged(Engine):
    def told(self, points):
        return replace(points, converged=np.ones_like(points.converged))


class NamesNothing(Engine):
    def told(self, points):
        return replace(points, messages={})


class LosesTheBatch(Engine):
    def told(self, points):
        lost = ~points.converged.all()
        return replace(points, converged=points.converged & ~lost, voltages=points.voltages * np.where(lost, np.nan, 1))


class SinglePrecision(Engine):
    def told(self, points):
        return replace(points, voltages=points.voltages.astype(np.float32).astype(np.float64))


class Float32(Engine):
    def told(self, points):
        return replace(points, voltages=points.voltages.astype(np.float32))


class RemembersConductances(Engine):
    latest = None

    def solve(self, conductances, features, nudging=None):
        self.latest = {**(self.latest or {}), **conductances}
        return super().solve(self.latest, features, nudging)


class OneBuffer(Engine):
    buffer = None

    def told(self, points):
        if self.buffer is None or self.buffer.shape != points.voltages.shape:
            self.buffer = np.empty_like(points.voltages)
        self.buffer[:] = points.voltages
        return replace(points, voltages=self.buffer)


class Obliging(Engine):
    def solve(self, conductances, features, nudging=None):
        return super().solve(conductances, np.nan_to_num(features), nudging)


class LegacyErrors(Engine):
    def solve(self, conductances, features, nudging=None):
        for name in conductances:
            dict.fromkeys(bank.name for bank in self.circuit.banks)[name]
        return super().solve(conductances, features, nudging)


class NeverForgets(Engine):
    solved = 0

    def told(self, points):
        self.solved += 1
        return replace(points, voltages=points.voltages + 1e-15 * self.solved)


class AloneIsSpecial(Engine):
    def told(self, points):
        return replace(points, voltages=points.voltages + 1e-6 * (points.voltages.shape[1] == 1))


class NeedsASample(Engine):
    def solve(self, conductances, features, nudging=None):
        assert features[0] is not None
        return super().solve(conductances, features, nudging)


class AnotherThreadsAnswer(Engine):
    latest = None

    def told(self, points):
        thread, others = threading.get_ident(), self.latest
        self.latest = thread, points
        return points if others is None or others[0] == thread else others[1]


class OnlyOnce(Engine):
    entered = False

    def __enter__(self):
        if self.entered:
            raise RuntimeError("processes can only be started once")
        self.entered = True
        return super().__enter__()


class LostOutside(Engine):
    process = None

    def __enter__(self):
        self.process = "running"
        return super().__enter__()

    def told(self, points):
        return self.process.title() and points


class WrongSign(Engine):
    def adjoint(self, points, currents):
        return -super().adjoint(points, currents)


class ZeroAdjoint(Engine):
    def adjoint(self, points, currents):
        return np.nan_to_num(super().adjoint(points, currents))


BROKEN = [
    (AsksWithZeros, "free_scores_are_handed_over", "mesh-switches", "handed zeros as its scores"),
    (AsksWithZeros, "free_scores_are_handed_over", "layered-currents", "handed zeros as its scores"),
    (AsksForTheFirstSamples, "free_scores_are_handed_over", "layered-currents", "the laws say"),
    (AsksWithoutPart, "free_scores_are_handed_over", "mesh-currents", r"scores of shape \(4, 2\) for the samples"),
    (SwapsPhases, "phases_keep_their_order", "layered-switches", "They are those of phase 3"),
    (ForgetsToNudge, "every_nudging_has_its_volts", "mesh-currents", "those without nudging"),
    (OneStrengthAPhase, "every_sample_has_its_own_strength", "mesh-switches", "the laws say"),
    (SpreadsValues, "values_that_do_not_fit_are_refused", "layered-currents", "solved instead of refused"),
    (SwallowsErrors, "errors_of_a_nudging_arrive", "mesh-switches", "and solve returned"),
    (ZerosForUnsolved, "unsolved_points_are_named", "mesh-currents", "not all NaN"),
    (UnsolvedIsConverged, "unsolved_points_are_named", "mesh-currents", "marked as converged"),
    (NamesNothing, "unsolved_points_are_named", "mesh-currents", r"messages name the samples \[\]"),
    (LosesTheBatch, "a_nudging_without_a_number_spoils_no_other", "mesh-currents", "sample 2 alone is lost"),
    (SinglePrecision, "free_points_obey_the_laws", "mesh-currents", "the laws say"),
    (RemembersConductances, "free_points_obey_the_laws", "layered-currents", "the laws say"),
    (Float32, "answers_have_their_shapes", "mesh-currents", "data type float32"),
    (OneBuffer, "answers_belong_to_the_caller", "layered-currents", "voltages of an earlier answer changed"),
    (Obliging, "what_does_not_fit_is_refused", "layered-currents", "a feature that is NaN: it was solved"),
    (LegacyErrors, "what_does_not_fit_is_refused", "layered-currents", "KeyError came instead of an EbanaError"),
    (NeverForgets, "forgetting_gives_the_bits_of_a_new_engine", "mesh-currents", "differs in its bits"),
    (AloneIsSpecial, "a_batch_of_one_is_that_sample", "mesh-currents", "sample 0 alone is 1.0e-06 V off"),
    (NeedsASample, "an_empty_batch_is_empty", "mesh-currents", "IndexError was raised"),
    (AnotherThreadsAnswer, "threads_get_their_own_answers", "mesh-currents", "solves went wrong"),
    (OnlyOnce, "it_can_be_entered_again", "mesh-currents", "RuntimeError was raised"),
    (LostOutside, "outside_with_it_is_refused_or_right", "mesh-currents", "AttributeError was raised"),
    (WrongSign, "the_adjoint_is_the_slope", "layered-currents", "differences say"),
    (ZeroAdjoint, "the_adjoint_of_an_unsolved_sample_is_no_number", "layered-currents", "is not NaN"),
]


@pytest.mark.parametrize(
    ("broken", "clause", "circuit", "said"), BROKEN, ids=[f"{case[0].__name__}-{case[2]}" for case in BROKEN]
)
def test_a_broken_engine_is_caught(broken, clause, circuit, said):
    with (
        EngineTrial(broken, CIRCUITS[circuit]()) as trial,
        pytest.raises(AssertionError, match=f'clause "{clause}" is broken by the engine .*{said}'),
    ):
        ENGINE_CLAUSES[clause](trial)


def test_every_clause_has_something_to_catch():
    assert {clause for _, clause, _, _ in BROKEN} == set(ENGINE_CLAUSES)
