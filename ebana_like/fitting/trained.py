"""What is a trained value to the person whose netlist it stands in? A name, a number in the netlist's unit, a place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ebana_like.elements.numbers import resistances
from ebana_like.netlist.deck.patch import Place, patched
from ebana_like.values import Parameter, Values


@dataclass(frozen=True)
class Trained:
    """One trained value.

    name: as the netlist spells it, as in `R1`, `X1.R1`, `M1.w`, `{pos}`. unit: of it there, as in "Ohm"; or empty.
    address, position: where it stands among the learned values. reciprocal: whether the netlist gives 1 over those.
    place: where it stands in the text. factor: by which its line makes the quantity larger than what the word says.
    """

    name: str
    unit: str
    address: str
    position: int
    reciprocal: bool
    place: Place
    factor: float = 1.0

    def of(self, values: Values) -> float:
        """Return the value among learned ones, in the netlist's unit."""
        return self._given(float(values[self.address][self.position]))

    def limits(self, parameters: Mapping[str, Parameter]) -> tuple[float, float]:
        """Return the lowest and the highest value that it can have, in the netlist's unit."""
        low, high = sorted((parameters[self.address].low, parameters[self.address].high))
        first, last = self._given(low), self._given(high)
        return (last, first) if self.reciprocal else (first, last)

    def written(self, values: Values) -> str:
        """Return it as text from which the same double is read back."""
        value = values[self.address][self.position] / self.factor
        return resistances(np.array([value]))[0] if self.reciprocal else repr(float(value))

    def _given(self, value: float) -> float:
        value /= self.factor
        if not self.reciprocal:
            return value
        return 1 / value if value else float("inf")


def fitted(text: str, trained: Sequence[Trained], values: Values) -> str:
    """Return a netlist's text with the trained values in it and nothing else changed."""
    return patched(text, {each.place: each.written(values) for each in trained})
