"""What sensors make of voltages, and what learning from their readings comes to."""

from dataclasses import replace

import numpy as np
import pytest

from ebana_like.errors import SettingError
from ebana_like.hardware import Measured, Readout, measured
from ebana_like.hardware.converter import converted
from ebana_like.hardware.readout import sensed
from ebana_like.learning import Centered, Continual, Frequency, LockIn, SquaredError, Stochastic
from ebana_like.simulators import NativeSimulator
from ebana_like.training import Interrupted, train

NOISE, OFFSET = 2e-3, 0.03
FEATURES = np.array([[0.5], [-0.25], [1.0]])


@pytest.fixture
def simulator(problem, linear_simulator):
    return linear_simulator(problem.circuit)


def read(simulator, readout, *moment, seed=0):
    return Measured(simulator, readout, seed, *moment).solve({}, FEATURES).voltages


def test_a_converter_has_whole_steps_within_its_scale():
    """Two bits from -2 to 2 V: codes -2, -1, 0 and 1 of 1 V."""
    volts = np.array([-9.0, -1.2, -0.4, 0.6, 9.0, np.nan])
    assert np.array_equal(converted(volts, 2, 2.0), [-2, -1, 0, 1, 1, np.nan], equal_nan=True)


def test_perfect_sensors_are_not_there(simulator):
    assert measured(simulator, Readout(full_scale=1.0, ports=True), 0) is simulator


def test_sensors_err_as_they_are_said_to(simulator):
    true = simulator.solve({}, FEATURES).voltages
    has_sensor = sensed(simulator.circuit, Readout())
    names = [name for name, has in zip(simulator.circuit.nodes, has_sensor, strict=True) if has]
    assert names == ["y0p", "y0n"], "not ground, and not what sources hold"
    readings = np.array([read(simulator, Readout(noise=NOISE, offset=OFFSET), k) for k in range(400)])
    errors = (readings - true)[:, 0]
    assert not errors[..., ~has_sensor].any()
    noise = errors[..., has_sensor]
    offsets = noise.mean(axis=(0, 1))
    assert np.std(noise - offsets) == pytest.approx(NOISE, rel=0.05)  # 2400 draws: 1.4 % of one standard deviation
    drawn = np.array([read(simulator, Readout(offset=OFFSET), seed=seed) - true for seed in range(400)])[:, 0]
    assert np.std(drawn[..., has_sensor]) == pytest.approx(OFFSET, rel=0.15)  # 800 sensors: 2.5 %
    assert np.ptp(drawn, axis=1).max() < 1e-15, "the same for every sample"


def test_only_ports_are_read_where_only_ports_have_sensors(problem):
    deep = sensed(problem.circuit, Readout(ports=True))
    assert set(np.flatnonzero(deep)) == {*problem.circuit.outputs.positive, *problem.circuit.outputs.negative}


def test_nudges_follow_the_scores_that_were_read(problem, simulator):
    cost, beta = SquaredError(0.2, -0.2), 1e-6
    targets = np.array([[0.2], [-0.2], [0.2]])
    nudging = problem.system.nudging(cost, targets, np.array([[beta] * 3, [-beta] * 3]))
    engine = Measured(simulator, Readout(offset=OFFSET), 4)
    points = engine.solve({}, FEATURES, nudging)
    bank = problem.circuit.named("crossbar1")
    moved = (points.voltages[1] - points.voltages[2]) / 2
    out = problem.circuit.outputs.positive[0]
    siemens = bank.conductance[(bank.positive == out) | (bank.negative == out)].sum()
    current = -beta * cost.gradient(points.scores, targets)[:, 0]
    assert moved[:, out] == pytest.approx(current / siemens, rel=1e-9)
    assert abs(points.scores - simulator.solve({}, FEATURES).scores).min() > 1e-3


def test_noise_of_the_gradient_is_that_of_sensors_over_beta(problem, simulator):
    """sd = sigma |v| / (sqrt 2 beta) of one sample, v the cell's drop, for the centered estimator."""
    beta, sigma = 1e-7, 1e-6
    features, targets, cost = FEATURES[:1], np.array([[0.2]]), SquaredError(0.2, -0.2)
    found = [
        Centered(beta)
        .estimate(Measured(simulator, Readout(noise=sigma), 0, k), {}, features, targets, cost, np.random.default_rng())
        .gradients["crossbar1.conductance"]
        for k in range(1000)
    ]
    drops = problem.circuit.named("crossbar1").drop(simulator.solve({}, features).voltages[0, 0])
    assert np.std(found, axis=0) == pytest.approx(sigma * abs(drops) / (np.sqrt(2) * beta), rel=0.1)  # sd 2.2 %


def test_what_is_not_solved_is_not_read(problem, linear_simulator):
    lost = linear_simulator(problem.circuit, lost=[1.0])
    nudging = problem.system.nudging(SquaredError(), np.zeros((3, 1)), np.full((1, 3), 1e-7))
    points = Measured(lost, Readout(bits=8), 0).solve({}, FEATURES, nudging)
    assert points.usable.tolist() == [True, True, False]
    assert np.isnan(points.voltages[:, 2, 1:]).any()
    assert points.messages == {2: "no operating point"}


def test_a_step_too_coarse_for_the_nudge_shows_no_gradient(problem, simulator):
    problem = replace(problem, readout=Readout(bits=4), epochs=1)
    assert train(problem, simulator).records[0].gradient_norm == 0
    assert train(replace(problem, readout=Readout()), simulator).records[0].gradient_norm > 0


class StopAt:
    def __init__(self, steps):
        self.steps = steps

    def on_batch(self, progress):
        if progress.steps == self.steps:
            raise KeyboardInterrupt

    def on_epoch(self, progress, record):
        return


def test_stopped_within_an_epoch_it_ends_with_the_same_bits(with_test_data):
    problem = replace(with_test_data, readout=Readout(bits=12, noise=1e-4, offset=1e-3), estimator=Centered(1e-5))
    with NativeSimulator(problem.circuit) as simulator:
        whole = train(problem, simulator)
        with pytest.raises(Interrupted) as stopped:
            train(problem, simulator, callbacks=[StopAt(5)])
        rest = train(problem, simulator, stopped.value.progress)
        ideal = train(replace(problem, readout=Readout()), simulator)
    assert stopped.value.progress.batch > 0
    assert whole.values["crossbar1.conductance"].tobytes() == rest.values["crossbar1.conductance"].tobytes()
    assert [record.test for record in whole.records] == [record.test for record in rest.records]
    assert not np.array_equal(whole.values["crossbar1.conductance"], ideal.values["crossbar1.conductance"])
    assert whole.records[-1].test.loss != ideal.records[-1].test.loss


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"bits": 33}, "readout: bits is 33; it must be at least 0 and at most 32"),
        ({"bits": 8.5}, "readout: bits is 8.5; expected a whole number"),
        ({"full_scale": 0}, "readout: full_scale is 0; it must be above zero, in volts"),
        ({"noise": -1.0}, "readout: noise is -1; it must be at least 0, in volts"),
        ({"offset": float("inf")}, "readout: offset is inf; it must be finite and at least 0, in volts"),
    ],
)
def test_what_no_sensor_can_be_is_refused(given, message):
    with pytest.raises(SettingError) as refused:
        Readout(**given)
    assert str(refused.value) == message


@pytest.mark.parametrize("estimator", [Frequency(), LockIn(1e-7), Continual(1e-7), Stochastic()])
def test_what_moves_is_not_read_by_sensors(problem, estimator):
    with pytest.raises(SettingError, match="estimator reads (swings|voltages while).*leave readout out"):
        replace(problem, readout=Readout(bits=8), estimator=estimator)
    assert replace(problem, readout=Readout(), estimator=estimator).estimator == estimator
