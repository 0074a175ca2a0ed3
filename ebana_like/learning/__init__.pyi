"""Costs, gradient estimators and update rules: how voltages become conductance changes."""

from .costs import COSTS, Cost, CrossEntropy, SquaredError
from .estimators import (
    ESTIMATORS,
    Adjoint,
    Centered,
    Contrastive,
    Estimate,
    Estimator,
    HigherOrder,
    Holomorphic,
    Negative,
    Nudged,
    Positive,
    RandomSign,
    Stencil,
    nudged_estimators,
)
from .schedules import SCHEDULES, Constant, Exponential, OptaxSchedule, Schedule, schedule_named
from .updates import SGD, UPDATES, Optax, Sign, Update, update_named

__all__ = [
    "COSTS",
    "ESTIMATORS",
    "SCHEDULES",
    "SGD",
    "UPDATES",
    "Adjoint",
    "Centered",
    "Constant",
    "Contrastive",
    "Cost",
    "CrossEntropy",
    "Estimate",
    "Estimator",
    "Exponential",
    "HigherOrder",
    "Holomorphic",
    "Negative",
    "Nudged",
    "Optax",
    "OptaxSchedule",
    "Positive",
    "RandomSign",
    "Schedule",
    "Sign",
    "SquaredError",
    "Stencil",
    "Update",
    "nudged_estimators",
    "schedule_named",
    "update_named",
]
