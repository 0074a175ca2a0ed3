"""Energy is power times the time that phases are held."""

from pathlib import Path

import pytest

from ebana_like.analysis.examples import Examples
from ebana_like.analysis.joules import PUBLISHED, joules
from ebana_like.analysis.power import power_of_sample
from ebana_like.learning import Adjoint, Centered, SquaredError
from ebana_like.simulators import NativeSimulator
from ebana_like.tasks import TASKS


@pytest.fixture(scope="module")
def points():
    problem = TASKS["xor"].problem(TASKS["xor"].settings)
    data, cost, circuit = problem.data.train, SquaredError(0.3, -0.3), problem.circuit

    def of(estimator):
        given = Examples(circuit, data.volts(), data.targets(cost), cost, estimator, "", Path())
        with NativeSimulator(circuit) as simulator:
            return circuit, [power_of_sample(simulator, given, k) for k in range(4)]

    return of


def test_energy_is_power_times_time(points):
    circuit, found = points(Centered(1e-9))
    energy = joules(circuit, found, samples=4, settling=2e-6)
    inference = 2e-6 * sum(free.drawn for free, _ in found) / 4
    assert energy.inference == pytest.approx(inference, rel=1e-12)
    assert energy.step == pytest.approx(3 * inference, rel=1e-4), "nudges of 1e-9 S change hardly anything"
    assert energy.update == 4 * energy.step
    assert energy.cells == 64
    assert energy.cell == pytest.approx(inference / 64, rel=1e-12)


def test_large_nudges_are_counted_as_they_are(points):
    """A pair of nudges of opposite sign: what one adds the other takes, but for what is quadratic in it."""
    _, small = points(Centered(1e-9))
    _, large = points(Centered(1e-4))
    for (free, _), (_, nudged) in zip(small, large, strict=True):
        assert abs(nudged.drawn - free.drawn) > 1e-4 * free.drawn


def test_what_is_not_nudged_costs_an_inference(points):
    circuit, found = points(Adjoint())
    energy = joules(circuit, found, samples=4)
    assert energy.step == energy.inference


def test_published_figures_are_of_a_multiplication():
    """3.7 + 0.9 pJ; two operations at 2.48 and 9.76 tera-operations a joule."""
    assert [each.joules for each in PUBLISHED] == pytest.approx([4.6e-12, 8.06e-13, 2.05e-13], rel=1e-3)
