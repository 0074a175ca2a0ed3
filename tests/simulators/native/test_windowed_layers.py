"""The layered engine gives what all of Kirchhoff's equations give: windows, mirrored rows, reference columns."""

import numpy as np
import pytest
from all_equations import agree

from ebana_like import build_network
from ebana_like.elements import Resistors
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
from ebana_like.pages.circuit_pictures import linear_conductances
from ebana_like.simulators.structure import find_layers

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
    "reference, switched": (
        [
            Inputs(16, doubled=False),
            Crossbar(6, reference=8e-6),
            DiodePair("d1n4148", clamp=0.1),
            Amplifier(4),
            Crossbar(5, reference=6e-6),
            *NEURON,
            Crossbar(3, reference=8e-6),
            Outputs(),
        ],
        SwitchedTargets(),
    ),
    "mirrored, switched": ([Inputs(16), Crossbar(5), *IN_MIRROR, Crossbar(6), OutputPairs()], SwitchedTargets()),
}


SWITCHED = [name for name, (_, nudging) in NETWORKS.items() if nudging is not None]
REST = ["local", *SWITCHED[1:]]
CHOSEN = [pytest.param(name, marks=pytest.mark.thorough) if name in REST else name for name in NETWORKS]
"""One network with windows and one with switches are enough where not all are asked for."""


@pytest.mark.parametrize("name", CHOSEN)
def test_voltages_and_steps_are_those_of_all_equations(name, stimuli):
    layers, nudging = NETWORKS[name]
    circuit = build_network(layers, seed=3, nudging=nudging)
    assert find_layers(circuit) is not None
    features, pull = stimuli(circuit, 1e-6)
    agree(circuit, features, pull)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_conductances_at_neurons_are_those_of_their_resistors(name):
    circuit = build_network(NETWORKS[name][0], seed=3)
    layers = find_layers(circuit)
    g_at = np.zeros(len(circuit.nodes))
    for bank in circuit.of_kind(Resistors):
        np.add.at(g_at, bank.positive, bank.conductance)
        np.add.at(g_at, bank.negative, bank.conductance)
    for hidden, linear in zip(layers.hidden, linear_conductances(layers), strict=True):
        mirrored = 0.0 if hidden.mirrored is None else g_at[hidden.mirrored[1]]
        assert linear == pytest.approx(g_at[hidden.nodes] + g_at[hidden.driven[1]] + mirrored)  # A B = 1
