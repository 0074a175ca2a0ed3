"""Builders: circuits that compute, from a short list of layers."""

from ebana_like.elements import Wires
from ebana_like.networks.blocks import Amplifier, Block, Crossbar, DiodePair, Inputs, OutputPairs, Outputs
from ebana_like.networks.complex_twin import Twin, complex_twin
from ebana_like.networks.deep import build_network
from ebana_like.networks.graph import Graph, build_graph, lattice, random_graph
from ebana_like.networks.half_diodes import BiasCurrents, HalfDiodes
from ebana_like.networks.relu import Affine, ReluCircuit, relu_circuit, relu_outputs
from ebana_like.networks.skip import Skip
from ebana_like.networks.weights import affine, relu_layers
from ebana_like.networks.windows import AveragePool, Convolution, LocalCrossbar, MaxPool
from ebana_like.nudges import Clamped, Currents, SwitchedTargets

__all__ = [
    "Affine",
    "Amplifier",
    "AveragePool",
    "BiasCurrents",
    "Block",
    "Clamped",
    "Convolution",
    "Crossbar",
    "Currents",
    "DiodePair",
    "Graph",
    "HalfDiodes",
    "Inputs",
    "LocalCrossbar",
    "MaxPool",
    "OutputPairs",
    "Outputs",
    "ReluCircuit",
    "Skip",
    "SwitchedTargets",
    "Twin",
    "Wires",
    "affine",
    "build_graph",
    "build_network",
    "complex_twin",
    "lattice",
    "random_graph",
    "relu_circuit",
    "relu_layers",
    "relu_outputs",
]
