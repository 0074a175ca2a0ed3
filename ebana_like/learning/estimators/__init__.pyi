"""Gradient estimators, by the names of the literature."""

from .adjoint import Adjoint
from .catalog import ESTIMATORS, nudged_estimators
from .continual import Continual
from .contrastive import Contrastive
from .differences import CoContentDifferences, PowerDifferences
from .estimator import Estimate, Estimator
from .frequency import Frequency
from .generec import GeneRec
from .holomorphic import Holomorphic
from .lock_in import LockIn
from .nudged import Nudged, Stencil
from .one_sided import Negative, Positive, RandomSign
from .stochastic import Stochastic
from .symmetric import Centered, HigherOrder

__all__ = [
    "ESTIMATORS",
    "Adjoint",
    "Centered",
    "CoContentDifferences",
    "Continual",
    "Contrastive",
    "Estimate",
    "Estimator",
    "Frequency",
    "GeneRec",
    "HigherOrder",
    "Holomorphic",
    "LockIn",
    "Negative",
    "Nudged",
    "Positive",
    "PowerDifferences",
    "RandomSign",
    "Stencil",
    "Stochastic",
    "nudged_estimators",
]
