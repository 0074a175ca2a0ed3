"""Is this circuit an energy-based model? Its weights, its co-content, its currents and its power."""

from ebana_like.energy.cocontent import (
    AMPLIFIERS,
    CoContent,
    Share,
    cocontent,
    cocontent_gradient,
    is_convex,
    rises,
    total_cocontent,
)
from ebana_like.energy.currents import CurrentEquations, ElementCurrents, element_currents, own_currents
from ebana_like.energy.stability import Stability, stability
from ebana_like.energy.weights import TOLERATED, Symmetry, coenergy_weights, nearest_weights, symmetry, symmetry_defect

__all__ = [
    "AMPLIFIERS",
    "TOLERATED",
    "CoContent",
    "CurrentEquations",
    "ElementCurrents",
    "Share",
    "Stability",
    "Symmetry",
    "cocontent",
    "cocontent_gradient",
    "coenergy_weights",
    "element_currents",
    "is_convex",
    "nearest_weights",
    "own_currents",
    "rises",
    "stability",
    "symmetry",
    "symmetry_defect",
    "total_cocontent",
]
