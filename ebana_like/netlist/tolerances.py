"""How exactly can ngspice solve a circuit in doubles? Tolerances that follow the circuit's own volts and siemens.

Newton's iterates end in rounding: a node at V volts where g siemens meet is known to eps V g amperes, and where a
device's own series resistance r meets a node that conducts no more than g, to the share eps / (r g) of its voltage.
Tolerances below that are never met; those above it give digits away.
"""

from dataclasses import dataclass

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import Devices, OhmsLaw, VoltageSources

EPS = float(np.finfo(float).eps)

STRICTEST = 1e-12
"""Relative; with 1e-15 V and 1e-18 A nudges of 1e-8 S survive, for 0-15 % of the time."""

DIGITS_KEPT = 4
"""Rounding errors that the relative tolerance covers."""

SAID = 1e-10
"""Relative; looser ones are spoken of: ngspice then differs from itself by more than a nanovolt."""

LOOSEST = 1e-6
"""Relative; whatever rounding asks for, an answer has six digits or is none."""

OWN_VOLTS, OWN_AMPERES = 1e-6, 1e-12
"""What ngspice calls solved where no options are given; of all quantities, with six digits."""

SERIES = {
    "rs": ("positive", "negative"),
    "rc": ("positive",),
    "rd": ("positive",),
    "re": ("negative",),
    "rb": ("control",),
    "rbm": ("control",),
    "rg": ("control",),
}
"""Series resistances of devices by their name in cards, and the terminals they lie behind."""


@dataclass(frozen=True)
class Tolerances:
    """When ngspice calls a point solved.

    relative: of every voltage and current. volts, amperes: what is no less than solved.
    """

    relative: float
    volts: float
    amperes: float

    @property
    def options(self) -> str:
        """As words of an `.options` line."""
        return f"reltol={self.relative:.3g} vntol={self.volts:.3g} abstol={self.amperes:.3g} itl1=500 itl2=500"

    @property
    def note(self) -> str:
        """What a person should know of them; empty where they are strict."""
        if self.relative <= SAID:
            return ""
        return (
            f"solved with tolerances relaxed to {self.relative:.0e}: beside the devices' series resistances rounding "
            "leaves no more digits of a voltage"
        )

    def relaxed(self, relative: float) -> "Tolerances":
        """Return tolerances that are looser in proportion, up to the relative one given.

        The absolute ones do not pass those of ngspice itself: nodes that leakage alone decides would stand anywhere.
        """
        factor = max(relative / self.relative, 1.0)
        return Tolerances(
            factor * self.relative,
            max(min(factor * self.volts, OWN_VOLTS), self.volts),
            max(min(factor * self.amperes, OWN_AMPERES), self.amperes),
        )

    def own(self, relative: float) -> "Tolerances":
        """Return ngspice's own absolute tolerances beside the relative one given."""
        return Tolerances(relative, max(OWN_VOLTS, self.volts), max(OWN_AMPERES, self.amperes))


def tolerances(circuit: Circuit, volts: float = 0.0) -> Tolerances:
    """Return the strictest tolerances that a circuit can be solved to.

    volts: the largest voltage of a stimulus, where it is more than the circuit's own sources hold.
    """
    own = [float(np.abs(bank.voltage).max(initial=0.0)) for bank in circuit.of_kind(VoltageSources)]
    largest, conducted = max([volts, *own]), circuit.conducted()
    strongest = max([0.0, *(float(np.abs(bank.conductance).max(initial=0.0)) for bank in circuit.of_kind(OhmsLaw))])
    series = series_conductances(circuit)
    ratio = max([1.0, *(g / conducted[node] for node, g in series.items() if node and conducted[node] > 0)])
    relative = min(max(STRICTEST, DIGITS_KEPT * EPS * ratio), LOOSEST)
    return Tolerances(
        relative,
        max(1e-15 * relative / STRICTEST, EPS * largest),
        max(1e-18, EPS * largest * max([strongest, *series.values()])),
    )


def series_conductances(circuit: Circuit) -> dict[int, float]:
    """Return the strongest conductance, siemens, of the devices' own series resistances at each of their nodes."""
    found: dict[int, float] = {}
    for bank in circuit.of_kind(Devices):
        for name, terminals in SERIES.items():
            ohms = float(bank.model.parameters.get(name, "0"))
            ends = [node for end in terminals if end in bank.terminals for node in bank.nodes_of(end).tolist()]
            found |= {node: max(found.get(node, 0.0), 1 / ohms) for node in ends if ohms > 0}
    return found
