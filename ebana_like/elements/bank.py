"""What is a bank? A group of like elements held as arrays: one Python object for 160,000 resistors."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from ebana_like.errors import CircuitError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
Index = IntArray | slice


def index_of(positions: IntArray) -> Index:
    """Return evenly spaced, rising positions as a slice, which indexes without a copy; others as they are."""
    if not len(positions):
        return slice(0, 0)
    first, last = int(positions[0]), int(positions[-1])
    step = int(positions[1]) - first if len(positions) > 1 else 1
    rising = step > 0 and np.array_equal(positions, np.arange(first, last + 1, step))
    return slice(first, last + 1, step) if rising else positions


@dataclass(frozen=True, eq=False)
class Bank(ABC):
    """`n` elements of one kind between pairs of nodes.

    name: the bank's name, unique in its circuit.
    labels: the elements' SPICE names, the kind's letter first, length n.
    positive, negative: indices of their nodes in the circuit's node list, (n,); 0 is ground. The positive
        current direction is from `positive` through the element to `negative`, as in SPICE.
    """

    kind: ClassVar[str]
    letter: ClassVar[str]
    terminals: ClassVar[tuple[str, ...]] = ("positive", "negative")
    """Names of the fields that hold nodes."""
    paths: ClassVar[tuple[tuple[str, str], ...]] = (("positive", "negative"),)
    """Pairs of terminals between which direct current finds a way; none where a source decides the current."""

    name: str
    labels: Sequence[str]
    positive: IntArray
    negative: IntArray

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

    def nodes_of(self, terminal: str) -> IntArray:
        """Return the node indices of one of the terminals, (n,)."""
        nodes: IntArray = getattr(self, terminal)
        return nodes

    def connections(self) -> list[tuple[IntArray, IntArray]]:
        """Return pairs of nodes that hang together where the elements' own terminals do, each (any number,)."""
        return [(self.nodes_of(a), self.nodes_of(b)) for a, b in self.paths]

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
        return replace(self, **taken)

    def drop(self, voltages: FloatArray) -> FloatArray:
        """Voltage drops V(positive) - V(negative).

        voltages: node voltages, (..., nodes), volts.
        Returns (..., n), volts.
        """
        return np.asarray(voltages[..., self.positive] - voltages[..., self.negative])

    @abstractmethod
    def spice_lines(self, nodes: Sequence[str]) -> list[str]:
        """Return the netlist lines of the elements, one each, in the portable dialect; nodes are named by `nodes`."""


@dataclass(frozen=True, eq=False)
class CurrentLaw(Bank):
    """Elements whose current is a function of their own voltage drop: the ones that hold co-content.

    All arguments named `drop` are (..., n) arrays in volts; all results have the same shape.
    """

    @abstractmethod
    def current(self, drop: FloatArray) -> FloatArray:
        """Current i(v) from the positive to the negative node, amperes."""

    @abstractmethod
    def slope(self, drop: FloatArray) -> FloatArray:
        """Differential conductance di/dv, siemens."""

    @abstractmethod
    def pseudo_power(self, drop: FloatArray) -> FloatArray:
        """Pseudo-power p(v) = integral of i(u) du from 0 to v, watts (thesis, section 4.2)."""


@dataclass(frozen=True, eq=False)
class VoltageLaw(Bank):
    """Elements that fix their voltage drop and leave the current to the circuit.

    They constrain the node voltages, so the integral of i dv over them is empty: they hold no pseudo-power.
    """
