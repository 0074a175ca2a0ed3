"""How does a schedule of optax become a factor by epoch? It is asked for its value at the epoch's number, in doubles.

JAX and optax are imported with this file.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import optax

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


class NamedFunction:
    """A schedule of optax by its function's name: unlike what optax returns, it can be sent to another process."""

    def __init__(self, function: str, arguments: Mapping[str, Any]) -> None:
        """Raise ValueError where optax does."""
        self.function, self.arguments = function, dict(arguments)
        self._schedule: Callable[[Any], Any] = getattr(optax, function)(**arguments)

    def __call__(self, step: Any) -> Any:
        return self._schedule(step)

    def __reduce__(self) -> tuple[Any, ...]:
        return NamedFunction, (self.function, self.arguments)


@lru_cache(maxsize=10_000)
def _factor(schedule: Callable[[Any], Any], epoch: int) -> float:
    with doubles():
        return float(schedule(epoch))
