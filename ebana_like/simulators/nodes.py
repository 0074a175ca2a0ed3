"""How do the layers of a solved network become the voltages of a circuit's nodes? And who solves what failed?"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray, IntArray
from ebana_like.elements.switch import CLOSED, OPEN
from ebana_like.simulators.layers import Layers
from ebana_like.simulators.solved import Solved


@dataclass(frozen=True, eq=False)
class Phases:
    """Solutions of one or several phases.

    hidden: voltages of each layer's neurons, (phases, batch, neurons). outputs: (phases, batch, outputs).
    iterations: (phases, batch), 0 where no solution was found.
    references: of what each layer is read against, (phases, batch); None for ground.
    """

    hidden: tuple[FloatArray, ...]
    outputs: FloatArray
    iterations: IntArray
    references: tuple[FloatArray | None, ...] = ()

    def against(self, layer: int) -> FloatArray:
        """Return the voltage of what a layer is read against, (phases, batch, 1)."""
        found = self.references[layer] if self.references else None
        return np.zeros((*self.iterations.shape, 1)) if found is None else found[..., None]


def write_phases(
    circuit: Circuit,
    layers: Layers,
    voltages: FloatArray,
    phases: list[Phases],
    currents: FloatArray,
    loads: FloatArray,
) -> None:
    """Write the voltages of all nodes, (phases, batch, nodes), but of those at the inputs.

    currents: into the output pairs, (phases, batch, pairs), amperes. loads: (phases, batch), siemens.
    """
    voltages[..., layers.constant_nodes] = layers.constants
    first = 0
    for phase in phases:
        part = slice(first, first + len(phase.outputs))
        for k, (hidden, h) in enumerate(zip(layers.hidden, phase.hidden, strict=True)):
            voltages[part][..., hidden.nodes] = h + phase.against(k)
            for nodes in hidden.driven:
                voltages[part][..., nodes] = hidden.forward * h
            for nodes in () if hidden.mirrored is None else hidden.mirrored:
                voltages[part][..., nodes] = -hidden.forward * h
            if hidden.offsets is not None:
                voltages[part][..., hidden.driven[-1]] += hidden.offsets
        voltages[part][..., layers.outputs] = phase.outputs + phase.against(len(layers.hidden))
        for k, crossbar in enumerate(layers.crossbars):
            if (reference := crossbar.reference) is not None:
                voltages[part][..., reference.node] = phase.against(k)[..., 0]
                voltages[part][..., reference.rails] = phase.against(k) + reference.volts
        first = part.stop
    if layers.branch.is_switched:
        _write_targets(circuit, layers, voltages, currents, loads)


def _write_targets(
    circuit: Circuit, layers: Layers, voltages: FloatArray, currents: FloatArray, loads: FloatArray
) -> None:
    """Write the nodes of the switched branches: target source, resistor, switch."""
    branch = layers.branch
    (resistor,) = circuit.loads.values()
    ports, load = circuit.outputs, loads[..., None]
    closed = load != OPEN
    positive, negative = voltages[..., ports.positive], voltages[..., ports.negative]
    sources = negative + np.where(closed, currents / load, 0.0)
    through = load * (sources - positive)
    voltages[..., branch.targets] = sources
    voltages[..., branch.inner] = np.where(closed, positive + through / CLOSED, sources - through / resistor)
    voltages[..., branch.control] = closed


def write_adjoint(
    layers: Layers, found: FloatArray, adjoint: list[FloatArray], references: list[FloatArray | None]
) -> None:
    """Write the layers' adjoint voltages to their nodes (points, nodes); nodes at sources stay at zero.

    references: those of what each layer is read against, (points,); None for ground.
    """
    above = [np.zeros(len(found)) if r is None else r for r in references]
    for hidden, x, level in zip(layers.hidden, adjoint, above, strict=False):
        found[:, hidden.nodes] = x + level[:, None]
        for behind in hidden.driven[1:]:  # the first stands at the VCVS itself, which is shorted
            found[:, behind] = hidden.back * x
        for behind in () if hidden.mirrored is None else hidden.mirrored[1:]:
            found[:, behind] = -hidden.back * x
    found[:, layers.outputs] = adjoint[-1] + above[-1][:, None]
    for crossbar, level in zip(layers.crossbars, above, strict=True):
        if (reference := crossbar.reference) is not None:
            found[:, [reference.node, *reference.rails]] = level[:, None]
    if layers.branch.is_switched:
        below = found[:, layers.outputs[layers.negative]] if len(layers.negative) else above[-1][:, None]
        found[:, layers.branch.targets] = found[:, layers.branch.inner] = below


def rescued(voltages: FloatArray, iterations: IntArray, limit: int, solve: Callable[[slice], Solved]) -> Solved:
    """Return the phases of a layered network with the samples that failed in any of them solved in another way.

    iterations: 0 where a point failed within `limit`. solve: solves one sample's phases by the general engine.
    """
    solved = Solved(voltages, iterations > 0, iterations, {})
    messages = {}
    for sample in np.flatnonzero(~solved.converged.all(axis=0)).tolist():
        only = slice(sample, sample + 1)
        again = solve(only)
        solved.voltages[:, only] = again.voltages
        solved.converged[:, only] = again.converged
        solved.iterations[:, only] += again.iterations
        said = again.messages.get(0, "solved by the general engine")
        messages[sample] = f"the layered equations were not solved in {limit} iterations; {said}"
    return Solved(solved.voltages, solved.converged, solved.iterations, messages)


def unsolved(voltages: FloatArray, iterations: IntArray, limit: int) -> Solved:
    """Return the phases of a network that nothing else solves, and what is said of samples that failed in any of them.

    iterations: 0 where a point failed within `limit` sweeps.
    """
    converged = iterations > 0
    said = (
        f"turns of layers did not end in {limit} sweeps; nudge less: a conductance that pushes away may be larger than "
        "what holds the outputs"
    )
    messages = dict.fromkeys(np.flatnonzero(~converged.all(axis=0)).tolist(), said)
    return Solved(np.where(converged[..., None], voltages, np.nan), converged, iterations, messages)
