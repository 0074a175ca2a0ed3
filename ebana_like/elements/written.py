"""What is known of an element that stands in a netlist? Its words, and the numbers of the nodes it names."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from ebana_like.elements.numbers import finite
from ebana_like.errors import CircuitError
from ebana_like.expressions import Tree
from ebana_like.values import FloatArray, IntArray

if TYPE_CHECKING:
    from ebana_like.elements.device import ModelCard
    from ebana_like.elements.diode import DiodeModel


class Written(Protocol):
    """An element as it is written.

    label: its name. nodes: their names. value: resistance, voltage, current or gain, as text; of kinds that the package
    does not know, all words behind the nodes. control: label of the source whose current is copied. card: of its model.
    sizes: what stands behind the model. law: a current that an expression tells, of nodes by their names; else None.
    """

    @property
    def label(self) -> str: ...

    @property
    def nodes(self) -> tuple[str, ...]: ...

    @property
    def value(self) -> str: ...

    @property
    def control(self) -> str: ...

    @property
    def card(self) -> "ModelCard | None": ...

    @property
    def sizes(self) -> str: ...

    @property
    def law(self) -> Tree | None: ...

    def error(self, reason: str) -> Exception:
        """Return the error that names the element's line."""

    def diode_model(self) -> "DiodeModel":
        """Return its model as a diode whose law is known here. Raises NetlistError where it says more."""

    def device_card(self) -> "ModelCard":
        """Return its model with plain numbers. Raises NetlistError where they are none."""


class Columns(NamedTuple):
    """Elements of two terminals, a column of each: their labels, the names of their nodes, and their values as text."""

    labels: list[str]
    near: list[str]
    far: list[str]
    values: list[str]


def columns_of(elements: Sequence[Written]) -> Columns:
    """Return what there is of elements by the column: as they were read so, or gathered here."""
    known = getattr(elements, "columns", None)
    if isinstance(known, Columns):
        return known
    near, far = [e.nodes[0] for e in elements], [e.nodes[1] for e in elements]
    return Columns([e.label for e in elements], near, far, [e.value for e in elements])


class Numbered(Protocol):
    """The numbers of the nodes of a circuit that is being read."""

    def column(self, elements: Sequence[Written], position: int) -> IntArray:
        """Return the number of one node of each element, (n,)."""

    def number(self, name: str) -> int:
        """Return the number of a node."""

    def ends(self, elements: Sequence[Written], last: int = 1) -> tuple[IntArray, IntArray]:
        """Return the numbers of the first node of each element, and of that at position `last`, (n,) each."""


def numbers(
    elements: Sequence[Written],
    convert: Callable[[str], float] = finite,
    what: str = "a finite number",
    text: Callable[[Written], str] = lambda element: element.value,
) -> FloatArray:
    """Return the elements' values, (n,), or what else of them `text` is. Raises NetlistError naming the line of one
    that is none."""
    found = []
    for element in elements:
        try:
            found.append(convert(text(element)))
        except (ValueError, ArithmeticError) as error:
            raise element.error(f'"{text(element)}" is not {what}') from error
    return np.array(found, dtype=float)


def one_card(name: str, kind: str, elements: Sequence[Written]) -> Written:
    """Return the first element, whose model all share. Raises NetlistError or CircuitError where they do not."""
    if not elements:
        raise CircuitError(f'bank "{name}" of kind {kind} has no elements, and so no model')
    first, card = elements[0], elements[0].card
    for element in elements:
        if element.card is not card:
            raise element.error(f'bank "{name}" needs one model; it uses {card.name if card else "none"} too')
    return first
