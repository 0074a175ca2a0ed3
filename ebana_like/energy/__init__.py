"""Is this circuit an energy-based model? Its weights, its co-content, its currents and its power."""

from ebana_like.energy.cocontent import AMPLIFIERS, CoContent, Share, cocontent, gradient, is_convex, rises, total
from ebana_like.energy.currents import Currents, Wiring, dissipation, element_currents
from ebana_like.energy.weights import Symmetry, coenergy_weights, symmetry

__all__ = [
    "AMPLIFIERS",
    "CoContent",
    "Currents",
    "Share",
    "Symmetry",
    "Wiring",
    "cocontent",
    "coenergy_weights",
    "dissipation",
    "element_currents",
    "gradient",
    "is_convex",
    "rises",
    "symmetry",
    "total",
]
