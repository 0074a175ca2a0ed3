"""How does a circuit without ports get some? Its sources become inputs, its nodes outputs, its resistors trainable."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

import numpy as np

from ebana_like.checks import LONGEST
from ebana_like.circuit import GROUND, Circuit, InputPorts, OutputPorts
from ebana_like.elements import Bank, IntArray, Range, Resistors, VoltageSources
from ebana_like.errors import SettingError, meant
from ebana_like.limits import require_at_most
from ebana_like.netlist.deck import Deck
from ebana_like.nudges import Currents
from ebana_like.nudges.ways.current import sources_across

TRAINED, INPUTS, NUDGE = "trained", "inputs", "nudge"
"""Names of the banks with the trained resistors, the inputs, and the currents that nudge."""

MOST_PATTERNS, LONGEST_PATTERN = 100, 200
"""Of names of resistors; matching takes a time that grows with the square of a pattern's length."""

_WILD = frozenset("*?[")


def carriers(text: str) -> list[tuple[str, str, float]]:
    """Return source, column and sign of each input in a text such as `v1,v2=x,-v3=x`."""
    found = []
    for word in _words(text):
        sign, word = (-1.0, word[1:]) if word.startswith("-") else (1.0, word)
        source, _, column = word.partition("=")
        found.append((source.strip().lower(), (column or source).strip(), sign))
    return found


def columns(text: str) -> list[tuple[str, str]]:
    """Return node or pair, and column, of each output in a text such as `out1-out2,/OUT=y`."""
    parts = (word.partition("=") for word in _words(text))
    return [(output.strip(), (column or output).strip()) for output, _, column in parts]


def with_ports(
    circuit: Circuit, deck: Deck, inputs: str, outputs: str, trained: str, limits: tuple[float, float]
) -> Circuit:
    """Return the circuit with ports, as trained: nudging sources and all.

    inputs, outputs, trained: as a person writes them, by names of the deck; empty for none. limits: of the trained
    conductances, siemens, 0 for those that follow from what they are now.
    Raises SettingError for a name that is not there, or not of the right kind.
    """
    labels = {element.path: element.label for element in deck.elements}
    chosen = _trained(deck, trained)
    wanted, asked = carriers(inputs), columns(outputs)
    require_at_most("classes", len(asked), f"there are {len(asked):,} classes or outputs")
    carrying = [labels.get(source, source) for source, _, _ in wanted]
    if len(set(carrying)) != len(carrying):
        raise SettingError(f"inputs is {inputs[:LONGEST]}; every source can carry one column")
    _require_sources(circuit, carrying)
    pairs = _pairs(deck, circuit, [output for output, _ in asked])
    ports = OutputPorts(pairs[:, 0].copy(), pairs[:, 1].copy())
    banks: list[Bank] = [_sources(circuit, carrying)]
    if chosen:
        banks.append(_trainable(_resistors(circuit, chosen), limits))
    gone = {*carrying, *chosen}
    for bank in circuit.banks:
        kept = np.flatnonzero([label not in gone for label in bank.labels])
        if kept.size:
            banks.append(bank.take(kept) if kept.size < len(bank) else bank)
    taken = {label for bank in circuit.banks for label in bank.labels}
    banks.append(sources_across(ports, NUDGE, taken))
    features = {column: k for k, column in enumerate(dict.fromkeys(column for _, column, _ in wanted))}
    feature = np.array([features[column] for _, column, _ in wanted], dtype=np.intp)
    return replace(
        circuit,
        banks=tuple(banks),
        inputs=InputPorts(INPUTS, feature, np.array([sign for _, _, sign in wanted])),
        outputs=ports,
        driven=Currents.driven(NUDGE),
    )


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _trained(deck: Deck, patterns: str) -> list[str]:
    """Return the labels of the resistors whose names in the text or here match a pattern."""
    resistors = [element for element in deck.elements if element.letter == Resistors.letter]
    named: dict[str, list[str]] = {}
    for element in resistors:
        for name in {element.path, element.label}:
            named.setdefault(name, []).append(element.label)
    words = list(dict.fromkeys(_words(patterns.lower())))
    wild = [word for word in words if word not in named and _WILD.intersection(word)]
    if len(wild) > MOST_PATTERNS or max(map(len, wild), default=0) > LONGEST_PATTERN:
        raise SettingError(
            f"train has {len(wild)} patterns, the longest of {max(map(len, wild))} characters; at most {MOST_PATTERNS} "
            f"are taken, each of at most {LONGEST_PATTERN}"
        )
    found: dict[str, None] = {}
    for word in words:
        matching = named.get(word, [])
        if word in wild:
            matching = [e.label for e in resistors if fnmatchcase(e.path, word) or fnmatchcase(e.label, word)]
        if not matching:
            known = _some(word, [element.path for element in resistors])
            raise SettingError(f'train is {patterns[:LONGEST]}; no resistor is called "{word[:LONGEST]}"; {known}')
        found |= dict.fromkeys(matching)
    return list(found)


def _some(name: str, known: Iterable[str]) -> str:
    return meant(name, known, "there are") if (known := list(known)) else "there are none"


def _require_sources(circuit: Circuit, labels: Sequence[str]) -> None:
    """Raise SettingError where one of these labels is not that of a source that can carry an input."""
    sources = dict.fromkeys(name for bank in circuit.of_kind(VoltageSources) for name in bank.labels)
    for label in labels:
        if label not in sources:
            raise SettingError(
                f'inputs names "{label[:LONGEST]}", which is no voltage source of the netlist; {_some(label, sources)}'
            )
        if label in circuit.metered:
            raise SettingError(
                f"inputs names {label}, whose current is copied by another source; put a source of 0 V in series with "
                "it and copy the current of that one"
            )


def _pairs(deck: Deck, circuit: Circuit, words: Sequence[str]) -> IntArray:
    """Return the nodes, (outputs, 2), of outputs such as `out` or `a-b`; a node's name may have a minus sign in it."""
    places = {node: k for k, node in enumerate(circuit.nodes)}
    known = {name: places[node] for name, node in deck.nodes.items() if node in places}
    known |= {GROUND: places[GROUND], "gnd": places[GROUND]}
    longest = max(map(len, known))
    pairs = []
    for word in words:
        lowered = word.lower()
        minus = [k for k, c in enumerate(lowered) if c == "-"] if len(lowered) <= 3 * longest else []
        splits = [(lowered, GROUND), *((lowered[:k], lowered[k + 1 :]) for k in minus)]
        found = [(known.get(positive.strip()), known.get(negative.strip())) for positive, negative in splits]
        fitting = next((ends for ends in found if None not in ends and ends[0] != ends[1]), None)
        if fitting is None:
            raise SettingError(
                f'outputs names "{word[:LONGEST]}", which is no node or pair of nodes; {_some(word, deck.nodes)}'
            )
        pairs.append(fitting)
    return np.array(pairs, dtype=np.intp).reshape(-1, 2)


def _resistors(circuit: Circuit, labels: Sequence[str]) -> Resistors:
    """Return a bank of the resistors with these labels, in this order."""
    value = _by_label(circuit, Resistors, "conductance")
    return Resistors(TRAINED, tuple(labels), *_ends(circuit, labels), np.array([value[label] for label in labels]))


def _trainable(resistors: Resistors, limits: tuple[float, float]) -> Resistors:
    """Return the bank with the range that its conductances may take."""
    low = limits[0] or float(resistors.conductance.min()) / 10
    high = limits[1] or float(resistors.conductance.max()) * 10
    if not low < high:
        raise SettingError(f"g_low is {low:g} and g_high is {high:g}; the range ends before it begins")
    return replace(resistors, trainable={"conductance": Range(low, high)})


def _sources(circuit: Circuit, labels: Sequence[str]) -> VoltageSources:
    """Return a bank of the sources with these labels, in this order."""
    value = _by_label(circuit, VoltageSources, "voltage")
    return VoltageSources(INPUTS, tuple(labels), *_ends(circuit, labels), np.array([value[label] for label in labels]))


def _by_label(circuit: Circuit, kind: type[Bank], field: str) -> dict[str, float]:
    """Return a value of every element of a kind."""
    banks = circuit.of_kind(kind)
    return {label: value for b in banks for label, value in zip(b.labels, getattr(b, field).tolist(), strict=True)}


def _ends(circuit: Circuit, labels: Sequence[str]) -> tuple[IntArray, IntArray]:
    at = {label: (bank, k) for bank in circuit.banks for k, label in enumerate(bank.labels)}
    ends = [(bank.positive[k], bank.negative[k]) for bank, k in (at[label] for label in labels)]
    both = np.array(ends, dtype=np.intp).reshape(-1, 2)
    return both[:, 0].copy(), both[:, 1].copy()
