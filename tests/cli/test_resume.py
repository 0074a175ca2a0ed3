"""An interrupted run goes on from the command line, and says in one line why it cannot."""

import re
import shutil

import pytest
from click.testing import CliRunner

from ebana_like.cli import main
from ebana_like.runs import Run, load_circuit, load_history

SHORT = ("xor", "--engine", "native", "--stop-loss", 0, "--checkpoint-batches", 3, "--checkpoint-seconds", 0)


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def trained(folder, *arguments):
    result = run(*SHORT, "--out", folder, *arguments)
    assert result.exit_code == 0, result.output
    (path,) = folder.iterdir()
    return Run(path)


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    return trained(tmp_path_factory.mktemp("unbroken"), "--epochs", 20)


@pytest.fixture
def made(unbroken, tmp_path):
    """A run whose last checkpoint and files are those of the nineteenth batch."""
    path = tmp_path / "run"
    shutil.copytree(unbroken.path, path)
    for ending in ("json", "safetensors"):
        (path / "checkpoint" / f"0000000020.{ending}").unlink()
    return Run(path)


@pytest.mark.parametrize("engine", ["native", "ngspice"])
def test_a_finished_run_that_is_resumed_stays_as_it_is(engine, tmp_path):
    """Killed between its last checkpoint and its farewell, a training has yet to say what it has already written."""
    made = trained(tmp_path, "--engine", engine, "--epochs", 20)
    before = made.netlist.read_bytes()
    result = run("resume", made.path)
    assert result.exit_code == 0, result.output
    assert "nothing is left to do after 20 epochs" in result.output
    assert made.netlist.read_bytes() == before, "recorded voltages included"


def bits(made):
    return {name: g.tobytes() for name, g in load_circuit(made.path).circuit.values().items()}


def timeless_history(made):
    times = {"seconds", "sample_ms"}
    return [{name: value for name, value in row.items() if name not in times} for row in load_history(made)]


def test_an_interrupted_run_ends_as_the_unbroken_one(made, unbroken):
    made.netlist.unlink()
    made.history.write_text("half a line")
    (made.checkpoints / ".0000000021.json.4711").write_text("{")
    result = run("resume", made.path)
    assert result.exit_code == 0, result.output
    assert "goes on in epoch 18 of 20, after 18 batches" in result.output
    assert bits(made) == bits(unbroken)
    assert timeless_history(made) == timeless_history(unbroken)
    assert not list(made.checkpoints.glob(".*"))


def test_a_run_without_checkpoint_begins_at_the_beginning(made, unbroken):
    shutil.rmtree(made.checkpoints)
    again = run("resume", made.path)
    assert again.exit_code == 0, again.output
    assert "warning: there is no checkpoint to go on at; it begins again" in again.output
    assert bits(made) == bits(unbroken)


def test_what_ended_a_training_is_said_with_how_to_go_on(tmp_path):
    made = trained(tmp_path, "--epochs", 5, "--stop-loss", 1e3)
    said = run("resume", made.path, "--epochs", 9).output
    assert "after 1 epoch; stop_loss ended it; train on from there without: " in said
    command = said.partition("without: ")[2].splitlines()[0].split()[1:]
    result = run(*command, "--out", tmp_path / "on")
    assert result.exit_code == 0, result.output
    assert "trained 9 epochs" in result.output


def test_a_damaged_checkpoint_is_named_and_passed_over(made, unbroken):
    (made.checkpoints / "0000000018.safetensors").write_bytes(b"damaged")
    result = run("resume", made.path)
    assert "warning: the checkpoint" in result.output
    assert "goes on in epoch 15 of 20" in result.output
    assert bits(made) == bits(unbroken)


def test_a_finished_run_can_be_trained_longer(unbroken, made, tmp_path):
    longer = trained(tmp_path / "longer", "--epochs", 30)
    assert run("resume", made.path).exit_code == 0
    again = run("resume", made.path)
    assert "nothing is left to do after 20 epochs; train it longer with --epochs" in again.output
    assert run("resume", made.path, "--epochs", 30).exit_code == 0
    assert bits(made) == bits(longer)
    assert made.settings().epochs == 30
    fewer = run("resume", made.path, "--epochs", 3)
    assert fewer.exit_code == 2
    assert "epochs is 3, but the run has learned for 30 already" in fewer.output
    assert made.settings().epochs == 30
    assert run("resume", made.path).exit_code == 0


def damage_config(old, new):
    def change(made):
        path = made.path / "config.toml"
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    return change


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda made: None, ["--lr", 0.2], r"lr is \[0.1\] in config.toml and \[0.2\] on the command line\. A run"),
        (lambda made: None, ["--hiden", 5], r"No such option"),
        (damage_config("batch = 4", "batch = 2"), [], r"batch is 4 in the checkpoint and 2 in config.toml"),
        (damage_config("epochs = 20", "epochs = 21"), [], r"epochs is 20 in the checkpoint and 21 in config.toml"),
        (damage_config('task = "xor"', 'task = "xro"'), [], r'there is no task "xro"; did you mean "xor"'),
        (
            damage_config('task = "xor"', 'task = "iris"'),
            [],
            r'of the task "xor", but config.toml says "iris"',
        ),
        (damage_config("[run]", "[rum"), [], r"config.toml is not a TOML file"),
        (lambda made: (made.path / "config.toml").unlink(), [], r"is not a run folder: it has no config.toml"),
        (
            lambda made: [path.write_bytes(b"") for path in made.checkpoints.iterdir()],
            [],
            r"every checkpoint in .* is damaged; begin again",
        ),
    ],
)
def test_what_does_not_belong_together_is_one_clear_line(change, options, message, made):
    change(made)
    before = {path: path.read_bytes() for path in made.path.rglob("*.*")}
    result = run("resume", made.path, *options)
    assert result.exit_code in (1, 2)
    assert re.search(message, result.output)
    assert "Traceback" not in result.output
    assert {path: path.read_bytes() for path in made.path.rglob("*.*")} == before


def test_a_cosine_cannot_be_made_longer(tmp_path):
    made = trained(tmp_path, "--epochs", 4, "--schedule", "cosine")
    result = run("resume", made.path, "--epochs", 6)
    assert result.exit_code == 2
    assert "epochs is 4 in the checkpoint and 6 on the command line, but the cosine" in result.output


def test_a_training_that_diverges_leaves_its_best_circuit_and_the_command_to_begin_with_it(tmp_path):
    result = run(*SHORT, "--epochs", 200, "--lr", 100, "--out", tmp_path)
    assert result.exit_code == 1
    (path,) = tmp_path.iterdir()
    assert re.search(r"error: training diverges: .* are in .*netlist.cir; begin with them .* --start", result.output)
    losses = [row["train_loss"] for row in load_history(Run(path))]
    assert load_circuit(path).settings["epochs"] == str(1 + losses.index(min(losses)))


def test_the_best_epoch_can_be_kept(tmp_path):
    made = trained(tmp_path, "--epochs", 30, "--lr", 0.3, "--keep", "best")
    losses = [row["train_loss"] for row in load_history(made)]
    best = 1 + losses.index(min(losses))
    assert best < 30
    assert load_circuit(made.path).settings["epochs"] == str(best)


def test_the_config_of_a_run_that_began_with_another_repeats_it(unbroken, tmp_path):
    made = trained(tmp_path / "one", "--epochs", 2, "--start", unbroken.path)
    again = trained(tmp_path / "two", "--config", made.path / "config.toml")
    assert bits(again) == bits(made)
    assert load_history(made)[0]["train_loss"] < load_history(unbroken)[0]["train_loss"]


def test_tensorboard_gets_every_curve(tmp_path):
    made = trained(tmp_path, "--epochs", 2, "--tensorboard")
    (events,) = (made.path / "tensorboard").iterdir()
    content = events.read_bytes()
    for name in (b"loss/train", b"accuracy/train", b"training/gradient_norm"):
        assert content.count(name) == 2


def test_the_printed_config_of_a_task_can_be_trained_with(tmp_path):
    text = run("config", "xor").output
    assert text.startswith("# xor: ")
    file = tmp_path / "mine.toml"
    file.write_text(text.replace("epochs = 200", "epochs = 1"))
    result = run("xor", "--config", file, "--engine", "native", "--out", tmp_path / "runs")
    assert "trained 1 epoch " in result.output
    assert 'did you mean "xor"' in run("config", "xro").output


@pytest.mark.parametrize("engine", [("native",), ("ngspice", "--workers", 2)])
def test_readings_go_on_with_the_same_noise_within_an_epoch(engine, tmp_path):
    sensors = ("--readout", "bits=12,noise=1e-4,offset=1e-3", "--beta", 1e-5, "--batch", 1, "--epochs", 3)
    whole = trained(tmp_path / "whole", "--engine", *engine, *sensors)
    made = Run(tmp_path / "made")
    shutil.copytree(whole.path, made.path)
    for ending in ("json", "safetensors"):
        (made.checkpoints / f"0000000012.{ending}").unlink()
    result = run("resume", made.path)
    assert "goes on in epoch 3 of 3, after 9 batches" in result.output
    assert bits(made) == bits(whole)
    assert timeless_history(made) == timeless_history(whole)
    refused = run("resume", made.path, "--readout", "bits=12")
    assert "readout is bits=12,noise=1e-4,offset=1e-3 in config.toml and bits=12 on the command line" in refused.output


def test_a_netlist_records_true_volts_and_says_how_they_were_read(tmp_path):
    made = trained(tmp_path, "--readout", "bits=4,offset=0.1", "--epochs", 2)
    assert "* @setting readout bits=4,offset=0.1" in made.netlist.read_text()
    result = run("rerun", made.path, "--with", "ngspice")
    assert result.exit_code == 0, result.output
    assert "same laws, up to rounding" in result.output
