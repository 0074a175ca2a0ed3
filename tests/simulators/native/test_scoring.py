"""Scores alone are those of the solved nodes, for one sample and for many chunks of them."""

from dataclasses import replace

import numpy as np
import pytest

from ebana_like.errors import SimulatorError
from ebana_like.networks import Amplifier, Crossbar, DiodePair, Inputs, OutputPairs, build_network
from ebana_like.nudges import SwitchedTargets
from ebana_like.runs.assembly import simulator_of
from ebana_like.simulators import NativeSimulator
from ebana_like.simulators.native.layers.resident import Resident
from ebana_like.simulators.scoring import scored
from ebana_like.tasks import TASKS
from ebana_like.training import Callback, train
from ebana_like.training.loop import clamped_share


@pytest.fixture(scope="module", params=["current", "switched"])
def simulator(request):
    blocks = [Inputs(3, bias=1.0), Crossbar(5), DiodePair("schottky"), Amplifier(4), Crossbar(4), OutputPairs()]
    ways = {"nudging": SwitchedTargets()} if request.param == "switched" else {}
    return NativeSimulator(build_network(blocks, **ways))


@pytest.mark.parametrize("batch", [1, 100, 250])
def test_scores_are_those_of_the_solved_nodes(simulator, batch):
    features = np.random.default_rng(0).uniform(-3, 3, (batch, 3))
    found = scored(simulator, {}, features)
    points = simulator.solve({}, features)
    assert found.usable.all()
    assert found.scores.shape == (batch, 2)
    np.testing.assert_allclose(found.scores, points.scores, rtol=0, atol=1e-12)


def test_conductances_that_are_no_numbers_are_refused(simulator):
    wrong = np.full_like(simulator.circuit.values()["crossbar1.conductance"], np.nan)
    with pytest.raises(SimulatorError, match="crossbar1"):
        scored(simulator, {"crossbar1.conductance": wrong}, np.zeros((1, 3)))


def test_conductances_left_on_the_device_stay_what_they_were_while_training_goes_on():
    settings = replace(TASKS["iris"].settings, engine="native", epochs=3)
    problem = TASKS["iris"].problem(settings)
    seen = []

    class Keep(Callback):
        every_batch = False

        def on_epoch(self, progress, record):
            seen.append(progress.values)

    simulator = simulator_of(problem.circuit, settings)
    train(problem, simulator, callbacks=[Keep()])
    assert all(isinstance(each, Resident) for each in seen)
    again = train(problem, simulator)
    first = [{name: each[name] for name in each} for each in seen]
    assert list(seen[0]) == list(problem.circuit.parameters)
    assert np.abs(first[0]["crossbar1.conductance"] - first[2]["crossbar1.conductance"]).max() > 0
    np.testing.assert_array_equal(again.values["crossbar2.conductance"], first[2]["crossbar2.conductance"])


def test_conductances_at_the_ends_of_their_range_are_counted_where_they_are():
    settings = replace(TASKS["iris"].settings, engine="native", epochs=1, lr=(30.0,), update="sgd")
    problem = TASKS["iris"].problem(settings)
    simulator = simulator_of(problem.circuit, settings)
    found = train(problem, simulator).values
    assert isinstance(found, Resident)
    on_the_host = clamped_share(problem.circuit.parameters, {name: found[name] for name in found})
    assert 0.1 < on_the_host < 1
    assert clamped_share(problem.circuit.parameters, found) == on_the_host
