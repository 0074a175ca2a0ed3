"""Train analog circuits as neural networks by equilibrium propagation, with SPICE as the truth."""

from ebana_like.circuit import Circuit
from ebana_like.learning import (
    SGD,
    Adam,
    Adjoint,
    Centered,
    CrossEntropy,
    HigherOrder,
    Momentum,
    Negative,
    Positive,
    RandomSign,
    Sign,
    SquaredError,
)
from ebana_like.netlist import Netlist, load_netlist, read_netlist, save_netlist, write_netlist
from ebana_like.networks import (
    Amplifier,
    Crossbar,
    Currents,
    DiodePair,
    Inputs,
    OutputPairs,
    SwitchedTargets,
    build_network,
)
from ebana_like.simulators import NewtonSimulator, NgspiceSimulator
from ebana_like.training import Dataset, Problem, Split, evaluate, train

__all__ = [
    "SGD",
    "Adam",
    "Adjoint",
    "Amplifier",
    "Centered",
    "Circuit",
    "CrossEntropy",
    "Crossbar",
    "Currents",
    "Dataset",
    "DiodePair",
    "HigherOrder",
    "Inputs",
    "Momentum",
    "Negative",
    "Netlist",
    "NewtonSimulator",
    "NgspiceSimulator",
    "OutputPairs",
    "Positive",
    "Problem",
    "RandomSign",
    "Sign",
    "Split",
    "SquaredError",
    "SwitchedTargets",
    "build_network",
    "evaluate",
    "load_netlist",
    "read_netlist",
    "save_netlist",
    "train",
    "write_netlist",
]
