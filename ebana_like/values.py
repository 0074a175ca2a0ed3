"""What is a number that an engine varies? It has an address, and where it is learned, a range.

An address is a bank and one of the quantities of its elements: "crossbar1.conductance", "inputs.voltage". Values are
held between updates, come with a sample, or come with a phase: one kind of record on three time scales.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ebana_like.errors import CircuitError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

Values = Mapping[str, FloatArray]
"""Numbers by address, (n,) where they are held, (batch, n) or (phases, batch, n) where they vary."""


SHARED = "param"
"""What stands in the place of a bank in the addresses of values that elements of several banks follow."""


def address(bank: str, quantity: str) -> str:
    """Return the address of a quantity of a bank's elements."""
    return f"{bank}.{quantity}"


def parts(address: str) -> tuple[str, str]:
    """Return the bank and the quantity of an address; an empty bank where it is none."""
    bank, _, quantity = address.rpartition(".")
    return bank, quantity


def short_names(addresses: Iterable[str]) -> dict[str, str]:
    """Return what a person calls each address: its bank, where nothing else of the bank is among them."""
    addresses = list(addresses)
    banks = [parts(each)[0] for each in addresses]
    return {
        each: bank if banks.count(bank) == 1 and bank != SHARED else each
        for each, bank in zip(addresses, banks, strict=True)
    }


@dataclass(frozen=True, eq=False)
class Range:
    """What a learned quantity can be set to, and which elements share a value.

    low, high: limits, in the quantity's unit; every step ends within them.
    index: number of the value that each element has, (elements,), 0 upwards without gaps; None where each has its own.
    logarithmic: whether steps are shares of the value, as suits ranges of several decades; both limits are above zero.
    """

    low: float
    high: float
    index: IntArray | None = None
    logarithmic: bool = False

    def __post_init__(self) -> None:
        if self.logarithmic and not self.low > 0:
            raise CircuitError(f"a logarithmic range begins at {self.low:g}; give one that begins above zero")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Range):
            return NotImplemented
        indices = [np.zeros(0) if each.index is None else each.index for each in (self, other)]
        limits = [(each.low, each.high, each.logarithmic) for each in (self, other)]
        return limits[0] == limits[1] and np.array_equal(indices[0], indices[1])

    def __hash__(self) -> int:
        return hash((self.low, self.high))

    def of_each(self, values: FloatArray) -> FloatArray:
        """Return the value of every element, (..., elements), given the learned ones, (..., n), or those themselves."""
        if self.index is None or np.shape(values)[-1] != self.index.max() + 1:
            return values
        return values[..., self.index]

    def take(self, which: IntArray) -> "Range":
        """Return the range of some of the elements."""
        if self.index is None:
            return self
        return replace(self, index=np.unique(self.index[which], return_inverse=True)[1])

    def learned(self, of_each: FloatArray) -> FloatArray:
        """Return the learned values, (n,), given those of every element: of several that share one, the first."""
        return of_each if self.index is None else of_each[np.unique(self.index, return_index=True)[1]]

    def summed(self, of_each: FloatArray) -> FloatArray:
        """Return derivatives by the learned values, (n,), given those by every element's own, (elements,)."""
        if self.index is None:
            return of_each
        return np.asarray(np.bincount(self.index, weights=of_each), dtype=float)


@dataclass(frozen=True, eq=False)
class Parameter:
    """A quantity that is learned.

    value: before training, (n,). unit: in SI, as in "siemens"; empty for none. range: its limits, and who shares.
    """

    value: FloatArray
    unit: str
    range: Range

    @property
    def low(self) -> float:
        """Smallest value allowed."""
        return self.range.low

    @property
    def high(self) -> float:
        """Largest value allowed."""
        return self.range.high

    @property
    def span(self) -> float:
        """Width of the range; the largest value where the range has no end."""
        width = self.high - self.low
        return float(width) if np.isfinite(width) else float(np.abs(self.value).max())

    @cached_property
    def logarithm(self) -> "Parameter":
        """The same in logarithms, in which its steps are equal; itself where it is not logarithmic."""
        if not self.range.logarithmic:
            return self
        low, high = np.log([self.low, self.high]).tolist()
        return Parameter(np.log(self.value), "", Range(low, high, self.range.index))
