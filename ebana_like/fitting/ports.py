"""How does a circuit without ports get some? Its sources become inputs, its nodes outputs, its values trainable."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ebana_like.checks import LONGEST
from ebana_like.circuit import GROUND, Circuit
from ebana_like.elements import CCVS, VCCS, Bank, CurrentSources, IntArray, Range, Resistors, VoltageSources, of_kind
from ebana_like.elements.labels import free_name
from ebana_like.errors import SettingError, meant
from ebana_like.expressions import Call, Number, Tree
from ebana_like.fitting.chosen import Chosen
from ebana_like.fitting.columns import carriers, columns
from ebana_like.fitting.followers import NO_FOLLOWERS, Followers
from ebana_like.fitting.possible import require_unmetered
from ebana_like.fitting.span import NO_SPANS, Spans
from ebana_like.limits import require_at_most
from ebana_like.netlist.deck import Deck
from ebana_like.netlist.deck.names import FreeNames
from ebana_like.nudges import Currents
from ebana_like.nudges.ways.current import sources_across
from ebana_like.ports import InputPorts, OutputPorts
from ebana_like.shared import Shared
from ebana_like.values import address

SHORT = 1e-3
"""Ohms that ngspice takes for none."""

TRAINED, INPUTS, NUDGE, READ = "trained", "inputs", "nudge", "output_currents"
"""Names of the banks with the trained resistors, the inputs, the currents that nudge, and what reads currents."""


def output_units(circuit: Circuit) -> list[str]:
    """Return the unit of each output: "A" where a current is read as the voltage of a node made for it, else "V"."""
    made = [bank for bank in circuit.of_kind(CCVS) if bank.name.startswith(READ)]
    nodes = {int(node) for bank in made for node in bank.positive}
    return ["A" if node in nodes else "V" for node in circuit.outputs.positive.tolist()]


@dataclass(frozen=True)
class Place:
    """Where a trained value stands among those of a circuit: `position` in the values of its address."""

    address: str
    position: int


def with_ports(
    circuit: Circuit,
    deck: Deck,
    inputs: str,
    outputs: str,
    trained: Sequence[Chosen] = (),
    spans: Spans = NO_SPANS,
    following: Followers = NO_FOLLOWERS,
) -> tuple[Circuit, list[Place]]:
    """Return the circuit with ports, as trained: nudging sources and all; and where each trained value stands in it.

    trained: values that can be trained, as of `possible`. following: what parameters among them are followed by.
    inputs, outputs: as a person writes them, by names of the deck; empty for none.
    Raises SettingError for a name that is not there, or not of the right kind.
    """
    labels = {element.path: element.label for element in deck.elements}
    wanted, asked = carriers(inputs), columns(outputs)
    require_at_most("classes", len(asked), f"there are {len(asked):,} classes or outputs")
    carrying = [labels.get(source, source) for source, _, _ in wanted]
    if len(set(carrying)) != len(carrying):
        raise SettingError(f"inputs is {inputs[:LONGEST]}; every source can carry one column")
    _require_sources(circuit, carrying)
    wiring = _Rewired(circuit)
    wiring.carry(carrying)
    formulas = wiring.follow({key: tree for key, tree in following.formulas.items() if key[0] not in carrying})
    of_elements = [each for each in trained if each.elements]
    at = dict(zip([each.name for each in of_elements], wiring.train(of_elements, spans), strict=True))
    at |= {name: Place(of, 0) for name, of in following.addresses.items()}
    pairs = wiring.pairs(deck, [output for output, _ in asked])
    ports = OutputPorts(pairs[:, 0].copy(), pairs[:, 1].copy())
    wiring.banks.append(sources_across(ports, NUDGE, wiring.labels))
    features = {column: k for k, column in enumerate(dict.fromkeys(column for _, column, _ in wanted))}
    feature = np.array([features[column] for _, column, _ in wanted], dtype=np.intp)
    ported = replace(
        circuit,
        nodes=tuple(wiring.nodes),
        banks=tuple(wiring.banks),
        inputs=InputPorts(INPUTS, feature, np.array([sign for _, _, sign in wanted])),
        outputs=ports,
        driven=Currents.driven(NUDGE),
        shared=Shared(following.parameters, formulas),
    )
    return ported, [at[each.name] for each in trained]


class _Rewired:
    """A circuit's banks and nodes while it gets ports."""

    def __init__(self, circuit: Circuit) -> None:
        self.nodes = list(circuit.nodes)
        self.banks = list(circuit.banks)
        self.labels = {label for bank in circuit.banks for label in bank.labels}
        self.names = FreeNames()
        for name in (*(bank.name for bank in circuit.banks), INPUTS, NUDGE):
            self.names.take(name)

    def cut(self, labels: Sequence[str], name: str) -> list[Bank]:
        """Take elements out of their banks, and return them in this order, in a bank for each they were in."""
        wanted = {label: k for k, label in enumerate(labels)}
        found, left = [], []
        for bank in self.banks:
            inside = [k for k, label in enumerate(bank.labels) if label in wanted]
            if inside:
                inside.sort(key=lambda k: wanted[bank.labels[k]])
                found.append(replace(bank.take(np.array(inside, dtype=np.intp)), name=name))
                outside = np.setdiff1d(np.arange(len(bank)), inside)
                left += [bank.take(outside)] if outside.size else []
            else:
                left += [bank] if len(bank) else []
        self.banks = left
        return found

    def carry(self, labels: Sequence[str]) -> None:
        """Have sources carry the features. A current follows the voltage of a source of its own, 1 A for each volt."""
        found = self.cut(labels, INPUTS)
        where = {label: (bank, k) for bank in found for k, label in enumerate(bank.labels)}
        ends, names, values, currents = [], [], [], []
        for label in labels:
            bank, k = where[label]
            across = int(bank.positive[k]), int(bank.negative[k])
            if isinstance(bank, VoltageSources):
                names.append(label)
                ends.append(across)
            else:
                names.append(self.new_label(f"v{label}"))
                ends.append((self.new_node(f"{label}_amperes"), 0))
                currents.append((self.new_label(f"g{label}"), across, ends[-1]))
            values.append(float(getattr(bank, next(iter(bank.quantities)))[k]))
        self.banks.insert(0, VoltageSources(INPUTS, tuple(names), *_pair(ends), np.array(values)))
        if currents:
            given, across_of, following = zip(*currents, strict=True)
            columns = *_pair(across_of), *_pair(following), np.ones(len(given))
            self.banks.append(VCCS(self.names.take("input_currents"), tuple(given), *columns))

    def follow(self, trees: Mapping[tuple[str, str], Tree]) -> dict[str, tuple[Tree, ...]]:
        """Give what follows shared values banks of its own; return the formulas of their quantities, by address.

        Raises SettingError for what follows them and is no quantity of its element.
        """
        found = {}
        alike: dict[str, tuple[str, ...]] = {}
        for label, quantity in trees:
            alike[label] = (*alike.get(label, ()), quantity)
        for bank in list(self.banks):
            for keys in dict.fromkeys(alike[label] for label in bank.labels if label in alike):
                labels = [label for label in bank.labels if alike.get(label) == keys]
                (taken,) = self.cut(labels, self.names.take(f"following_{bank.name}"))
                of = {key or next(iter(taken.quantities)): key for key in keys}
                if wrong := next((name for name in of if name not in taken.quantities), ""):
                    raise SettingError(f"the {wrong} of {labels[0]} follows a parameter, and is nothing that trains")
                limits = {name: Range(taken.quantities[name].floor, np.inf) for name in of}
                self.banks.append(replace(taken, trainable=limits))
                for name, key in of.items():
                    given = (trees[label, key] for label in labels)
                    reciprocal = taken.quantities[name].reciprocal
                    found[address(taken.name, name)] = tuple(_conductance(t) if reciprocal else t for t in given)
        return found

    def train(self, trained: Sequence[Chosen], spans: Spans) -> list[Place]:
        """Give what is trained banks of its own, one for all that are alike, with their ranges."""
        kind = {label: (bank, k) for bank in self.banks for k, label in enumerate(bank.labels)}
        alike: dict[tuple[type[Bank], str], list[float]] = {}
        for each in trained:
            bank, k = kind[each.elements[0].label]
            alike.setdefault((type(bank), each.quantity), []).append(getattr(bank, each.quantity)[k])
        limits: dict[tuple[str, ...], dict[str, Range]] = {}
        for each in trained:
            bank, k = kind[each.elements[0].label]
            values = np.array(alike[(type(bank), each.quantity)])
            now = float(getattr(bank, each.quantity)[k])
            span = spans.of(each, bank.quantities[each.quantity], now, values)
            limits.setdefault(tuple(e.label for e in each.elements), {})[each.quantity] = span
        groups: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
        for labels, spanned in limits.items():
            groups.setdefault((kind[labels[0]][0].name, repr(spanned)), []).append(labels)
        at: dict[tuple[tuple[str, ...], str], Place] = {}
        for (of, _), tied in groups.items():
            bank = kind[tied[0][0]][0]
            name = self.names.take(TRAINED if isinstance(bank, Resistors) else f"{TRAINED}_{of}")
            (found,) = self.cut([label for labels in tied for label in labels], name)
            several = any(len(labels) > 1 for labels in tied)
            index = np.repeat(np.arange(len(tied)), [len(labels) for labels in tied]) if several else None
            ranges = {quantity: replace(span, index=index) for quantity, span in limits[tied[0]].items()}
            self.banks.insert(1, replace(found, trainable=ranges))
            at |= {
                (labels, quantity): Place(address(name, quantity), k)
                for k, labels in enumerate(tied)
                for quantity in ranges
            }
        return [at[tuple(e.label for e in each.elements), each.quantity] for each in trained]

    def pairs(self, deck: Deck, words: Sequence[str]) -> IntArray:
        """Return the nodes, (outputs, 2), of outputs such as `out`, `a-b` or `i(vx)`; names may have a minus in them.

        The current of a source is read as the voltage, 1 V for each ampere, of a node of its own.
        """
        places = {node: k for k, node in enumerate(self.nodes)}
        known = {name: places[node] for name, node in deck.nodes.items() if node in places}
        known |= {GROUND: places[GROUND], "gnd": places[GROUND]}
        labels = {element.path: element.label for element in deck.elements}
        longest = max(map(len, known))
        pairs = []
        for word in words:
            lowered = word.lower()
            if lowered[:2] == "i(" and lowered[-1:] == ")":
                source = lowered[2:-1].strip()
                pairs.append((self.current_of(labels.get(source, source), word), 0))
                continue
            minus = [k for k, c in enumerate(lowered) if c == "-"] if len(lowered) <= 3 * longest else []
            splits = [(lowered, GROUND), *((lowered[:k], lowered[k + 1 :]) for k in minus)]
            found = [(known.get(positive.strip()), known.get(negative.strip())) for positive, negative in splits]
            fitting = next((ends for ends in found if None not in ends and ends[0] != ends[1]), None)
            if fitting is None:
                raise SettingError(
                    f'outputs names "{word[:LONGEST]}", which is no node or pair of nodes; {_some(word, deck.nodes)}'
                )
            pairs.append((int(fitting[0] or 0), int(fitting[1] or 0)))
        return np.array(pairs, dtype=np.intp).reshape(-1, 2)

    def current_of(self, label: str, word: str) -> int:
        """Return a node whose voltage is the current of a source, which gets an ammeter in series."""
        found = of_kind(self.banks, VoltageSources)
        bank = next((each for each in found if label in each.labels), None)
        if bank is None:
            sources = [each for b in found for each in b.labels]
            raise SettingError(
                f'outputs names "{word[:LONGEST]}", and there is no such voltage source; {_some(label, sources)}'
            )
        k = bank.labels.index(label)
        between, meter, read = self.new_node(f"{label}_minus"), self.new_label(f"v{label}_meter"), self.new_node(label)
        ends = _pair([(between, int(bank.negative[k]))])
        negative = bank.negative.copy()
        negative[k] = between
        self.banks[self.banks.index(bank)] = replace(bank, negative=negative)
        self.banks.append(VoltageSources(self.names.take("meters"), (meter,), *ends, np.zeros(1)))
        reading = self.new_label(f"h{label}_meter")
        self.banks.append(CCVS(self.names.take(READ), (reading,), *_pair([(read, 0)]), (meter,), np.ones(1)))
        return read

    def new_node(self, name: str) -> int:
        self.nodes.append(free_name(name, self.nodes))
        return len(self.nodes) - 1

    def new_label(self, name: str) -> str:
        self.labels.add(label := free_name(name, self.labels))
        return label


def _conductance(ohms: Tree) -> Tree:
    """Return 1/R, with 1 mOhm for a resistance of zero, as ngspice has it: at the end of a potentiometer."""
    return Call("/", (Number(1.0), Call("?", (Call("==", (ohms, Number(0.0))), Number(SHORT), ohms))))


def _some(name: str, known: Iterable[str]) -> str:
    return meant(name, known, "there are") if (known := list(known)) else "there are none"


def _require_sources(circuit: Circuit, labels: Sequence[str]) -> None:
    """Raise SettingError where one of these labels is not that of a source that can carry an input."""
    kinds = (*circuit.of_kind(VoltageSources), *circuit.of_kind(CurrentSources))
    sources = dict.fromkeys(label for bank in kinds for label in bank.labels)
    for label in labels:
        if label not in sources:
            raise SettingError(
                f'inputs names "{label[:LONGEST]}", which is no source of the netlist; {_some(label, sources)}'
            )
        require_unmetered(circuit, label, "inputs")


def _pair(ends: Sequence[tuple[int, int]]) -> tuple[IntArray, IntArray]:
    both = np.array(ends, dtype=np.intp).reshape(-1, 2)
    return both[:, 0].copy(), both[:, 1].copy()
