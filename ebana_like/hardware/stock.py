"""Which resistances can be bought, or programmed? Those of a series of IEC 60063, of a list, of evenly spaced
conductances, or the steps of a digital potentiometer.

E3 to E24 are a table; E48 to E192 are 10^(k/n) in three digits, but for 9.20, which the standard has in place of 9.19.
"""

from dataclasses import dataclass

import numpy as np

from ebana_like.checks import LONGEST
from ebana_like.elements import FloatArray
from ebana_like.errors import SettingError
from ebana_like.expressions.numbers import spice_number

_E24 = (10, 11, 12, 13, 15, 16, 18, 20, 22, 24, 27, 30, 33, 36, 39, 43, 47, 51, 56, 62, 68, 75, 82, 91)
_TABLED, _ROUNDED = (3, 6, 12, 24), (48, 96, 192)

MOST_STEPS, MOST_DECADES = 65_536, 30


def series(number: int) -> list[int]:
    """Return the values of the series E3 to E192 in one decade, in three digits: 100 to 999."""
    if number in _TABLED:
        return [10 * value for value in _E24[:: 24 // number]]
    found = [round(100 * 10 ** (k / number)) for k in range(number)]
    return [920 if value == 919 else value for value in found]


@dataclass(frozen=True)
class Stock:
    """What can be bought.

    spelled: as it was asked for. number: of a series, whose decades have no end; 0 for none.
    values: of a list or a potentiometer, ohms, rising. steps: of a potentiometer; 0 for none.
    levels: conductances evenly spaced over a device's range, both ends among them; 0 for none.
    """

    spelled: str
    number: int = 0
    values: tuple[float, ...] = ()
    steps: int = 0
    levels: int = 0

    def within(self, low: float, high: float) -> FloatArray:
        """Return what there is from low to high, ohms, rising. Raises SettingError where there is nothing."""
        if self.levels:
            return np.asarray(1 / np.linspace(1 / low, 1 / high, self.levels)) if low < high else np.array([low])
        found = np.array(self.values)
        if self.number:
            first, last = int(np.floor(np.log10(low))), int(np.floor(np.log10(high)))
            if last - first > MOST_DECADES:
                raise SettingError(f"a range of {low:g} to {high:g} Ohm has too many decades; give a smaller one")
            texts = [f"{value}e{decade - 2}" for decade in range(first, last + 1) for value in series(self.number)]
            found = np.array([float(text) for text in texts])  # read from text: the double nearest to each
        found = found[(found >= low * (1 - 1e-12)) & (found <= high * (1 + 1e-12))]
        if not found.size:
            raise SettingError(f"{self.spelled} has no resistance from {low:g} to {high:g} Ohm; give a wider range")
        return found

    def called(self, ohms: float) -> str:
        """Return what a person sets: the step of a potentiometer; empty for what is soldered."""
        return f"step {1 + int(np.argmin(np.abs(np.array(self.values) - ohms)))} of {self.steps}" if self.steps else ""


def stock(text: str, called: str = "values") -> Stock:
    """Return what `E24`, `100,220,4.7k`, `levels:64`, `digipot:256:10k`, or with a wiper `digipot:256:10k:60`, is.

    Step k of n of a potentiometer of R is k R / n, and the wiper's resistance; step 0, which is the wiper alone, is not
    used. called: the setting, in messages. Raises SettingError where it is another text.
    """
    word = text.strip().lower()
    try:
        if word[:1] == "e" and word[1:].isdecimal() and int(word[1:]) in (*_TABLED, *_ROUNDED):
            return Stock(word.upper(), number=int(word[1:]))
        if word.startswith("levels:"):
            if 1 < (levels := int(word.removeprefix("levels:"))) <= MOST_STEPS:
                return Stock(word, levels=levels)
            raise ValueError
        if word.startswith("digipot:"):
            _, count, *ohms = word.split(":")
            end, wiper = (*(spice_number(part) for part in ohms), 0.0)[:2]
            steps = int(count)
            if len(ohms) not in (1, 2) or not (1 < steps <= MOST_STEPS and 0 < end < np.inf and 0 <= wiper < np.inf):
                raise ValueError
            return Stock(word, values=tuple((np.arange(1, steps) * end / steps + wiper).tolist()), steps=steps)
        values = sorted({spice_number(part.strip()) for part in word.split(",")})
        if not all(0 < value < np.inf for value in values):
            raise ValueError
        return Stock(word, values=tuple(values))
    except ValueError:
        raise SettingError(
            f'{called} is "{text[:LONGEST]}"; expected a series (E3, E6, E12, E24, E48, E96, E192), resistances as in '
            "100,220,4.7k, or a digital potentiometer, digipot:STEPS:OHMS, as in digipot:256:10k; or evenly spaced "
            f"conductances, 2 to {MOST_STEPS}, as in levels:64"
        ) from None
