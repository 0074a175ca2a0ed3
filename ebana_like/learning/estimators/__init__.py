"""Gradient estimators, by the names of the literature."""

from ebana_like.learning.estimators.adjoint import Adjoint
from ebana_like.learning.estimators.estimator import Estimate, Estimator
from ebana_like.learning.estimators.nudged import Nudged, Stencil
from ebana_like.learning.estimators.one_sided import Negative, Positive, RandomSign
from ebana_like.learning.estimators.symmetric import Centered, HigherOrder

ESTIMATORS: dict[str, type[Nudged]] = {
    "positive": Positive,
    "negative": Negative,
    "random-sign": RandomSign,
    "centered": Centered,
    "higher-order": HigherOrder,
}
"""Those of equilibrium propagation, which take a nudging factor."""

__all__ = [
    "ESTIMATORS",
    "Adjoint",
    "Centered",
    "Estimate",
    "Estimator",
    "HigherOrder",
    "Negative",
    "Nudged",
    "Positive",
    "RandomSign",
    "Stencil",
]
