"""The experiment on bias in small: how slopes are fitted, and that the bounds hold."""

import runpy
from pathlib import Path

import numpy as np
import pytest

RUN = runpy.run_path(str(Path(__file__).parents[2] / "experiments" / "estimator_bias" / "run.py"), run_name="small")


@pytest.mark.parametrize("order", [1, 2, 4])
def test_the_fit_finds_the_power_above_round_off(order):
    betas = RUN["BETAS"]
    error = (betas / 1e-4) ** order + 1e-20 / betas  # a bias, and a round-off that falls with beta
    fitted, count = RUN["slope"](error.tolist())
    # round-off is a hundredth of the smallest error fitted
    assert fitted == pytest.approx(order, abs=0.05)
    assert count >= 4


def test_the_bounds_hold_and_close_on_the_loss():
    rows = RUN["bounds"]("xor")
    assert all(row["lower"] <= row["loss"] <= row["upper"] for row in rows)
    gaps = [(row["upper"] - row["lower"]) / row["loss"] for row in rows]
    # they close in proportion to beta
    assert np.log(gaps[4] / gaps[0]) / np.log(rows[4]["beta"] / rows[0]["beta"]) == pytest.approx(1, abs=0.05)
