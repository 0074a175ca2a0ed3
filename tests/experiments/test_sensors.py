"""The experiment on sensors in small: which sensors a case has, and what stands in its settings."""

import runpy
from pathlib import Path

import pytest

from ebana_like.hardware import Readout
from ebana_like.runs import readout_of

FOLDER = Path(__file__).parents[2] / "experiments" / "sensors"
RUN = runpy.run_path(str(FOLDER / "run.py"), run_name="small")


@pytest.mark.parametrize(
    ("noise", "bits", "sensors"),
    [
        (0.0, 0, Readout()),
        (100.0, 0, Readout(noise=1e-3)),
        (0.0, 8, Readout(bits=8, full_scale=2.0)),
    ],
)
def test_noise_is_that_over_beta_times_beta(noise, bits, sensors):
    case = RUN["Case"]("iris", "sign", 0, 1e-5, noise, bits)
    assert readout_of(RUN["settings_of"](case)) == sensors


def test_results_are_read_as_they_were_written():
    found = RUN["load"](FOLDER / "results.csv")
    assert set(found) <= set(RUN["cases"]())
    assert RUN["mean"](found, task="digits", rule="sgd", noise_over_beta=10.0, bits=0) > 96
