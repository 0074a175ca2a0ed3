"""With which weights is this circuit an energy-based model, or which element is why it is none?

Kirchhoff's current law is the gradient of the total pseudo-power as long as elements have two terminals. A
bidirectional amplifier keeps it a gradient, but of a weighted sum: with gains A (VCVS) and B (CCCS), all that lies
before the amplifier counts A / B times what lies behind it. Equilibrium propagation differentiates that weighted sum.

Amplifiers side by side whose ratios A / B differ, as those of a chip do, ask for different weights of the same parts.
Then there is no such sum; the weights that come nearest are the geometric means.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.sparse import coo_array, csc_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu

from ebana_like.circuit import Circuit
from ebana_like.elements import (
    CCVS,
    VCCS,
    BehaviouralCurrents,
    Devices,
    EnergyLaw,
    FloatArray,
    IntArray,
    VoltageSources,
)
from ebana_like.energy.islands import JoiningAmplifier, islands_of, joining_amplifiers
from ebana_like.errors import CircuitError

CIRCUITS_REMEMBERED = 16

FEW = 3
"""Different weights of a bank that are all told."""

TOLERATED = float(np.log(2))
"""Defect up to which training goes on with the nearest weights unasked: amplifiers' ratios within a factor of two."""


@dataclass(frozen=True, eq=False)
class Symmetry:
    """Whether equilibrium propagation is exact for a circuit.

    weights: as of `coenergy_weights`; None where there are none.
    reason: names the element that is why there are none; empty where it is exact.
    defect: largest |ln w/w'| of the weights that two paths of amplifiers ask for; zero where it is exact, infinite
        where something else than amplifiers' ratios is in the way.
    """

    weights: Mapping[str, FloatArray] | None
    reason: str = ""
    defect: float = 0.0

    @property
    def exact(self) -> bool:
        """Whether there are weights for which Kirchhoff's current law is a gradient."""
        return self.weights is not None

    def __str__(self) -> str:
        if self.weights is None:
            mean = f"; of ratios that differ by a factor of up to {np.exp(self.defect):.3g} the geometric mean is taken"
            return f"not exact: {self.reason}{mean if self.defect < np.inf else ''}"
        banks_of: dict[str, list[str]] = defaultdict(list)
        for name, weights in self.weights.items():
            banks_of[_told(np.unique(weights)[::-1])].append(name)
        shares = "; ".join(f"{weight} for {', '.join(banks)}" for weight, banks in banks_of.items())
        return f"exact, with the weights {shares}"


def _told(weights: FloatArray) -> str:
    """Return different weights in words, from the largest; of many the first and the last."""
    if len(weights) > FEW:
        return f"{weights[0]:.3g} to {weights[-1]:.3g}"
    return " or ".join(f"{each:g}" for each in weights)


@lru_cache(maxsize=CIRCUITS_REMEMBERED)
def symmetry(circuit: Circuit) -> Symmetry:
    """Say whether equilibrium propagation is exact for the circuit, and with which weights or why not."""
    try:
        return Symmetry(coenergy_weights(circuit))
    except CircuitError as error:
        return Symmetry(None, str(error), _defect(circuit))


@lru_cache(maxsize=CIRCUITS_REMEMBERED)  # asked for at every batch; circuits are immutable
def coenergy_weights(circuit: Circuit) -> Mapping[str, FloatArray]:
    """Weights of every bank's elements in the co-content whose gradient is Kirchhoff's current law.

    Returns (n,) arrays by the name of each bank that holds pseudo-power, or (1,) where all elements of a bank weigh
    the same; without unit, 1 for what sits at the outputs. The gradient of a conductance is its weight times the plain
    difference of pseudo-power gradients.

    Raises CircuitError naming the element for which no such weights exist: equilibrium propagation is not exact then.
    """
    pinned = circuit.components(circuit.of_kind(VoltageSources))
    _require_reciprocal(circuit, pinned)
    return _weights(circuit, pinned)


@lru_cache(maxsize=CIRCUITS_REMEMBERED)
def nearest_weights(circuit: Circuit) -> Mapping[str, FloatArray]:
    """Weights to try equilibrium propagation with where it is not exact: those of amplifiers, the geometric mean where
    their ratios differ, or 1 where they are no bidirectional ones.

    Returns what `coenergy_weights` would if the elements in its way were not there.
    """
    pinned = circuit.components(circuit.of_kind(VoltageSources))
    try:
        return _weights(circuit, pinned)
    except CircuitError:
        pass
    try:
        islands = islands_of(circuit, pinned)
        found = _nearest(circuit, islands, joining_amplifiers(circuit, pinned, islands))[0]
    except CircuitError:
        return {bank.name: np.ones(1) for bank in circuit.of_kind(EnergyLaw)}
    return _of_banks(circuit, pinned, islands, found)


def symmetry_defect(circuit: Circuit) -> float:
    """Return how far the amplifiers are from agreeing on weights: the defect of `Symmetry`."""
    return symmetry(circuit).defect


def _defect(circuit: Circuit) -> float:
    pinned = circuit.components(circuit.of_kind(VoltageSources))
    islands = islands_of(circuit, pinned)
    try:
        _require_reciprocal(circuit, pinned)
        return _nearest(circuit, islands, joining_amplifiers(circuit, pinned, islands))[1]
    except CircuitError:
        return np.inf


def _weights(circuit: Circuit, pinned: IntArray) -> Mapping[str, FloatArray]:
    """Return the weights that the amplifiers ask for. pinned: components that sources tie together, (nodes,)."""
    islands = islands_of(circuit, pinned)
    found = _island_weights(circuit, islands, joining_amplifiers(circuit, pinned, islands))
    return _of_banks(circuit, pinned, islands, found)


def _of_banks(
    circuit: Circuit, pinned: IntArray, islands: IntArray, found: Mapping[int, float]
) -> Mapping[str, FloatArray]:
    """Return the weights of the banks' elements, given those of islands."""
    ground = pinned[0]
    weight_of = np.ones(len(islands))
    for island, weight in found.items():
        weight_of[island] = weight
    weights = {}
    for bank in circuit.of_kind(EnergyLaw):
        if len(bank):
            free_end = np.where(pinned[bank.positive] == ground, bank.negative, bank.positive)
            each = weight_of[islands[free_end]]
            weights[bank.name] = each[:1] if np.all(each == each[0]) else each
    return weights


def _require_reciprocal(circuit: Circuit, pinned: IntArray) -> None:
    """Raise CircuitError naming a device or source that Kirchhoff's law cannot be a gradient with.

    A device with three or four terminals is as good as one with two where only one of its voltages is free, or where
    only two are different: a transistor whose gate and bulk stand at constant voltages, or are tied to its ends.
    """
    for label in (label for bank in circuit.of_kind(BehaviouralCurrents) for label in bank.labels):
        raise CircuitError(
            f"{label} follows other voltages than its own: the circuit is not reciprocal, and equilibrium propagation "
            "is not exact for it"
        )
    for label in (label for bank in (*circuit.of_kind(VCCS), *circuit.of_kind(CCVS)) for label in bank.labels):
        raise CircuitError(
            f"{label} carries a signal in one direction only: the circuit is not reciprocal, and equilibrium "
            "propagation is not exact for it"
        )
    for bank in circuit.of_kind(Devices):
        ends = np.stack([pinned[bank.nodes_of(terminal)] for terminal in bank.terminals])
        for label, nodes in zip(bank.labels, ends.T.tolist(), strict=True):
            if len(set(nodes)) > 2 and len(set(nodes) - {int(pinned[0])}) > 1:
                raise CircuitError(
                    f"{label} has a control terminal that the circuit moves: it is not reciprocal, and equilibrium "
                    "propagation is not exact for it"
                )


def _nearest(circuit: Circuit, islands: IntArray, amplifiers: list[JoiningAmplifier]) -> tuple[dict[int, float], float]:
    """Return weights of islands as near as can be to those that all amplifiers ask for, and the defect.

    Nearest in the squares of logarithms: of amplifiers side by side that is the geometric mean.
    Raises CircuitError for ratios below zero.
    """
    amplifiers = [each for each in amplifiers if islands[0] not in (each.before, each.behind)]
    if any(each.ratio <= 0 for each in amplifiers):
        raise CircuitError("some amplifiers turn the sign and others do not: no weights come near")
    ends = np.array([(each.before, each.behind) for each in amplifiers], dtype=np.intp).reshape(-1, 2)
    asked = np.log([each.ratio for each in amplifiers])
    names, places = np.unique(ends, return_inverse=True)
    before, behind = places.reshape(-1, 2).T
    graph = coo_array((np.ones(len(before)), (before, behind)), shape=(len(names), len(names)))
    parts = connected_components(graph, directed=False)[1]
    fixed = np.isin(names, islands[circuit.outputs.positive])
    for part in np.setdiff1d(parts, parts[fixed]):
        fixed[np.flatnonzero(parts == part)[0]] = True
    rows = np.arange(len(before))
    differences = csc_array((np.repeat([1.0, -1.0], len(rows)), (np.tile(rows, 2), np.concatenate([before, behind]))))
    logarithms = np.zeros(len(names))
    if not fixed.all():
        free = csc_array(differences[:, ~fixed])
        logarithms[~fixed] = splu(csc_array(free.T @ free)).solve(free.T @ asked)
    left = asked - (logarithms[before] - logarithms[behind])
    beside: dict[tuple[int, int], list[float]] = defaultdict(list)
    for one, other, rest in zip(before.tolist(), behind.tolist(), left.tolist(), strict=True):
        beside[min(one, other), max(one, other)].append(rest if one < other else -rest)
    apart = max((max(each) - min(each) for each in beside.values()), default=0.0)
    defect = apart + sum(abs(sum(each)) / len(each) for each in beside.values())
    return dict(zip(names.tolist(), np.exp(logarithms).tolist(), strict=True)), defect


def _island_weights(circuit: Circuit, islands: IntArray, amplifiers: list[JoiningAmplifier]) -> dict[int, float]:
    """Weight of every island: 1 where the outputs are, and to begin with where no amplifier leads to an output."""
    weight_of = {int(islands[node]): 1.0 for node in circuit.outputs.positive.tolist()}
    by_island: dict[int, list[tuple[int, float, str]]] = defaultdict(list)
    for amplifier in amplifiers:
        if islands[0] not in (amplifier.before, amplifier.behind):  # pinned nodes have no equation to be weighted
            by_island[amplifier.behind].append((amplifier.before, amplifier.ratio, amplifier.label))
            by_island[amplifier.before].append((amplifier.behind, 1 / amplifier.ratio, amplifier.label))
    _spread(list(weight_of), weight_of, by_island)
    for island in by_island:
        if island not in weight_of:
            weight_of[island] = 1.0
            _spread([island], weight_of, by_island)
    return weight_of


def _spread(
    waiting: list[int], weight_of: dict[int, float], by_island: Mapping[int, list[tuple[int, float, str]]]
) -> None:
    """Weigh every island that amplifiers connect to those waiting. Raises CircuitError where two paths disagree."""
    while waiting:
        island = waiting.pop()
        for other, ratio, label in by_island.get(island, ()):
            weight = weight_of[island] * ratio
            if other not in weight_of:
                weight_of[other] = weight
                waiting.append(other)
            elif not np.isclose(weight_of[other], weight, rtol=1e-9, atol=0):
                raise CircuitError(
                    f"{label} asks for the weight {weight:g} where another path asks for {weight_of[other]:g}: "
                    "no co-content fits all amplifiers, and equilibrium propagation is not exact"
                )
