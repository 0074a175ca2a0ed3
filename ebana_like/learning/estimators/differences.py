"""What if each resistor is changed in turn and a total measured? Power, as by Kiraz et al. (2023), or co-content.

At a stationary point of a total F(V; theta), dF/dtheta along with V is its derivative at fixed V: the envelope theorem.
The co-content, with what nudging currents hold, is such a total, so that its finite differences are dp/dtheta, for a
resistor v^2 / 2: what its own drop tells without any of the 2 n solves. Power is none. In circuits of resistors and
voltage sources it is twice the co-content, until currents I nudge: what they feed, I s, is missing in it, and to first
order in beta differences of power are v^2 / 2 - v^2 / 2 = 0 there. Diodes part the two for good.
"""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ebana_like.checks import require_number
from ebana_like.circuit import Circuit
from ebana_like.elements import CurrentLaw, FloatArray, Signal
from ebana_like.energy import total_cocontent
from ebana_like.learning.costs import Cost
from ebana_like.learning.estimators.estimator import Estimate
from ebana_like.learning.estimators.of_circuits import OfCircuits
from ebana_like.learning.estimators.symmetric import Centered
from ebana_like.systems import CircuitSystem, Engine, OperatingPoints
from ebana_like.values import Values, parts

STEP = 1e-3
"""By which share of itself a value is changed, up and down; of its range, where it is zero."""


@dataclass(frozen=True, eq=False)
class _Held:
    """A nudging that goes on as it was: values (phases, batch, elements) by address."""

    values: Mapping[str, FloatArray]

    @property
    def phases(self) -> int:
        return len(next(iter(self.values.values())))

    def drives(self, scores: FloatArray, samples: slice) -> Mapping[str, FloatArray]:
        return {at: each[:, samples] for at, each in self.values.items()}

    def part(self, samples: slice) -> "_Held":
        return _Held(self.drives(np.zeros(0), samples))


@dataclass(frozen=True)
class _Differences(OfCircuits):
    """beta: nudging factor, siemens, of two phases of either sign."""

    does: ClassVar[str] = "totals are measured of circuits"
    wants: ClassVar[str] = "totals are measured while currents nudge the outputs; set nudging to current"

    beta: float

    def __post_init__(self) -> None:
        require_number("the nudging factor beta", self.beta, above=0, fix="in siemens, for example 1e-7")

    @abstractmethod
    def total(self, circuit: Circuit, voltages: FloatArray, pushed: FloatArray) -> FloatArray:
        """Return what is measured, (phases, batch), watts.

        voltages: (phases, batch, nodes). pushed: what nudging currents feed into the outputs, sum of I s, watts.
        """

    def estimate(
        self,
        engine: Engine,
        values: Values,
        features: FloatArray,
        targets: FloatArray,
        cost: Cost,
        rng: np.random.Generator,
    ) -> Estimate:
        system = engine.system
        assert isinstance(system, CircuitSystem)
        circuit = system.circuit
        stencil = Centered(self.beta).stencil(len(features), rng)
        nudging = system.nudging(cost, targets, self.beta * stencil.multiples)
        points, coefficients = engine.solve(values, features, nudging), stencil.coefficients / self.beta
        held = _Held(nudging.drives(points.scores, slice(None)))
        currents = np.concatenate([np.zeros((1, *targets.shape)), *held.values.values()])

        def measured(changed: Values) -> FloatArray:
            solved: OperatingPoints = engine.solve(changed, features, held)
            pushed = (currents * circuit.outputs.scores(solved.voltages)).sum(axis=-1)
            total = self.total(circuit.with_values(changed), solved.voltages, pushed)
            return np.asarray((coefficients * total).sum(axis=0)[points.usable].mean())

        own = {at: np.array(values.get(at, each.value), float) for at, each in circuit.parameters.items()}
        signals: dict[str, Signal] = {}
        for at, value in own.items():
            found = np.empty(len(value))
            for k, step in enumerate((STEP * np.where(value == 0, circuit.parameters[at].span, value)).tolist()):
                ends = []
                for sign in (1, -1):
                    moved = value.copy()
                    moved[k] += sign * step
                    ends.append(measured({**own, at: moved}))
                found[k] = (ends[0] - ends[1]) / (2 * step)
            signals[at] = found
        return Estimate(signals, points, lambda: system.input_signal(points, coefficients))


@dataclass(frozen=True)
class CoContentDifferences(_Differences):
    """Finite differences of the co-content, of each value in turn: what equilibrium propagation reads at no cost."""

    def total(self, circuit: Circuit, voltages: FloatArray, pushed: FloatArray) -> FloatArray:
        return total_cocontent(circuit, voltages, nudging=False) - pushed


@dataclass(frozen=True)
class PowerDifferences(_Differences):
    """Finite differences of half the power that goes into all elements, of each value in turn (Kiraz et al. 2023)."""

    def departure(self, system: object) -> str:
        return "a circuit settles where its co-content is least, not its power; differences of power are no gradient"

    def total(self, circuit: Circuit, voltages: FloatArray, pushed: FloatArray) -> FloatArray:
        nudging = {parts(at)[0] for at in circuit.driven.addresses}
        found = np.zeros(voltages.shape[:-1])
        for bank in circuit.of_kind(CurrentLaw):
            if bank.name not in nudging:
                drop = bank.drop(voltages)
                found += (bank.current(drop) * drop).sum(axis=-1)
        return found / 2
