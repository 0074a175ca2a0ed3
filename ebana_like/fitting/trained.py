"""What is a trained value to the person whose netlist it stands in? A name, a number in the netlist's unit, a place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ebana_like.elements.numbers import resistances
from ebana_like.netlist.deck.patch import Place, patched
from ebana_like.values import Parameter, Values


@dataclass(frozen=True)
class Learned:
    """One learned value, as a person gives it.

    name: as in `R1`, `X1.R1`, `M1.w`, `{pos}`. unit: in which it is given, as in "Ohm"; or empty.
    address, position: where it stands among the learned values. reciprocal: whether 1 over those is given.
    factor: by which its line makes the quantity larger than what the word says.
    """

    name: str
    unit: str
    address: str
    position: int
    reciprocal: bool
    factor: float = 1.0

    def of(self, values: Values) -> float:
        """Return the value among learned ones, as it is given."""
        return self.given(float(values[self.address][self.position]))

    def limits(self, parameters: Mapping[str, Parameter]) -> tuple[float, float]:
        """Return the lowest and the highest value that can be given."""
        low, high = sorted((parameters[self.address].low, parameters[self.address].high))
        first, last = self.given(low), self.given(high)
        return (last, first) if self.reciprocal else (first, last)

    def given(self, value: float) -> float:
        """Return how a learned value is given."""
        value /= self.factor
        if not self.reciprocal:
            return value
        return 1 / value if value else float("inf")

    def learned(self, given: float) -> float:
        """Return the learned value of what is given."""
        return self.factor / given if self.reciprocal else self.factor * given


@dataclass(frozen=True)
class Trained(Learned):
    """One trained value of a netlist, named and given as there.

    place: where it stands in the text. came: what stands there, as a learned value.
    """

    place: Place = field(kw_only=True)
    came: float = field(kw_only=True)

    def written(self, values: Values) -> str:
        """Return it as text from which the same double is read back."""
        value = values[self.address][self.position] / self.factor
        return resistances(np.array([value]))[0] if self.reciprocal else repr(float(value))


def fitted(text: str, trained: Sequence[Trained], values: Values) -> str:
    """Return a netlist's text with the trained values in it and nothing else changed: what is as it came, neither."""
    changed = (each for each in trained if values[each.address][each.position] != each.came)
    return patched(text, {each.place: each.written(values) for each in changed})
