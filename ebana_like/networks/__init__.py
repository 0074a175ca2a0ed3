"""Builders: circuits that compute, from a short list of layers."""

from ebana_like.elements import Wires
from ebana_like.networks.blocks import Amplifier, Block, Crossbar, DiodePair, Inputs, OutputPairs
from ebana_like.networks.deep import build_network
from ebana_like.networks.graph import Graph, build_graph, lattice, random_graph
from ebana_like.nudges import Clamped, Currents, SwitchedTargets

__all__ = [
    "Amplifier",
    "Block",
    "Clamped",
    "Crossbar",
    "Currents",
    "DiodePair",
    "Graph",
    "Inputs",
    "OutputPairs",
    "SwitchedTargets",
    "Wires",
    "build_graph",
    "build_network",
    "lattice",
    "random_graph",
]
