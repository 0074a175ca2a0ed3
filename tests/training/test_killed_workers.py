"""A training whose ngspice processes are killed ends with the same bits, and who watches it sees nothing twice."""

import os
import signal
from dataclasses import replace

import numpy as np
import pytest

from ebana_like.data import Dataset, Split
from ebana_like.learning import Adjoint, Centered, SquaredError, update_named
from ebana_like.networks import Amplifier, Crossbar, DiodePair, Inputs, OutputPairs, build_network
from ebana_like.simulators import NgspiceSimulator
from ebana_like.training import Problem, train


class Killer:
    """Kills a process of a simulator after some batches and epochs; keeps what it saw of all."""

    def __init__(self, simulator, batches=(), epochs=()):
        self.simulator, self.batches, self.epochs = simulator, batches, epochs
        self.seen = []

    def on_batch(self, progress):
        self.seen.append(("batch", progress.steps))
        if progress.steps in self.batches:
            self.kill()

    def on_epoch(self, progress, record):
        self.seen.append(("epoch", record.epoch))
        if record.epoch in self.epochs:
            self.kill()

    def kill(self):
        os.kill(self.simulator.processes[-1], signal.SIGKILL)


def problem(estimator):
    circuit = build_network([Inputs(2), Crossbar(3), DiodePair(), Amplifier(), Crossbar(2), OutputPairs()], seed=2)
    features = np.random.default_rng(1).uniform(-2, 2, (14, 2))
    data = Dataset(features, (features.prod(axis=1) > 0).astype(int), ("differ", "agree"))
    parts = Split(data.take(np.arange(10)), validation=data.take(np.arange(10, 12)), test=data.take(np.arange(12, 14)))
    cost, update = SquaredError(0.2, -0.2), update_named("momentum", 0.02)
    return Problem(circuit, parts, cost, estimator, update, epochs=5, batch=4, checkpoint_batches=4)


def bits(progress):
    """Return all that a training has learned and measured, but for times and messages."""
    arrays = {name: g.tobytes() for name, g in (*progress.values.items(), *progress.update_state.items())}
    silent = {"seconds": 0.0, "solving": 0.0, "programming": 0.0, "messages": ()}
    return arrays, [replace(record, **silent) for record in progress.records]


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("estimator", [Centered(1e-7), Adjoint()], ids=["centered", "adjoint"])
def test_the_outcome_is_that_of_an_unbroken_training(estimator, workers):
    found = []
    for killed in ({}, {"batches": (1, 6, 8, 9, 14), "epochs": (2, 4)}):
        with NgspiceSimulator(problem(estimator).circuit, workers) as simulator:
            killer = Killer(simulator, **killed)
            progress = train(problem(estimator), simulator, callbacks=[killer])
            found.append((*bits(progress), killer.seen))
            said = [message for record in progress.records for message in record.messages]
            assert len(said) == (7 if killed else 0)
            assert all("was killed by SIGKILL" in message for message in said)
    assert found[0] == found[1]


def test_a_training_that_goes_on_ends_as_one_whose_workers_were_killed():
    goal = problem(Adjoint())
    with NgspiceSimulator(goal.circuit) as simulator:
        killer = Killer(simulator, batches=(2, 9, 13))
        end = train(goal, simulator, callbacks=[killer])
    with NgspiceSimulator(goal.circuit) as simulator:
        halves = []

        class Halfway:
            def on_batch(self, progress):
                if progress.steps == 8:
                    halves.append(progress)

            def on_epoch(self, progress, record):
                pass

        train(goal, simulator, callbacks=[Halfway()])
    with NgspiceSimulator(goal.circuit) as simulator:
        assert goal.is_resumable(halves[0])
        assert bits(train(goal, simulator, halves[0])) == bits(end)
