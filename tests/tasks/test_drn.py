"""The published networks of ideal diodes have the sizes, the rates and the first conductances of the paper."""

from dataclasses import replace

import numpy as np
import pytest

from ebana_like.elements import IdealDiodes
from ebana_like.runs import simulator_of
from ebana_like.simulators import NativeSimulator
from ebana_like.tasks import TASKS
from ebana_like.tasks.drn import PUBLISHED, UNIT
from ebana_like.training import Problem, train
from ebana_like.values import Parameter, Range


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    """A file of images whose brightest row tells their class."""
    rng, path = np.random.default_rng(0), tmp_path_factory.mktemp("images") / "images.npz"
    labels = np.tile(np.arange(10, dtype=np.uint8), 40)
    pixels = rng.integers(0, 30, (400, 28, 28), dtype=np.uint8)
    pixels[np.arange(400), 2 * labels + 3] = 255
    np.savez(path, x_train=pixels[:320], y_train=labels[:320], x_test=pixels[320:], y_test=labels[320:])
    return str(path)


def problem_of(name: str, digits: str, **changes: object) -> Problem:
    return TASKS[name].problem(replace(TASKS[name].settings, data=digits, **changes))


def test_the_largest_has_the_published_number_of_resistors():
    (hidden,) = TASKS["drn-xl"].settings.hidden
    assert 51.7e6 < hidden * (2 * 784 + 10) < 51.8e6


def test_half_of_the_first_conductances_are_the_smallest_and_none_is_above_the_root(digits):
    circuit = problem_of("drn-xs", digits).circuit
    first, last = circuit.parameters["crossbar1.conductance"], circuit.parameters["crossbar2.conductance"]
    for parameter, rows in ((first, 1568), (last, 100)):
        assert (parameter.value == parameter.low).mean() == pytest.approx(0.5, abs=0.05)  # of 1000 tosses, three sigma
        assert parameter.value.max() == pytest.approx(UNIT / rows**0.5, rel=0.01)
    assert not circuit.parameters["bias1.amperes"].value.any()
    assert {bank.name: len(bank) for bank in circuit.of_kind(IdealDiodes)} == {"floor1": 50, "ceiling1": 50}


@pytest.mark.parametrize("network", PUBLISHED, ids=lambda network: network.name)
def test_a_step_is_the_published_one(network):
    """dg = -rate dC/dg in units of 1: a gradient of 1 / UNIT moves by rate UNIT, whatever the range."""
    settings = TASKS[network.name].settings
    span = Parameter(np.zeros(1), "", Range(settings.g_low, settings.g_high)).span
    of_biases = 2 * settings.bias_limit
    for rate, lr, lr_bias in zip(network.rates, settings.lr, settings.lr_bias, strict=True):
        assert lr * span**2 / UNIT == pytest.approx(rate * UNIT, rel=1e-6)
        assert lr_bias * of_biases**2 / UNIT == pytest.approx(network.bias_share * rate * UNIT, rel=1e-12)


@pytest.mark.parametrize("precision", ["double", "single"])
@pytest.mark.parametrize("estimator", ["centered", "adjoint"])
def test_a_small_one_learns_by_either_gradient_in_either_precision(estimator, precision, digits):
    changes = {"hidden": (40,), "epochs": 2, "estimator": estimator, "precision": precision}
    changes["g_start"] = (*TASKS["drn-xs"].settings.g_start[:2], -UNIT / 40**0.5, UNIT / 40**0.5)
    problem = problem_of("drn-xs", digits, **changes)
    settings = replace(TASKS["drn-xs"].settings, **changes)
    with simulator_of(problem.circuit, settings) as simulator:
        progress = train(problem, simulator)
    assert progress.records[-1].test.accuracy > 0.9  # one in ten by guessing
    assert progress.records[-1].failures == 0


@pytest.mark.parametrize("estimator", [pytest.param("centered", marks=pytest.mark.thorough), "adjoint"])
def test_a_rule_with_memory_moves_every_bank_by_its_own_gradient(estimator, digits, monkeypatch):
    """Steps that the engine takes by itself are those of solving, estimating and updating batch by batch."""
    changes = {"hidden": (12, 12), "epochs": 1, "lr": (6e-5,), "lr_bias": (), "g_start": (1e-7, 1e-6)}
    changes |= {"update": "momentum", "estimator": estimator}
    problem = problem_of("drn-xs", digits, **changes)
    problem = replace(problem, data=problem.data.map(lambda data: data.take(np.arange(20))))
    with NativeSimulator(problem.circuit) as simulator:
        together = train(problem, simulator).values
        monkeypatch.setattr(NativeSimulator, "descends", property(lambda self: False))
        by_batch = train(problem, simulator).values
    for at, values in together.items():
        moved = np.abs(by_batch[at] - problem.circuit.values()[at]).max()
        assert np.abs(values - by_batch[at]).max() < 1e-11 * moved
