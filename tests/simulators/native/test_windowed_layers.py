"""The native engine gives what all of Kirchhoff's equations give where crossbars see windows, or rows are mirrored."""

import numpy as np
import pytest

from ebana_like import SGD, Adjoint, Centered, Dataset, NativeSimulator, Split, SquaredError, build_network
from ebana_like.networks import (
    Amplifier,
    Convolution,
    Crossbar,
    DiodePair,
    Inputs,
    LocalCrossbar,
    OutputPairs,
    Outputs,
    SwitchedTargets,
)
from ebana_like.simulators.native.general import GeneralEngine
from ebana_like.training import Problem, train

ROUNDING = 1e-12  # volts: both stop when what is left is below this
NEURON, IN_MIRROR = (DiodePair("d1n4148"), Amplifier(4)), (DiodePair("d1n4148"), Amplifier(4, mirrored=True))
NETWORKS = {
    "convolutions": (
        [
            Inputs(16),
            Convolution((1, 4, 4), 2, 1, channels=2),
            *IN_MIRROR,
            Convolution((2, 3, 3), 2, 1, channels=3),
            *IN_MIRROR,
            Crossbar(3),
            Outputs(),
        ],
        None,
    ),
    "local": (
        [
            Inputs(16, bias=0.0, doubled=False),
            LocalCrossbar((1, 4, 4), 3, 1, channels=2),
            *NEURON,
            LocalCrossbar((2, 2, 2), 2, 2, channels=3),
            *NEURON,
            Crossbar(6),
            OutputPairs(),
        ],
        None,
    ),
    "mirrored, switched": ([Inputs(16), Crossbar(5), *IN_MIRROR, Crossbar(6), OutputPairs()], SwitchedTargets()),
}


class ByBatches(NativeSimulator):
    """One that leaves training steps to others."""

    descends = False


@pytest.mark.parametrize("name", NETWORKS)
def test_voltages_and_steps_are_those_of_all_equations(name, stimuli):
    layers, nudging = NETWORKS[name]
    circuit = build_network(layers, seed=3, nudging=nudging)
    features, pull = stimuli(circuit, 1e-6)
    native = NativeSimulator(circuit).solve(circuit.values(), features, pull)
    general = GeneralEngine(circuit).solve(circuit.values(), features, pull)
    assert native.messages == {}
    assert np.abs(native.voltages - general.voltages).max() < ROUNDING
    rng = np.random.default_rng(0)
    data = Dataset(rng.normal(size=(8, 16)), rng.permutation(8) % 3, tuple("abc"))
    for estimator in (Centered(1e-6), Adjoint()):
        problem = Problem(circuit, Split(data), SquaredError(0.1, -0.1), estimator, SGD(0.05), epochs=2, batch=4)
        found, expected = (train(problem, engine(circuit)).values for engine in (NativeSimulator, ByBatches))
        for address, value in expected.items():
            moved = np.abs(value - circuit.values()[address]).max()
            assert np.abs(found[address] - value).max() < 1e-6 * moved  # what centered nudging leaves of 12 digits
