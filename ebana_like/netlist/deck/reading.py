"""How does a person want netlists read? Which folders they may include files from, and whether notes are errors.

What is said here holds for every netlist read inside the `with` block, whoever reads it: a command says it once.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ebana_like.netlist.deck.deck import Deck


@dataclass(frozen=True)
class Reading:
    """How netlists are read.

    include: folders whose files may be included, and in which files are looked for that are not where a netlist says.
    strict: whether what would be noted is refused.
    celsius: temperature, in the place of what netlists say; None to have it as they say.
    tell: is told every note, each once.
    met: is shown every netlist that was read, and its text.
    """

    include: tuple[Path, ...] = ()
    strict: bool = False
    celsius: float | None = None
    tell: Callable[[str], None] | None = None
    met: Callable[["Deck", str], None] | None = None
    _told: set[str] = field(default_factory=set)

    def told(self, notes: Sequence[str]) -> None:
        """Tell the notes that were not told yet."""
        for note in dict.fromkeys(notes):
            if self.tell is not None and note not in self._told:
                self._told.add(note)
                self.tell(note)


_HERE: ContextVar[Reading | None] = ContextVar("reading", default=None)


def reading() -> Reading:
    """Return how netlists are read here."""
    return _HERE.get() or Reading()


def reading_with(include: Sequence[Path | str] = (), strict: bool | None = None) -> Reading:
    """Return how netlists are read here, but with more folders to include from, and strict or not where given."""
    here = reading()
    folders = (*here.include, *map(Path, include))
    return replace(here, include=folders, strict=here.strict if strict is None else strict)


@contextmanager
def read_with(how: Reading) -> Iterator[None]:
    """Have netlists read that way inside the `with` block."""
    token = _HERE.set(how)
    try:
        yield
    finally:
        _HERE.reset(token)
