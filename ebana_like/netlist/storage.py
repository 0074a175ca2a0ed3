"""How is what only time knows written and read? Capacitors and inductors as elements, functions of time as they stand.

An inductor is written in series with the wire that it is at DC, so that the wire's current can still be copied.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import Bank, Capacitors, Coupling, Inductors, VoltageSources
from ebana_like.elements.labels import free_name
from ebana_like.netlist.deck import Deck, Element
from ebana_like.netlist.deck.kinds.stored import Stored
from ebana_like.storage import NOTHING_STORED, Storage

KINDS = frozenset({Capacitors.kind, Inductors.kind})


def storage_of(deck: Deck, numbers: Mapping[str, int], kept: Iterable[Stored]) -> Storage:
    """Return what a deck's text stores.

    numbers: of the nodes of its circuit, by their portable names. kept: what the deck says of it.
    """
    found: dict[str, list[Stored]] = {"c": [], "l": [], "k": []}
    unread = []
    for stored in kept:
        reason = stored.reason
        if not reason and stored.label[0] != "k" and not numbers.keys() >= set(stored.nodes):
            reason = "it hangs at a node that nothing holds at DC; put a resistor there"
        if reason:
            unread.append(f"{stored.line.source}, line {stored.line.number}: {stored.label} is not read: {reason}")
        elif stored.label[0] != "c" or stored.nodes[0] != stored.nodes[1]:
            found[stored.label[0]].append(stored)
    known = {each.label for each in found["l"]}
    for each in [coupling for coupling in found["k"] if not known.issuperset(coupling.nodes)]:
        found["k"].remove(each)
        unread.append(f"{each.line.source}, line {each.line.number}: {each.label} is not read: nor is what it couples")
    if not (any(found.values()) or unread or deck.waveforms or deck.phasors):
        return NOTHING_STORED
    return Storage(
        Capacitors("capacitors", *_columns(found["c"], numbers)),
        Inductors("inductors", *_columns(found["l"], numbers)),
        tuple(Coupling(k.label, k.nodes[0], k.nodes[1], k.value) for k in found["k"]),
        deck.waveforms,
        deck.phasors,
        tuple(unread),
    )


def _columns(stored: Sequence[Stored], numbers: Mapping[str, int]) -> tuple[Any, ...]:
    nodes = np.array([[numbers[node] for node in each.nodes] for each in stored], dtype=np.intp).reshape(-1, 2)
    begins = np.array([np.nan if each.initial is None else each.initial for each in stored], dtype=float)
    values = np.array([each.value for each in stored], dtype=float)
    return tuple(each.label for each in stored), nodes[:, 0].copy(), nodes[:, 1].copy(), begins, values


class Series:
    """Takes apart what was written in series: wires, and inductors behind them."""

    def __init__(self, stored: Iterable[Stored]) -> None:
        # an inductor's own wire, "v" and its name, is another's: that in series with it
        self._kept = list(stored)
        self._far = {each.label[3:]: each.nodes for each in self._kept if each.label[0] == "l"}
        self._near: dict[str, str] = {}

    def joined(self, element: Element) -> Element:
        """Return an element as it is at DC: wires end where their inductors do."""
        inner, far = self._far.get(element.label, ("", ""))
        if not inner or element.nodes[1] != inner:
            return element
        self._near[element.label] = element.nodes[0]
        return element._replace(nodes=(element.nodes[0], far))

    def stored(self) -> Iterator[Stored]:
        """Yield what is stored, where all elements have been joined."""
        for each in self._kept:
            if each.label[0] == "l":
                wire = each.label[3:]
                yield each._replace(label=f"l{wire}", nodes=(self._near.get(wire, ""), each.nodes[1]))
            elif each.label[0] == "k":
                yield each._replace(nodes=tuple(f"l{label[3:]}" for label in each.nodes))
            else:
                yield each


def opened(circuit: Circuit) -> tuple[tuple[Bank, ...], tuple[Capacitors | Inductors, ...], tuple[str, ...]]:
    """Return the banks whose wires end before their inductors, what stores, and the nodes with those between."""
    nodes, stored = list(circuit.nodes), circuit.storage
    between: dict[str, int] = {}
    for wire in stored.inductors.wires:
        nodes.append(free_name(f"{wire}_l", nodes))
        between[wire] = len(nodes) - 1
    banks = tuple(_ended(bank, between) if isinstance(bank, VoltageSources) else bank for bank in circuit.banks)
    inductors = stored.inductors
    positive = np.array([between[wire] for wire in inductors.wires], dtype=np.intp)
    behind = Inductors(
        inductors.name, inductors.labels, positive, inductors.negative, inductors.initial, inductors.inductance
    )
    return banks, tuple(bank for bank in (stored.capacitors, behind) if len(bank)), tuple(nodes)


def _ended(bank: VoltageSources, between: Mapping[str, int]) -> VoltageSources:
    if not any(label in between for label in bank.labels):
        return bank
    ends = [between.get(label, n) for label, n in zip(bank.labels, bank.negative.tolist(), strict=True)]
    return VoltageSources(bank.name, bank.labels, bank.positive, np.array(ends), bank.voltage, trainable=bank.trainable)


def coupling_lines(storage: Storage) -> list[str]:
    """Return the lines of the couplings."""
    return [f"{each.label} {each.first} {each.second} {float(each.factor)!r}" for each in storage.couplings]


def in_time(line: str, storage: Storage) -> str:
    """Return a source's line with its function of time, and its magnitude and phase."""
    label = line.split(" ", 1)[0]
    waveform, phasor = storage.waveforms.get(label), storage.phasors.get(label)
    if waveform is None and phasor is None:
        return line
    head, value = line.rsplit(" ", 1)
    small = "" if phasor is None else f" ac {float(phasor[0])!r} {float(phasor[1])!r}"
    return f"{head} dc {value}{'' if waveform is None else f' {waveform.text}'}{small}"
