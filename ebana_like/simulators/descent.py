"""What is a run of training steps, for an engine that takes them by itself? Many batches, one after the other.

An engine that has `descend` solves each batch, reads the gradient and moves the conductances where they are, without
handing node voltages over: the same steps as solving, estimating and updating batch by batch, to rounding.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from numpy.typing import NDArray

from ebana_like.elements import FloatArray, IntArray
from ebana_like.nudges import Pull


@dataclass(frozen=True, eq=False)
class Descent:
    """Batches and what is to be done with each: g <- g - step dC/dg, kept within the bank's range.

    features: (batches, samples, features), in units of `unit` volts: bytes, or doubles.
    targets: (batches, samples, outputs).
    counts: how many samples each batch has, (batches,); what stands behind them only fills the arrays.
    pull: draws the outputs.
    betas: (batches, phases, samples), siemens; no phases where the gradient is that of the adjoint.
    coefficients: how phases combine, the free one first, (batches, 1 + phases, samples), per siemens.
    weights: of the banks' elements in the energy, by bank.
    steps: by how many siemens a gradient of 1 V^2/S moves a conductance, by bank.
    """

    features: NDArray[Any]
    unit: float
    targets: FloatArray
    counts: IntArray
    pull: Pull
    betas: FloatArray
    coefficients: FloatArray
    weights: Mapping[str, float]
    steps: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Descended:
    """Where a descent ended: before the first batch in which a sample was not solved or a number was none.

    batches: how many were done. conductances: by bank, siemens.
    scores: free ones of the batches done, (batches, samples, outputs), volts, before each step.
    norms: of the batches' gradients, (batches,).
    """

    batches: int
    conductances: Mapping[str, FloatArray]
    scores: FloatArray
    norms: FloatArray


@runtime_checkable
class Descends(Protocol):
    """An engine that can take training steps by itself."""

    @property
    def descends(self) -> bool:
        """Whether it does for its circuit."""

    def descend(self, conductances: Mapping[str, FloatArray], descent: Descent, batches: int) -> Descended:
        """Take the first so many of the steps."""
