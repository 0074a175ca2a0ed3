"""How much pseudo-power does a circuit hold, and where? Its co-content, whose gradient is Kirchhoff's current law.

    P(V) = sum over elements of w_e p_e(v_e),   p(v) = integral of i(u) du from 0 to v.

Amplifiers hold no pseudo-power of their own; they make the elements before them count w, and so (w - 1) p is theirs.
Voltage sources constrain the nodes and hold none.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import fsum

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import EnergyLaw, FloatArray, Switches, VoltageSources, of_kind
from ebana_like.energy.currents import CurrentEquations
from ebana_like.energy.weights import coenergy_weights

AMPLIFIERS, NUDGING = "amplifiers", "nudging"


@dataclass(frozen=True)
class Share:
    """What one bank holds at an operating point.

    kind: resistors, diodes, sources or nudging; weight: of its elements, the smallest and the largest.
    plain: sum of p, watts. weighted: sum of w p, watts.
    """

    bank: str
    kind: str
    weight: tuple[float, float]
    plain: float
    weighted: float


@dataclass(frozen=True)
class CoContent:
    """The co-content of one operating point, in watts.

    total: sum of w p over all elements, rounded once.
    """

    shares: tuple[Share, ...]
    total: float

    def by_kind(self) -> dict[str, float]:
        """Return what the elements of each kind hold, and what amplifiers add to it, watts; adds up to the total."""
        kinds: dict[str, list[float]] = {}
        for share in self.shares:
            kinds.setdefault(share.kind, []).append(share.plain)
            kinds.setdefault(AMPLIFIERS, []).append(share.weighted - share.plain)
        return {kind: fsum(parts) for kind, parts in kinds.items()}


def cocontent(circuit: Circuit, voltages: FloatArray) -> CoContent:
    """Return the co-content of the circuit as it stands, with its own conductances and sources.

    voltages: of the nodes, (nodes,), volts. Raises CircuitError where the circuit has none (`coenergy_weights`).
    """
    shares, parts = [], []
    for bank, weights in _weighted_banks(circuit):
        plain = bank.own_pseudo_power(voltages)
        weighted = weights * plain
        parts += weighted.tolist()
        span = float(weights.min()), float(weights.max())
        shares.append(Share(bank.name, _kind(circuit, bank), span, float(plain.sum()), float(weighted.sum())))
    return CoContent(tuple(shares), fsum(parts))


def total_cocontent(circuit: Circuit, voltages: FloatArray, nudging: bool = True) -> FloatArray:
    """Return the co-content, (...,), watts, for node voltages (..., nodes).

    nudging: without it the branches that nudge are left out, and only what they do to the voltages remains.
    """
    parts = [
        (weights * bank.own_pseudo_power(voltages)).sum(axis=-1)
        for bank, weights in _weighted_banks(circuit)
        if nudging or _kind(circuit, bank) != NUDGING
    ]
    return np.asarray(np.sum(parts, axis=0))


def cocontent_gradient(circuit: Circuit, voltages: FloatArray) -> tuple[dict[str, FloatArray], FloatArray]:
    """Return dP/dE of voltage sources and VCVS, by bank, and dP/du of every node left open by them.

    voltages: (..., nodes). Shapes (..., n) and (..., roots), amperes, as in `CurrentEquations.pulled_back`. The second
    is the residual of Kirchhoff's law times the node's weight; the first the weighted current that a source feeds.
    """
    currents = {bank.name: weights * bank.own_current(voltages) for bank, weights in _weighted_banks(circuit)}
    wiring = CurrentEquations(circuit)
    fed, left = wiring.pulled_back(wiring.node_sums(currents))
    return {bank.name: fed[..., wiring.place(bank.name)] for bank in wiring.branches}, left


def is_convex(circuit: Circuit) -> bool:
    """Whether the co-content is a convex function of the open node voltages.

    The laws of resistors and diodes rise with their drop, and drops are linear in node voltages; so it is where no
    weight is below zero.
    """
    return all(bool((weights > 0).all()) for weights in coenergy_weights(circuit).values())


def rises(circuit: Circuit, voltages: FloatArray, step: float) -> dict[str, float]:
    """Return by how much the co-content rises when one open node moves by +step or -step, the smaller rise, watts.

    voltages: of the operating point, (nodes,). step: volts. Above zero for every node where the co-content is convex
    and the point stationary.
    """
    wiring = CurrentEquations(circuit)
    held = total_cocontent(circuit, voltages)
    found = {}
    for k, root in enumerate(wiring.roots.tolist()):
        move = step * wiring.followers(k)
        found[circuit.nodes[root]] = float(
            min(total_cocontent(circuit, voltages + sign * move) - held for sign in (1, -1))
        )
    return found


def _weighted_banks(circuit: Circuit) -> Iterator[tuple[EnergyLaw, FloatArray]]:
    weights: Mapping[str, FloatArray] = coenergy_weights(circuit)
    for bank in circuit.of_kind(EnergyLaw):
        if bank.name in weights:
            yield bank, weights[bank.name]


def _kind(circuit: Circuit, bank: EnergyLaw) -> str:
    driven = [circuit.addressed(address) for address in circuit.driven.addresses]
    closing = [bank.positive for bank in of_kind(driven, VoltageSources)]
    closed = isinstance(bank, Switches) and any(np.isin(bank.control_positive, nodes).any() for nodes in closing)
    if bank in driven or closed:
        return NUDGING
    return bank.many
