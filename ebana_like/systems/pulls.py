"""How are outputs of what is no circuit drawn to their targets, if not by held forces? By springs and clamps."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ebana_like.elements import FloatArray
from ebana_like.nudges.nudge import Slope


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
            self.HELD: np.asarray(scores - eta * self.cost.gradient(scores, self.targets[samples])),
            self.CLOSED: 1.0 * (eta != 0),
        }

    def part(self, samples: slice) -> "Clamps":
        return Clamps(self.cost, self.targets[samples], self.betas[:, samples])
