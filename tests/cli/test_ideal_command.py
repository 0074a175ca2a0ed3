"""A network of ideal diodes trains, is verified, looked at and run again in ngspice like every other."""

import csv
import re

import pytest
from click.testing import CliRunner

from ebana_like.cli import main

IDEAL = ("--engine", "native", "--diode", "perfect", "--neurons", "halves", "--outputs", "single", "--bias-limit", 1e-4)


def command(*arguments):
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    options = ("--hidden", 6, "--epochs", 2, "--lr", 0.01, "--verify", 3, "--out", folder)
    assert "verified: ngspice differs by at most" in command("iris", *IDEAL, *options)
    return next(folder.iterdir())


def test_ngspice_differs_by_no_more_than_its_steep_diodes_drop(run):
    with (run / "verification.csv").open() as file:
        (row,) = csv.DictReader(file)
    # 0.001 Vt ln(1 + 1e-5 A / 1e-12 A) is 0.42 mV
    assert 1e-6 < float(row["deviation"]) < 6e-4


def test_it_is_looked_at_with_its_own_engine(run):
    output = command("inspect", run)
    assert re.search(r"floor1 +ideal diode +3 +in SPICE N 0.001, IS 1e-12 A", output)
    assert "nothing odd" in output
    power = command("power", run)
    assert re.search(r"moving any open node by 1 mV raises it by \d.* or more .*; convex", power)


def test_a_rerun_in_ngspice_says_what_its_steep_diodes_do(run):
    output = command("rerun", run, "--with", "ngspice")
    assert re.search(r"steep diodes in the place of ideal ones +\d\.\de-1[5-9] V", output)
    assert "reason:   mostly its steep diodes in the place of ideal ones" in output
