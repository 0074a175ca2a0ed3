"""Steps that the engine takes by itself are those of solving, estimating and updating batch by batch."""

from dataclasses import replace

import numpy as np
import pytest

from ebana_like.errors import SettingError
from ebana_like.runs.assembly import simulator_of
from ebana_like.simulators import Descended, NativeSimulator
from ebana_like.tasks import TASKS
from ebana_like.training import Callback, Problem, Progress, train
from ebana_like.training import loop as loops
from ebana_like.training.stretch import stretches_of


def problem(**changes) -> Problem:
    """Iris in batches of 20, the last one smaller."""
    return TASKS["iris"].problem(replace(TASKS["iris"].settings, update="sgd", epochs=2, batch=20, **changes))


class EveryBatch(Callback):
    def __init__(self) -> None:
        self.steps: list[int] = []

    def on_batch(self, progress: Progress) -> None:
        self.steps.append(progress.steps)


def difference(one: Progress, other: Progress) -> float:
    """Largest difference of two trainings' conductances beside the range of 1e-4 S."""
    return 1e4 * max(float(np.abs(one.conductances[k] - other.conductances[k]).max()) for k in one.conductances)


@pytest.mark.parametrize(
    ("changes", "rounding"),
    [
        ({"estimator": "centered"}, 1e-10),  # of differences over 2 beta, through all steps
        ({"estimator": "random-sign", "nudging": "switch"}, 1e-10),
        ({"estimator": "adjoint", "cost": "cross-entropy"}, 1e-12),
    ],
    ids=lambda value: value["estimator"] if isinstance(value, dict) else "",
)
def test_stretches_are_batches_to_rounding(changes, rounding, monkeypatch):
    given = problem(**changes)
    simulator = NativeSimulator(given.circuit)
    assert stretches_of(given, simulator) is not None
    together = train(given, simulator)
    monkeypatch.setattr(loops, "stretches_of", lambda *_: None)
    one_by_one = train(given, simulator)
    assert difference(together, one_by_one) < rounding
    for one, other in zip(together.records, one_by_one.records, strict=True):
        assert one.train.loss == pytest.approx(other.train.loss, rel=1e-9)
        assert one.gradient_norm == pytest.approx(other.gradient_norm, rel=1e-6)
        assert (one.train.accuracy, one.samples, one.solves) == (other.train.accuracy, other.samples, other.solves)


def test_single_precision_trains_to_the_same_within_its_digits():
    given = problem(estimator="adjoint", cost="cross-entropy")
    double = train(given, NativeSimulator(given.circuit))
    single = train(given, NativeSimulator(given.circuit, single=True))
    assert 0 < difference(double, single) < 1e-4
    assert single.records[-1].train.loss == pytest.approx(double.records[-1].train.loss, rel=1e-3)


def test_training_goes_on_with_the_same_bits():
    given = replace(problem(estimator="centered"), checkpoint_batches=2)
    whole = train(given, NativeSimulator(given.circuit))

    class Stop(Callback):
        every_batch = False

        def on_batch(self, progress: Progress) -> None:
            if progress.steps == 4:
                raise KeyboardInterrupt

    with pytest.raises(loops.Interrupted) as interrupted:
        train(given, NativeSimulator(given.circuit), callbacks=[Stop()])
    rest = train(given, NativeSimulator(given.circuit), interrupted.value.progress)
    assert interrupted.value.progress.steps == 4
    assert all(np.array_equal(whole.conductances[k], rest.conductances[k]) for k in whole.conductances)
    assert [record.train for record in whole.records] == [record.train for record in rest.records]


def test_a_callback_that_wants_every_batch_is_given_every_batch():
    given = problem(estimator="centered")
    watcher = EveryBatch()
    steps = train(given, NativeSimulator(given.circuit), callbacks=[watcher]).steps
    assert watcher.steps == list(range(1, steps + 1))


def test_a_batch_that_the_engine_cannot_do_is_done_the_other_way():
    class Unwilling(NativeSimulator):
        def descend(self, conductances, descent, batches):
            outputs = descent.targets.shape[2]
            return Descended(0, conductances, np.zeros((0, 20, outputs)), np.zeros(0))

    given = problem(estimator="centered")
    stubborn = train(given, Unwilling(given.circuit))
    assert difference(stubborn, train(given, NativeSimulator(given.circuit))) < 1e-10
    assert stubborn.records[-1].failures == 0


@pytest.mark.parametrize("update", ["momentum", "adam", "sign"])
def test_other_rules_go_batch_by_batch(update):
    given = TASKS["iris"].problem(replace(TASKS["iris"].settings, update=update))
    assert stretches_of(given, NativeSimulator(given.circuit)) is None


def test_single_precision_is_refused_where_it_does_not_do():
    settings = replace(TASKS["iris"].settings, engine="native", update="sgd", precision="single")
    circuit = TASKS["iris"].problem(settings).circuit
    with pytest.raises(SettingError, match="estimator adjoint"):
        simulator_of(circuit, settings)
    assert simulator_of(circuit, replace(settings, estimator="adjoint")).single
