"""What weights leak to is learned from the command line, in a run folder as every training is."""

import numpy as np
import pytest
from click.testing import CliRunner

from ebana_like.cli import main
from ebana_like.networks.meta import SIEMENS
from ebana_like.runs import Run, load_circuit, load_history
from ebana_like.simulators import NativeSimulator
from ebana_like.tasks.meta import META, MetaSettings, drawn

FEW = ("--tasks", 12, "--batch", 3, "--epochs", 4, "--lr", 0.05)


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def trained(folder, *arguments):
    result = run("meta", *FEW, "--out", folder, *arguments)
    assert result.exit_code == 0, result.output
    (path,) = folder.iterdir()
    return Run(path)


def test_it_learns_and_its_netlist_learns_a_task(tmp_path):
    made = trained(tmp_path, "--seed", 2)
    history = load_history(made)
    assert history[-1]["test_loss"] < history[0]["test_loss"]
    tasks = drawn(MetaSettings(seed=2, tasks=12))
    circuit = load_circuit(made.path).circuit
    values = circuit.values()
    leaks, centres = values["leaks.conductance"] / SIEMENS, values["centres.voltage"]
    assert np.linalg.norm(centres - tasks.mean) < np.linalg.norm(tasks.mean)
    first = META.problem(MetaSettings(seed=2, tasks=12)).data.train.features[0]
    with NativeSimulator(circuit) as simulator:
        weights = simulator.solve({}, first[None]).scores[0]
    gram = tasks.inputs.T @ tasks.inputs + np.diag(leaks)
    assert weights == pytest.approx(np.linalg.solve(gram, tasks.inputs.T @ first + leaks * centres), rel=1e-10)


def test_a_resumed_training_ends_with_the_bits_of_an_unbroken_one(tmp_path):
    unbroken = trained(tmp_path / "unbroken")
    broken = trained(tmp_path / "broken", "--epochs", 2)
    result = run("resume", broken.path, "--epochs", 4)
    assert result.exit_code == 0, result.output
    values = [load_circuit(each.path).circuit.values() for each in (unbroken, broken)]
    assert all((values[0][at] == values[1][at]).all() for at in values[0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--others", 3), "others is 3, fewer than 4 weights"),
        (("--data", "a.csv"), "tasks are drawn by the seed"),
        (("--lr", "0.1,0.2"), "lr has 2 values; give one"),
        (("--leak", 1e9), "leak is 1000000000; it must be at least 0.01 and at most 100"),
        (("--cost", "cross-entropy"), "cost is cross-entropy, but weights are judged by the squared error"),
        (("--on", 2), "on is 2.0, but weights are judged by the squared error"),
    ],
)
def test_what_does_not_go_is_said(arguments, message, tmp_path):
    result = run("meta", *arguments, "--out", tmp_path)
    assert result.exit_code == 2
    assert message in result.output
