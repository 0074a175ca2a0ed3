"""`train-circuit board`: places are found where a board learns, and the netlist goes on by `fit`."""

import numpy as np
import pytest
from click.testing import CliRunner

from ebana_like.cli import main
from ebana_like.runs import Run, load_history


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def table(tmp_path):
    """A difference of two voltages, which resistors answer with between few pairs of nodes alone."""
    x = np.random.default_rng(0).uniform(-1, 1, (20, 2))
    rows = ["a,b,y", *(f"{p:.4f},{q:.4f},{0.2 * (p - q):.5f}" for p, q in x)]
    path = tmp_path / "difference.csv"
    path.write_text("\n".join(rows))
    return path


def test_the_best_places_are_written_and_fit_goes_on_from_there(table, tmp_path):
    made = tmp_path / "board.cir"
    found = run(
        *("board", table, "--outputs", "y", "--pairs", "--draws", 8, "--rounds", "1,4", "--lr", 0.1, "--out", made)
    )
    assert found.exit_code == 0, found.output
    rows = [line.split() for line in found.output.splitlines()]
    first, second = (next(row for row in rows[k:] if len(row) == 5) for k in (3, 4))
    *inputs, held, read, loss = first
    assert float(loss) <= float(second[-1])
    lines = made.read_text().splitlines()
    one, other = read.split("-")
    assert lines[1:4] == ["* @fit inputs v0=a,v1=b", f"* @fit outputs n{one}-n{other}=y", "* @fit lr 0.1"]
    assert lines[4:7] == [*(f"v{k} n{node} 0 0" for k, node in enumerate(inputs)), f"vheld0 n{held} 0 0"]
    assert sum(line.startswith("r") for line in lines) == 16
    fitted = run("fit", made, "--data", table, "--epochs", 4, "--out", tmp_path / "run")
    assert fitted.exit_code == 0, fitted.output
    assert load_history(Run(tmp_path / "run"))[-1]["train_loss"] == pytest.approx(float(loss), rel=1e-3)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "--outputs, columns of volts to answer with, or --labels"),
        (("--outputs", "z"), 'has no column "z"'),
        (("--outputs", "y", "--size", "3"), "size is 3; give 2 whole numbers"),
        (("--outputs", "y", "--held", "up"), "held is up; give volts"),
        (("--outputs", "y", "--size", "2,2", "--pairs"), "5 different nodes are asked for, and the graph has 4"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(arguments, words, table, tmp_path):
    found = run("board", table, *arguments, "--out", tmp_path / "board.cir")
    assert found.exit_code != 0
    assert words in found.output
    assert not (tmp_path / "board.cir").exists()
