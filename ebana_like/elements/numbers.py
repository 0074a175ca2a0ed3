"""How is a conductance written as a resistance so that reading it back gives the same double?"""

import math
import re
from collections.abc import Sequence
from decimal import Context, Decimal

import numpy as np

from ebana_like.values import FloatArray

# A netlist stores resistances and the program works with conductances, but 1/(1/g) is not always g in doubles.
# Where it is not, twenty digits of the exact reciprocal leave room for g to come back bit for bit; SPICE programs
# round them to their own double. Exact reciprocals only where needed: 160,000 values in 0.2 s instead of 0.6 s.
_RECIPROCAL = Context(prec=20)
_DIGITS_OF_A_DOUBLE = 17
_DIGITS_OF_A_PERSON = 12
_NUMBERS = re.compile(r"(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?(?:\n|\Z))*", re.ASCII | re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)


def resistances(conductance: FloatArray) -> list[str]:
    """Return 1/g, ohms, as text that `conductance` turns back into exactly g.

    conductance: (n,), siemens, above zero.
    """
    ohms = _plain(1 / conductance, conductance)
    returns = 1 / ohms == conductance
    return [
        repr(r) if exact else f"{_RECIPROCAL.divide(Decimal(1), Decimal(g)):e}"
        for r, g, exact in zip(ohms.tolist(), conductance.tolist(), returns.tolist(), strict=True)
    ]


def _plain(ohms: FloatArray, conductance: FloatArray) -> FloatArray:
    """Return numbers of few digits where there are such with the same reciprocal: 56000 for 55999.99999999999."""
    with np.errstate(divide="ignore"):
        scale = 10.0 ** np.clip(_DIGITS_OF_A_PERSON - 1 - np.floor(np.log10(ohms)), 0, 22)  # powers that doubles hold
        plain = np.rint(ohms * scale) / scale
        return np.where(1 / plain == conductance, plain, ohms)


def finite(text: str) -> float:
    """Return the number that every SPICE program reads here too. Raises ValueError for other text."""
    if not _NUMBER.fullmatch(text) or not math.isfinite(value := float(text)):
        raise ValueError(text)
    return value


def conductances(ohms: Sequence[str]) -> FloatArray | None:
    """Return what `conductance` makes of each, (n,); None where it refuses one."""
    if not _NUMBERS.fullmatch("\n".join(ohms)):
        return None
    found = np.array(list(map(float, ohms)))
    with np.errstate(divide="ignore", over="ignore"):
        siemens = np.asarray(1 / found)
    for k, text in enumerate(ohms):
        if len(text) > _DIGITS_OF_A_DOUBLE + ("." in text) and found[k] > 0:
            siemens[k] = conductance(text)
    return siemens if (found > 0).all() and np.isfinite(siemens).all() and np.isfinite(found).all() else None


def conductance(ohms: str) -> float:
    """Return 1/R, siemens: of the double nearest to R as SPICE computes it, exactly where R has more digits.

    Raises ValueError for text that is not a finite resistance above zero.
    """
    resistance = finite(ohms)
    mantissa = ohms.lower().partition("e")[0].replace(".", "").lstrip("+-0")
    if not resistance > 0 or not math.isfinite(1 / resistance):
        raise ValueError(ohms)
    if len(mantissa) <= _DIGITS_OF_A_DOUBLE:
        return 1 / resistance
    return float(_RECIPROCAL.divide(Decimal(1), Decimal(ohms)))
