"""Train analog circuits as neural networks by equilibrium propagation, with SPICE as the truth."""

from .analysis.readout import node_voltages, predict
from .circuit import Circuit
from .data import Dataset, MultilabelDataset, RegressionDataset, Split, in_range, in_volts
from .fitting import fit
from .learning import (
    SGD,
    Adjoint,
    Centered,
    CrossEntropy,
    HigherOrder,
    Negative,
    Optax,
    OptaxSchedule,
    Positive,
    RandomSign,
    Sign,
    SquaredError,
    schedule_named,
    update_named,
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
from .simulators import NativeSimulator, NgspiceSimulator, circuit_function
from .training import Problem, evaluate, train

__all__ = [
    "SGD",
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
    "MultilabelDataset",
    "NativeSimulator",
    "Negative",
    "Netlist",
    "NgspiceSimulator",
    "Optax",
    "OptaxSchedule",
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
    "schedule_named",
    "train",
    "update_named",
    "write_netlist",
]
