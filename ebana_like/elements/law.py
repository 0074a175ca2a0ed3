"""What is the law of an element? A current of node voltages, one of its own drop alone, or a drop that it holds."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar, Self

import numpy as np

from ebana_like.derivative import derivative
from ebana_like.elements.bank import Bank
from ebana_like.elements.signal import Signal, dense
from ebana_like.elements.views import AdjointView, PhasesView
from ebana_like.errors import CircuitError
from ebana_like.values import FloatArray, IntArray

AtNodes = Annotated[FloatArray, "*points nodes"]
AtElements = Annotated[FloatArray, "*points n"]
Drops = Annotated[FloatArray, "*shape"]


@dataclass(frozen=True, eq=False)
class EnergyLaw(Bank):
    """Elements whose currents follow from node voltages, and whose pseudo-power they are the gradient of.

    All arguments named `voltages` are (..., nodes) arrays in volts; all results are (..., n).
    """

    linear: ClassVar[bool] = False

    @abstractmethod
    def own_current(self, voltages: AtNodes) -> AtElements:
        """Current from the positive to the negative node, amperes."""

    @abstractmethod
    def own_pseudo_power(self, voltages: AtNodes) -> AtElements:
        """Pseudo-power p, watts, whose derivative by the drop is the current (thesis, section 4.2)."""

    @abstractmethod
    def small_signal(self, voltages: AtNodes) -> AtElements:
        """Differential conductance di/dv, siemens."""

    def slopes(self, voltages: AtNodes) -> FloatArray:
        return self.small_signal(voltages)

    def response(self, voltages: FloatArray, moves: FloatArray) -> FloatArray:
        """Return by how much currents change, amperes, where nodes move a little from `voltages`."""
        found: FloatArray = self.small_signal(voltages) * self.drop(moves)
        return found

    def learning_signal(self, quantity: str, voltages: FloatArray, coefficients: FloatArray) -> Signal:
        """Return sum over phases and samples of coefficient times dp/dtheta, (n,): what a stencil of phases reads.

        voltages, coefficients: as of `PhasesView`. Raises CircuitError where nothing of the kind is learned.
        """
        raise CircuitError(f"nothing of the kind of {self.labels[0]} is learned from phases")

    def told_by_phases(self, quantity: str, phases: PhasesView) -> Signal:
        weights = phases.weights(self.name)
        if weights.size == 1:  # shared by all elements: it goes into the coefficients
            return self.learning_signal(quantity, phases.voltages, weights * phases.coefficients)
        return weights * dense(self.learning_signal(quantity, phases.voltages, phases.coefficients))


@dataclass(frozen=True, eq=False)
class CurrentLaw(EnergyLaw):
    """Elements whose current is a function of their own voltage drop: the ones that hold co-content.

    A new kind writes `pseudo_power` for arrays of any library (array API: `xp = drop.__array_namespace__()`); current,
    slope and learning signals follow by automatic differentiation where they are not written too.

    All arguments named `drop` are (..., n) arrays in volts; all results have the same shape.
    """

    phases_tell: ClassVar[bool] = True

    @property
    def steepness(self) -> tuple[float | FloatArray, float] | None:
        """IS, of each where they differ, (n,), and N Vt of a law that climbs as IS exp(v / (N Vt)): they limit a
        solver's steps; None for others."""
        return None

    @abstractmethod
    def pseudo_power(self, drop: Drops) -> Drops:
        """Pseudo-power p(v) = integral of i(u) du from 0 to v, watts (thesis, section 4.2)."""

    def current(self, drop: Drops) -> Drops:
        """Current i(v) = dp/dv from the positive to the negative node, amperes."""
        return derivative(self.pseudo_power, drop)

    def slope(self, drop: Drops) -> Drops:
        """Differential conductance di/dv, siemens."""
        return derivative(self.current, drop)

    def pseudo_power_by(self, quantity: str, drop: FloatArray) -> FloatArray:
        """Return dp/dtheta by each element's own theta, one of `quantities`, (..., n), watts a unit."""
        return self._by(quantity, lambda bank: bank.pseudo_power(drop), drop)

    def current_by(self, quantity: str, drop: FloatArray) -> FloatArray:
        """Return di/dtheta by each element's own theta, one of `quantities`, (..., n), amperes a unit."""
        return self._by(quantity, lambda bank: bank.current(drop), drop)

    def _by(self, quantity: str, law: Callable[[Self], FloatArray], drop: FloatArray) -> FloatArray:
        theta = np.broadcast_to(getattr(self, quantity), np.shape(drop))
        return derivative(lambda values: law(replace(self, **{quantity: values, "trainable": {}})), theta)

    def sensitivity(self, quantity: str, view: AdjointView) -> FloatArray:
        return self.drop(view.adjoint) * self.current_by(quantity, self.drop(view.voltages))

    def own_current(self, voltages: FloatArray) -> FloatArray:
        return self.current(self.drop(voltages))

    def own_pseudo_power(self, voltages: FloatArray) -> FloatArray:
        return self.pseudo_power(self.drop(voltages))

    def small_signal(self, voltages: FloatArray) -> FloatArray:
        return self.slope(self.drop(voltages))

    def learning_signal(self, quantity: str, voltages: FloatArray, coefficients: FloatArray) -> Signal:
        slopes = self.pseudo_power_by(quantity, self.drop(voltages))
        return np.asarray(np.einsum("pb,pbn->n", coefficients, slopes - slopes[:1]))


@dataclass(frozen=True, eq=False)
class VoltageLaw(Bank):
    """Elements that fix their voltage drop and leave the current to the circuit.

    They constrain the node voltages, so the integral of i dv over them is empty: they hold no pseudo-power.
    """

    @property
    def follows(self) -> tuple[IntArray, IntArray, FloatArray] | None:
        """Nodes, positive and negative, whose voltage the drop follows, and with which gain, (n,) each; or none."""
        return None
