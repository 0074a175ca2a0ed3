"""What are the node voltages of a layered network? Its equations, assembled for a batch.

Neuron j of hidden layer l, behind the crossbar g_l and before an amplifier with gains A, B:

    D_j h_j + i_D(h_j) = A sum_i g_l[i,j] h_{l-1,i} + B sum_k g_{l+1}[j,k] h_{l+1,k},
    D_j = sum_i g_l[i,j] + A B sum_k g_{l+1}[j,k]

with i_D the current of its two diodes; the first layer has X @ g_1 in place of the first term. Outputs have no diodes:
D_k o_k = A sum_j g[j,k] h_j + I_k.
"""

from collections.abc import Mapping
from functools import cached_property

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray, index_of
from ebana_like.elements.switch import OPEN
from ebana_like.simulators.layers import Layers, pulled, read_only
from ebana_like.simulators.newton import deep, kernels, one_hidden
from ebana_like.simulators.newton.mna import GeneralEngine
from ebana_like.simulators.newton.network import Network
from ebana_like.simulators.newton.neurons import Neurons
from ebana_like.simulators.newton.transposed import transposed
from ebana_like.simulators.nodes import Phases, rescued, write_phases
from ebana_like.simulators.protocol import Nudging, driven_values
from ebana_like.simulators.solved import Solved


class LayeredEngine:
    """Solves a layered network; samples that it cannot solve are given to the general engine."""

    def __init__(self, circuit: Circuit, layers: Layers) -> None:
        self.circuit = circuit
        self.layers = layers
        self._sources = next(bank.positive for bank in circuit.banks if bank.name == circuit.inputs.bank)
        self._sources_at = index_of(self._sources)
        self._open_load = OPEN if layers.branch.is_switched else 0.0
        self._method = one_hidden if len(layers.hidden) == 1 else deep

    @cached_property
    def _general(self) -> GeneralEngine:
        return GeneralEngine(self.circuit)

    def solve(self, conductances: Mapping[str, FloatArray], features: FloatArray, nudging: Nudging | None) -> Solved:
        """Solve a batch; arguments as in `Simulator.solve`."""
        features = read_only(features)
        network, arriving = self._fold(conductances, features)
        load = self._open_load
        free = self._method.free(network, arriving, load)
        phases, currents = [free], np.zeros((1, len(features), self.circuit.outputs.count))
        loads = np.full((1, len(features)), load)
        if nudging is not None:
            scores = free.outputs[0][:, self.layers.positive] - free.outputs[0][:, self.layers.negative]
            values = driven_values(self.circuit, nudging, scores, slice(0, len(features)))
            if not self.layers.branch.is_even(values):
                return self._general.solve(conductances, features, nudging)
            nudged_currents, siemens = pulled(self.layers.branch.addresses, values)
            nudged_currents = np.ascontiguousarray(nudged_currents)
            nudged_loads = np.zeros(nudged_currents.shape[:2]) if siemens is None else siemens
            phases.append(self._method.nudged(network, arriving, nudged_currents, nudged_loads, free))
            currents, loads = np.concatenate([currents, nudged_currents]), np.concatenate([loads, nudged_loads])
        voltages = self._voltages(features, phases, currents, loads)
        iterations = np.concatenate([phase.iterations for phase in phases])

        def again(only: slice) -> Solved:
            return self._general.solve(conductances, features[only], None if nudging is None else nudging.part(only))

        return rescued(voltages, iterations, kernels.OUTER_LIMIT, again)

    def adjoint(self, conductances: Mapping[str, FloatArray], voltages: FloatArray, currents: FloatArray) -> FloatArray:
        """Solve the transposed equations; see `GeneralEngine.adjoint`."""
        network, _ = self._fold(conductances, np.zeros((0, self.circuit.inputs.count)))
        return transposed(network, self.layers, voltages, currents)

    def _fold(self, conductances: Mapping[str, FloatArray], features: FloatArray) -> tuple[Network, FloatArray]:
        """Return the network, and the currents (batch, neurons) that the inputs send into its first layer."""
        layers = self.layers
        first, *matrices = (
            read_only(
                crossbar.matrix(np.asarray(conductances.get(crossbar.bank.name, crossbar.bank.conductance), float))
            )
            for crossbar in layers.crossbars
        )
        arriving, total = np.empty((len(features), len(first))), np.empty(len(first))
        rows = (first[:, index] for index in (layers.plus, layers.minus, layers.bias_rows))
        kernels.fold(first, *rows, layers.biases, np.ascontiguousarray(features.T), arriving, total)
        neurons = []
        for hidden, matrix in zip(layers.hidden, matrices, strict=True):
            neurons.append(
                Neurons(
                    read_only(total + hidden.forward * hidden.back * matrix.sum(axis=0)),
                    hidden.up.rails,
                    hidden.down.rails,
                    hidden.saturations,
                    hidden.scales,
                )
            )
            total = matrix.sum(axis=1)
        network = Network(
            tuple(neurons),
            tuple(matrices),
            tuple(hidden.forward for hidden in layers.hidden),
            tuple(hidden.back for hidden in layers.hidden),
            read_only(total),
            layers.positive,
            layers.negative,
        )
        return network, arriving

    def _voltages(
        self, features: FloatArray, phases: list[Phases], currents: FloatArray, loads: FloatArray
    ) -> FloatArray:
        """Return the voltages of all nodes, (phases, batch, nodes)."""
        layers, inputs = self.layers, self.circuit.inputs
        voltages = np.empty((*loads.shape, len(self.circuit.nodes)))
        kernels.scatter_inputs(voltages[0], self._sources, inputs.feature, inputs.polarity, features)
        voltages[1:, :, self._sources_at] = voltages[0][:, self._sources_at]
        write_phases(self.circuit, layers, voltages, phases, currents, loads)
        return voltages
