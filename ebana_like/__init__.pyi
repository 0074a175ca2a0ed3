"""Train analog circuits as neural networks by equilibrium propagation, with SPICE as the truth."""

from .analysis.readout import node_voltages, predict
from .circuit import Circuit
from .data import Dataset, MultilabelDataset, RegressionDataset, Split, in_range, in_volts
from .fitting import fit
from .learning import (
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
from .netlist import Netlist, from_pyspice, load_netlist, read_netlist, save_netlist, write_netlist
from .networks import (
    Amplifier,
    Crossbar,
    Currents,
    DiodePair,
    Inputs,
    OutputPairs,
    SwitchedTargets,
    build_network,
)
from .predictors import CircuitClassifier, CircuitRegressor
from .simulators import NativeSimulator, NewtonSimulator, NgspiceSimulator, circuit_function
from .training import Problem, evaluate, train

__all__ = [
    "SGD",
    "Adam",
    "Adjoint",
    "Amplifier",
    "Centered",
    "Circuit",
    "CircuitClassifier",
    "CircuitRegressor",
    "CrossEntropy",
    "Crossbar",
    "Currents",
    "Dataset",
    "DiodePair",
    "HigherOrder",
    "Inputs",
    "Momentum",
    "MultilabelDataset",
    "NativeSimulator",
    "Negative",
    "Netlist",
    "NewtonSimulator",
    "NgspiceSimulator",
    "OutputPairs",
    "Positive",
    "Problem",
    "RandomSign",
    "RegressionDataset",
    "Sign",
    "Split",
    "SquaredError",
    "SwitchedTargets",
    "build_network",
    "circuit_function",
    "evaluate",
    "fit",
    "from_pyspice",
    "in_range",
    "in_volts",
    "load_netlist",
    "node_voltages",
    "predict",
    "read_netlist",
    "save_netlist",
    "train",
    "write_netlist",
]
