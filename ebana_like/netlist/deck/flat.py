"""What do all uses of a netlist's subcircuits share? Names that every program takes, models, and who asks for what."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from ebana_like.elements import Conditions, ModelCard, Waveform
from ebana_like.errors import meant
from ebana_like.expressions import Tree
from ebana_like.netlist.deck.element import Capacitor
from ebana_like.netlist.deck.functions import Defined
from ebana_like.netlist.deck.kinds.stored import Stored
from ebana_like.netlist.deck.lines import Line
from ebana_like.netlist.deck.names import FreeNames, Names
from ebana_like.netlist.deck.notes import Notes


class Kept(NamedTuple):
    """Something that stores, to be read when all nodes have their names; shown: as it stands, where that is asked."""

    read: Callable[[], Stored]
    shown: Callable[[], Capacitor] | None


@dataclass(eq=False)
class Flat:
    """What all instances share: portable names, models with a name each, and what asks for which parameter.

    asked: parameters that the words read just now name. asks: what elements and parameters name, by the paths of both.
    defined: the line that gives a parameter its value, by its path; of those that are used.
    open_parameters: paths of those that formulas follow; met: values of those of them that something follows.
    bodies: trees of the functions that the netlist defines, by whether they stand in a behavioural source.
    calling: names of those that are being worked out.
    scale: metres that sizes of MOS transistors are given in.
    kept: capacitors, inductors and couplings, where they stand.
    events: lines of nodes that carry events, by their flat names.
    waveforms, phasors: of sources, by their labels.
    """

    everywhere: set[str]
    open_parameters: frozenset[str] = frozenset()
    node_names: Names = field(default_factory=lambda: Names("n"))
    labels: dict[str, Names] = field(default_factory=dict)
    cards: dict[tuple[object, ...], ModelCard] = field(default_factory=dict)
    card_names: FreeNames = field(default_factory=FreeNames)
    scale: float = 1.0
    conditions: Conditions = field(default_factory=Conditions)
    notes: Notes = field(default_factory=Notes)
    absent: tuple[str, ...] = ()
    asked: set[str] = field(default_factory=set)
    elements_ask: dict[str, frozenset[str]] = field(default_factory=dict)
    parameters_ask: dict[str, frozenset[str]] = field(default_factory=dict)
    defined: dict[str, Line] = field(default_factory=dict)
    met: dict[str, float] = field(default_factory=dict)
    bodies: dict[tuple[Defined, bool], Tree] = field(default_factory=dict)
    calling: list[str] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    events: dict[str, Line] = field(default_factory=dict)
    waveforms: dict[str, Waveform] = field(default_factory=dict)
    phasors: dict[str, tuple[float, float]] = field(default_factory=dict)

    def label(self, letter: str, path: str) -> str:
        """Return the portable name of an element."""
        # names of different letters never meet, as each keeps its first letter
        if letter not in self.labels:
            self.labels[letter] = Names(letter)
        return self.labels[letter].portable(path)

    def labels_of(self, letter: str, paths: list[str]) -> list[str] | None:
        """Return the portable names of many elements where these are their own; None where one is not."""
        return self.labels.setdefault(letter, Names(letter)).all_portable(paths)

    def capacitors(self) -> list[Capacitor]:
        """Return the capacitors as they are shown."""
        return [kept.shown() for kept in self.kept if kept.shown is not None]

    def stored(self) -> list[Stored]:
        """Return all that stores something."""
        return [kept.read() for kept in self.kept]

    @property
    def elsewhere(self) -> str:
        """Words of a message about what is not there: it may stand in a library that is not here."""
        return f"; it may stand in {self.absent[0]}, which is not here (see --include-path)" if self.absent else ""

    def shared(self, card: ModelCard) -> ModelCard:
        """Return the card under a name that no card with other values has."""
        contents = card.name, card.type, frozenset(card.parameters.items())
        if contents not in self.cards:
            self.cards[contents] = ModelCard(self.card_names.take(card.name), card.type, card.parameters)
        return self.cards[contents]


def hint(name: str, known: Iterable[str]) -> str:
    """Return the end of a message about a name that is not there: which was meant, or which there are."""
    known = list(known)
    return f"; {meant(name, known)}" if known else ""
