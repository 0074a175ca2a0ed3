"""Costs, gradient estimators and update rules: how voltages become conductance changes."""

from ebana_like.learning.costs import COSTS, Cost, CrossEntropy, SquaredError
from ebana_like.learning.estimators import (
    ESTIMATORS,
    Adjoint,
    Centered,
    Estimate,
    Estimator,
    HigherOrder,
    Negative,
    Nudged,
    Positive,
    RandomSign,
)
from ebana_like.learning.schedules import Constant, Cosine, Exponential, Schedule
from ebana_like.learning.updates import SGD, UPDATES, Adam, Momentum, Sign, State, Update

__all__ = [
    "COSTS",
    "ESTIMATORS",
    "SGD",
    "UPDATES",
    "Adam",
    "Adjoint",
    "Centered",
    "Constant",
    "Cosine",
    "Cost",
    "CrossEntropy",
    "Estimate",
    "Estimator",
    "Exponential",
    "HigherOrder",
    "Momentum",
    "Negative",
    "Nudged",
    "Positive",
    "RandomSign",
    "Schedule",
    "Sign",
    "SquaredError",
    "State",
    "Update",
]
