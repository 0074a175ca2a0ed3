"""A network whose crossbars have no pattern is solved at once; what singles solve inside has the digits of doubles."""

from itertools import pairwise

import jax.numpy as jnp
import numpy as np
import pytest

from ebana_like.energy.currents import element_currents
from ebana_like.learning import Adjoint, Centered, CrossEntropy
from ebana_like.networks import Amplifier, Crossbar, DiodePair, Inputs, OutputPairs, build_network
from ebana_like.simulators import NativeSimulator
from ebana_like.simulators.native.layers.gradients import SINGLES_FROM, jacobian_times
from ebana_like.simulators.native.layers.network import Conductances, Network, Ports, network
from ebana_like.simulators.native.layers.neurons import Neurons
from ebana_like.simulators.native.layers.patternless import patternless
from ebana_like.simulators.native.runtime import doubles

POINTS = 3


def of_rank_one(depth: int) -> tuple[Network, dict[int, jnp.ndarray]]:
    """Return a network whose crossbars are products of two vectors, with slopes of their own at every point."""
    rng = np.random.default_rng(depth)
    sizes = [*[7, 5, 6][:depth], 4]
    neurons = tuple(
        Neurons(
            jnp.zeros((2, n)),
            jnp.full((2, 1), 1e-6),
            jnp.full(2, 0.027),
            jnp.array(rng.uniform(2, 3, n)),
            jnp.array(rng.uniform(0.3, 0.5, n)),
            jnp.zeros(n),
        )
        for n in sizes[:-1]
    )
    crossbars = tuple(
        jnp.array(np.outer(rng.uniform(1, 2, columns), rng.uniform(1, 2, rows))) for rows, columns in pairwise(sizes)
    )
    ports = Ports(jnp.zeros(2), jnp.array([0, 2]), jnp.array([1, 3]), jnp.zeros(4))
    first = jnp.array(rng.uniform(5, 6, (sizes[0], 1)))
    net = network(neurons, ports, Conductances(first, first[:, :0], jnp.zeros((sizes[0], 2)), crossbars))
    slopes = {k: net.conductances[k] + rng.uniform(0, 5, (POINTS, n)) for k, n in enumerate(sizes[:-1])}
    return net, {**slopes, depth: net.conductances[depth]}


@pytest.mark.parametrize("loads", [None, np.array([[0.5], [1.0], [2.0]])])
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_without_pattern_the_answer_is_exact(depth, loads):
    with doubles():
        net, slopes = of_rank_one(depth)
        rng = np.random.default_rng(1)
        into = {k: jnp.array(rng.normal(size=(POINTS, len(net.conductances[k])))) for k in net.kept}
        found = patternless(net, slopes, loads)(into)
        held = jacobian_times(net, slopes, loads, found)
        for k in net.kept:
            # rounding of sums of some ten products of order one
            assert np.abs(held[k] - into[k]).max() < 1e-13


def wide() -> NativeSimulator:
    """Return a network with a crossbar so large that its conjugate gradients work in singles."""
    layers = [each for _ in range(2) for each in (Crossbar(260), DiodePair(), Amplifier(4.0))]
    simulator = NativeSimulator(build_network([Inputs(3), *layers, Crossbar(6), OutputPairs()]))
    assert max(len(bank) for bank in simulator.circuit.values().values()) >= SINGLES_FROM
    return simulator


def test_singles_inside_leave_the_digits_of_doubles():
    simulator = wide()
    circuit = simulator.circuit
    volts = np.random.default_rng(2).uniform(-4, 4, (4, 3))
    targets = np.eye(3)[[0, 1, 2, 0]]
    points = simulator.solve({}, volts)
    assert points.converged.all()
    for one, voltages in zip(volts, points.voltages[0], strict=True):
        # of the largest current; doubles cannot do better than some 1e-16 times the square root of 260 summands
        assert float(element_currents(circuit.with_features(one), voltages).imbalance) < 1e-14
    given = circuit.values(), volts, targets, CrossEntropy(0.1), np.random.default_rng(0)
    exact = Adjoint().estimate(simulator, *given).gradients
    nudged = Centered(1e-6).estimate(simulator, *given).gradients
    for address, expected in exact.items():
        assert np.linalg.norm(nudged[address] - expected) < 1e-4 * np.linalg.norm(expected)
