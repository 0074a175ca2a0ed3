"""Which circuit keeps the free state until the nudged one is there, and tells in which direction a weight goes?

A sample-and-hold is a switch and a capacitor (thesis 4.3.2): while a clock is high the capacitor follows a voltage,
then it keeps it. What it keeps is not what it saw: the switch couples its clock into it as it opens (charge injection),
and a leak lets it droop. A comparator behind two of them tells the sign of the contrast of an element's drops, which is
all that the sign rule asks for (thesis 4.3.3). Both are written as SPICE lines, to stand beside a network in one
netlist.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from ebana_like.checks import require_number
from ebana_like.errors import CircuitError

TIGHT = 1e6
"""By how much an open switch conducts less than what a held voltage droops by."""


@dataclass(frozen=True)
class SampleAndHold:
    """A switch and a capacitor.

    farads: it holds on. ohms: of the closed switch. off: of the open one. leak: ohms beside the capacitor, infinite for
    none. overlap: farads between the clock and what is held. clock: volts by which the clock falls.
    """

    farads: float = 1e-12
    ohms: float = 1e3
    off: float = 1e12
    leak: float = np.inf
    overlap: float = 0.0
    clock: float = 1.0

    def __post_init__(self) -> None:
        for name in ("farads", "ohms", "off", "leak", "clock"):
            value = getattr(self, name)
            if not (name == "leak" and value == np.inf):
                require_number(f"sample-and-hold: {name}", value, above=0, error=CircuitError)
        require_number("sample-and-hold: overlap", self.overlap, low=0, error=CircuitError)

    @classmethod
    def of(cls, farads: float, droop: float, injection: float) -> Self:
        """Return one whose held voltage falls to 1/e in so many seconds, and by so many volts as the switch opens.

        Raises CircuitError for what cannot be.
        """
        require_number("sample-and-hold: droop", droop, above=0, error=CircuitError)
        require_number("sample-and-hold: injection", injection, low=0, error=CircuitError)
        clock = cls.clock
        if not injection < clock / 2:
            raise CircuitError(
                f"sample-and-hold: injection is {injection:g} V; give less than half of the clock's {clock:g} V"
            )
        overlap = farads * injection / (clock / 2 - injection)
        leak = droop / (farads + overlap)
        return cls(farads, off=TIGHT * leak, leak=leak, overlap=overlap)

    @property
    def settles(self) -> float:
        """Time constant while it follows, seconds."""
        return self.ohms * (self.farads + self.overlap)

    @property
    def droops(self) -> float:
        """Time constant by which it forgets while it holds, seconds; a voltage of zero at the input is assumed."""
        return (self.farads + self.overlap) / (1 / self.leak + 1 / self.off)

    @property
    def injected(self) -> float:
        """Volts by which what is held falls as the clock falls below the switch's threshold, half of its swing.

        Of a clock that falls faster than the switch settles it is up to twice as much.
        """
        return self.clock / 2 * self.overlap / (self.farads + self.overlap)

    def lines(self, name: str, seen: str, held: str, clock: str) -> list[str]:
        """Return the lines of one that follows node `seen` into node `held` while node `clock` is high."""
        model = f"sw_{name}"
        found = [
            f"s{name} {seen} {held} {clock} 0 {model}",
            f".model {model} sw(vt={self.clock / 2!r} vh=0 ron={self.ohms!r} roff={self.off!r})",
            f"c{name} {held} 0 {self.farads!r}",
        ]
        if self.overlap:
            found.append(f"c{name}o {clock} {held} {self.overlap!r}")
        if np.isfinite(self.leak):
            found.append(f"r{name} {held} 0 {self.leak!r}")
        return found


def comparator_lines(
    name: str, told: str, free: tuple[str, str], nudged: tuple[str, str], offset: float = 0.0, dead: float = 0.0
) -> list[str]:
    """Return the lines of a comparator: node `told` is 1 V where the nudged drop's square is larger, -1 V where less.

    free, nudged: pairs of nodes between which the drops stand. offset: volts squared that the comparator is off by.
    dead: volts squared by which they must differ; node `told` is at 0 V else.
    """
    one, other = (f"(v({p})-v({n}))" if n != "0" else f"v({p})" for p, n in (nudged, free))
    # products, for ngspice takes the absolute value of the base of a power
    contrast = f"({one}*{one}-{other}*{other}+{float(offset)!r})"
    return [f"b{name} {told} 0 v={contrast} > {float(dead)!r} ? 1 :", f"+ ({contrast} < {-float(dead)!r} ? -1 : 0)"]
