"""Trainings that are killed, meet a full disk or a damaged file: a few of those in experiments/kill_resume."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "experiments" / "kill_resume" / "run.py"


@pytest.mark.parametrize(("engine", "trainings", "full", "corruptions"), [("native", 1, 1, 3), ("ngspice", 1, 0, 0)])
def test_broken_trainings_end_with_the_bits_of_unbroken_ones(engine, trainings, full, corruptions, tmp_path):
    numbers = {"trainings": trainings, "full": full, "corruptions": corruptions}
    options = [f"--{name}={number}" for name, number in numbers.items()]
    command = [sys.executable, str(SCRIPT), "--engine", engine, *options, "--results", str(tmp_path / "results.csv")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert sum(map(int, re.findall(r"killed: (\d+)", done.stdout))) == trainings
