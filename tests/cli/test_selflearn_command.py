"""`train-circuit selflearn` writes a netlist that learns, and what it did."""

import csv

import pytest
from click.testing import CliRunner

from ebana_like.cli.main import main


def test_xor_is_learned_alone(tmp_path):
    done = CliRunner().invoke(main, ["selflearn", "xor", "--epochs", "3", "--seed", "2", "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert "32 twin edges; 12 cycles of 1 ms in one .tran" in done.output
    rows = list(csv.DictReader((tmp_path / "selflearn-xor.csv").read_text().splitlines()))
    assert [float(row["time"]) for row in rows] == pytest.approx([0.00395, 0.00795, 0.01195])
    assert len(rows[0]) == 2 + 4 + 32
    assert float(rows[2]["rms"]) < float(rows[0]["rms"])
    assert ".tran 0.001 0.012 0 0.0001 uic" in (tmp_path / "selflearn-xor.cir").read_text()
    assert (tmp_path / "selflearn-xor.png").stat().st_size > 5000


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    done = CliRunner().invoke(main, ["selflearn", "xor", "--out", str(tmp_path / "none")])
    assert done.exit_code == 2
    assert "there is no folder" in done.output
