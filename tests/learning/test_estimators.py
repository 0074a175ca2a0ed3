"""Stencils are finite differences in beta, and only what was solved enters a gradient."""

from dataclasses import replace

import numpy as np
import pytest

from ebana_like.elements import VCVS
from ebana_like.errors import CircuitError, SettingError
from ebana_like.learning import Centered, RandomSign, SquaredError, nudged_estimators
from ebana_like.systems import CircuitSystem, OperatingPoints

ORDERS = {"positive": 1, "negative": 1, "random-sign": 1, "centered": 2, "higher-order": 4}


@pytest.mark.parametrize("name", nudged_estimators())
def test_a_stencil_differentiates_polynomials_up_to_its_order(name):
    stencil = nudged_estimators()[name](1e-7).stencil(5, np.random.default_rng(0))
    at = np.vstack([np.zeros(5), stencil.multiples])
    slopes = [(stencil.coefficients * at**degree).sum(axis=0) for degree in range(ORDERS[name] + 2)]
    for degree, slope in enumerate(slopes[:-1]):
        assert slope == pytest.approx(np.full(5, float(degree == 1)), abs=1e-15), degree  # sums of twelfths round
    assert np.abs(slopes[-1]).min() > 0.5, "no more than that is promised"


def test_random_signs_are_drawn_for_each_sample():
    signs = RandomSign(1e-7).stencil(1000, np.random.default_rng(0)).multiples
    assert set(signs.ravel()) == {-1, 1}
    assert abs(signs.mean()) < 0.1  # three standard deviations


@pytest.mark.parametrize("name", nudged_estimators())
@pytest.mark.parametrize("beta", [0.0, -1e-7, float("nan"), float("inf")])
def test_a_nudging_factor_that_is_no_positive_number_is_refused(name, beta):
    with pytest.raises(SettingError, match="nudging factor beta is .* above zero"):
        nudged_estimators()[name](beta)


class DividerSimulator:
    """The divider's voltages in closed form: V = (g x + I) / (g + 1 uS). Some points may be lost.

    lost: (phase, sample) of points without a solution.
    """

    def __init__(self, circuit, lost=()):
        self.circuit, self.lost = circuit, lost
        self.system = CircuitSystem(circuit)

    def solve(self, conductances, features, nudging=None):
        g, x = conductances["top.conductance"][0], features[:, 0]
        voltages = np.zeros((3, len(x), 3))
        voltages[..., 1], voltages[0, :, 2] = x, g * x / (g + 1e-6)
        currents = nudging.drives(voltages[0, :, 2:], slice(None))["nudge.amperes"][..., 0]
        voltages[1:, :, 2] = (g * x + currents) / (g + 1e-6)
        converged = np.ones((3, len(x)), dtype=bool)
        for phase, sample in self.lost:
            converged[phase, sample] = False
            voltages[phase, sample] = np.nan
        return OperatingPoints(self.circuit, conductances, voltages, converged, np.ones_like(converged, dtype=int))


def estimate(simulator, features, targets):
    conductances = simulator.circuit.values()
    arguments = (np.array(features)[:, None], np.array(targets)[:, None], SquaredError(), np.random.default_rng(0))
    return Centered(1e-9).estimate(simulator, conductances, *arguments)


def test_the_gradient_of_a_divider_is_the_one_of_its_formula(divider):
    """C = (s - Y)^2 / 2 with s = g x / (g + h): dC/dg = (s - Y) x h / (g + h)^2."""
    found = estimate(DividerSimulator(divider), [3.0], [1.5])
    # Exact in a linear circuit; nudges of 1e-4 V leave 12 of the voltages' 16 digits.
    assert found.gradients["top.conductance"] == pytest.approx(0.5 * 3 * 1e-6 / (3e-6) ** 2, rel=1e-11)


@pytest.mark.parametrize("phase", [0, 1, 2])
def test_a_sample_lost_in_any_phase_does_not_enter_the_mean(phase, divider):
    found = estimate(DividerSimulator(divider, lost=[(phase, 1)]), [3.0, 2.0, 1.0], [1.5, 1.0, 0.2])
    alone = estimate(DividerSimulator(divider), [3.0, 1.0], [1.5, 0.2])
    assert found.points.usable.tolist() == [True, False, True]
    assert found.gradients["top.conductance"] == alone.gradients["top.conductance"]


def test_a_batch_of_which_nothing_was_solved_has_no_gradient(divider):
    assert estimate(DividerSimulator(divider, lost=[(0, 0)]), [3.0], [1.5]).gradients["top.conductance"] == 0


def test_a_circuit_without_energy_is_refused(divider):

    one_way = VCVS("forward", ("e0",), *(np.array([k]) for k in (3, 0, 2, 0)), np.ones(1))
    circuit = replace(divider, nodes=(*divider.nodes, "a"), banks=(*divider.banks, one_way))
    with pytest.raises(CircuitError, match="equilibrium propagation is not exact"):
        estimate(DividerSimulator(circuit), [3.0], [1.5])
