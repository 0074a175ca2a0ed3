"""What are the elements called that stand for one line? After it, and after what they do beside its own."""

from ebana_like.netlist.deck.lines import Line
from ebana_like.netlist.deck.surroundings import Surroundings


class Made:
    """Names the elements that a line is read as where these are of other kinds than the line."""

    def __init__(self, line: Line, name: str, place: Surroundings) -> None:
        self.line, self.name, self.place = line, name, place

    def part(self, what: str) -> "Made":
        """Return names for what gives out one of several things that the line does."""
        return Made(self.line, f"{self.name} {what}", self.place)

    def own(self, letter: str) -> tuple[str, str]:
        """Return path and label of the element that stands for the line's own; it is called as the line is."""
        path, label = self.place.label(self.line, self.name if self.name[0] == letter else f"{letter}{self.name}")
        return (path if self.name[0] == letter else self.place.label(self.line, self.name)[0]), label

    def beside(self, letter: str, what: str) -> tuple[str, str]:
        """Return path and label of an element that the line needs beside its own; no text names one so."""
        named = f"{letter}{self.name} {what}"
        path, label = self.place.label(self.line, named)
        return f"{path.removesuffix(named)}{self.name} {what}", label

    def node(self, what: str) -> str:
        """Return a node that the line needs; no text names one so."""
        (node,) = self.place.nodes(self.line, [f"{self.name} {what}"])
        return node
