"""Which estimators know circuits alone? Those that follow them in time, or hear how they answer to small signals."""

from abc import ABC
from dataclasses import dataclass
from typing import ClassVar

from ebana_like.errors import SettingError
from ebana_like.learning.costs import Cost
from ebana_like.learning.estimators.estimator import Estimator
from ebana_like.simulators.protocol import InTime
from ebana_like.systems import CircuitSystem, Engine, System
from ebana_like.values import parts


@dataclass(frozen=True)
class OfCircuits(Estimator, ABC):
    """An estimator for circuits whose outputs are nudged by currents."""

    does: ClassVar[str]
    """What it does to circuits, in words behind its name."""
    wants: ClassVar[str]
    """What it does with the currents at the outputs, and which nudging to set."""

    def refusal(self, system: System, cost: Cost) -> str:
        if not isinstance(system, CircuitSystem):
            return f"{type(system).__name__} is no circuit; {self.does}"
        driven = system.circuit.driven
        if len(driven.addresses) != 1 or parts(driven.addresses[0])[1] != "amperes":
            return self.wants
        return ""

    def departure(self, system: System) -> str:
        return system.refusal()


def followed(engine: Engine) -> tuple[CircuitSystem, type]:
    """Return the circuit of an engine that follows it in time, and its kind. Raises SettingError for others."""
    if not isinstance(engine.system, CircuitSystem) or not isinstance(engine, InTime):
        raise SettingError("this engine follows no circuit in time; choose another estimator")
    return engine.system, type(engine)
