"""Which currents pull the outputs towards their targets? One rule for each way a circuit can be nudged."""

from dataclasses import dataclass

import numpy as np

from ebana_like.circuit import Circuit, CurrentNudging
from ebana_like.elements import FloatArray
from ebana_like.errors import SettingError
from ebana_like.learning.costs import Cost, SquaredError
from ebana_like.simulators import Nudging


@dataclass(frozen=True, eq=False)
class HeldCurrents:
    """I = -beta dC/ds at the free scores, held during the nudged phase (thesis 4.16).

    targets: (batch, outputs). betas: nudging factors, (phases, batch), siemens.
    """

    cost: Cost
    targets: FloatArray
    betas: FloatArray

    @property
    def loads(self) -> FloatArray:
        return np.zeros_like(self.betas)

    def currents(self, scores: FloatArray, samples: slice) -> FloatArray:
        gradient = self.cost.gradient(scores, self.targets[samples])
        return -self.betas[:, samples, None] * gradient

    def part(self, samples: slice) -> "HeldCurrents":
        return HeldCurrents(self.cost, self.targets[samples], self.betas[:, samples])


@dataclass(frozen=True, eq=False)
class SwitchedSources:
    """A source at the target behind a conductance beta: I = beta (Y - s) at the nudged scores (Scellier's slides).

    targets: (batch, outputs), volts. betas: nudging factors, (phases, batch), siemens.
    """

    targets: FloatArray
    betas: FloatArray

    @property
    def loads(self) -> FloatArray:
        return self.betas

    def currents(self, scores: FloatArray, samples: slice) -> FloatArray:
        return self.betas[:, samples, None] * self.targets[samples]

    def part(self, samples: slice) -> "SwitchedSources":
        return SwitchedSources(self.targets[samples], self.betas[:, samples])


@dataclass(frozen=True)
class Pull:
    """How a circuit's outputs are drawn towards targets; the arrays may be of any library where the cost's may."""

    cost: Cost
    switched: bool

    def nudging(self, targets: FloatArray, betas: FloatArray) -> Nudging:
        """Return the nudging of a batch of targets (batch, outputs) with betas (phases, batch), siemens."""
        return SwitchedSources(targets, betas) if self.switched else HeldCurrents(self.cost, targets, betas)

    def gradient(self, scores: FloatArray, targets: FloatArray) -> FloatArray:
        """Return dC/ds, (batch, outputs), cost per volt."""
        return self.cost.gradient(scores, targets)


def pull_of(circuit: Circuit, cost: Cost) -> Pull:
    """Return how this circuit is wired to be nudged.

    Raises SettingError for a cost that target sources cannot express.
    """
    switched = not isinstance(circuit.nudger, CurrentNudging)
    if switched and not isinstance(cost, SquaredError):
        raise SettingError("switched target sources pull towards voltages; they nudge with the squared error only")
    return Pull(cost, switched)


def nudging_of(circuit: Circuit, cost: Cost, targets: FloatArray, betas: FloatArray) -> Nudging:
    """Return the nudging this circuit is wired for. Raises SettingError as `pull_of` does."""
    return pull_of(circuit, cost).nudging(targets, betas)
