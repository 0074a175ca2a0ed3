"""How does a circuit learn? It is a system whose energy is its co-content, nudged by sources at its outputs.

Equilibrium propagation reads dP/dtheta of the weighted co-content P in every phase: of an element with a current of its
own w dp/dtheta, of a voltage source the weighted current that it feeds. The adjoint gradient reads lambda df/dtheta.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ebana_like.adjoint import small_signal, unsolved_adjoint
from ebana_like.circuit import Circuit
from ebana_like.elements import (
    VCCS,
    Bank,
    EnergyLaw,
    FloatArray,
    Signal,
    SmallSignal,
    dense,
)
from ebana_like.energy import (
    TOLERATED,
    CurrentEquations,
    cocontent_gradient,
    coenergy_weights,
    element_currents,
    symmetry,
)
from ebana_like.nudges import NUDGES, Clamped, Pull, Towards, nudging_of, pull_of
from ebana_like.nudges.nudge import Slope
from ebana_like.systems.points import BoolArray, OperatingPoints
from ebana_like.systems.system import System
from ebana_like.values import Parameter, address, parts


@dataclass(frozen=True, eq=False)
class CircuitSystem:
    """A circuit as what learns; see `System`."""

    circuit: Circuit

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        return self.circuit.parameters

    @property
    def features(self) -> int:
        return self.circuit.inputs.count

    @property
    def outputs(self) -> int:
        return self.circuit.outputs.count

    def nudging(self, cost: Slope, targets: FloatArray, betas: FloatArray) -> Towards:
        return nudging_of(self.circuit, cost, targets, betas)

    def drawn(self, cost: Slope) -> Pull:
        """Return how its outputs are drawn to targets; see `ebana_like.simulators.descent.Draws`."""
        return pull_of(self.circuit, cost)

    @property
    def departure(self) -> str:
        """Why the way in which its outputs are pulled does not follow the cost's gradient; empty where it does."""
        return NUDGES[self.circuit.driven.way].departure

    @property
    def clamps(self) -> bool:
        """Whether outputs are held where the nudging factor says, 1 at their targets."""
        return self.circuit.driven.way == Clamped.name

    def refusal(self) -> str:
        return self._refusal_of_trained() or symmetry(self.circuit).reason

    def _refusal_of_trained(self) -> str:
        for bank, quantity in self._trained:
            if not bank.phases_tell:
                return (
                    f"the {quantity} of {bank.labels[0]} is trained, and it changes the weights of the co-content: "
                    "equilibrium propagation is not exact for it"
                )
        return ""

    @property
    def nearly_exact(self) -> bool:
        """Whether all that keeps equilibrium propagation from being exact are ratios of amplifiers that differ by
        less than a factor of two: with their geometric means it is off by little."""
        return self._refusal_of_trained() == "" and symmetry(self.circuit).defect <= TOLERATED

    def weights(self) -> Mapping[str, FloatArray]:
        """Return the weights of the co-content, by bank. Raises CircuitError where there are none."""
        return coenergy_weights(self.circuit)

    def signals(
        self, points: OperatingPoints, coefficients: FloatArray, weights: Mapping[str, FloatArray] | None = None
    ) -> dict[str, Signal]:
        """Return the learning signals of a stencil of phases; see `System`.

        weights: others than the co-content's, by bank, to see what they would give.
        """
        weights = self.weights() if weights is None else weights
        usable = points.usable
        count = int(usable.sum())
        voltages, factors = points.voltages, coefficients / max(count, 1)
        if count < len(usable):
            voltages, factors = voltages[:, usable], factors[:, usable]
        phases = _Phases(points.solved if self._laws_vary else self.circuit, voltages, factors, weights)
        return self._by_address(phases.signal, points)

    def input_signal(self, points: OperatingPoints, coefficients: FloatArray) -> FloatArray:
        """Sum over phases of c dP/dx, of each sample, (batch, features), cost per volt (thesis 2.19).

        dP/dx of the co-content P is the weighted current that the feature's sources feed into the circuit.
        """
        fed, _ = cocontent_gradient(points.solved, points.voltages)
        return self._per_feature(np.einsum("pb,pbs->bs", coefficients, fed[self.circuit.inputs.bank]))

    def adjoint_signals(self, points: OperatingPoints, adjoint: FloatArray, currents: FloatArray) -> dict[str, Signal]:
        """Return the mean over samples of dC/dtheta, (n,) by address, exact for every circuit.

        adjoint: lambda, (batch, nodes), as `Simulator.adjoint` returns it for currents (batch, outputs).
        """
        usable = np.asarray(np.isfinite(adjoint).all(axis=1))
        seen = _Mirrored(points, usable, adjoint[usable], currents[usable])
        return self._by_address(seen.signal, points)

    def adjoint_input_signal(self, points: OperatingPoints, adjoint: FloatArray, currents: FloatArray) -> FloatArray:
        """Return dC/dx of each sample, (batch, features): what shorted inputs carry in the adjoint circuit."""
        seen = _Mirrored(points, np.ones(len(adjoint), dtype=bool), adjoint, currents)
        return self._per_feature(-seen.adjoint_current(self.circuit.inputs.bank))

    @cached_property
    def _laws_vary(self) -> bool:
        """Whether a learning signal depends on the values, and not on voltages alone."""
        return any(not bank.by_drops for bank, _ in self._trained)

    @cached_property
    def _trained(self) -> list[tuple[Bank, str]]:
        return [(self.circuit.addressed(address), parts(address)[1]) for address in self.circuit.varied]

    def _by_address(self, signal: "SignalOf", points: OperatingPoints) -> dict[str, Signal]:
        found: dict[str, Signal] = {}
        followers: dict[str, FloatArray] = {}
        shared = self.circuit.shared
        for (bank, quantity), of in zip(self._trained, self.circuit.varied, strict=True):
            read, limits = signal(bank.name, quantity), bank.trainable[quantity]
            if of in shared.formulas:
                followers[of] = dense(read)
            else:
                found[of] = read if limits.index is None else limits.summed(dense(read))
        if followers:
            found.update(shared.pulled_back(followers, points.values))
        return found

    def _per_feature(self, by_source: FloatArray) -> FloatArray:
        """Return derivatives by features (batch, features), given those by the voltages of their sources."""
        inputs = self.circuit.inputs
        found = np.zeros((len(by_source), inputs.count))
        for source, feature in enumerate(inputs.feature.tolist()):
            found[:, feature] += inputs.polarity[source] * by_source[:, source]
        return found


def system_of(learns: Circuit | System) -> System:
    """Return a system as it is, and a circuit as one."""
    return CircuitSystem(learns) if isinstance(learns, Circuit) else learns


def clamps(system: System) -> bool:
    """Tell whether a system's outputs are held where the nudging factor says, 1 at their targets."""
    return getattr(system, "clamps", False) is True


SignalOf = Callable[[str, str], Signal]
"""Gives the learning signal of a bank's quantity, each element for itself, (elements,)."""


@dataclass(frozen=True, eq=False)
class _Phases:
    """What a stencil of phases shows of every element; see `PhasesView`.

    circuit: as it was solved. voltages: (phases, samples, nodes). coefficients: (phases, samples). weighted: weights of
        the co-content, by bank.
    """

    circuit: Circuit
    voltages: FloatArray
    coefficients: FloatArray
    weighted: Mapping[str, FloatArray]

    def signal(self, name: str, quantity: str) -> Signal:
        return self.circuit.named(name).told_by_phases(quantity, self)

    def weights(self, name: str) -> FloatArray:
        return self.weighted[name]

    def fed(self, name: str) -> FloatArray:
        return self._fed[name]

    @cached_property
    def _fed(self) -> Mapping[str, FloatArray]:
        return cocontent_gradient(self.circuit, self.voltages)[0]


class _Mirrored:
    """What the adjoint circuit shows of every element beside the operating points; see `AdjointView`."""

    def __init__(self, points: OperatingPoints, usable: BoolArray, adjoint: FloatArray, currents: FloatArray) -> None:
        self.points = points
        self.usable = np.flatnonzero(usable)
        self.voltages = points.voltages[0, usable]
        self.adjoint = adjoint
        self.injected = currents
        self.count = max(len(adjoint), 1)

    @property
    def circuit(self) -> Circuit:
        """As it was solved; made where it is asked for, which crossbars do not."""
        return self.points.solved

    def signal(self, name: str, quantity: str) -> Signal:
        bank = self.points.circuit.named(name)
        if not bank.by_drops:
            bank = self.circuit.named(name)
        if bank.linear and isinstance(bank, EnergyLaw):
            return bank.learning_signal(quantity, *self._made_up)
        return np.asarray(bank.sensitivity(quantity, self).sum(axis=0) / self.count)

    @cached_property
    def _made_up(self) -> tuple[FloatArray, FloatArray]:
        """Phases and coefficients whose learning signal is the mean product of drops of V and lambda.

        With lambda scaled by a to the size of V, [(V + a lambda / 2)^2 - (V - a lambda / 2)^2] / 2 = a lambda V for
        every drop: the learning signal of equilibrium propagation between two made-up phases, and so the same matrix
        products.
        """
        V, lambda_ = self.voltages, self.adjoint
        largest = np.abs(lambda_).max(axis=1, initial=0.0)
        scale = np.abs(V).max(axis=1, initial=0.0) / np.where(largest > 0, largest, 1.0)
        scale = np.where(scale > 0, scale, 1.0)
        half = scale[:, None] * lambda_ / 2
        factors = 1 / (scale * self.count)
        return np.stack([V - half, V + half]), np.stack([-factors, factors])

    def adjoint_current(self, name: str) -> FloatArray:
        return self._adjoint_currents[name]

    def current(self, label: str) -> FloatArray:
        found = self._currents
        bank = next(bank for bank in self.circuit.banks if label in bank.labels)
        return found[bank.name][..., bank.labels.index(label)]

    def current_by(self, name: str, quantity: str) -> FloatArray:
        return self._devices[name].by[quantity]

    @cached_property
    def _devices(self) -> Mapping[str, SmallSignal]:
        return {name: device.take(self.usable) for name, device in self.points.devices.items()}

    @cached_property
    def _currents(self) -> Mapping[str, FloatArray]:
        flows = {name: device.flows for name, device in self._devices.items()}
        return element_currents(self.circuit, self.voltages, flows).of

    @cached_property
    def _adjoint_currents(self) -> Mapping[str, FloatArray]:
        circuit, adjoint = self.circuit, self.adjoint
        mirrored = unsolved_adjoint(circuit)
        held = small_signal(circuit, self.voltages, self._devices)
        own = {bank.name: bank.own_current(adjoint) for bank in mirrored.of_kind(EnergyLaw)}
        for bank in mirrored.banks:
            if (conductance := held.get(address(bank.name, "conductance"))) is not None:
                own[bank.name] = conductance * bank.drop(adjoint)
        for bank in mirrored.of_kind(VCCS):
            own[bank.name] = held.get(address(bank.name, "gain"), bank.gain) * bank.control_drop(adjoint)
        (injecting,) = mirrored.driven.banks()
        return CurrentEquations(mirrored).complete({**own, injecting: self.injected}).of
