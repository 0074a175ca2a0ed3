"""Which steps does a course take, and which of them are of one size?"""

from typing import NamedTuple

import numpy as np

from ebana_like.elements import FloatArray
from ebana_like.simulators.native.courses.march import Steps
from ebana_like.systems import Transient

SAME_DIGITS = 12
"""Digits to which the lengths of steps are told apart."""

EULER_FIRST = 2
"""Steps of Euler that a trapezoid begins with, as in ngspice."""


class Plan(NamedTuple):
    """The steps of an analysis, and the different a among them."""

    steps: Steps
    different: FloatArray


def schedule(analysis: Transient) -> Plan:
    """Return how every step is taken."""
    h = np.diff(analysis.times)
    order = np.ones(len(h))
    if analysis.method == "trapezoid":
        order[EULER_FIRST:] = 2.0
    h = np.round(h, SAME_DIGITS - int(np.floor(np.log10(h.max()))))  # steps that differ in rounding alone are equal
    a, b = order / h, order - 1.0
    different, which = np.unique(a, return_inverse=True)
    return Plan(Steps(a, b, np.append(a[1:], a[-1]), np.append(b[1:], b[-1]), which), different)
