"""What becomes of the text that a circuit stands in? Kept as it came, and written again with the trained values."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ebana_like.fitting.trained import Trained, fitted
from ebana_like.netlist.deck.include import INCLUDING
from ebana_like.systems import CircuitSystem
from ebana_like.values import Values


@dataclass(frozen=True)
class Source:
    """A netlist as it stands in its file. encoding: of its text."""

    path: Path
    text: str
    encoding: str

    @property
    def includes(self) -> bool:
        """Whether it has lines that include other files, whose names start from its folder."""
        words = (line.split(maxsplit=1) for line in self.text.lower().splitlines())
        return any(first in INCLUDING for first, *_ in filter(None, words))

    @property
    def kept(self) -> str:
        """Name of the file in a run folder that keeps it as it came."""
        return kept_name(self.path)

    @property
    def fitted(self) -> str:
        """Name of the file in a run folder with the trained values."""
        return f"{self.path.stem}_fitted{self.path.suffix}"


def kept_name(path: Path) -> str:
    """Return the name of the file in which a run folder keeps a netlist as it came."""
    return f"{path.stem}_source{path.suffix}"


@dataclass(frozen=True, eq=False)
class NetlistSystem(CircuitSystem):
    """A circuit that learns, the text that somebody wrote it in, and what is trained, as it stands in that text.

    names: of elements as the text spells them, by label.
    """

    source: Source
    trained: tuple[Trained, ...]
    names: Mapping[str, str]

    def fitted(self, values: Values) -> str:
        """Return the netlist's text with these values in it and nothing else changed."""
        return fitted(self.source.text, self.trained, values)

    def files(self, values: Values) -> dict[str, bytes]:
        """Return what a run folder keeps: the netlist as it came, and the fitted one."""
        source = self.source
        texts = {source.kept: source.text, source.fitted: self.fitted(values)}
        return {name: text.encode(source.encoding) for name, text in texts.items()}
