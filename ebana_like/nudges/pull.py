"""How is a batch pulled towards its targets in a circuit? By the way to nudge that the circuit is wired for."""

from dataclasses import dataclass
from typing import Any

from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray
from ebana_like.nudges.catalog import NUDGES
from ebana_like.nudges.nudge import Nudge, Slope
from ebana_like.ports import Driven


@dataclass(frozen=True)
class Pull:
    """How a circuit's outputs are drawn towards targets; arrays of any library where cost and way take them.

    It is hashable, and equal to another one that does the same.
    """

    cost: Slope
    nudge: Nudge
    driven: Driven

    @property
    def any_arrays(self) -> bool:
        return all(getattr(each, "any_arrays", False) for each in (self.cost, self.nudge))

    def nudging(self, targets: Any, betas: Any) -> "Towards":
        """Return the nudging of a batch of targets (batch, outputs) with betas (phases, batch), siemens."""
        return Towards(self, targets, betas)

    def gradient(self, scores: Any, targets: Any) -> Any:
        """Return dC/ds, (batch, outputs), cost per volt."""
        return self.cost.gradient(scores, targets)


@dataclass(frozen=True, eq=False)
class Towards:
    """The nudging of a batch towards its targets; see `ebana_like.simulators.Nudging`.

    targets: (batch, outputs). betas: nudging factors, (phases, batch), siemens.
    """

    pull: Pull
    targets: Any
    betas: Any

    @property
    def phases(self) -> int:
        return len(self.betas)

    def drives(self, scores: Any, samples: slice) -> dict[str, Any]:
        pull = self.pull
        values = pull.nudge.drives(pull.cost, scores, self.targets[samples], self.betas[:, samples])
        return dict(zip(pull.driven.addresses, values, strict=True))

    def part(self, samples: slice) -> "Towards":
        return Towards(self.pull, self.targets[samples], self.betas[:, samples])


def pull_of(circuit: Circuit, cost: Slope) -> Pull:
    """Return how this circuit is wired to be nudged. Raises SettingError for a cost that this cannot express."""
    nudge = NUDGES[circuit.driven.way]()
    nudge.check(cost)
    return Pull(cost, nudge, circuit.driven)


def nudging_of(circuit: Circuit, cost: Slope, targets: FloatArray, betas: FloatArray) -> Towards:
    """Return the nudging of a batch in this circuit. Raises SettingError as `pull_of` does."""
    return pull_of(circuit, cost).nudging(targets, betas)
