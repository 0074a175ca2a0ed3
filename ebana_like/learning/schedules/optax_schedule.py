"""How does a schedule of optax become a factor by epoch? It is asked for its value at the epoch's number, in doubles.

JAX is imported with this file.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ebana_like.checks import shown
from ebana_like.errors import SettingError
from ebana_like.simulators.native.runtime import doubles


@dataclass(frozen=True)
class OptaxSchedule:
    """The factor that a schedule of optax gives, its steps being epochs: `optax.cosine_decay_schedule(1.0, 100)`."""

    schedule: Callable[[Any], Any]

    def __post_init__(self) -> None:
        if isinstance(self.schedule, type) or not callable(self.schedule):
            raise SettingError(f"schedule is {shown(self.schedule)}; expected one such as optax.constant_schedule(1.0)")

    def factor(self, epoch: int) -> float:
        return _factor(self.schedule, epoch)


@lru_cache(maxsize=10_000)
def _factor(schedule: Callable[[Any], Any], epoch: int) -> float:
    with doubles():
        return float(schedule(epoch))
