"""Equilibrium propagation gives the gradient of the loss that ngspice itself has, for every conductance."""

from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest

from ebana_like.analysis.differences import differences, distance, flat
from ebana_like.energy import coenergy_weights, total_cocontent
from ebana_like.learning import Centered, CrossEntropy, HigherOrder, Negative, Positive, SquaredError
from ebana_like.networks import Amplifier, Crossbar, DiodePair, Inputs, OutputPairs, SwitchedTargets, build_network
from ebana_like.simulators import NgspiceSimulator

FEATURES = np.array([[1.9, -1.5], [-1.4, 1.8], [2.3, 2.1]])  # volts at which the diodes conduct
LABELS = np.array([0, 1, 1])
SQUARED, ENTROPY = SquaredError(0.3, 0.0), CrossEntropy(0.1)
BETA = 1e-8
"""Siemens, a thousandth of the conductances. The bias, (beta / g)^2 = 1e-6 times how curved neurons and cost are there,
is below 1e-7; nudges of 1e-4 V leave 10 of the solver's 15 digits."""


@dataclass
class Trained:
    """A network in ngspice, and its loss as a function of its conductances."""

    simulator: NgspiceSimulator

    def targets(self, cost):
        # of three classes, so that the squared error also has two outputs
        return cost.targets(np.eye(3)[LABELS])[:, :2]

    def loss(self, cost, conductances):
        return cost.value(self.simulator.solve(conductances, FEATURES).scores, self.targets(cost)).mean()

    def estimate(self, estimator, cost, conductances=None):
        conductances = conductances or self.simulator.circuit.values()
        arguments = (conductances, FEATURES, self.targets(cost), cost, np.random.default_rng(0))
        found = estimator.estimate(self.simulator, *arguments)
        assert found.points.usable.all()
        return found

    def deviation(self, estimator, cost, truth):
        return distance(flat(self.estimate(estimator, cost).gradients), truth)

    def differences(self, function):
        return flat(differences(function, self.simulator.circuit.values()))


def network(amplifier, depth=1, nudging=None):
    crossbar = {"initial": (4e-6, 4e-5)}
    hidden = [Crossbar(3, **crossbar), DiodePair("d1n4148"), amplifier] * depth
    return build_network([Inputs(2), *hidden, Crossbar(4, **crossbar), OutputPairs()], seed=1, nudging=nudging)


NETWORKS = {
    "A=4 B=1/4": network(Amplifier(4)),
    "A=B=4": network(Amplifier(4, 4)),
    "two hidden layers": network(Amplifier(4), depth=2),
    "switches": network(Amplifier(4), nudging=SwitchedTargets()),
}


@pytest.fixture(scope="module")
def trained():
    """Networks by name; each ngspice is started once."""
    with ExitStack() as running:
        yield cache(lambda name: Trained(running.enter_context(NgspiceSimulator(NETWORKS[name]))))


@pytest.mark.parametrize(
    ("name", "cost"),
    [(name, SQUARED) for name in NETWORKS] + [("A=4 B=1/4", ENTROPY), ("two hidden layers", ENTROPY)],
)
def test_the_centered_estimate_is_the_gradient(name, cost, trained):
    net = trained(name)
    truth = net.differences(lambda g: net.loss(cost, g))
    assert net.deviation(Centered(BETA), cost, truth) < 1e-6


def test_without_the_amplifiers_weight_layers_are_out_of_scale(trained):
    net = trained("A=4 B=1/4")
    truth = net.differences(lambda g: net.loss(SQUARED, g))
    found = net.estimate(Centered(BETA), SQUARED).gradients
    weights = coenergy_weights(net.simulator.circuit)
    unweighted = flat({name: found[name] / weights[name.partition(".")[0]] for name in found})
    first = len(found["crossbar1.conductance"])
    # A / B = 16, to the estimate's own accuracy
    assert truth[:first] == pytest.approx(16 * unweighted[:first], rel=1e-5)
    assert truth[first:] == pytest.approx(unweighted[first:], rel=1e-5)


@pytest.mark.parametrize(("estimator", "order"), [(Positive, 1), (Negative, 1), (Centered, 2), (HigherOrder, 4)])
def test_the_bias_falls_with_its_power_of_beta(estimator, order, trained):
    net = trained("A=4 B=1/4")
    truth = net.differences(lambda g: net.loss(ENTROPY, g))
    large, small = (net.deviation(estimator(beta), ENTROPY, truth) for beta in (8e-7, 4e-7))
    # The next power of beta is smaller by beta / g, some per cent; rounding, 1e-11, is far below the least bias, 1e-9.
    assert np.log2(large / small) == pytest.approx(order, abs=0.3)


@pytest.mark.parametrize(("estimator", "sign"), [(Positive, 1), (Negative, -1)])
def test_one_sided_estimates_are_gradients_of_a_bound_on_the_loss(estimator, sign, trained):
    """L = [F(beta) - F(0)] / beta with F(beta) the least P + beta C: L_P <= C <= L_N, at any beta."""
    net, beta = trained("switches"), 1e-6
    circuit = net.simulator.circuit

    def bound(conductances):
        points = net.estimate(estimator(beta), SQUARED, conductances).points
        free, nudged = total_cocontent(circuit.with_values(conductances), points.voltages, nudging=False)
        cost = SQUARED.value(circuit.outputs.scores(points.voltages[1]), net.targets(SQUARED))
        return ((nudged + sign * beta * cost - free) / (sign * beta)).mean()

    loss = net.loss(SQUARED, circuit.values())
    assert sign * bound(circuit.values()) < sign * loss
    assert net.deviation(estimator(beta), SQUARED, net.differences(bound)) < 1e-6
