"""Every task on offer builds a circuit of its sizes, and learns what it promises in ngspice."""

from dataclasses import replace

import numpy as np
import pytest

from ebana_like.data import MultilabelDataset, RegressionDataset
from ebana_like.errors import CircuitError, SettingError
from ebana_like.learning import UPDATES, Adjoint, CrossEntropy, Exponential, nudged_estimators, update_named
from ebana_like.netlist import Netlist, save_netlist
from ebana_like.nudges import Currents, SwitchedTargets
from ebana_like.runs import cost_of, simulator_of
from ebana_like.simulators import NgspiceSimulator
from ebana_like.tasks import TASKS
from ebana_like.training import train

PAIRED = [name for name, task in TASKS.items() if task.settings.outputs == "pairs"]
"""All but the networks of ideal diodes, of which the largest has 51 million resistors (`test_drn`)."""


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """A file with a few random images of every class, in the shape of MNIST."""
    rng, path = np.random.default_rng(0), tmp_path_factory.mktemp("images") / "images.npz"
    labels = np.repeat(np.arange(10, dtype=np.uint8), 3)
    pixels = rng.integers(0, 256, (30, 28, 28), dtype=np.uint8)
    pixels[0, 0, 0] = 255
    np.savez(path, x_train=pixels, y_train=labels, x_test=pixels[::3], y_test=labels[::3])
    return str(path)


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """A table of 20 lines, whose last column is one of two words."""
    path = tmp_path_factory.mktemp("table") / "table.csv"
    path.write_text("a,b,says\n" + "".join(f"{k},{k * k},{'low' if k < 10 else 'high'}\n" for k in range(20)))
    return str(path)


@pytest.fixture
def settings_of(images, table):
    """Return a task's own settings, with data for the tasks that bring none."""
    data = {name: images for name in TASKS if "mnist" in name or name not in PAIRED} | {"csv": table}
    return lambda name: replace(TASKS[name].settings, data=data.get(name, ""))


class Last:
    """Keeps the last epoch's record."""

    def on_batch(self, progress): ...

    def on_epoch(self, progress, record):
        self.record = record


def learned(name, **changes):
    """Train a task with some settings changed and return the last epoch's record."""
    settings = replace(TASKS[name].settings, **{"engine": "ngspice", **changes})
    problem, last = TASKS[name].problem(settings), Last()
    with simulator_of(problem.circuit, settings) as simulator:
        train(problem, simulator, callbacks=[last])
    return last.record


@pytest.mark.parametrize("seed", [0, 1])
def test_xor_is_learned(seed):
    record = learned("xor", seed=seed)
    assert record.train.loss < 1e-3
    assert record.train.accuracy == 1
    assert record.failures == 0


def test_iris_is_told_apart_after_a_short_training():
    record = learned("iris", epochs=5)
    assert record.test.accuracy > 0.8  # a guess is right in a third
    assert record.failures == 0


@pytest.mark.parametrize("name", ["gates", "parity"])
def test_gates_are_learned(name):
    record = learned(name, engine="native")
    assert record.train.loss < 1e-3
    assert record.train.accuracy == 1


@pytest.mark.parametrize(
    ("name", "least"), [("moons", 0.85), ("wine", 0.9), ("breast-cancer", 0.9), ("sine", 0.8), ("diabetes", 0.3)]
)
def test_a_few_passes_go_most_of_the_way(name, least):
    """Far below what the task promises, and far above a guess: the larger class is 1/2 to 2/3, R^2 of the mean 0."""
    record = learned(name, engine="native", epochs=8, lr=(0.01,))
    assert record.test.accuracy > least
    assert record.failures == 0


@pytest.mark.parametrize("name", PAIRED)
def test_a_task_builds_a_circuit_of_its_data_and_settings(name, settings_of):
    task, settings = TASKS[name], settings_of(name)
    problem = task.problem(settings)
    train = problem.data.train
    assert task.name == name
    assert problem.circuit.inputs.count == train.features.shape[1]
    assert problem.circuit.outputs.count == train.outputs(problem.cost)
    assert np.abs(train.volts()).max() == settings.volts
    if not isinstance(train, RegressionDataset | MultilabelDataset):
        assert set(train.labels) == set(range(len(train.classes)))

    rows = [2 * train.features.shape[1] + 2, *settings.hidden]
    columns = [*settings.hidden, 2 * problem.circuit.outputs.count]
    assert {bank: len(g) for bank, g in problem.circuit.values().items()} == {
        f"crossbar{k}.conductance": r * c for k, (r, c) in enumerate(zip(rows, columns, strict=True), start=1)
    }


@pytest.mark.parametrize("name", [name for name in TASKS if name != "csv"])
def test_a_task_is_listed_with_its_size(name, settings_of):
    task, settings = TASKS[name], settings_of(name)
    data = task.load(settings)
    outputs = data.train.outputs(cost_of(settings))
    neurons = [data.train.features.shape[1], *settings.hidden, outputs]
    samples = 70_000 if settings.data else len(data.train)  # of MNIST and its like only a few are here
    assert task.size == f"{samples} samples, {'-'.join(map(str, neurons))}"


@pytest.mark.parametrize("name", PAIRED)
def test_the_seed_draws_the_first_conductances(name, settings_of):
    first, again, other = (
        TASKS[name].problem(replace(settings_of(name), seed=seed)).circuit.values()["crossbar1.conductance"]
        for seed in (0, 0, 1)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def problem_with(lr=(0.1,), **changes):
    return TASKS["iris"].problem(replace(TASKS["iris"].settings, lr=lr, **changes))


def test_settings_reach_what_they_name():
    assert problem_with(nudging="current").circuit.driven == Currents.driven("nudge")
    assert problem_with(nudging="switch").circuit.driven == SwitchedTargets.driven("targets", "nudge", "close")
    assert problem_with(cost="cross-entropy", temperature=0.2).cost == CrossEntropy(0.2)
    for name, kind in nudged_estimators().items():
        assert problem_with(estimator=name, beta=3e-7).estimator == kind(3e-7)
    assert problem_with(estimator="adjoint").estimator == Adjoint()
    for name in UPDATES:
        update = problem_with(update=name, lr=(0.1, 0.2), decay=0.5).update
        assert update == update_named(name, {"crossbar1": 0.1, "crossbar2": 0.2}, Exponential(0.5))
        assert (update.rate_of("crossbar1"), update.rate_of("crossbar2")) == (0.1, 0.2)
        assert update.schedule.factor(2) == 0.25
    assert problem_with(update="adam", update_options="b1=0.5").update == update_named(
        "adam", {"crossbar1": 0.1, "crossbar2": 0.1}, options={"b1": 0.5}
    )
    short = problem_with(epochs=10, schedule="cosine", schedule_options={"decay_steps": 5}).update.schedule
    assert [short.factor(epoch) for epoch in (0, 5, 10)] == pytest.approx([1, 0, 0])
    cosine = problem_with(epochs=10, schedule="cosine").update.schedule
    assert [cosine.factor(epoch) for epoch in (0, 5, 10)] == pytest.approx([1, 0.5, 0])
    each = problem_with(g_start=(1e-6, 2e-6, 3e-6, 4e-6), g_low=5e-7, g_high=5e-5).circuit
    for parameter, low, high in zip(each.parameters.values(), (1e-6, 3e-6), (2e-6, 4e-6), strict=True):
        assert low <= parameter.value.min() < parameter.value.max() <= high
        assert (parameter.low, parameter.high) == (5e-7, 5e-5)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"g_start": (1e-9, 1e-5)}, CircuitError, "outside its limits"),
        ({"g_start": (1e-5, 4e-6)}, CircuitError, "outside its limits"),
        ({"diode": "nosuch"}, SettingError, "nosuch"),
        ({"test": 0.995}, SettingError, "leave none of 150 samples to learn from"),
    ],
)
def test_settings_that_fit_no_circuit_or_data_are_refused(changes, error, message):
    with pytest.raises(error, match=message):
        problem_with(**changes)


def test_training_starts_from_the_conductances_of_another_circuit(tmp_path):
    start = problem_with(seed=5).circuit
    save_netlist(Netlist(start), tmp_path / "start.cir")
    problem = problem_with((0.5, 0.1), start=str(tmp_path / "start.cir"))
    for name, conductances in start.values().items():
        assert np.array_equal(problem.start().values[name], conductances)


@pytest.mark.parametrize("hidden", [(9,), (10, 10)])
def test_a_circuit_of_other_crossbars_is_no_start(hidden, tmp_path):
    save_netlist(Netlist(problem_with(hidden=hidden).circuit), tmp_path / "start.cir")
    with pytest.raises(
        SettingError,
        match="circuit to start from has trained values crossbar1.conductance .* same --hidden",
    ):
        problem_with(start=str(tmp_path / "start.cir"))


def test_inputs_are_set_by_the_converter_that_is_asked_for():
    settings = replace(TASKS["iris"].settings, converter="bits=4,full_scale=2")
    volts = TASKS["iris"].problem(settings).data.train.volts()
    assert set(np.unique(volts)) <= set(np.arange(-8, 8) / 4)
    assert len(np.unique(volts)) == 16


@pytest.mark.parametrize(
    ("nudging", "estimator", "within"),
    [
        ("current", "centered", 1e-3),
        ("switch", "centered", 1e-4),
        ("switch", "higher-order", 1e-7),
        ("switch", "positive", 1e-2),
    ],
)
def test_the_nudging_factor_where_none_is_given_gives_the_gradient(nudging, estimator, within):
    task = TASKS["xor"]
    problem = task.problem(replace(task.settings, nudging=nudging, estimator=estimator))
    data, samples = problem.data.train, np.arange(4)
    given = problem.start().values, data.met(samples, [0, 0, 0]), data.targets(problem.cost, samples), problem.cost
    with NgspiceSimulator(problem.circuit) as simulator:
        learned = [
            learner.estimate(simulator, *given, np.random.default_rng(0)).gradients
            for learner in (problem.estimator, Adjoint())
        ]
    found, exact = (np.concatenate([slopes for _, slopes in sorted(each.items())]) for each in learned)
    assert np.linalg.norm(found - exact) < within * np.linalg.norm(exact)  # of order beta, beta^2 and beta^4


def test_a_rule_that_needs_clamps_says_so_whatever_else_nudges():
    for nudging in ("current", "switch"):
        with pytest.raises(SettingError, match="--nudging clamped"):
            problem_with(estimator="contrastive", nudging=nudging)
