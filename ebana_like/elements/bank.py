"""What is a bank? A group of like elements held as arrays: one Python object for 160,000 resistors."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Annotated, Any, ClassVar, NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from ebana_like.derivative import derivative
from ebana_like.elements.conditions import Conditions
from ebana_like.elements.signal import Signal, dense
from ebana_like.elements.term import Branch, Flow
from ebana_like.elements.written import Numbered, Written
from ebana_like.errors import CircuitError, meant
from ebana_like.values import FloatArray, IntArray, Range

Index = IntArray | slice

AtNodes = Annotated[FloatArray, "*points nodes"]
AtElements = Annotated[FloatArray, "*points n"]
Drops = Annotated[FloatArray, "*shape"]


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


def index_of(positions: IntArray) -> Index:
    """Return evenly spaced, rising positions as a slice, which indexes without a copy; others as they are."""
    if not len(positions):
        return slice(0, 0)
    first, last = int(positions[0]), int(positions[-1])
    step = int(positions[1]) - first if len(positions) > 1 else 1
    rising = step > 0 and np.array_equal(positions, np.arange(first, last + 1, step))
    return slice(first, last + 1, step) if rising else positions


KINDS: dict[str, type["Bank"]] = {}
"""Every kind of element that was defined, by name."""


class AdjointView(Protocol):
    """What is known at some operating points, and of the adjoint circuit there (`ebana_like.adjoint`).

    voltages: V, (points, nodes), volts. adjoint: lambda, (points, nodes), cost per ampere.
    """

    voltages: FloatArray
    adjoint: FloatArray

    def adjoint_current(self, name: str) -> FloatArray:
        """Return what a bank's elements carry in the adjoint circuit, (points, n), cost per volt."""

    def current_by(self, name: str, quantity: str) -> FloatArray:
        """Return di/dtheta of a bank of devices, (points, n, ends), amperes a unit (`SmallSignal.by`)."""

    def current(self, label: str) -> FloatArray:
        """Return the current of a voltage source, (points,), amperes."""


class PhasesView(Protocol):
    """What a stencil of phases shows of a circuit.

    voltages: (phases, samples, nodes), volts, the free phase first.
    coefficients: (phases, samples), adding up to zero over the phases of each sample.
    """

    @property
    def voltages(self) -> FloatArray:
        """As above."""

    @property
    def coefficients(self) -> FloatArray:
        """As above."""

    def weights(self, name: str) -> FloatArray:
        """Return the weights in the co-content of a bank's elements, (n,), or one that all have, (1,) or ()."""

    def fed(self, name: str) -> FloatArray:
        """Return the weighted currents that a bank of voltage sources feeds, (phases, samples, n), amperes."""


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
    def words(self) -> str:
        """What a person calls one of the elements."""
        return self.kind.replace("_", " ")

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

    def flows(self) -> tuple[IntArray, IntArray]:
        """Return the nodes from and to which the elements' currents flow, (currents,) each: one an element, or more."""
        return self.positive, self.negative

    def slopes(self, voltages: AtNodes) -> FloatArray:
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

    def sensitivity(self, quantity: str, view: "AdjointView") -> FloatArray:
        """Return dC/dtheta = lambda df/dtheta by each element's own theta, (points, n), cost a unit.

        Raises CircuitError where that is not known of this kind.
        """
        raise CircuitError(f"how a cost changes with the {quantity} of {self.labels[0]} is not known; do not train it")

    def told_by_phases(self, quantity: str, phases: "PhasesView") -> Signal:
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


@dataclass(frozen=True, eq=False)
class EnergyLaw(Bank):
    """Elements whose currents follow from node voltages, and whose pseudo-power they are the gradient of.

    All arguments named `voltages` are (..., nodes) arrays in volts; all results are (..., n).
    """

    linear: ClassVar[bool] = False

    @abstractmethod
    def own_current(self, voltages: AtNodes) -> AtElements:
        """Current from the positive to the negative node, amperes."""

    @abstractmethod
    def own_pseudo_power(self, voltages: AtNodes) -> AtElements:
        """Pseudo-power p, watts, whose derivative by the drop is the current (thesis, section 4.2)."""

    @abstractmethod
    def small_signal(self, voltages: AtNodes) -> AtElements:
        """Differential conductance di/dv, siemens."""

    def slopes(self, voltages: AtNodes) -> FloatArray:
        return self.small_signal(voltages)

    def response(self, voltages: FloatArray, moves: FloatArray) -> FloatArray:
        """Return by how much currents change, amperes, where nodes move a little from `voltages`."""
        found: FloatArray = self.small_signal(voltages) * self.drop(moves)
        return found

    def learning_signal(self, quantity: str, voltages: FloatArray, coefficients: FloatArray) -> Signal:
        """Return sum over phases and samples of coefficient times dp/dtheta, (n,): what a stencil of phases reads.

        voltages, coefficients: as of `PhasesView`. Raises CircuitError where nothing of the kind is learned.
        """
        raise CircuitError(f"nothing of the kind of {self.labels[0]} is learned from phases")

    def told_by_phases(self, quantity: str, phases: PhasesView) -> Signal:
        weights = phases.weights(self.name)
        if weights.size == 1:  # shared by all elements: it goes into the coefficients
            return self.learning_signal(quantity, phases.voltages, weights * phases.coefficients)
        return weights * dense(self.learning_signal(quantity, phases.voltages, phases.coefficients))


@dataclass(frozen=True, eq=False)
class CurrentLaw(EnergyLaw):
    """Elements whose current is a function of their own voltage drop: the ones that hold co-content.

    A new kind writes `pseudo_power` for arrays of any library (array API: `xp = drop.__array_namespace__()`); current,
    slope and learning signals follow by automatic differentiation where they are not written too.

    All arguments named `drop` are (..., n) arrays in volts; all results have the same shape.
    """

    phases_tell: ClassVar[bool] = True

    @property
    def steepness(self) -> tuple[float | FloatArray, float] | None:
        """IS, of each where they differ, (n,), and N Vt of a law that climbs as IS exp(v / (N Vt)): they limit a
        solver's steps; None for others."""
        return None

    @abstractmethod
    def pseudo_power(self, drop: Drops) -> Drops:
        """Pseudo-power p(v) = integral of i(u) du from 0 to v, watts (thesis, section 4.2)."""

    def current(self, drop: Drops) -> Drops:
        """Current i(v) = dp/dv from the positive to the negative node, amperes."""
        return derivative(self.pseudo_power, drop)

    def slope(self, drop: Drops) -> Drops:
        """Differential conductance di/dv, siemens."""
        return derivative(self.current, drop)

    def pseudo_power_by(self, quantity: str, drop: FloatArray) -> FloatArray:
        """Return dp/dtheta by each element's own theta, one of `quantities`, (..., n), watts a unit."""
        return self._by(quantity, lambda bank: bank.pseudo_power(drop), drop)

    def current_by(self, quantity: str, drop: FloatArray) -> FloatArray:
        """Return di/dtheta by each element's own theta, one of `quantities`, (..., n), amperes a unit."""
        return self._by(quantity, lambda bank: bank.current(drop), drop)

    def _by(self, quantity: str, law: Callable[[Self], FloatArray], drop: FloatArray) -> FloatArray:
        theta = np.broadcast_to(getattr(self, quantity), np.shape(drop))
        return derivative(lambda values: law(replace(self, **{quantity: values, "trainable": {}})), theta)

    def sensitivity(self, quantity: str, view: AdjointView) -> FloatArray:
        return self.drop(view.adjoint) * self.current_by(quantity, self.drop(view.voltages))

    def own_current(self, voltages: FloatArray) -> FloatArray:
        return self.current(self.drop(voltages))

    def own_pseudo_power(self, voltages: FloatArray) -> FloatArray:
        return self.pseudo_power(self.drop(voltages))

    def small_signal(self, voltages: FloatArray) -> FloatArray:
        return self.slope(self.drop(voltages))

    def learning_signal(self, quantity: str, voltages: FloatArray, coefficients: FloatArray) -> Signal:
        slopes = self.pseudo_power_by(quantity, self.drop(voltages))
        return np.asarray(np.einsum("pb,pbn->n", coefficients, slopes - slopes[:1]))


@dataclass(frozen=True, eq=False)
class VoltageLaw(Bank):
    """Elements that fix their voltage drop and leave the current to the circuit.

    They constrain the node voltages, so the integral of i dv over them is empty: they hold no pseudo-power.
    """

    @property
    def follows(self) -> tuple[IntArray, IntArray, FloatArray] | None:
        """Nodes, positive and negative, whose voltage the drop follows, and with which gain, (n,) each; or none."""
        return None


def _span(values: FloatArray, unit: str) -> str:
    low, high = values.min(), values.max()
    return f"{low:.3g} {unit}" if low == high else f"{low:.3g} to {high:.3g} {unit}"


def _bare(number: float) -> str:
    return "zero" if number == 0 else f"{number:g}"
