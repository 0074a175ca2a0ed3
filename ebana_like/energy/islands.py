"""Which parts of a circuit share their currents, and which amplifiers join them? What all of a part weighs is one."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ebana_like.circuit import Circuit
from ebana_like.elements import CCCS, VCVS, Devices, EnergyLaw, IntArray, Synapses, VoltageSources
from ebana_like.errors import CircuitError


@dataclass(frozen=True)
class JoiningAmplifier:
    """One VCVS with its CCCS: islands on its two sides, and the weight of the first relative to the second."""

    before: int
    behind: int
    ratio: float
    label: str


def islands_of(circuit: Circuit, pinned: IntArray) -> IntArray:
    """Label of the island of every node, (nodes,): nodes that share their currents without an amplifier between."""
    ground = pinned[0]
    rows, columns = [pinned], [np.arange(len(pinned))]
    for bank in (*circuit.of_kind(EnergyLaw), *circuit.of_kind(Devices)):
        for terminal in bank.terminals[1:]:
            one, other = pinned[bank.positive], pinned[bank.nodes_of(terminal)]
            floating = (one != ground) & (other != ground)
            rows.append(one[floating])
            columns.append(other[floating])
    for bank in circuit.of_kind(Synapses):
        ends = pinned[bank.grid[1]] if bank.grid and bank.wires.joins_columns else pinned[:0]
        floating = ends[ends != ground]
        rows.append(np.full_like(floating, floating[0] if len(floating) else ground))
        columns.append(floating)
    # a component's label stands for its first node
    first = np.unique(pinned, return_index=True)[1]
    joined = (
        np.concatenate([first[r] for r in rows]),
        np.concatenate([columns[0], *(first[c] for c in columns[1:])]),
    )
    size = len(pinned)
    graph = coo_array((np.ones(len(joined[0])), joined), shape=(size, size))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.intp)


def joining_amplifiers(circuit: Circuit, pinned: IntArray, islands: IntArray) -> list[JoiningAmplifier]:
    """Pair every VCVS with the CCCS that returns its current. Raises CircuitError naming what has no partner."""
    ground = pinned[0]
    meters = {
        label: (p, n)
        for bank in circuit.of_kind(VoltageSources)
        for label, p, n in zip(bank.labels, bank.positive.tolist(), bank.negative.tolist(), strict=True)
    }
    drawing: dict[int, tuple[str, int, int, float]] = {}
    ends = [end for bank in circuit.banks for end in (bank.positive, bank.negative)]
    touching = np.bincount(np.concatenate(ends), minlength=len(circuit.nodes))
    for back in circuit.of_kind(CCCS):
        columns = (back.positive.tolist(), back.negative.tolist(), back.control, back.gain.tolist())
        for label, p, n, control, gain in zip(back.labels, *columns, strict=True):
            driven = meters[control][0]
            if driven in drawing:
                raise CircuitError(
                    f"{drawing[driven][0]} and {label} both return the current of one amplifier: "
                    "equilibrium propagation is not exact for them"
                )
            drawing[driven] = (label, p, n, gain)
    found = []
    for forward in circuit.of_kind(VCVS):
        columns_ = (forward.positive, forward.negative, forward.control_positive, forward.control_negative)
        for label, p, n, cp, cn, gain in zip(
            forward.labels, *(c.tolist() for c in columns_), forward.gain.tolist(), strict=True
        ):
            partner = drawing.pop(p, None)
            if partner is None:
                raise CircuitError(
                    f"{label} carries voltage forward but no current source returns its current: the circuit is not "
                    "reciprocal, and equilibrium propagation is not exact for it"
                )
            back_label, bp, bn, back_gain = partner
            if pinned[n] != ground or pinned[bn] != pinned[cn] or pinned[bp] != pinned[cp]:
                raise CircuitError(
                    f"{label} and {back_label} do not sit at the same node with their other ends grounded, nor at the "
                    "same pair: equilibrium propagation is not exact for them"
                )
            if touching[p] != 2:
                raise CircuitError(
                    f"{label} drives more than the 0 V source that measures its current; connect what stands at "
                    f'node "{circuit.nodes[p]}" behind that source'
                )
            if not gain or not back_gain:
                raise CircuitError(
                    f"{label} and {back_label} have gains {gain:g} and {back_gain:g}; an amplifier with a gain of "
                    "zero works in one direction only, and equilibrium propagation is not exact for it"
                )
            found.append(JoiningAmplifier(int(islands[cp]), int(islands[p]), gain / back_gain, label))
            if pinned[cn] != ground and islands[cn] != islands[cp]:
                found.append(JoiningAmplifier(int(islands[cn]), int(islands[p]), gain / back_gain, label))
    for label, *_ in drawing.values():
        raise CircuitError(
            f"{label} returns a current that no controlled voltage source drives: the circuit is not reciprocal, "
            "and equilibrium propagation is not exact for it"
        )
    return found
