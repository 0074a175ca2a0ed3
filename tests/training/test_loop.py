"""What is met when, what a stopped training remembers, and when training gives up."""

from dataclasses import replace

import numpy as np
import pytest

from ebana_like.data import Dataset, Split
from ebana_like.errors import SettingError, TrainingError
from ebana_like.learning import SGD, UPDATES, RandomSign, SquaredError, update_named
from ebana_like.training import Callback, Interrupted, Progress, evaluate, train


class Watcher:
    """Keeps what the loop reports; interrupts, as Ctrl-C would, after so many batches."""

    def __init__(self, interrupt_after=None):
        self.batches, self.epochs, self.records = [], [], []
        self.interrupt_after = interrupt_after

    def on_batch(self, progress):
        self.batches.append(progress)
        if len(self.batches) == self.interrupt_after:
            raise KeyboardInterrupt

    def on_epoch(self, progress, record):
        self.epochs.append(progress)
        self.records.append(record)


def trained(problem, simulator, start=None):
    """Train to the end and return the final progress with what was seen on the way."""
    watcher = Watcher()
    return train(problem, simulator, start, [watcher]), watcher


def same(one, other):
    """Two states of training agree bit for bit, and what they have recorded does, but for the time it took."""
    arrays = ("values", "update_state", "best")
    pairs = [[getattr(progress, name) for progress in (one, other)] for name in arrays]
    pairs[2] = [best.values if best else {} for best in pairs[2]]
    records = [[replace(record, seconds=0.0) for record in progress.records] for progress in (one, other)]
    return records[0] == records[1] and all(
        a.keys() == b.keys() and all(np.array_equal(a[name], b[name]) for name in a) for a, b in pairs
    )


def test_every_sample_is_met_once_an_epoch_in_an_order_of_its_own(problem, linear_simulator):
    simulator = linear_simulator(problem.circuit)
    _, watcher = trained(problem, simulator)
    assert [len(batch) for batch in simulator.asked] == [4, 4, 2] * 3
    met = np.concatenate(simulator.asked).reshape(3, -1)
    assert np.array_equal(np.sort(met, axis=1), np.tile(problem.data.train.features[:, 0], (3, 1)))
    assert len({tuple(order) for order in met}) == 3
    for record in watcher.records:
        assert (record.samples, record.solves, record.failures) == (10, 30, 0)


def test_a_batch_larger_than_the_data_is_all_of_it(problem, linear_simulator):
    simulator = linear_simulator(problem.circuit)
    trained(replace(problem, batch=1000, update=SGD(0.02)), simulator)
    assert [len(batch) for batch in simulator.asked] == [10] * 3


def test_the_loss_falls(problem, linear_simulator):
    _, watcher = trained(replace(problem, epochs=20), linear_simulator(problem.circuit))
    assert watcher.records[-1].train.loss < 0.5 * watcher.records[0].train.loss
    assert watcher.records[-1].train.accuracy == 1


def test_the_seed_alone_decides_the_outcome(problem, linear_simulator):
    outcome, again, other = (
        trained(replace(problem, seed=seed), linear_simulator(problem.circuit))[0] for seed in (0, 0, 1)
    )
    assert same(outcome, again)
    assert not same(outcome, other)


@pytest.mark.parametrize("update", UPDATES)
def test_resumed_anywhere_training_ends_with_the_same_bits(update, problem, linear_simulator):
    problem = replace(problem, update=update_named(update, 0.01), estimator=RandomSign(1e-7))
    end, watcher = trained(problem, linear_simulator(problem.circuit))
    middle = [p for p in watcher.batches if p.batch < 3]
    assert len(middle) == 6
    for start in [problem.start(), *watcher.batches, *watcher.epochs]:
        assert same(train(problem, linear_simulator(problem.circuit), start), end)


@pytest.mark.parametrize("batch", range(1, 9))
def test_an_interrupt_keeps_the_last_complete_batch(batch, problem, linear_simulator):
    end, _ = trained(problem, linear_simulator(problem.circuit))
    watcher = Watcher(interrupt_after=batch)
    with pytest.raises(Interrupted) as stopped:
        train(problem, linear_simulator(problem.circuit), callbacks=[watcher])
    kept = stopped.value.progress
    assert (kept.epoch, kept.batch) == ((batch - 1) // 3, (batch - 1) % 3 + 1)
    assert same(kept, watcher.batches[-1])
    assert same(train(problem, linear_simulator(problem.circuit), kept), end)


@pytest.mark.parametrize("call", range(1, 9))
def test_an_interrupt_while_solving_keeps_the_last_complete_batch(call, with_test_data, linear_simulator, monkeypatch):
    """Three batches and the test data make four calls an epoch."""
    simulator = linear_simulator(with_test_data.circuit)
    solve = simulator.solve

    def solve_until(*arguments):
        if len(simulator.asked) == call - 1:
            raise KeyboardInterrupt
        return solve(*arguments)

    monkeypatch.setattr(simulator, "solve", solve_until)
    with pytest.raises(Interrupted) as stopped:
        train(with_test_data, simulator)
    kept = stopped.value.progress
    epoch, done = divmod(call - 1, 4)
    # where an epoch has been evaluated but not one batch of the next is done, it will be evaluated again
    assert (kept.epoch, kept.batch) == ((epoch, done) if done or not epoch else (epoch - 1, 3))


def test_training_can_be_resumed_after_every_so_many_batches_of_all_epochs(problem):
    problem = replace(problem, checkpoint_batches=2)
    steps = [Progress({}, {}, epoch, batch, 3 * epoch + batch) for epoch in range(3) for batch in range(4)]
    found = [(one.epoch, one.batch) for one in steps if problem.is_resumable(one)]
    # behind the third batch of epoch 1 stands the first point of epoch 2, after its test data has been solved
    assert found == [(0, 0), (0, 2), (1, 1), (1, 3), (2, 2)]


def test_the_simulator_forgets_where_training_can_be_resumed(problem, linear_simulator, monkeypatch):
    """Before the first batch, and whenever the callbacks have seen a batch from which training can go on."""
    simulator, events = linear_simulator(problem.circuit), []
    monkeypatch.setattr(simulator, "forget", lambda: events.append("forget"))

    class Listener(Callback):
        def on_batch(self, progress):
            events.append(progress.steps)

    train(replace(problem, checkpoint_batches=4), simulator, callbacks=[Listener()])
    assert events == ["forget", 1, 2, 3, 4, "forget", 5, 6, 7, 8, "forget", 9]


def test_training_stops_after_the_first_epoch_below_the_loss_to_stop_at(problem, linear_simulator):
    _, watcher = trained(problem, linear_simulator(problem.circuit))
    losses = [record.train.loss for record in watcher.records]
    assert losses[0] > losses[1]
    stopped, _ = trained(replace(problem, stop_loss=sum(losses[:2]) / 2), linear_simulator(problem.circuit))
    assert stopped.epoch == 2


@pytest.mark.parametrize("patience", [1, 2])
def test_training_stops_when_its_loss_has_not_been_a_new_smallest_for_so_long(patience, problem, linear_simulator):
    _, watcher = trained(replace(problem, epochs=40), linear_simulator(problem.circuit))
    losses = np.array([record.train.loss for record in watcher.records])
    since = [epoch - int(losses[: epoch + 1].argmin()) for epoch in range(40)]
    assert patience in since
    end, _ = trained(replace(problem, epochs=40, patience=patience), linear_simulator(problem.circuit))
    assert end.epoch == 1 + since.index(patience)
    assert end.best.epoch == end.epoch - patience
    best = watcher.epochs[end.best.epoch - 1]
    assert all(np.array_equal(g, best.values[name]) for name, g in end.best.values.items())


def test_failures_are_counted_and_reported_by_the_number_of_the_sample(problem, linear_simulator):
    lost = problem.data.train.features[[2, 7], 0]
    _, watcher = trained(problem, linear_simulator(problem.circuit, lost))
    for record in watcher.records:
        assert record.failures == 2
        assert sorted(record.messages) == [f"sample {k}: no operating point" for k in (2, 7)]
        assert np.isfinite(record.train.loss)


@pytest.mark.parametrize(("failing", "gives_up"), [(5, False), (6, True), (10, True)])
def test_training_gives_up_when_more_than_half_fail(failing, gives_up, problem, linear_simulator):
    simulator = linear_simulator(problem.circuit, problem.data.train.features[:failing, 0])
    if gives_up:
        with pytest.raises(TrainingError, match=f"{failing} of 10 samples .* epoch 1 .sample .: no operating point"):
            train(problem, simulator)
    else:
        assert train(problem, simulator).epoch == 3


def test_a_batch_of_failures_alone_changes_nothing(problem, linear_simulator):
    """Nor does momentum from the batch before carry on."""
    problem = replace(problem, epochs=1, update=update_named("momentum", 0.1))
    simulator = linear_simulator(problem.circuit, problem.data.train.features[problem.order(0)[1], 0])
    before, failed, after = trained(problem, simulator)[1].batches
    assert same(failed, before)
    assert not same(after, failed)


class PartlyUndefinedSquaredError(SquaredError):
    """Has no value for the last batch, which is smaller than the others."""

    def value(self, scores, targets):
        return super().value(scores, targets) * (np.nan if len(scores) == 2 else 1)


def test_a_cost_that_is_no_number_ends_training(problem, linear_simulator):
    with pytest.raises(TrainingError, match="cost is not a number in epoch 1, batch 3"):
        train(replace(problem, cost=PartlyUndefinedSquaredError()), linear_simulator(problem.circuit))


def test_evaluation_is_the_mean_cost_and_failures_count_as_wrong(problem, linear_simulator):
    data, given = problem.data.train, problem.circuit.values()
    whole = evaluate(linear_simulator(problem.circuit), given, data, problem.cost)
    scores = linear_simulator(problem.circuit).solve(given, data.features).scores
    targets = np.where(data.labels == 1, 0.2, -0.2)[:, None]
    assert whole.loss == pytest.approx(((scores - targets) ** 2 / 2).mean(), rel=1e-14)  # order of summation
    assert whole.accuracy == ((scores[:, 0] > 0) == (data.labels == 1)).mean()

    right = int(np.flatnonzero((scores[:, 0] > 0) == (data.labels == 1))[0])
    less = evaluate(linear_simulator(problem.circuit, data.features[right]), given, data, problem.cost)
    assert less.accuracy == pytest.approx(whole.accuracy - 0.1)
    assert np.isfinite(less.loss)

    nothing = evaluate(linear_simulator(problem.circuit, data.features[:, 0]), given, data, problem.cost)
    assert np.isnan(nothing.loss)
    assert nothing.accuracy == 0


def test_held_out_data_is_evaluated_after_the_last_update(with_test_data, linear_simulator):
    problem = with_test_data
    end, watcher = trained(problem, linear_simulator(problem.circuit))
    expected = evaluate(linear_simulator(problem.circuit), end.values, problem.data.test, problem.cost)
    assert watcher.records[-1].test == expected
    assert watcher.records[-1].validation is None


def test_conductances_at_the_end_of_their_range_are_counted(problem, linear_simulator):
    high = problem.circuit.parameters["crossbar1.conductance"].high
    at_end = {"crossbar1.conductance": np.array([high, high, 1e-7, *[5e-5] * 5])}
    circuit = problem.circuit.with_values(at_end)
    problem = replace(problem, system=circuit, epochs=1, update=replace(problem.update, rate=1e-30))
    _, watcher = trained(problem, linear_simulator(circuit))
    assert watcher.records[0].clamped == 3 / 8


@pytest.mark.parametrize("change", [{"epochs": 0}, {"batch": 0}, {"batch": -1}])
def test_no_epochs_and_empty_batches_are_refused(change, problem):
    with pytest.raises(SettingError, match="is (0|-1); it must be at least 1"):
        replace(problem, **change)


def test_no_samples_are_refused(problem):
    nothing = Dataset(np.zeros((0, 1)), np.zeros(0, dtype=int), ("below", "above"))
    with pytest.raises(SettingError, match="no training samples"):
        replace(problem, data=Split(nothing))


def test_a_loss_that_stays_far_above_that_of_the_first_epoch_and_of_silent_outputs_ends_training(
    problem, linear_simulator
):
    """A rate a million times too large throws conductances from end to end of their range."""
    problem, watcher = replace(problem, batch=10, epochs=40, update=SGD(1e6)), Watcher()
    with pytest.raises(TrainingError, match="training diverges: the loss has been .* for 5 epochs.*smaller --lr"):
        train(problem, linear_simulator(problem.circuit), callbacks=[watcher])
    losses = np.array([record.train.loss for record in watcher.records])
    silent = 0.2**2 / 2  # targets are +0.2 and -0.2 V
    over = losses > 10 * max(losses[0], silent)
    assert over[-5:].all()
    assert not any(over[k : k + 5].all() for k in range(len(over) - 5))


def test_most_samples_failing_ends_training_before_the_epoch_does(problem, linear_simulator):
    features = np.linspace(-1, 1, 400)[:, None]
    many = Dataset(features, (features[:, 0] > 0).astype(int), ("below", "above"))
    simulator = linear_simulator(problem.circuit, lost=features[:, 0])
    with pytest.raises(TrainingError, match="100 of 100 samples could not be solved in epoch 1"):
        train(replace(problem, data=Split(many)), simulator)
    assert len(simulator.asked) == 25
