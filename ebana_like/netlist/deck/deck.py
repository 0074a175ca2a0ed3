"""What stands in a netlist file? Its title, its elements with subcircuits put in place, and its annotations."""

import gc
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from ebana_like.elements import Conditions, Waveform
from ebana_like.errors import NetlistError
from ebana_like.netlist.deck.blocks import definitions
from ebana_like.netlist.deck.element import Capacitor, Element
from ebana_like.netlist.deck.flatten import flatten
from ebana_like.netlist.deck.include import Includer, read_text
from ebana_like.netlist.deck.kinds.plain import Plain, Rows
from ebana_like.netlist.deck.kinds.stored import Stored
from ebana_like.netlist.deck.lines import Line, newline, refuse_executed, require_text
from ebana_like.netlist.deck.notes import Notes
from ebana_like.netlist.deck.reading import Reading, reading


@dataclass(frozen=True, eq=False)
class Deck:
    """A netlist's contents.

    source: what error messages call it. first_line: as it stands. ended: whether there is an `.end`.
    statements: elements, and annotations where they stand between them.
    nodes: portable names by those in the text, in lower case; inner ones with their subcircuits, as in `x1.mid`.
    parameters: the line that gives each parameter that is used its value; by paths such as `x1.gain`.
    elements_ask, parameters_ask: the parameters that the values of elements, and of other parameters, name; by paths.
    conditions: that all elements stand under.
    notes: what was read and has no effect, or another than other programs give it, a line each.
    capacitors: returns them; they are no elements, as they carry no direct current.
    stored: returns what stores something, as numbers. waveforms, phasors: of sources, by their labels.
    moved: whether it stands at another temperature than the text says.
    """

    source: str
    first_line: str
    ended: bool
    statements: tuple[Element | Plain | Line, ...]
    nodes: Mapping[str, str]
    parameters: Mapping[str, Line]
    elements_ask: Mapping[str, Collection[str]]
    parameters_ask: Mapping[str, Collection[str]]
    conditions: Conditions
    notes: tuple[str, ...] = ()
    capacitors: Callable[[], Iterable[Capacitor]] = tuple
    stored: Callable[[], Iterable[Stored]] = tuple
    waveforms: Mapping[str, Waveform] = field(default_factory=dict)
    phasors: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    moved: bool = False

    @cached_property
    def elements(self) -> tuple[Element, ...]:
        """The elements alone."""
        return tuple(Rows([entry for entry in self.statements if not isinstance(entry, Line)]))

    @property
    def title(self) -> str:
        """The first line as a title that every SPICE program takes for one."""
        words = re.sub(r"[^A-Za-z0-9 _.,:;/()=-]", " ", self.first_line).split()
        kept = " ".join(words[1:] if words[:1] == [".title"] else words).lstrip(".,:;/()=- ")
        return kept[:100] or "netlist"


def load_deck(path: Path, how: Reading | None = None) -> Deck:
    """Return what stands in a netlist file. Raises NetlistError naming file, line, text and reason."""
    return read_deck(read_text(path)[0], str(path), path.parent, how=how)


def read_deck(
    text: str,
    source: str,
    folder: Path | None = None,
    open_parameters: Collection[str] = (),
    how: Reading | None = None,
) -> Deck:
    """Return what stands in a netlist's text.

    source: what error messages call it. folder: where the files it includes must lie; without one it includes none.
    how: it is read; as `reading()` says unless given.
    open_parameters: paths, as in `x1.gain`, of parameters that `Element.formulas` say how values follow.
    Raises NetlistError for every line it does not understand.
    """
    with _uncollected():
        return _read(text, source, folder, open_parameters, how or reading())


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep Python from looking for circles among all that lives, again and again, while a large netlist is read."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _read(text: str, source: str, folder: Path | None, open_parameters: Collection[str], how: Reading) -> Deck:
    if not text.strip():
        raise NetlistError(f"{source} is empty; expected a netlist")
    require_text(text, source)
    first = text.split(newline(text), 1)[0].rstrip("\r")
    _require_title(Line(source, 1, first))
    notes = Notes(how.strict)
    files = Includer(folder, notes, how.include)
    found = definitions(files.expand(text, source, folder, first=2), notes)
    own = (found.conditions.celsius, found.heat)
    if how.celsius is not None:
        found.conditions, found.heat = replace(found.conditions, celsius=how.celsius), None
    statements, flat = flatten(found, open_parameters, notes, files.absent)
    if not any(not isinstance(entry, Line) for entry in statements):
        raise NetlistError(f"{source} has no element that carries direct current; is it a netlist?")
    how.told(notes.said())
    deck = Deck(
        source,
        first,
        found.ended,
        tuple(statements),
        flat.node_names.given,
        flat.defined,
        flat.elements_ask,
        flat.parameters_ask,
        flat.conditions,
        notes.said(),
        flat.capacitors,
        flat.stored,
        flat.waveforms,
        flat.phasors,
        own != (found.conditions.celsius, found.heat),
    )
    if how.met is not None:
        how.met(deck, text)
    return deck


def _require_title(line: Line) -> None:
    """Raise NetlistError for a first line that some programs do not take for a title."""
    refuse_executed(line)
    text = line.text.lstrip("\ufeff").strip().lower()
    if text.startswith(".") and text.split()[0] != ".title":
        raise line.error("the first line is the title, but ngspice would read this one; put a title above it")
