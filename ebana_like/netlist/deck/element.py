"""What was read of an element? Its names and numbers, flat and portable."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from ebana_like.elements import DiodeModel, ModelCard
from ebana_like.errors import NetlistError
from ebana_like.expressions import Tree
from ebana_like.netlist.deck.cards import device_card, diode_law
from ebana_like.netlist.deck.lines import Line


class Element(NamedTuple):
    """One element, flat: names are portable, numbers plain.

    path: what the person calls it, with the subcircuits it stands in, as in `x1.r1`.
    value: resistance, voltage, current or gain, as text that `float` takes.
    control: label of the source whose current is copied.
    card: of a device; None for others.
    sizes: what stands behind a device's model.
    formulas: how the value, by the name "", and sizes follow from parameters that reading kept open, where they do.
    law: a current that an expression tells, of voltages between flat nodes; None for others.
    kind: of the bank it belongs to where that is not told by its letter and card.
    """

    line: Line
    path: str
    label: str
    nodes: tuple[str, ...]
    value: str = ""
    control: str = ""
    card: ModelCard | None = None
    sizes: str = ""
    formulas: Mapping[str, Tree] = MappingProxyType({})
    law: Tree | None = None
    kind: str = ""

    def error(self, reason: str) -> NetlistError:
        """Return the error that names the element's line."""
        return self.line.error(reason)

    def diode_model(self) -> DiodeModel:
        """Return its model as a diode whose law is known here. Raises NetlistError where it says more."""
        assert self.card is not None
        return diode_law(self.card, f"{self.line.source}, line {self.line.number}")

    def device_card(self) -> ModelCard:
        """Return its model with plain numbers. Raises NetlistError where they are none."""
        assert self.card is not None
        return device_card(self.card, f"{self.line.source}, line {self.line.number}")

    @property
    def letter(self) -> str:
        """The first letter of its name, which says what it is."""
        return self.label[0]


class Capacitor(NamedTuple):
    """A capacitor, which carries no direct current and is there to be shown.

    path: what the person calls it. nodes: portable names; of those that nothing else has, the names in the text, with
    their subcircuits. value: as it is written.
    """

    path: str
    nodes: tuple[str, ...]
    value: str
