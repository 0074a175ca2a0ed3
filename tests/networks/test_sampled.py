"""A sample-and-hold keeps what it saw, but for what clock and leak do to it; a comparator tells the sign."""

import numpy as np
import pytest

from ebana_like.errors import CircuitError
from ebana_like.networks.sampled import SampleAndHold, comparator_lines
from ebana_like.simulators.programs import run_text

CLOCK = "vclk clk 0 pulse(1 0 1u 100n 100n 1 2)"  # high for a microsecond, then low


def held(block, volts=0.4, stop=20e-6):
    """What is held at the end, while the input has long been somewhere else."""
    lines = ["hold", CLOCK, f"vin in 0 pwl(0 {volts} 1.5u {volts} 1.6u 0)", *block.lines("h", "in", "out", "clk")]
    options = ".options reltol=1e-6 chgtol=1e-20 gmin=1e-15"
    course = run_text("\n".join([*lines, options, f".tran 10n {stop!r} 0 10n", ".save v(out)", ".end", ""]), 60)
    return float(np.interp(1.45e-6, course["time"], course["out"])), float(course["out"][-1])


def test_what_is_held_is_what_was_seen():
    block = SampleAndHold(farads=1e-12, ohms=1e3, off=1e13)
    assert block.settles == pytest.approx(1e-9)
    assert held(block) == pytest.approx((0.4, 0.4), abs=1e-4)


def test_a_clock_injects_charge_and_a_leak_lets_it_droop():
    block = SampleAndHold(farads=1e-12, off=1e13, overlap=2e-14)
    assert block.injected == pytest.approx(1e-2 / 1.02)
    assert held(block)[1] == pytest.approx(0.4 - block.injected, abs=1e-3)
    leaking = SampleAndHold(farads=1e-12, off=1e13, leak=2e7)
    assert leaking.droops == pytest.approx(2e-5, rel=1e-5)
    first, last = held(leaking)
    assert last == pytest.approx(first * np.exp(-(20e-6 - 1.45e-6) / leaking.droops), rel=1e-2)


@pytest.mark.parametrize(("free", "nudged", "sign"), [(0.3, 0.31, 1), (0.3, -0.31, 1), (-0.3, 0.29, -1)])
def test_a_comparator_tells_the_sign_of_the_contrast(free, nudged, sign):
    sources = [f"va a 0 {free}", "vb b 0 0", f"vc c 0 {nudged}", "rt told 0 1k"]
    lines = ["sign", *sources, *comparator_lines("s", "told", ("a", "b"), ("c", "0"))]
    found = run_text("\n".join([*lines, ".op", ".save v(told)", ".end", ""]), 60)
    assert found["told"][0] == pytest.approx(sign)


def test_a_comparator_does_not_see_what_is_too_small():
    sources = ["va a 0 0.3", "vc c 0 0.31", "rt told 0 1k"]  # squares differ by 6.1e-3
    told = [
        run_text(
            "\n".join(
                ["t", *sources, *comparator_lines("s", "told", ("a", "0"), ("c", "0"), dead=dead), ".op", ".end", ""]
            ),
            60,
        )["told"][0]
        for dead in (6.0e-3, 6.2e-3)
    ]
    assert told == pytest.approx([1, 0])


def test_droop_and_injection_may_be_asked_for():
    block = SampleAndHold.of(1e-12, 2e-5, 1e-2)
    assert block.injected == pytest.approx(1e-2)
    assert block.droops == pytest.approx(2e-5, rel=1e-5)
    with pytest.raises(CircuitError, match="injection is 0.6 V"):
        SampleAndHold.of(1e-12, 1.0, 0.6)


def test_what_cannot_be_built_is_refused():
    with pytest.raises(CircuitError, match="farads"):
        SampleAndHold(farads=0.0)
