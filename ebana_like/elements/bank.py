"""What is a bank? A group of like elements held as arrays: one Python object for 160,000 resistors."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Annotated, Any, ClassVar, NamedTuple, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from ebana_like.elements.conditions import Conditions
from ebana_like.elements.signal import Signal
from ebana_like.elements.term import Branch, Flow
from ebana_like.elements.views import AdjointView, PhasesView
from ebana_like.elements.written import Numbered, Written
from ebana_like.errors import CircuitError, meant
from ebana_like.values import FloatArray, IntArray, Range


@dataclass(frozen=True)
class Quantity:
    """A number that every element of a kind has one of, and that can be varied and learned.

    unit: in SI, as in "S"; empty for none. floor: what it must be above; a range may begin there.
    reciprocal: unit of its reciprocal, as in "Ohm", where that is what netlists give; else empty.
    """

    unit: str
    floor: float = -np.inf
    reciprocal: str = ""


class Links(NamedTuple):
    """Currents that change with voltages: from `start` to `end` one that follows that of `above` over `below`; nodes,
    (links,) each."""

    start: IntArray
    end: IntArray
    above: IntArray
    below: IntArray

    @property
    def transposed(self) -> "Links":
        """The same with currents and voltages exchanged."""
        return Links(self.above, self.below, self.start, self.end)


KINDS: dict[str, type["Bank"]] = {}
"""Every kind of element that was defined, by name."""


@dataclass(frozen=True, eq=False)
class Bank(ABC):
    """`n` elements of one kind between pairs of nodes.

    name: the bank's name, unique in its circuit.
    labels: the elements' SPICE names, the kind's letter first, length n.
    positive, negative: indices of their nodes in the circuit's node list, (n,); 0 is ground. The positive
        current direction is from `positive` through the element to `negative`, as in SPICE.
    trainable: ranges of the quantities that are learned, by name; none where the bank stays as it is.

    Raises CircuitError naming the bank or element that cannot be.
    """

    kind: ClassVar[str]
    letter: ClassVar[str]
    terminals: ClassVar[tuple[str, ...]] = ("positive", "negative")
    """Names of the fields that hold nodes."""
    role: ClassVar[str] = ""
    """What the elements are for in a balance of power: "sources" or "amplifiers"; empty for what makes heat."""
    paths: ClassVar[tuple[tuple[str, str], ...]] = (("positive", "negative"),)
    """Pairs of terminals between which direct current finds a way; none where a source decides the current."""
    quantities: ClassVar[Mapping[str, Quantity]] = {}
    """Fields, (n,) arrays, that engines can vary."""
    linear: ClassVar[bool] = True
    """Whether currents change by as much with a volt wherever the circuit stands."""
    by_drops: ClassVar[bool] = False
    """Whether learning signals follow from node voltages alone, whatever is learned has for values."""
    phases_tell: ClassVar[bool] = False
    """Whether phases tell how the co-content changes with what is learned: not where that changes its weights."""
    programmed: ClassVar[str] = ""
    """The quantity that a conductance is, and an engine writes anew between two points; empty for none."""
    rising: ClassVar[bool] = True
    """Whether they rise with the elements' own drop everywhere, as those of a resistor do."""

    name: str
    labels: Sequence[str]
    positive: IntArray
    negative: IntArray
    trainable: Mapping[str, Range] = field(default_factory=dict, kw_only=True)

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "kind" in cls.__dict__:
            KINDS[cls.kind] = cls

    @classmethod
    def read(cls, name: str, elements: Sequence[Written], nodes: Numbered) -> Self:
        """Return the bank of these elements of a netlist: the way back from `spice_lines`.

        Raises NetlistError naming the line that does not fit.
        """
        raise (
            elements[0].error(f"elements of kind {cls.kind} are not read from netlists")
            if elements
            else CircuitError(f'bank "{name}" of kind {cls.kind} has no elements')
        )

    def __len__(self) -> int:
        return len(self.labels)

    def __post_init__(self) -> None:
        for name, array in self.arrays().items():
            if array.shape != (len(self),):
                raise CircuitError(
                    f'bank "{self.name}" has {len(self)} elements but {name} has shape {array.shape}; '
                    "give one value for each element"
                )
            array.flags.writeable = False
        for name, quantity in self.quantities.items():
            self._require_values(name, quantity)
        for name, limits in self.trainable.items():
            self._require_range(name, limits)

    def _require_values(self, name: str, quantity: Quantity) -> None:
        values = getattr(self, name)
        if not isinstance(values, np.ndarray):  # a tracer, while the law is differentiated
            return
        bad = np.flatnonzero(~(np.isfinite(values) & (values > quantity.floor)))
        if bad.size:
            k = int(bad[0])
            above = f" and above {_bare(quantity.floor)}" if np.isfinite(quantity.floor) else ""
            raise CircuitError(
                f'{self.words} {self.labels[k]} of bank "{self.name}" has a {name} of {values[k]:g}'
                f"{' ' + quantity.unit if quantity.unit else ''}; it must be finite{above}"
            )

    def _require_range(self, name: str, limits: Range) -> None:
        if name not in self.quantities:
            known = meant(name, self.quantities, "there is") if self.quantities else "there is nothing to train in it"
            raise CircuitError(f'bank "{self.name}" of {self.many} has no {name} to train; {known}')
        floor = self.quantities[name].floor
        if not floor <= limits.low < limits.high:
            begins = f"begins at or above {_bare(floor)} and " if np.isfinite(floor) else ""
            raise CircuitError(
                f'bank "{self.name}" has the {name} range {limits.low:g} to {limits.high:g} '
                f"{self.quantities[name].unit}; give a range that {begins}ends above its beginning"
            )
        if limits.index is None:
            return
        index = limits.index
        if index.shape != (len(self),) or not np.array_equal(np.unique(index), np.arange(index.max(initial=-1) + 1)):
            raise CircuitError(
                f'bank "{self.name}" has {len(self)} elements and an index of {len(index)} that says which of them '
                f"share a {name}; number the shared values from 0 without gaps, one number an element"
            )
        values = getattr(self, name)
        if isinstance(values, np.ndarray) and not np.array_equal(limits.of_each(limits.learned(values)), values):
            raise CircuitError(f'bank "{self.name}" has elements that share a {name} but not its value; give them one')

    @property
    def models(self) -> tuple[Any, ...]:
        """Return the model that the elements' lines name; none for kinds without."""
        return ()

    @property
    def summary(self) -> str:
        """What the elements are: the span of their values, or their model."""
        return ", ".join(_span(getattr(self, name), quantity.unit) for name, quantity in self.quantities.items())

    @property
    def remark(self) -> str:
        """What a netlist says of the elements beside them, where SPICE has not quite such ones; else empty."""
        return ""

    @property
    def words(self) -> str:
        """What a person calls one of the elements."""
        return self.kind.replace("_", " ")

    @property
    def article(self) -> str:
        """What stands before `words`."""
        return "an" if self.words[0] in "aeiou" else "a"

    @property
    def many(self) -> str:
        """What a person calls them all."""
        return f"{self.words}s"

    @property
    def term(self) -> Flow | Branch | None:
        """What the elements are to a solver; None where that is a law of their own, or not known."""
        return None

    def nodes_of(self, terminal: str) -> IntArray:
        """Return the node indices of one of the terminals, (n,)."""
        nodes: IntArray = getattr(self, terminal)
        return nodes

    def connections(self) -> list[tuple[IntArray, IntArray]]:
        """Return pairs of nodes that hang together where the elements' own terminals do, each (any number,)."""
        return [(self.nodes_of(a), self.nodes_of(b)) for a, b in self.paths]

    def watched(self) -> IntArray:
        """Return the nodes whose voltages decide what the elements do, beside their own drops, (any number,)."""
        return np.zeros(0, dtype=np.intp)

    def flows(self) -> tuple[IntArray, IntArray]:
        """Return the nodes from and to which the elements' currents flow, (currents,) each: one an element, or more."""
        return self.positive, self.negative

    def slopes(self, voltages: Annotated[FloatArray, "*points nodes"]) -> FloatArray:
        """Return by how much currents change with voltages of a kind that is not linear, (points, links), siemens."""
        raise CircuitError(f"how the current of {self.labels[0]} changes with voltages is not known")

    def links(self) -> Links:
        """Return which currents change with which voltages, one of each for every one of the `slopes`."""
        return Links(self.positive, self.negative, self.positive, self.negative)

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Every array that holds one entry for each element."""
        return {name: value for name, value in vars(self).items() if isinstance(value, np.ndarray)}

    def contents(self) -> dict[str, Any]:
        """Return what the bank was made from, by field: as arguments they make it again, or one of another class."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def take(self, which: IntArray) -> Self:
        """Return a bank of some of the elements."""
        values = self.contents()
        taken: dict[str, Any] = {name: v[which] for name, v in values.items() if isinstance(v, np.ndarray)}
        named = {name: v for name, v in values.items() if isinstance(v, tuple) or name == "labels"}
        taken |= {name: tuple(v[k] for k in which.tolist()) for name, v in named.items()}
        return replace(self, **taken, trainable={name: limits.take(which) for name, limits in self.trainable.items()})

    def renamed(self, names: Mapping[str, str]) -> Self:
        """Return the bank with other labels, also where it follows what is labelled; names: new by old."""
        return replace(self, labels=tuple(names.get(label, label) for label in self.labels))

    def with_values(self, values: Mapping[str, FloatArray]) -> Self:
        """Return the bank with other learned or varied values, (n,), by quantity.

        Where elements share, one value each may come, or one for all that share.
        Raises CircuitError where a quantity does not exist, or has not so many values.
        """
        changes: dict[str, Any] = {}
        for name, value in values.items():
            limits = self.trainable.get(name)
            changes[name] = np.array(value if limits is None else limits.of_each(value), dtype=float)
        return replace(self, **changes)

    def under(self, conditions: Conditions) -> Self:
        """Return the elements under other conditions; laws that do not ask for them are the same."""
        return self

    def sensitivity(self, quantity: str, view: AdjointView) -> FloatArray:
        """Return dC/dtheta = lambda df/dtheta by each element's own theta, (points, n), cost a unit.

        Raises CircuitError where that is not known of this kind.
        """
        raise CircuitError(f"how a cost changes with the {quantity} of {self.labels[0]} is not known; do not train it")

    def told_by_phases(self, quantity: str, phases: PhasesView) -> Signal:
        """Return the sum over phases and samples of coefficient times dP/dtheta, (n,), of the weighted co-content P.

        Raises CircuitError where phases do not tell it.
        """
        raise CircuitError(f"no phase tells how the energy changes with the {quantity} of {self.labels[0]}")

    def drop(self, voltages: Annotated[FloatArray, "... nodes"]) -> Annotated[FloatArray, "... n"]:
        """Voltage drops V(positive) - V(negative).

        voltages: node voltages, (..., nodes), volts.
        Returns (..., n), volts.
        """
        return np.asarray(voltages[..., self.positive] - voltages[..., self.negative])

    @abstractmethod
    def spice_lines(self, nodes: Sequence[str]) -> list[str]:
        """Return the netlist lines of the elements, one each, in the portable dialect; nodes are named by `nodes`."""


BankType = TypeVar("BankType", bound=Bank)


def of_kind(banks: Iterable[Bank], kind: type[BankType]) -> tuple[BankType, ...]:
    """Return all banks of a kind, in order."""
    return tuple(bank for bank in banks if isinstance(bank, kind))


def _span(values: FloatArray, unit: str) -> str:
    low, high = values.min(), values.max()
    return f"{low:.3g} {unit}" if low == high else f"{low:.3g} to {high:.3g} {unit}"


def _bare(number: float) -> str:
    return "zero" if number == 0 else f"{number:g}"
