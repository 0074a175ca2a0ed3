"""Which charge does a diode's junction hold? SPICE's depletion charge, and what its current leaves on its way.

Depletion, below FC VJ:  q = VJ CJO (1 - (1 - v/VJ)^(1-M)) / (1 - M); above it the capacitance rises on in a line.
Diffusion:               q = TT i(v).
"""

from typing import Any, NamedTuple, Self

import numpy as np

from ebana_like.elements.diode import DiodeModel, Diodes
from ebana_like.errors import CircuitError
from ebana_like.expressions.numbers import spice_number

_NAMES = {
    "capacitance": (("cjo", "cj0", "cj"), 0.0),
    "potential": (("vj", "pb"), 1.0),
    "grading": (("m", "mj"), 0.5),
    "edge": (("fc",), 0.5),
    "transit": (("tt",), 0.0),
}
STEEPEST, LARGEST_EDGE = 0.9, 0.95
"""What ngspice caps M and FC at."""


class JunctionCharge(NamedTuple):
    """What a card says of its charge, or arrays of it, an element each.

    capacitance: CJO, farads. potential: VJ, volts. grading: M. edge: FC. transit: TT, seconds.
    """

    capacitance: Any
    potential: Any
    grading: Any
    edge: Any
    transit: Any

    @classmethod
    def of(cls, model: DiodeModel) -> Self:
        """Return what a model says. Raises CircuitError at temperatures for which its card does not hold."""
        given = {}
        for field, (names, usual) in _NAMES.items():
            text = next((model.other[name] for name in names if name in model.other), None)
            given[field] = usual if text is None else spice_number(str(text).lower())
        charge = cls(**given)
        warm = model.conditions.celsius != model.conditions.nominal
        if warm and charge.capacitance:
            raise CircuitError(
                f"how the junction charge of {model.name} changes from {model.conditions.nominal:g} to "
                f"{model.conditions.celsius:g} degrees is not known here; use --engine ngspice"
            )
        return charge._replace(grading=min(charge.grading, STEEPEST), edge=min(charge.edge, LARGEST_EDGE))


def charge_of(bank: Diodes) -> JunctionCharge:
    """Return what the diodes of a bank store, each an array (n,): CJO goes with the area, as IS does.

    Raises CircuitError at temperatures for which its card does not hold.
    """
    own = JunctionCharge.of(bank.model)
    return JunctionCharge(*(np.full(len(bank), part) for part in own))._replace(capacitance=own.capacitance * bank.area)


def junction_charge(drop: Any, current: Any, of: JunctionCharge) -> Any:
    """Return the charges (..., n), coulombs, of any library's arrays (array API).

    drop: volts. current: of the junctions at it, without that of gmin, amperes.
    """
    xp = drop.__array_namespace__()
    turn = of.edge * of.potential
    below = xp.minimum(drop, turn)
    left = 1 - below / of.potential
    depleted = of.potential * (1 - left * xp.exp(-of.grading * xp.log(left))) / (1 - of.grading)
    beyond = xp.maximum(drop, turn)
    straight = (1 - of.edge * (1 + of.grading)) * (beyond - turn)
    straight = straight + of.grading / (2 * of.potential) * (beyond * beyond - turn * turn)
    bent = straight / (1 - of.edge) ** (1 + of.grading)
    return of.capacitance * (depleted + bent) + of.transit * current


def junction_capacitance(drop: Any, slope: Any, of: JunctionCharge) -> Any:
    """Return dq/dv, (..., n), farads. slope: di/dv of the junctions, without gmin, siemens."""
    xp = drop.__array_namespace__()
    turn = of.edge * of.potential
    depleted = xp.exp(-of.grading * xp.log(1 - xp.minimum(drop, turn) / of.potential))
    beyond = xp.maximum(drop, turn) - turn
    bent = of.grading / of.potential * beyond / (1 - of.edge) ** (1 + of.grading)
    return of.capacitance * (depleted + bent) + of.transit * slope
