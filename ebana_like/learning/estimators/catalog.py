"""Which gradient estimators have names? Those of the literature; each is imported when it is used."""

from typing import TYPE_CHECKING

from ebana_like.seams import Seam

if TYPE_CHECKING:
    from ebana_like.learning.estimators.estimator import Estimator
    from ebana_like.learning.estimators.nudged import Nudged


def _is_estimator(thing: object) -> bool:
    from ebana_like.learning.estimators.estimator import Estimator

    return isinstance(thing, type) and issubclass(thing, Estimator)


ESTIMATORS: "Seam[type[Estimator]]" = Seam(
    "estimators",
    "estimator",
    {
        "positive": "ebana_like.learning.estimators.one_sided:Positive",
        "negative": "ebana_like.learning.estimators.one_sided:Negative",
        "random-sign": "ebana_like.learning.estimators.one_sided:RandomSign",
        "centered": "ebana_like.learning.estimators.symmetric:Centered",
        "higher-order": "ebana_like.learning.estimators.symmetric:HigherOrder",
        "holomorphic": "ebana_like.learning.estimators.holomorphic:Holomorphic",
        "contrastive": "ebana_like.learning.estimators.contrastive:Contrastive",
        "generec": "ebana_like.learning.estimators.generec:GeneRec",
        "cocontent": "ebana_like.learning.estimators.differences:CoContentDifferences",
        "power": "ebana_like.learning.estimators.differences:PowerDifferences",
        "frequency": "ebana_like.learning.estimators.frequency:Frequency",
        "lock-in": "ebana_like.learning.estimators.lock_in:LockIn",
        "continual": "ebana_like.learning.estimators.continual:Continual",
        "stochastic": "ebana_like.learning.estimators.stochastic:Stochastic",
        "adjoint": "ebana_like.learning.estimators.adjoint:Adjoint",
    },
    "a subclass of ebana_like.Estimator",
    _is_estimator,
)
"""Estimators by name. Arguments that have the name of a setting, as `beta` has, are given its value."""


def nudged_estimators() -> "dict[str, type[Nudged]]":
    """Return the estimators of equilibrium propagation by name that take a nudging factor in siemens, which is real."""
    from ebana_like.learning.estimators.holomorphic import Holomorphic
    from ebana_like.learning.estimators.nudged import Nudged

    kinds = ESTIMATORS.items()
    return {name: kind for name, kind in kinds if issubclass(kind, Nudged) and not issubclass(kind, Holomorphic)}
