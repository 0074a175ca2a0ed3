"""Which costs have names? Command line, help and messages take them from here; each is imported when it is used."""

from typing import TYPE_CHECKING

from ebana_like.seams import Seam

if TYPE_CHECKING:
    from ebana_like.learning.costs.cost import Cost

COSTS: "Seam[type[Cost]]" = Seam(
    "costs",
    "cost",
    {
        "squared-error": "ebana_like.learning.costs.squared_error:SquaredError",
        "cross-entropy": "ebana_like.learning.costs.cross_entropy:CrossEntropy",
    },
    "a class with the methods of ebana_like.Cost",
    lambda thing: isinstance(thing, type) and hasattr(thing, "gradient"),
)
"""Costs by name. Arguments that have the name of a setting are given its value, all others have their defaults."""
