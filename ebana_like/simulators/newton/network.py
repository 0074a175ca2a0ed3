"""What do the two layered solvers share? The network with its conductances."""

from dataclasses import dataclass

from ebana_like.elements import FloatArray, IntArray
from ebana_like.simulators.newton.neurons import Neurons


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
