"""What is an element to a solver, whatever its kind? A current that follows from others, or a voltage that is held.

A bank says it as `Bank.term`. What it follows is the voltage between two nodes, or the current through a source.
"""

from dataclasses import dataclass

from ebana_like.values import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Flow:
    """From the positive to the negative nodes flows gain times what is followed, and amperes of its own.

    gain: (n,), siemens, or amperes per ampere.
    between: nodes whose voltage is followed, positive and negative. through: labels of sources whose current is.
    amperes: (n,), of independent sources; else None.
    """

    gain: FloatArray
    between: tuple[IntArray, IntArray] | None = None
    through: tuple[str, ...] = ()
    amperes: FloatArray | None = None


@dataclass(frozen=True)
class Switching:
    """Below a threshold of the voltage that is followed (volts) no voltage is held: there are `open` siemens, above it
    `closed`."""

    threshold: float
    closed: float
    open: float


@dataclass(frozen=True, eq=False)
class Branch:
    """V(positive) - V(negative) is gain times what is followed, and volts of its own; the current is what it takes.

    gain: (n,), volts per volt, or ohms; None where nothing is followed. Other fields as those of `Flow`.
    volts: (n,), of independent sources; else None. switching: of switches.
    """

    gain: FloatArray | None = None
    between: tuple[IntArray, IntArray] | None = None
    through: tuple[str, ...] = ()
    volts: FloatArray | None = None
    switching: Switching | None = None
