"""What is shown of an operating point: currents with their directions, and all the power there is."""

import pytest

from ebana_like.analysis.branches import branches


def test_the_divider_draws_three_volts_through_one_and_a_half_megohm(divider, operating_point):
    found = branches(divider, operating_point(divider))
    # 2 uS and 1 uS in series make 2/3 uS; 3 V drive 2 uA and give 6 uW
    assert found.currents["top"] == pytest.approx([2e-6], rel=1e-14)
    assert found.currents["inputs"] == pytest.approx([-2e-6], rel=1e-14)
    assert found.drops["top"] == pytest.approx([1.0], rel=1e-14)
    assert found.heat == pytest.approx({"top": 2e-6, "bottom": 4e-6}, rel=1e-14)
