"""Chips of a trained run: worse than the design as made, and better once they have learned."""

import csv
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from ebana_like.analysis.chips import chips, design_of
from ebana_like.analysis.trained import read_trained
from ebana_like.cli.main import main
from ebana_like.elements import Diodes
from ebana_like.errors import SettingError
from ebana_like.hardware import Mismatch

HARSH = Mismatch(saturation=2.0, gain=0.3, feedback=0.3, offset=0.1)


def trained(folder, *words):
    out = folder / "-".join(words).replace("=", "_")
    done = CliRunner().invoke(main, [*words, "--engine", "native", "--out", str(out)], standalone_mode=False)
    assert done.exit_code == 0, done.output
    (run,) = out.iterdir()
    return run


@pytest.fixture(scope="module")
def iris(tmp_path_factory):
    return trained(tmp_path_factory.mktemp("runs"), "iris", "--epochs", "40", "--hidden", "4")


def test_chips_learn_what_they_lost(iris):
    found = chips(read_trained(iris), HARSH, count=6, retrain=10)
    made, learned = (np.array([each.loss for each in found.stages()[stage]]) for stage in ("made", "learned"))
    assert made.mean() > 1.2 * found.design.loss
    assert learned.mean() < 0.9 * made.mean()
    assert found.defect == 0  # one hidden layer: each neuron has a weight of its own


def test_a_chip_is_the_same_whatever_is_drawn_beside_it_and_by_whom(iris, cluster):
    read = read_trained(iris)
    alone, among = chips(read, HARSH, count=1, first=2).chips[0], chips(read, HARSH, count=4).chips[2]
    assert alone == among
    assert chips(read, HARSH, count=3, on=cluster).chips[2] == among


def test_a_run_on_a_chip_is_looked_at_as_its_design(tmp_path):
    run = trained(tmp_path, "xor", "--epochs", "2", "--mismatch", "saturation=0.4", "--chip", "5")
    read = read_trained(run)
    assert not (read.circuit.bank("up1", Diodes).area == 1).all()
    design = design_of(read)
    assert (design.bank("up1", Diodes).area == 1).all()
    assert all(np.array_equal(design.values()[at], g) for at, g in read.circuit.values().items())


def test_ratios_that_spoil_the_gradient_are_told(tmp_path):
    run = trained(tmp_path, "xor", "--epochs", "2", "--hidden", "3,3")
    found = chips(read_trained(run), Mismatch(gain=0.05), count=2, retrain=1)
    assert 0 < found.defect < 0.5


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"count": 0}, "count is 0"),
        ({"mismatch": Mismatch()}, "mismatch is empty"),
        ({"retrain": -1}, "retrain is -1"),
    ],
)
def test_what_cannot_be_meant_is_said(changes, message, iris):
    with pytest.raises(SettingError, match=message):
        chips(**{"trained": read_trained(iris), "mismatch": HARSH, "count": 1, **changes})


def test_the_command_shows_a_table_and_leaves_files(iris):
    words = ["chips", str(iris), "--mismatch", "saturation=0.4,gain=5%", "--count", "3", "--retrain", "1"]
    done = CliRunner().invoke(main, words, standalone_mode=False)
    assert done.exit_code == 0, done.output
    assert "iris: 3 chips with saturation=0.4,gain=0.05; 30 test samples" in done.output
    for row in ("accuracy, made", "accuracy, learned", "loss, made", "loss, learned"):
        assert row in done.output
    assert all(len(line) <= 80 for line in done.output.splitlines() if not line.startswith("made:"))
    with (iris / "chips.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["chip"] for row in rows] == ["0", "1", "2"]
    assert rows[0].keys() == {
        "chip", "symmetry_defect", "made_accuracy", "made_loss", "learned_accuracy", "learned_loss"
    }  # fmt: skip
    assert (iris / "chips.png").read_bytes().startswith(b"\x89PNG")


def test_at_another_temperature_chips_are_other(iris):
    read = read_trained(iris)
    hot = replace(read, circuit=read.circuit.at(85.0))
    assert chips(hot, HARSH, count=1).chips[0].made.loss != chips(read, HARSH, count=1).chips[0].made.loss
