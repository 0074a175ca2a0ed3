"""How does the learning rate change over the epochs? The interface, and the two schedules that need no library."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

from ebana_like.checks import require_number


class Schedule(Protocol):
    """A factor on the learning rate."""

    def factor(self, epoch: int) -> float:
        """Return the factor in an epoch, counted from 0."""


@dataclass(frozen=True)
class Constant:
    """The same rate always."""

    summary: ClassVar[str] = "the same rate always"

    def factor(self, epoch: int) -> float:
        return 1.0


@dataclass(frozen=True)
class Exponential:
    """Times `decay` after every epoch."""

    summary: ClassVar[str] = "times `decay` after every epoch"

    decay: float

    def __post_init__(self) -> None:
        require_number("the decay of the learning rate", self.decay, above=0, high=1)

    def factor(self, epoch: int) -> float:
        return float(self.decay**epoch)
