"""What can be asked of the place where an element's line stands?"""

from typing import Protocol

from ebana_like.elements import Conditions, ModelCard
from ebana_like.elements.waveform import Waveform
from ebana_like.expressions import Tree
from ebana_like.netlist.deck.lines import Line


class Surroundings(Protocol):
    """What an element's words mean where it stands."""

    def label(self, line: Line, name: str) -> tuple[str, str]:
        """Return the path and the flat name of an element."""

    def nodes(self, line: Line, names: list[str]) -> tuple[str, ...]:
        """Return the flat names of nodes."""

    def number(self, line: Line, word: str) -> str:
        """Return a value as plain number text: as written where that is one already."""

    def law(self, line: Line, text: str) -> Tree:
        """Return what a behavioural source's expression says, of flat nodes, sources' own names and open parameters."""

    def opened(self, path: str) -> str:
        """Return the value of an open parameter as number text that knows its formula."""

    def note(self, words: list[str]) -> None:
        """Count these words among the uses of the parameters in them."""

    def keep(self, line: Line, words: list[str]) -> None:
        """Keep what only time knows: a capacitor, an inductor or a coupling, to be read when all nodes have names."""

    def keep_unread(self, line: Line, name: str, reason: str) -> None:
        """Keep why an element is not followed in time."""

    def keep_events(self, line: Line, names: list[str]) -> None:
        """Keep that these nodes carry events, which nothing analog may hang at."""

    def keep_swing(self, label: str, waveform: Waveform | None, phasor: tuple[float, float] | None) -> None:
        """Keep the function of time of a source, and its magnitude and phase."""

    def card(self, line: Line, name: str) -> ModelCard:
        """Return the model of that name. Raises NetlistError where there is none."""

    def has_card(self, name: str) -> bool:
        """Whether there is a model of that name."""

    def bins(self, name: str) -> list[str]:
        """Return the names of the models NAME.1, NAME.2 ..., each for some lengths and widths."""

    def shared(self, card: ModelCard) -> ModelCard:
        """Return the card under a name that no card with other values has."""

    def scaled(self, number: str, factor: float) -> str:
        """Return so many times a value."""

    def remark(self, line: Line, what: str) -> None:
        """Note what a line says that is not done as it says."""

    @property
    def scale(self) -> float:
        """Metres that sizes of MOS transistors are given in."""

    @property
    def conditions(self) -> Conditions:
        """Under which the circuit stands."""
