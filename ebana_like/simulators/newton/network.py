"""What do the two layered solvers share? The network with its conductances, and the form of their answers."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from ebana_like.elements import FloatArray, IntArray
from ebana_like.simulators.newton.neurons import Neurons

Array = TypeVar("Array", FloatArray, IntArray)


def read_only(array: Array) -> Array:
    """Return a contiguous view that cannot be written: one type of argument, so that kernels are compiled once."""
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view


@dataclass(frozen=True, eq=False)
class Network:
    """A layered network holding conductances; the first crossbar and the inputs are folded into currents.

    neurons: of each hidden layer.
    matrices: crossbars behind the first, (columns, rows), siemens; the k-th stands behind hidden layer k.
    forward, back: gains A and B of each hidden layer, (neurons,).
    conductance: sum of those at each output, (outputs,), siemens.
    positive, negative: positions of the output pairs, (pairs,).
    """

    neurons: tuple[Neurons, ...]
    matrices: tuple[FloatArray, ...]
    forward: tuple[FloatArray, ...]
    back: tuple[FloatArray, ...]
    conductance: FloatArray
    positive: IntArray
    negative: IntArray


@dataclass(frozen=True, eq=False)
class Phases:
    """Solutions of one or several phases.

    hidden: voltages of each layer's neurons, (phases, batch, neurons). outputs: (phases, batch, outputs).
    iterations: (phases, batch), 0 where no solution was found.
    kept: what the solver wants to know of the free phase in the nudged ones.
    """

    hidden: tuple[FloatArray, ...]
    outputs: FloatArray
    iterations: IntArray
    kept: tuple[FloatArray, ...] = ()
