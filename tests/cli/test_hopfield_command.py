"""Hopfield networks are trained and resumed from the command line, which lists what goes with what."""

from collections import defaultdict

import pytest
from click.testing import CliRunner
from safetensors.numpy import load_file

from ebana_like.cli import main
from ebana_like.runs import Run, load_circuit, load_history


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def trained(folder, *arguments, task="iris"):
    result = run("hopfield", task, "--hidden", "8", "--batch", 30, "--out", folder, *arguments)
    assert result.exit_code == 0, result.output
    (path,) = folder.iterdir()
    return Run(path)


def test_a_resumed_training_ends_with_the_bits_of_an_unbroken_one(tmp_path):
    unbroken = trained(tmp_path / "unbroken", "--epochs", 6)
    broken = trained(tmp_path / "broken", "--epochs", 4)
    result = run("resume", broken.path, "--epochs", 6)
    assert result.exit_code == 0, result.output
    files = [(each.path / "weights.safetensors").read_bytes() for each in (unbroken, broken)]
    assert files[0] == files[1]
    assert len(load_history(broken)) == 6
    assert broken.task() == "hopfield-iris"


def test_maps_learn_digits(tmp_path):
    maps = ("--channels", 4, "--kernel", 3, "--pool", 2, "--spread", 0.5, "--precision", "single", "--still", 1e-3)
    rule = ("--estimator", "centered", "--lr", 0.2, "--batch", 10, "--epochs", 3)
    made = trained(tmp_path, *rule, *maps, task="digits")
    weights = load_file(made.path / "weights.safetensors")
    assert {at: len(each) for at, each in weights.items() if "weight" in at} == {
        "layer1.weight": 4 * 9,
        "layer2.weight": 10 * 4 * 9,
    }
    assert load_history(made)[-1]["test_accuracy"] > 0.6


def test_a_small_network_leaves_its_circuit_too(tmp_path):
    made = trained(tmp_path, "--epochs", 2)
    weights = load_file(made.path / "weights.safetensors")
    circuit = load_circuit(made.path).circuit
    gains = [bank.gain for bank in circuit.banks if bank.kind == "vccs"]
    assert sorted(len(gain) for gain in gains) == [3, 8, 24, 24, 32]
    assert {len(each) for each in weights.values()} == {32, 8, 24, 3}


def test_its_circuit_is_looked_at_freely(tmp_path):
    """Its nudging factors are no siemens, and here they are complex."""
    rule = ("--estimator", "holomorphic", "--activation", "tanh", "--nudging", "current")
    made = trained(tmp_path, "--epochs", 1, *rule)
    for command in ("power", "inspect"):
        result = run(command, made.path)
        assert result.exit_code == 0, result.output
        assert "nudged" not in result.output
        assert "a training step draws" not in result.output


def test_it_learns_iris_with_clamped_outputs(tmp_path):
    """Contrastive Hebbian learning."""
    rule = ("--nudging", "clamped", "--estimator", "contrastive")
    made = trained(tmp_path, "--epochs", 30, "--lr", 0.1, *rule)
    assert load_history(made)[-1]["train_accuracy"] > 0.85


@pytest.mark.parametrize("weights", [(), ("--vector-field",)])
def test_it_learns_iris_in_discrete_time(tmp_path, weights):
    rule = ("--nudging", "clamped", "--estimator", "contrastive")
    made = trained(tmp_path, "--epochs", 30, "--lr", 0.1, "--steps", "20,6", *rule, *weights)
    assert load_history(made)[-1]["train_accuracy"] > 0.7
    held = load_file(made.path / "weights.safetensors")
    assert ("layer2.back" in held) == bool(weights)
    gains = {bank.name: bank.gain for bank in load_circuit(made.path).circuit.banks if bank.kind == "vccs"}
    (back,) = (gain for name, gain in gains.items() if name.startswith("back"))
    led = held["layer2.back"].reshape(8, 3) if weights else held["layer2.weight"].reshape(3, 8).T
    assert back == pytest.approx(1e-6 * led.ravel())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("hopfield", "irs"), 'there is no task "irs"'),
        (("hopfield", "iris", "--verify", 3), "this trains no circuit"),
        (("hopfield", "iris", "--lr", "0.1,0.1,0.1"), "2: one for each layer"),
        (("hopfield", "iris", "--estimator", "holomorphic"), "smooth Hopfield networks alone"),
        (("hopfield", "iris", "--nudging", "clamped", "--beta", 2), "the share of the way to the target"),
        (("hopfield", "iris", "--still", -1), "still"),
        (("hopfield", "xor", "--channels", 4), "2 features are no square image"),
        (("hopfield", "iris", "--channels", 4), "windows of 5 do not fit into 2 x 2"),
        (("hopfield", "digits", "--channels", 4, "--activation", "tanh"), "units of maps are clipped"),
        (("hopfield", "digits", "--channels", 4, "--kernel", 4), "do not divide"),
        (("hopfield", "iris", "--steps", 30), "give two, of the free and of the nudged phase"),
    ],
)
def test_what_is_not_defined_is_said_in_a_line(arguments, words, tmp_path):
    result = run(*arguments, "--out", tmp_path) if len(arguments) > 2 else run(*arguments)
    assert result.exit_code == 2
    assert words in result.output
    assert not list(tmp_path.iterdir())


def test_learners_tells_what_goes_with_what():
    result = run("learners")
    assert result.exit_code == 0, result.output
    rows = defaultdict(list)
    for line in result.output.splitlines():
        rows[line.split(" ")[0]] += line.split()[1:]
    assert rows["contrastive"].count("no") == 10
    assert rows["contrastive"].count("inexact") == 5
    assert rows["generec"].count("inexact") == 10
    assert rows["power"].count("inexact") == 1
    assert rows["cocontent"].count("exact") == 1
    assert rows["centered"].count("exact") == 9
    assert rows["holomorphic"].count("exact") == 2
    assert rows["adjoint"].count("exact") == 14
    assert "nudge by clamped outputs" in result.output
