"""Costs, by name: how far scores are from what they should be."""

from .catalog import COSTS
from .cost import Cost
from .cross_entropy import CrossEntropy
from .squared_error import SquaredError

__all__ = ["COSTS", "Cost", "CrossEntropy", "SquaredError"]
