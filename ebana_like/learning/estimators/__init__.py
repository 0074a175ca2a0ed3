"""Gradient estimators, by the names of the literature."""

from ebana_like.learning.estimators.estimator import Estimate, Estimator, Stencil, gradient
from ebana_like.learning.estimators.one_sided import Negative, Positive, RandomSign
from ebana_like.learning.estimators.symmetric import Centered, HigherOrder

ESTIMATORS: dict[str, type[Estimator]] = {
    "positive": Positive,
    "negative": Negative,
    "random-sign": RandomSign,
    "centered": Centered,
    "higher-order": HigherOrder,
}

__all__ = [
    "ESTIMATORS",
    "Centered",
    "Estimate",
    "Estimator",
    "HigherOrder",
    "Negative",
    "Positive",
    "RandomSign",
    "Stencil",
    "gradient",
]
