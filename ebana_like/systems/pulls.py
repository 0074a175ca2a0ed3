"""How are outputs of what is no circuit drawn to their targets? By held forces, springs or clamps, of any arrays."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from ebana_like.elements import FloatArray
from ebana_like.errors import SettingError
from ebana_like.nudges.nudge import Slope
from ebana_like.systems.settled import HeldForces

Way = Literal["current", "switch", "clamped"]


@dataclass(frozen=True, eq=False)
class Springs:
    """Springs of stiffness beta to the targets: the system minimises energy + beta |s - Y|^2 / 2 exactly; a `Nudging`.

    targets: (batch, outputs). betas: (phases, batch).
    """

    FORCE: ClassVar[str] = "outputs.force"
    STIFFNESS: ClassVar[str] = "outputs.stiffness"

    targets: FloatArray
    betas: FloatArray

    @property
    def phases(self) -> int:
        return len(self.betas)

    def drives(self, scores: FloatArray, samples: slice) -> dict[str, FloatArray]:
        betas = self.betas[:, samples, None]
        return {self.FORCE: betas * self.targets[samples], self.STIFFNESS: betas}

    def part(self, samples: slice) -> "Springs":
        return Springs(self.targets[samples], self.betas[:, samples])


@dataclass(frozen=True, eq=False)
class Clamps:
    """Outputs held at s - eta dC/ds, eta = beta, where it is not zero; a `Nudging`.

    cost: has the slopes. targets: (batch, outputs). betas: (phases, batch).
    """

    HELD: ClassVar[str] = "outputs.held"
    CLOSED: ClassVar[str] = "outputs.closed"

    cost: Slope
    targets: FloatArray
    betas: FloatArray

    @property
    def phases(self) -> int:
        return len(self.betas)

    def drives(self, scores: FloatArray, samples: slice) -> dict[str, FloatArray]:
        eta = self.betas[:, samples, None]
        return {
            self.HELD: scores - eta * self.cost.gradient(scores, self.targets[samples]),
            self.CLOSED: 1.0 * (eta != 0),
        }

    def part(self, samples: slice) -> "Clamps":
        return Clamps(self.cost, self.targets[samples], self.betas[:, samples])


@dataclass(frozen=True)
class Drawn:
    """How outputs are drawn towards targets, equal to another one that does the same; see `Draws`.

    way: "current" for held forces, "switch" for springs, "clamped".
    """

    cost: Slope
    way: Way

    @property
    def any_arrays(self) -> bool:
        return getattr(self.cost, "any_arrays", False)

    def nudging(self, targets: Any, betas: Any) -> HeldForces | Springs | Clamps:
        """Return the nudging of a batch. Raises SettingError for a cost that springs cannot express."""
        if self.way == "current":
            return HeldForces(self.cost, targets, betas)
        if self.way == "clamped":
            return Clamps(self.cost, targets, betas)
        if not getattr(self.cost, "is_squared_distance", False):
            raise SettingError(
                "springs pull towards targets, and nudge with the squared error only; others go with --nudging current"
            )
        return Springs(targets, betas)

    def gradient(self, scores: Any, targets: Any) -> Any:
        """Return dC/ds, (batch, outputs)."""
        return self.cost.gradient(scores, targets)
