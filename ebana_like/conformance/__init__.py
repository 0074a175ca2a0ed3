"""Clauses that engines, nudgings and estimators keep, checked on whoever's they are; without pytest."""

from ebana_like.conformance.circuits import CIRCUITS
from ebana_like.conformance.clause import Catalog, Clause
from ebana_like.conformance.engines import ENGINE_CLAUSES, check_engine
from ebana_like.conformance.estimators import ESTIMATOR_CLAUSES, EstimatorTrial, MakeEstimator, check_estimator
from ebana_like.conformance.laws import operating_point_by_laws
from ebana_like.conformance.nudges import NUDGE_CLAUSES, NudgeTrial, check_nudge
from ebana_like.conformance.trial import EngineTrial, MakeEngine

__all__ = [
    "CIRCUITS",
    "ENGINE_CLAUSES",
    "ESTIMATOR_CLAUSES",
    "NUDGE_CLAUSES",
    "Catalog",
    "Clause",
    "EngineTrial",
    "EstimatorTrial",
    "MakeEngine",
    "MakeEstimator",
    "NudgeTrial",
    "check_engine",
    "check_estimator",
    "check_nudge",
    "operating_point_by_laws",
]
