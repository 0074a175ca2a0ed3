"""Between which limits is a value trained? Those that are given for it, else some that follow from what it is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ebana_like.checks import LONGEST
from ebana_like.elements import FloatArray, Quantity
from ebana_like.errors import SettingError
from ebana_like.expressions.numbers import spice_number
from ebana_like.fitting.chosen import Chosen, words
from ebana_like.values import Range

DECADE = 10.0
"""By how much a value may grow or shrink where no range is given."""


@dataclass(frozen=True)
class Spans:
    """Ranges of trained values.

    given: names or patterns with the limits given for them, in the units of the netlist.
    g_low, g_high: limits of the conductances that are given none, siemens; 0 for those that follow from all of them.
    scale: whether steps are shares of the value, "logarithmic", or of the range, "linear"; "auto" for the first where a
        range of positive values spans more than a decade.
    """

    given: Sequence[tuple[str, float, float]]
    g_low: float
    g_high: float
    scale: str = "auto"

    def of(self, each: Chosen, quantity: Quantity, now: float, alike: FloatArray) -> Range:
        """Return the range of a value, in the quantity's own unit.

        now: what it is. alike: what all trained values of its kind are. Raises SettingError where no range follows.
        """
        low, high = self._limits(each, quantity, now, alike)
        logarithmic = self.scale == "logarithmic" or (self.scale == "auto" and 0 < DECADE * low < high)
        return Range(low, high, logarithmic=logarithmic)

    def _limits(self, each: Chosen, quantity: Quantity, now: float, alike: FloatArray) -> tuple[float, float]:
        for pattern, low, high in self.given:
            if each.is_called(pattern):
                if quantity.reciprocal:
                    if not low > 0:
                        raise SettingError(f"range is {pattern}={low:g}:{high:g}; a resistance begins above zero")
                    low, high = 1 / high, 1 / low
                return low, high
        if quantity.reciprocal:
            low, high = self.g_low or float(alike.min()) / DECADE, self.g_high or float(alike.max()) * DECADE
            if not low < high:
                raise SettingError(f"g_low is {low:g} and g_high is {high:g}; the range ends before it begins")
            return low, high
        if quantity.unit in ("V", "A"):
            most = 2 * float(np.abs(alike).max())
            low, high = -most, most
        else:
            low, high = sorted((now / DECADE, now * DECADE))
        if not low < high:
            raise SettingError(
                f"{each.name} is {now:g}, and no range follows from that; give one: --range '{each.name}=LOW:HIGH'"
            )
        return low, high


NO_SPANS = Spans((), 0.0, 0.0)
"""No range is given for anything."""


def spans(text: str, g_low: float, g_high: float, scale: str, trained: Sequence[Chosen]) -> Spans:
    """Return the ranges of a text such as `pos=0:1,r*=100:10k`.

    Raises SettingError where it is written otherwise, or names nothing that is trained.
    """
    given = []
    for word in words(text):
        name, _, limits = word.lower().partition("=")
        low, _, high = limits.partition(":")
        try:
            given.append((name.strip(), spice_number(low.strip()), spice_number(high.strip())))
        except ValueError:
            raise SettingError(
                f'range has "{word[:LONGEST]}"; expected NAME=LOW:HIGH as in pos=0:1 or r*=100:10k'
            ) from None
        if not any(each.is_called(given[-1][0]) for each in trained):
            raise SettingError(f'range names "{given[-1][0][:LONGEST]}", and nothing that is trained is called so')
        if not given[-1][1] < given[-1][2]:
            raise SettingError(f'range has "{word[:LONGEST]}", which ends before it begins; give NAME=LOW:HIGH')
    return Spans(given, g_low, g_high, scale)
