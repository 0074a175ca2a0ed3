"""The experiment on vendors' cards in small: no point is off without a word."""

import runpy
from pathlib import Path

import pytest

RUN = runpy.run_path(str(Path(__file__).parents[2] / "experiments" / "device_cards" / "run.py"), run_name="cards")


@pytest.mark.parametrize("seed", [2, 4, 6])  # these stalled while ngspice's tolerances were the same for all circuits
def test_a_warm_ngspice_agrees_with_fresh_ones(seed):
    row = RUN["compare"](seed, points=4)
    assert row.solved == row.fresh == 4
    assert not row.silent
