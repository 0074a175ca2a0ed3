"""What of a technology is compiled, and what is handed over at every call? Its kind, and its numbers.

Devices that differ in numbers alone, a step of 0.001 or 0.002, are one kind, and what is compiled for one serves the
others. Numbers that are zero belong to the kind: what they would do is left out. So do whole numbers, words and truth
values.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    from jax import Array

    from ebana_like.hardware.compiled import CompiledTechnology, Entries

Thing = TypeVar("Thing")

Numbers = tuple[Any, ...]
"""Of a technology: a number, or an array in place of a row of numbers, for each of its fields that is no zero."""


@dataclass(frozen=True)
class Kind:
    """A technology without its numbers; called, it moves devices as one with these numbers does."""

    technology: "CompiledTechnology"

    def __call__(
        self,
        numbers: Numbers,
        value: "Array",
        wanted: "Array",
        low: Any,
        high: Any,
        entries: "Entries",
        key: "Array",
    ) -> tuple["Array", dict[str, "Array"]]:
        return self._with(numbers).moved(value, wanted, low, high, entries, key)

    def lasting(self, numbers: Numbers, entries: "Entries") -> "Entries":
        """Return entries that never change as they are best held over many calls."""
        return self._with(numbers).lasting(entries)

    def _with(self, numbers: Numbers) -> "CompiledTechnology":
        found: CompiledTechnology = _put_together(self.technology, iter(numbers))
        return found


@lru_cache(maxsize=64)
def kind_of(technology: "CompiledTechnology") -> tuple[Kind, Numbers]:
    """Return a technology's kind, and the numbers with which it is that technology."""
    found: list[Any] = []
    return Kind(_taken_apart(technology, found)), tuple(found)


def is_given(number: Any) -> bool:
    """Tell whether a number is there, for a technology that is asked while it is compiled: zero is not."""
    return not (isinstance(number, int | float) and number == 0)


def with_fields(thing: Thing, **changes: Any) -> Thing:
    """Return a frozen dataclass with other fields, whatever they are, unchecked."""
    found = object.__new__(type(thing))
    found.__dict__.update({**vars(thing), **changes})
    return found


def in_singles(thing: Thing) -> Thing:
    """Return a thing whose numbers, where they are arrays as they are while it is compiled, are singles."""
    changes: dict[str, Any] = {}
    for name, value in vars(thing).items():
        if hasattr(value, "dtype"):
            changes[name] = value.astype(np.float32)
        elif is_dataclass(value):
            changes[name] = in_singles(value)
    return with_fields(thing, **changes) if changes else thing


def _taken_apart(thing: Any, found: list[Any]) -> Any:
    """Return what is left of a thing when its numbers are put into a list, each leaving a 1."""
    changes: dict[str, Any] = {}
    for name, value in _parts(thing).items():
        if isinstance(value, tuple):
            found.append(np.array(value))
            changes[name] = (1.0,) * len(value)
        elif isinstance(value, float):
            found.append(value)
            changes[name] = 1.0
        else:
            changes[name] = _taken_apart(value, found)
    return with_fields(thing, **changes) if changes else thing


def _put_together(thing: Any, numbers: Iterator[Any]) -> Any:
    changes: dict[str, Any] = {}
    for name, value in _parts(thing).items():
        if isinstance(value, tuple | float):
            changes[name] = next(numbers)
        else:
            changes[name] = _put_together(value, numbers)
    return with_fields(thing, **changes) if changes else thing


def _parts(thing: Any) -> Mapping[str, Any]:
    """Return the fields that are numbers other than zero, rows of numbers, or made of such themselves."""
    if not is_dataclass(thing) or not getattr(thing, "by_numbers", False):
        return {}
    named = {entry.name: getattr(thing, entry.name) for entry in fields(thing)}
    return {
        name: value
        for name, value in named.items()
        if (isinstance(value, float) and value)
        or (isinstance(value, tuple) and all(isinstance(each, float) for each in value))
        or is_dataclass(value)
    }
