"""A training with wires from the command line: its netlists, what is said of it, and resuming with the same bits."""

import re

import numpy as np
import pytest
from click.testing import CliRunner

from ebana_like.cli import main
from ebana_like.elements import Resistors, WiredCrossbar, Wires
from ebana_like.runs import Run, load_circuit
from ebana_like.simulators import NativeSimulator, NgspiceSimulator
from ebana_like.tasks import problem_of_run
from ebana_like.training import train

WIRES = "row=300,column=200"


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    answer = run("xor", "--engine", "native", "--wires", WIRES, "--epochs", 6, "--out", folder)
    assert answer.exit_code == 0, answer.output
    assert f"wires have {WIRES} ohms" in answer.output
    (path,) = folder.iterdir()
    return path


def test_the_netlist_is_the_ladder_and_beside_it_the_reduced_one_with_the_same_answers(trained):
    whole = load_circuit(trained)
    assert [bank.wires for bank in whole.circuit.of_kind(WiredCrossbar)] == 2 * [Wires(300, 200)]
    plain = load_circuit(Run(trained).reduced)
    assert not plain.circuit.of_kind(WiredCrossbar)
    assert {bank.name for bank in plain.circuit.of_kind(Resistors)} >= {"crossbar1", "crossbar1_columns"}
    assert plain.recorded == whole.recorded
    x = np.array([[2.0, -2.0]])
    with NativeSimulator(whole.circuit) as native, NgspiceSimulator(plain.circuit) as ngspice:
        expected = native.solve({}, x).scores
        assert ngspice.solve({}, x).scores == pytest.approx(expected, abs=1e-9)


def test_the_ladder_gives_the_recorded_voltages_in_ngspice(trained):
    answer = run("rerun", trained, "--with", "ngspice")
    assert answer.exit_code == 0, answer.output
    assert "none to look for: the same laws, up to rounding" in answer.output


def test_what_is_said_of_it_holds_its_gradient_and_its_crossbars(trained, tmp_path):
    answer = run("gradcheck", trained)
    assert answer.exit_code == 0, answer.output
    errors = re.findall(r"^(?:finite differences|adjoint in ngspice) +(\S+)", answer.output, re.MULTILINE)
    assert len(errors) == 2
    assert max(map(float, errors)) < 1e-6
    page = tmp_path / "page.html"
    assert run("report", trained, "--out", page).exit_code == 0
    text = page.read_text()
    assert "ohms of wires that are not drawn: crossbar1 row=300.0,column=200.0" in text
    assert "crossbar1: a row for each node it is driven by" in text


def test_resume_ends_with_the_same_bits(trained, tmp_path):
    answer = run("resume", trained, "--epochs", 9)
    assert answer.exit_code == 0, answer.output
    resumed = load_circuit(trained).circuit.values()
    assert Run(trained).settings().wires == WIRES
    problem = problem_of_run(Run(trained))
    with NativeSimulator(problem.circuit) as simulator:
        unbroken = train(problem, simulator).values
    assert all(np.array_equal(resumed[at], unbroken[at]) for at in resumed)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("rows=1", "wires has 'rows', which a crossbar does not know; its options are row=0, column=0"),
        ("row=-1", "row of a crossbar is '-1'; it must be a number of at least 0"),
        ("row", "wires is 'row'; expected options"),
    ],
)
def test_wires_that_cannot_be_are_refused(given, said, tmp_path):
    answer = run("xor", "--wires", given, "--epochs", 1, "--out", tmp_path)
    assert answer.exit_code != 0
    assert said in answer.output
