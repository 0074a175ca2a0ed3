"""Layered networks of every kind that the fast engines treat in a way of its own."""

from collections.abc import Callable

import numpy as np
import pytest

from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray
from ebana_like.learning.costs import SquaredError
from ebana_like.networks import Amplifier, Crossbar, Currents, DiodePair, Inputs, OutputPairs, build_network
from ebana_like.nudges import nudging_of
from ebana_like.systems import Nudging

LOW, HIGH = 1e-6, 1e-4
BATCH = 5


def network(
    nudging=None, hidden=(8,), model="d1n4148", gain=4.0, feedback=None, clamp=0.0, features=2, outputs=1, **inputs
) -> Circuit:
    """A network with random conductances, a tenth of them at either end of the range as after training."""
    layers = [Inputs(features, **inputs)]
    for size in hidden:
        layers += [Crossbar(size, limits=(LOW, HIGH)), DiodePair(model, clamp), Amplifier(gain, feedback)]
    layers += [Crossbar(2 * outputs, limits=(LOW, HIGH)), OutputPairs()]
    return trained(build_network(layers, nudging=nudging or Currents()))


def trained(circuit: Circuit) -> Circuit:
    """The circuit with conductances as training leaves them: spread widely, some at the ends of the range."""
    rng = np.random.default_rng(1)
    conductances = {
        name: np.clip(HIGH * rng.uniform(-0.1, 1.1, len(g)), LOW, HIGH) for name, g in circuit.values().items()
    }
    return circuit.with_values(conductances)


def stimuli(circuit: Circuit, beta: float = 1e-6) -> tuple[FloatArray, Nudging]:
    """A batch of features within 5 V, and a nudging towards and one away from random targets."""
    rng = np.random.default_rng(2)
    features = rng.uniform(-5, 5, (BATCH, circuit.inputs.count))
    targets = rng.uniform(-1, 1, (BATCH, circuit.outputs.count))
    return features, nudging_of(circuit, SquaredError(), targets, np.repeat([[beta], [-beta]], BATCH, axis=1))


@pytest.fixture(name="network")
def network_fixture() -> Callable[..., Circuit]:
    return network


@pytest.fixture(name="stimuli")
def stimuli_fixture() -> Callable[..., tuple[FloatArray, Nudging]]:
    return stimuli
