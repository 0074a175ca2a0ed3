"""How far nodes move between phases, and what noise a gradient bears, beside formulas for resistors alone."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from linear_problem import LinearSimulator, linear_simulator, problem

from ebana_like.analysis.examples import examples_of
from ebana_like.analysis.movement import Movement, full_scale_for, movement
from ebana_like.files import Place
from ebana_like.learning import Adjoint, Centered

__all__ = ["linear_simulator", "problem"]

BETA = 1e-8


@pytest.fixture
def given(problem):
    return examples_of(problem.circuit, replace(problem, estimator=Centered(BETA)), None, "", Place(Path()))


def test_outputs_move_as_ohms_law_says(given, problem):
    found = movement(LinearSimulator(problem.circuit), given)
    bank, outputs = problem.circuit.named("crossbar1"), problem.circuit.outputs
    ends = np.array([outputs.positive[0], outputs.negative[0]])
    siemens = np.array([bank.conductance[(bank.positive == k) | (bank.negative == k)].sum() for k in ends])
    points = LinearSimulator(problem.circuit).solve({}, given.features)
    slopes = given.cost.gradient(points.scores, given.targets)
    (layer,) = found.layers
    assert (layer.name, layer.nodes) == ("outputs", 2)
    assert layer.moves == pytest.approx(np.sqrt(np.mean((2 * BETA * slopes / siemens) ** 2)), rel=1e-6)
    assert layer.largest == pytest.approx(abs(points.voltages[0][:, ends]).max(), rel=1e-3)


def test_noise_that_is_borne_leaves_as_much_error_as_gradient(given, problem):
    """Of a cell and sample sigma |v| / (sqrt 2 beta), and so of the mean over a batch of all cells, in quadrature."""
    simulator = LinearSimulator(problem.circuit)
    found = movement(simulator, given)
    drops = problem.circuit.named("crossbar1").drop(simulator.solve({}, given.features).voltages[0])
    arguments = ({}, given.features, given.targets, given.cost, np.random.default_rng())
    gradient = given.estimator.estimate(simulator, *arguments).gradients["crossbar1.conductance"]
    error = np.sqrt((drops**2).sum() / 2) / len(drops)
    assert found.borne == pytest.approx(np.linalg.norm(gradient) / error, rel=0.2)  # 160 draws: 6 %
    assert found.noise == found.borne * BETA


def test_what_is_not_nudged_needs_no_sensors(given, problem):
    assert movement(LinearSimulator(problem.circuit), replace(given, estimator=Adjoint())) is None


def test_nothing_is_borne_where_there_is_no_gradient(given, problem):
    simulator = LinearSimulator(problem.circuit)
    reached = replace(given, targets=simulator.solve({}, given.features).scores)
    assert movement(simulator, reached).borne == 0


def test_a_converters_step_is_noise():
    """Its error is evenly spread over a step: sd step / sqrt 12. Ten bits of 1 V: 2 / 1024 / sqrt 12 = 0.564 mV."""
    found = Movement(beta=1e-4, batch=1, layers=(), borne=5.7)
    assert [found.bits(1.0), found.bits(2.0), replace(found, borne=5.6).bits(1.0)] == [10, 11, 11]
    assert found.beta_for(10, 1.0) == pytest.approx(5.638e-4 / 5.7, rel=1e-3)


@pytest.mark.parametrize(("volts", "scale"), [(0.43, 0.5), (1.0, 1.0), (1.01, 2.0), (7.0, 10.0), (0.012, 0.02)])
def test_full_scales_are_round(volts, scale):
    assert full_scale_for(volts) == pytest.approx(scale)
