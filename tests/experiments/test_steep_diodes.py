"""The experiment with steeper and steeper diodes in small: two values of N, three samples."""

import runpy
from pathlib import Path

import pytest

LIMIT = runpy.run_path(str(Path(__file__).parents[2] / "experiments" / "ideal_diodes" / "limit.py"), run_name="small")


@pytest.mark.parametrize("name", LIMIT["NETWORKS"])
def test_a_tenth_of_n_is_a_tenth_of_the_deviation_in_both_engines(name):
    coarse, fine = LIMIT["rows_of"](name, emissions=(0.01, 0.001), samples=3)
    for row in (coarse, fine):
        assert row.native == pytest.approx(row.ngspice, rel=1e-9)
        assert row.native <= row.allowed
    # currents, of which the drop has the logarithm, stay as they are
    assert coarse.native == pytest.approx(10 * fine.native, rel=0.01)
