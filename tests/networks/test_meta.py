"""What weights leak to is learned by equilibrium propagation: against the closed form of ridge regression."""

import numpy as np
import pytest

from ebana_like.errors import CircuitError
from ebana_like.learning import Adjoint, Centered, CoContentDifferences
from ebana_like.learning.costs.of_weights import WeightError
from ebana_like.networks.meta import SIEMENS, leaky_learner, with_leaks
from ebana_like.simulators import NativeSimulator, NgspiceSimulator
from ebana_like.systems import CircuitSystem, Start, Transient

RNG = np.random.default_rng(0)
INPUTS, OTHERS = RNG.normal(size=(6, 3)), RNG.normal(size=(8, 3))
TARGETS, WANTED = INPUTS @ [1.0, -0.5, 0.3] + 0.3 * RNG.normal(size=6), OTHERS @ [1.0, -0.5, 0.3]
LEAKS, CENTRES = np.array([0.5, 1.0, 2.0]), np.array([0.2, -0.1, 0.4])
FITTING = np.linalg.lstsq(OTHERS, WANTED, rcond=None)[0]


def ridge(leaks=LEAKS, centres=CENTRES):
    return np.linalg.solve(INPUTS.T @ INPUTS + np.diag(leaks), INPUTS.T @ TARGETS + leaks * centres)


@pytest.mark.parametrize("engine", [NativeSimulator, NgspiceSimulator])
def test_the_meta_gradient_is_that_of_ridge_regression(engine):
    circuit = leaky_learner(INPUTS, LEAKS, CENTRES)
    assert CircuitSystem(circuit).refusal() == ""
    cost = WeightError.of(OTHERS)
    with engine(circuit) as simulator:
        weights = simulator.solve({}, TARGETS[None]).scores[0]
        found = Centered(1e-6).estimate(simulator, circuit.values(), TARGETS[None], FITTING[None], cost, RNG).gradients
    assert weights == pytest.approx(ridge(), rel=1e-10)
    through = np.linalg.solve(INPUTS.T @ INPUTS + np.diag(LEAKS), OTHERS.T @ (OTHERS @ ridge() - WANTED) / 8)
    assert SIEMENS * found["leaks.conductance"] == pytest.approx((CENTRES - ridge()) * through, rel=1e-8)
    assert found["centres.voltage"] == pytest.approx(LEAKS * through, rel=1e-8)


def test_differences_at_a_centre_of_zero_are_the_gradient():
    """Where a share of the value is no step."""
    circuit = leaky_learner(INPUTS, np.array([0.01, 1.0, 100.0]), np.zeros(3))
    with NativeSimulator(circuit) as simulator:
        exact, found = (
            each.estimate(simulator, {}, TARGETS[None], FITTING[None], WeightError.of(OTHERS), RNG).gradients
            for each in (Adjoint(), CoContentDifferences(1e-6))
        )
    for address, each in exact.items():
        assert np.linalg.norm(found[address] - each) < 1e-5 * np.linalg.norm(each)


def test_to_learn_is_to_settle():
    circuit = leaky_learner(INPUTS, LEAKS, CENTRES)
    rest = Start(np.zeros((1, len(circuit.nodes))), np.zeros((1, 0)))
    with NativeSimulator(circuit) as simulator:
        rest.voltages[:, [circuit.nodes.index(f"o{k}") for k in range(3)]] = CENTRES
        course = simulator.follow({}, TARGETS[None], Transient(np.linspace(0, 1e-4, 2000), start=rest))
    assert course.scores[0, 0] == pytest.approx(np.zeros(3))
    assert course.scores[0, -1] == pytest.approx(ridge(), abs=1e-9)


def test_other_leaks_are_other_weights():
    circuit = with_leaks(leaky_learner(INPUTS, LEAKS, CENTRES), 2 * LEAKS, -CENTRES)
    with NativeSimulator(circuit) as simulator:
        assert simulator.solve({}, TARGETS[None]).scores[0] == pytest.approx(ridge(2 * LEAKS, -CENTRES), rel=1e-10)
    with pytest.raises(CircuitError, match=r"leaks \(2,\), centres \(3,\)"):
        leaky_learner(INPUTS, LEAKS[:2], CENTRES)


def test_the_error_of_weights_is_a_squared_error():
    cost = WeightError.of(OTHERS)
    weights = RNG.normal(size=(4, 3))
    wanted = WANTED + 0.3 * RNG.normal(size=8)
    best = np.linalg.lstsq(OTHERS, wanted, rcond=None)[0]
    errors = ((np.stack([*weights, best]) @ OTHERS.T - wanted) ** 2).mean(axis=1) / 2
    assert cost.value(weights, np.tile(best, (4, 1))) == pytest.approx(errors[:4] - errors[4])
