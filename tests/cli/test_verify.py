"""A run of another engine can be checked against ngspice by one option."""

import csv

import pytest
from click.testing import CliRunner

from ebana_like.analysis import verification
from ebana_like.analysis.verification import Verification
from ebana_like.cli import main
from ebana_like.errors import SimulatorError
from ebana_like.netlist import load_netlist
from ebana_like.runs import load_circuit


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.mark.parametrize("task", ["xor", "iris"])
def test_native_is_verified_after_every_epoch(task, tmp_path):
    options = ("--engine", "native", "--epochs", 2, "--verify", 3, "--verify-epochs", "--out", tmp_path)
    result = run(task, *options)
    assert result.exit_code == 0, result.output
    assert "verified: ngspice differs by at most" in result.output
    (folder,) = tmp_path.iterdir()
    with (folder / "verification.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2"]
    # both engines stop at steps of 1e-12 of voltages around 1 V
    assert all(0 < float(row["deviation"]) < 1e-11 for row in rows)


def test_the_netlist_verified_is_that_of_the_epoch(tmp_path, monkeypatch):
    seen = []

    def look(netlist, simulator, features):
        seen.append(int(load_netlist(netlist).settings["epochs"]))
        return Verification(len(features), 0.0, "h1_0")

    monkeypatch.setattr(verification, "verify", look)
    options = ("--engine", "native", "--epochs", 3, "--verify", 1, "--verify-epochs", "--out", tmp_path)
    assert run("xor", *options).exit_code == 0
    assert seen == [1, 2, 3]


@pytest.mark.parametrize("engine", ["native", "ngspice"])
def test_verifying_changes_no_bit_of_what_is_learned(engine, tmp_path):
    options = ("xor", "--engine", engine, "--epochs", 5, "--stop-loss", 0, "--out")
    for folder, extras in (("alone", ()), ("verified", ("--verify", 2, "--verify-epochs"))):
        result = run(*options, tmp_path / folder, *extras)
        assert result.exit_code == 0, result.output
    alone, verified = (load_circuit(path).circuit.values() for path in sorted(tmp_path.glob("*/*")))
    assert {name: g.tobytes() for name, g in alone.items()} == {name: g.tobytes() for name, g in verified.items()}


def test_no_samples_cannot_be_verified_every_epoch(tmp_path):
    result = run("xor", "--verify-epochs", "--out", tmp_path)
    assert result.exit_code == 2
    assert "error: verify-epochs is given without verify; say with --verify how many samples to solve" in result.output
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("deviation", [2e-9, float("nan")])
def test_a_deviation_is_an_error(deviation):
    with pytest.raises(SimulatorError, match=r"at node h1_0, more than 1e-09 V"):
        Verification(3, deviation, "h1_0").require()


def test_more_samples_than_there_are_cannot_be_verified(tmp_path):
    result = run("xor", "--verify", 10, "--out", tmp_path)
    assert result.exit_code == 2
    assert "verify is 10; give a number of samples from 1 to 4" in result.output
