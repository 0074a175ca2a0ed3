"""Builders: circuits that compute, from a short list of layers."""

from ebana_like.elements import Wires
from ebana_like.networks.blocks import Amplifier, Block, Crossbar, DiodePair, Inputs, OutputPairs
from ebana_like.networks.deep import build_network
from ebana_like.nudges import Currents, SwitchedTargets

__all__ = [
    "Amplifier",
    "Block",
    "Crossbar",
    "Currents",
    "DiodePair",
    "Inputs",
    "OutputPairs",
    "SwitchedTargets",
    "Wires",
    "build_network",
]
