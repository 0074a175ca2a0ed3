"""What a training leaves behind can be read again, and a full disk does not destroy what was there."""

import resource
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest

from ebana_like.errors import NetlistError, RunError, SettingError
from ebana_like.netlist import Netlist, save_netlist
from ebana_like.runs import Run, RunRecorder, Settings, create_run, load_circuit, load_history
from ebana_like.training import train

SETTINGS = Settings(
    epochs=3, batch=4, hidden=(7, 5), lr=(0.1, 1 / 3, 1e-300), g_start=(1e-6, 2e-6), cost="cross-entropy"
)


@pytest.fixture
def run(tmp_path):
    return create_run(tmp_path / "runs", "xor", SETTINGS)


@pytest.fixture
def recorder(run, problem, linear_simulator):
    return RunRecorder(run, "xor", SETTINGS, problem, linear_simulator(problem.circuit))


@contextmanager
def files_of_at_most(size):
    """A disk on which files cannot grow beyond a size, bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_runs_are_numbered_upwards(tmp_path):
    runs = [create_run(tmp_path / "new" / "runs", task, SETTINGS) for task in ("xor", "xor", "iris", "xor")]
    names = [run.path.name.split("-") for run in runs]
    assert [(task, number) for task, _, number in names] == [("xor", "1"), ("xor", "2"), ("iris", "1"), ("xor", "3")]


def test_the_config_repeats_task_and_settings(run):
    assert run.settings() == SETTINGS
    assert run.task() == "xor"
    assert run.config()["run"]["versions"].keys() >= {"ebana-like", "numpy", "PySpice"}


def test_the_recorded_netlist_is_the_trained_circuit_to_the_last_bit(run, recorder, problem):
    end = train(problem, recorder.simulator, callbacks=[recorder])
    recorder.save(end)
    for place in (run.path, run.netlist):
        netlist = load_circuit(place)
        found = netlist.circuit.values()
        assert found.keys() == end.values.keys()
        assert all(np.array_equal(found[name], end.values[name]) for name in found)
        assert netlist.settings["epochs"] == "3"
    voltages = recorder.simulator.solve(end.values, problem.data.train.volts(slice(1))).voltages[0, 0]
    assert netlist.recorded == {name: voltages[problem.circuit.nodes.index(name)] for name in ("y0p", "y0n")}


def test_the_netlist_of_a_sample_without_solution_records_no_voltages(run, problem, linear_simulator):
    simulator = linear_simulator(problem.circuit, lost=problem.data.train.features[0])
    RunRecorder(run, "xor", SETTINGS, problem, simulator).begin(problem.start())
    assert load_circuit(run.path).recorded == {}


def test_the_history_has_a_line_an_epoch(run, recorder, with_test_data):
    assert load_history(run) == []
    end = train(with_test_data, recorder.simulator, callbacks=[recorder])
    lines = load_history(run)
    assert [line["epoch"] for line in lines] == [1, 2, 3]
    for line, record in zip(lines, end.records, strict=True):
        # seven digits are written
        assert line["train_loss"] == pytest.approx(record.train.loss, rel=1e-6)
        assert line["test_accuracy"] == pytest.approx(record.test.accuracy, rel=1e-6)
        assert line["sample_ms"] == pytest.approx(1e3 * record.seconds / len(with_test_data.data.train), rel=1e-6)
        assert not any(name.startswith("validation") for name in line)


@pytest.mark.parametrize(("start", "checkpoints"), [("", 0), ("another run", 2)])
def test_only_a_start_that_may_change_is_saved_before_the_first_batch(start, checkpoints, tmp_path, problem, recorder):
    settings = replace(SETTINGS, start=start)
    run = create_run(tmp_path, "xor", settings)
    RunRecorder(run, "xor", settings, problem, recorder.simulator).begin(problem.start())
    assert load_circuit(run.path).settings["epochs"] == "0"
    assert len(list(run.checkpoints.glob("*"))) == checkpoints


def test_a_full_disk_ends_training_with_the_files_as_they_were(run, recorder, problem):
    first = train(replace(problem, epochs=1), recorder.simulator, callbacks=[recorder])
    recorder.save(first)
    before = {path: path.read_bytes() for path in run.path.rglob("*.*")}
    assert len(before) == 5
    room = len(before[run.history]) + 20  # part of the next line fits
    with files_of_at_most(room), pytest.raises(RunError, match=f"cannot write {run.history}: File too large"):
        train(problem, recorder.simulator, first, [recorder])
    with files_of_at_most(500), pytest.raises(RunError, match=f"cannot write {run.netlist}: File too large"):
        recorder.save(first)
    assert {path: path.read_bytes() for path in run.path.rglob("*.*")} == before


def test_a_config_that_does_not_fit_on_the_disk_is_named_and_no_folder_is_left(tmp_path):
    with files_of_at_most(100), pytest.raises(RunError, match=r"cannot write .*/config.toml: File too large"):
        create_run(tmp_path, "xor", SETTINGS)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_goes_on_from_earlier_is_brought_back_to_that(run, recorder, problem):
    first = train(replace(problem, epochs=1), recorder.simulator, callbacks=[recorder])
    train(problem, recorder.simulator, first, callbacks=[recorder])
    assert len(load_history(run)) == 3
    recorder.begin(first)
    assert [line["epoch"] for line in load_history(run)] == [1]
    assert load_circuit(run.path).settings["epochs"] == "1"
    recorder.begin(problem.start())
    assert load_history(run) == []


def test_a_root_that_is_a_file_is_named(tmp_path):
    root = tmp_path / "file"
    root.write_text("old")
    with pytest.raises(RunError, match=f"cannot make the folder {root}: File exists; .* choose another with --out"):
        create_run(root, "xor", SETTINGS)
    assert root.read_text() == "old"


def test_a_folder_without_config_or_netlist_is_no_run(tmp_path):
    with pytest.raises(RunError, match=f"{tmp_path} is not a run folder: it has no config.toml"):
        Run(tmp_path).settings()
    with pytest.raises(RunError, match=f"{tmp_path} has no netlist.cir; give a run folder or a netlist file"):
        load_circuit(tmp_path)


def test_a_config_with_a_wrong_setting_names_its_file(run):
    config = run.path / "config.toml"
    config.write_text(config.read_text().replace("epochs = 3", "epochs = 0"))
    with pytest.raises(SettingError, match=f"{config}: epochs is 0"):
        run.settings()


def test_a_file_that_is_missing_or_no_netlist_is_refused(divider, tmp_path):
    with pytest.raises(NetlistError, match="nothing.cir"):
        load_circuit(tmp_path / "nothing.cir")
    save_netlist(Netlist(divider), tmp_path / "half.cir")
    text = (tmp_path / "half.cir").read_text()
    (tmp_path / "half.cir").write_text(text[: len(text) // 2])
    with pytest.raises(NetlistError, match="half.cir"):
        load_circuit(tmp_path / "half.cir")
