"""Steps that the engine takes by itself are those of solving, estimating and updating batch by batch."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from ebana_like.elements import dense
from ebana_like.errors import SettingError
from ebana_like.hardware import Mismatch
from ebana_like.learning import UPDATES, Sign
from ebana_like.runs.assembly import simulator_of
from ebana_like.simulators import Descended, NativeSimulator
from ebana_like.tasks import TASKS
from ebana_like.training import Callback, Problem, Progress, train
from ebana_like.training import loop as loops
from ebana_like.training.stretch import stretches_of


def problem(**changes) -> Problem:
    """Iris in batches of 20, the last one smaller."""
    return TASKS["iris"].problem(replace(TASKS["iris"].settings, **({"epochs": 2, "batch": 20} | changes)))


class EveryBatch(Callback):
    def __init__(self) -> None:
        self.steps: list[int] = []

    def on_batch(self, progress: Progress) -> None:
        self.steps.append(progress.steps)


def difference(one: Progress, other: Progress) -> float:
    """Largest difference of two trainings' conductances beside the range of 1e-4 S."""
    return 1e4 * max(float(np.abs(one.values[k] - other.values[k]).max()) for k in one.values)


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


def test_a_batch_larger_than_the_data_costs_what_the_data_cost():
    given = problem(estimator="adjoint", epochs=1, batch=10**9)
    assert len(given.data.train) == given.largest_batch == 120
    simulator = NativeSimulator(given.circuit)
    assert stretches_of(given, simulator) is not None
    whole = train(problem(estimator="adjoint", epochs=1, batch=120), simulator)
    assert difference(train(given, simulator), whole) == 0


def test_a_chip_is_stepped_by_the_engine_too(monkeypatch):
    """Amplifiers' ratios differ, so each neuron has a weight of its own, and offsets drive the crossbar behind."""
    ideal = problem(batch=30)
    made = Mismatch(saturation=0.5, gain=0.1, feedback=0.1, offset=0.05).numbered(ideal.circuit, 1)
    given = replace(ideal, system=made)
    simulator = NativeSimulator(made)
    together = train(given, simulator)
    monkeypatch.setattr(loops, "stretches_of", lambda *_: None)
    assert difference(together, train(given, simulator)) < 1e-10
    assert difference(together, train(ideal, NativeSimulator(ideal.circuit))) > 1e-3


@pytest.mark.parametrize("estimator", [pytest.param("centered", marks=pytest.mark.thorough), "adjoint"])
def test_a_deep_chip_is_stepped_with_the_nearest_weights(estimator, monkeypatch):
    ideal = problem(batch=30, hidden=(6, 5), lr=(0.3,), estimator=estimator)
    made = Mismatch(saturation=0.3, gain=0.05, feedback=0.05, offset=0.02).numbered(ideal.circuit, 1)
    given = replace(ideal, system=made)
    simulator = NativeSimulator(made)
    assert given.system.refusal()
    assert stretches_of(given, simulator) is not None
    together = train(given, simulator)
    monkeypatch.setattr(loops, "stretches_of", lambda *_: None)
    assert difference(together, train(given, simulator)) < 1e-10


OFTEN = ("sgd", "sign", "adam", "lamb")
"""Rules that are tried with every change; their steps share what the others are made of."""


@pytest.mark.parametrize(
    "update", [each if each in OFTEN else pytest.param(each, marks=pytest.mark.thorough) for each in UPDATES]
)
def test_every_rule_takes_its_steps_where_the_conductances_are(update, monkeypatch):
    """In arrays that are filled up, and with the inputs' negatives apart: a step of lamb depends on whole banks."""
    given = problem(estimator="adjoint", update=update, epochs=1, batch=30, lr=(0.003,))
    simulator = NativeSimulator(given.circuit)
    assert stretches_of(given, simulator) is not None
    together = train(given, simulator)
    monkeypatch.setattr(loops, "stretches_of", lambda *_: None)
    one_by_one = train(given, simulator)
    assert together.steps == one_by_one.steps == 4
    assert difference(together, one_by_one) < 1e-9  # the adjoint's rounding, divided by gradients' sizes
    assert together.update_state.keys() == one_by_one.update_state.keys()
    for name, array in one_by_one.update_state.items():
        assert together.update_state[name] == pytest.approx(array, rel=1e-6, abs=1e-18)


@pytest.mark.parametrize("update", [pytest.param("sgd", marks=pytest.mark.thorough), "momentum"])
def test_single_precision_trains_to_the_same_within_its_digits(update):
    given = problem(estimator="adjoint", cost="cross-entropy", update=update, lr=(0.01,))
    double = train(given, NativeSimulator(given.circuit))
    single = train(given, NativeSimulator(given.circuit, single=True))
    assert 0 < difference(double, single) < 1e-4
    assert single.records[-1].train.loss == pytest.approx(double.records[-1].train.loss, rel=1e-3)


@pytest.mark.parametrize(
    "update",
    [pytest.param("sgd", marks=pytest.mark.thorough), "sign", "adam", pytest.param("lamb", marks=pytest.mark.thorough)],
)
def test_training_goes_on_with_the_same_bits(update):
    given = replace(problem(estimator="centered", update=update), checkpoint_batches=2)
    whole = train(given, NativeSimulator(given.circuit))

    class Stop(Callback):
        every_batch = False

        def on_batch(self, progress: Progress) -> None:
            if progress.steps == 4:
                raise KeyboardInterrupt

    with pytest.raises(loops.Interrupted) as interrupted:
        train(given, NativeSimulator(given.circuit), callbacks=[Stop()])
    kept = interrupted.value.progress
    assert kept.steps == 4
    # as a checkpoint has it
    kept = replace(kept, values=dict(kept.values), update_state=dict(kept.update_state))
    rest = train(given, NativeSimulator(given.circuit), kept)
    assert all(np.array_equal(whole.values[k], rest.values[k]) for k in whole.values)
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


@dataclass(frozen=True)
class Own(Sign):
    """A rule of somebody else's, which no engine knows."""

    def direction(self, bank, gradient, state):
        return np.tanh(dense(gradient)), {}


def test_rules_that_no_engine_knows_go_batch_by_batch():
    given = problem()
    for rule in (Own(0.01), replace(Own(0.01), rate=0.02)):
        assert stretches_of(replace(given, update=rule), NativeSimulator(given.circuit)) is None


def test_single_precision_is_refused_where_it_does_not_do():
    settings = replace(TASKS["iris"].settings, engine="native", update="sgd", precision="single")
    circuit = TASKS["iris"].problem(settings).circuit
    with pytest.raises(SettingError, match="estimator adjoint"):
        simulator_of(circuit, settings)
    assert simulator_of(circuit, replace(settings, estimator="adjoint")).single
