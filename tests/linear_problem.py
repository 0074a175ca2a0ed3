"""A network of resistors alone, and its solution by linear algebra: the same bits for the same question, always."""

from dataclasses import replace

import numpy as np
import pytest

from ebana_like.data import Dataset, Split
from ebana_like.elements import Resistors, VoltageSources
from ebana_like.learning import SGD, Centered, SquaredError
from ebana_like.networks import Crossbar, Inputs, OutputPairs, build_network
from ebana_like.systems import CircuitSystem, OperatingPoints
from ebana_like.training import Problem

SAMPLES = 10


class LinearSimulator:
    """Nodal analysis of resistors between grounded voltage sources, nudged by held currents.

    lost: features (first of a sample) for which no solution is found. asked: features of every batch, in order.
    """

    def __init__(self, circuit, lost=()):
        self.circuit, self.lost, self.asked = circuit, lost, []
        self.system = CircuitSystem(circuit)

    def forget(self):
        """Nothing is remembered."""

    def solve(self, values, features, nudging=None):
        self.asked.append(features)
        circuit = self.circuit.with_values(values)
        unit = np.eye(len(circuit.nodes))
        laplacian = sum(
            drop.T @ (bank.conductance[:, None] * drop)
            for bank in circuit.of_kind(Resistors)
            for drop in [unit[bank.positive] - unit[bank.negative]]
        )
        pair = unit[circuit.outputs.positive] - unit[circuit.outputs.negative]

        def voltages(sample, currents):
            known = {0: 0.0}
            for bank in circuit.with_features(sample).of_kind(VoltageSources):
                known |= dict(zip(bank.positive.tolist(), bank.voltage.tolist(), strict=True))
            free = np.setdiff1d(np.arange(len(unit)), list(known))
            solution = np.zeros(len(unit))
            solution[list(known)] = list(known.values())
            injected = currents @ pair - laplacian @ solution
            solution[free] = np.linalg.solve(laplacian[np.ix_(free, free)], injected[free])
            return solution

        at_rest = np.zeros(circuit.outputs.count)
        points = [np.array([voltages(sample, at_rest) for sample in features])]
        if nudging is not None:
            phases = nudging.drives(circuit.outputs.scores(points[0]), slice(None))["nudge.amperes"]
            points += [np.array(list(map(voltages, features, phase))) for phase in phases]
        solved = np.tile(~np.isin(features[:, 0], self.lost), (len(points), 1))
        solution = np.where(solved[:, :, None], points, np.nan)
        messages = {int(k): "no operating point" for k in np.flatnonzero(~solved[0])}
        return OperatingPoints(self.circuit, values, solution, solved, np.ones_like(solved, dtype=int), messages)


@pytest.fixture(scope="session")
def linear_simulator():
    return LinearSimulator


@pytest.fixture
def problem():
    """Tell numbers above 0 from those below, with a single crossbar."""
    circuit = build_network([Inputs(1), Crossbar(2), OutputPairs()], "linear", seed=3)
    features = np.linspace(-1, 1, SAMPLES)[:, None]
    data = Dataset(features, (features[:, 0] > 0).astype(int), ("below", "above"))
    cost, estimator, update = SquaredError(0.2, -0.2), Centered(1e-7), SGD(0.5)
    return Problem(circuit, Split(data), cost, estimator, update, epochs=3, batch=4, checkpoint_batches=1)


@pytest.fixture
def with_test_data(problem):
    """Return the same problem, with test data."""
    return replace(problem, data=replace(problem.data, test=problem.data.train.take(np.array([0, 5, 9]))))
