"""What does a cost say of a circuit's scores? A value a sample, and its gradient: the currents that nudge."""

from typing import Annotated, Protocol

from ebana_like.elements import FloatArray

AtOutputs = Annotated[FloatArray, "batch outputs"]
OfSamples = Annotated[FloatArray, "batch"]


class Cost(Protocol):
    """How far scores are from their targets, and how an answer stands as a score.

    Scores are (batch, outputs) in volts, one a output pair: dC/dV(y+) = dC/ds = -dC/dV(y-).
    Answers are (batch, outputs) without unit, from 0 (no, the lowest) to 1 (yes, the highest).
    A cost that says `any_arrays = True` computes its gradient of any library's arrays (array API) and is hashable:
    engines may then take training steps by themselves. One that says `is_squared_distance = True` has dC/ds = s - Y
    with target voltages Y: sources at the targets can then nudge.
    """

    def outputs(self, classes: int) -> int:
        """Return how many outputs tell so many classes apart."""

    def targets(self, answers: AtOutputs) -> AtOutputs:
        """Return the targets (batch, outputs) that stand for answers (batch, outputs)."""

    def answers(self, scores: AtOutputs) -> AtOutputs:
        """Return the answers (batch, outputs) that scores (batch, outputs) stand for."""

    def value(self, scores: AtOutputs, targets: AtOutputs) -> OfSamples:
        """Return the cost of each sample, (batch,)."""

    def gradient(self, scores: AtOutputs, targets: AtOutputs) -> AtOutputs:
        """Return dC/ds, (batch, outputs), cost per volt."""
