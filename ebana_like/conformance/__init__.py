"""Clauses that engines, nudgings and estimators keep, checked on whoever's they are; without pytest."""

from ebana_like.conformance.circuits import CIRCUITS
from ebana_like.conformance.clause import Catalog, Clause
from ebana_like.conformance.engines import ENGINE_CLAUSES, check_engine
from ebana_like.conformance.laws import operating_point_by_laws
from ebana_like.conformance.trial import EngineTrial, MakeEngine

__all__ = [
    "CIRCUITS",
    "ENGINE_CLAUSES",
    "Catalog",
    "Clause",
    "EngineTrial",
    "MakeEngine",
    "check_engine",
    "operating_point_by_laws",
]
