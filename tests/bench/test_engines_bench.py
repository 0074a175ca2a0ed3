"""Engines are compared on the same points, and exponents are those of the times."""

import numpy as np
import pytest

from ebana_like.bench.engines import CASES, bench_case, bench_engines
from ebana_like.bench.growth import Growth, plot_growth, require_plottable
from ebana_like.bench.random_images import MNIST
from ebana_like.errors import SettingError

AGREEMENT = 1e-11  # volts; ngspice itself is left some 1e-13 V beside the solution by its own tolerances


def test_engines_agree_on_xor_and_each_has_its_time():
    result = bench_engines(bench_case("xor"), rounds=1)
    ways = [timing.way for timing in result.timings]
    assert ways == ["ngspice, full netlist", "ngspice, inputs reduced", "native"]
    assert set(result.deviations) == set(ways[:2])
    assert max(result.deviations.values()) < AGREEMENT
    assert all(timing.median > 0 for timing in result.timings)


def test_random_images_are_of_mnist_size():
    case = bench_case(CASES[-1])
    features, nudging = case.batches[0]
    batch = MNIST.batch
    assert features.shape == (batch, 784)
    values = nudging.drives(np.zeros((batch, 10)), slice(0, batch))
    assert {address: value.shape for address, value in values.items()} == {"nudge.amperes": (2, batch, 10)}


def power_law():
    """0.5 ms size^1.5 a batch of 30 points."""
    sizes = (1, 4, 16)
    return Growth("neurons", "nothing else", sizes, (30,) * 3, tuple(0.5 * n**1.5 / 30 for n in sizes))


def test_the_fitted_exponent_is_that_of_a_power_law():
    assert power_law().exponent == pytest.approx(1.5)
    assert power_law().fitted() == pytest.approx((0.5, 4.0, 32.0))


def test_growth_can_be_plotted(tmp_path):
    path = tmp_path / "growth.svg"
    require_plottable(path)
    plot_growth((power_law(), power_law()), path)
    assert "<svg" in path.read_text()


def test_a_plot_that_cannot_be_saved_is_refused_before_measuring(tmp_path):
    with pytest.raises(SettingError, match=r"growth.txt; give a name that ends in .svg, .png"):
        require_plottable(tmp_path / "growth.txt")
    with pytest.raises(SettingError, match="there is no folder"):
        require_plottable(tmp_path / "nowhere" / "growth.svg")
