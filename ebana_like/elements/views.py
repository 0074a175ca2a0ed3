"""What may an element ask for when it says how a cost changes with it?"""

from typing import Protocol

from ebana_like.values import FloatArray


class AdjointView(Protocol):
    """What is known at some operating points, and of the adjoint circuit there (`ebana_like.adjoint`).

    voltages: V, (points, nodes), volts. adjoint: lambda, (points, nodes), cost per ampere.
    """

    voltages: FloatArray
    adjoint: FloatArray

    def adjoint_current(self, name: str) -> FloatArray:
        """Return what a bank's elements carry in the adjoint circuit, (points, n), cost per volt."""

    def current_by(self, name: str, quantity: str) -> FloatArray:
        """Return di/dtheta of a bank of devices, (points, n, ends), amperes a unit (`SmallSignal.by`)."""

    def current(self, label: str) -> FloatArray:
        """Return the current of a voltage source, (points,), amperes."""


class PhasesView(Protocol):
    """What a stencil of phases shows of a circuit.

    voltages: (phases, samples, nodes), volts, the free phase first.
    coefficients: (phases, samples), adding up to zero over the phases of each sample.
    """

    @property
    def voltages(self) -> FloatArray:
        """As above."""

    @property
    def coefficients(self) -> FloatArray:
        """As above."""

    def weights(self, name: str) -> FloatArray:
        """Return the weights in the co-content of a bank's elements, (n,), or one that all have, (1,) or ()."""

    def fed(self, name: str) -> FloatArray:
        """Return the weighted currents that a bank of voltage sources feeds, (phases, samples, n), amperes."""
