"""What does an engine answer? The operating points of a batch, free and nudged, and what they were solved with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Annotated, Protocol

import numpy as np
from numpy.typing import NDArray

from ebana_like.circuit import Circuit
from ebana_like.elements import Devices, FloatArray, IntArray, SmallSignal
from ebana_like.values import Values

BoolArray = NDArray[np.bool_]


class Nudging(Protocol):
    """What drives a batch in its nudged phases: values of the circuit's `driven` addresses."""

    @property
    def phases(self) -> int:
        """Number of nudged phases."""

    def drives(self, scores: FloatArray, samples: slice) -> Mapping[str, FloatArray]:
        """Return the values, (phases, m, elements) by address, given the free scores of m samples, (m, outputs)."""

    def part(self, samples: slice) -> "Nudging":
        """Return the nudging of some of the batch's samples."""


@dataclass(frozen=True, eq=False)
class Seconds:
    """Time spent inside an engine, per worker that ran longest: solving points, writing conductances."""

    solving: float = 0.0
    programming: float = 0.0


@dataclass(frozen=True, eq=False)
class OperatingPoints:
    """DC operating points of a batch, in the free phase and every nudged phase.

    values: what they were solved with, (n,) by address: every parameter of the circuit, and what else was given.
    voltages: (1 + phases, batch, nodes), volts, nodes as in the circuit; NaN where a point did not converge.
    converged: (1 + phases, batch).
    iterations: Newton iterations, (1 + phases, batch).
    messages: what went wrong, by sample; recovered points are named here too.
    measure: asks the engine about devices only SPICE knows, given points as these; None where it knows none.
    """

    circuit: Circuit
    values: Values
    voltages: Annotated[FloatArray, "phases batch nodes"]
    converged: Annotated[BoolArray, "phases batch"]
    iterations: Annotated[IntArray, "phases batch"]
    messages: Mapping[int, str] = field(default_factory=dict)
    seconds: Seconds = field(default_factory=Seconds)
    measure: "Callable[[OperatingPoints], Mapping[str, SmallSignal]] | None" = None

    @cached_property
    def devices(self) -> Mapping[str, SmallSignal]:
        """Currents and slopes of devices only SPICE knows in the free phase, by bank, asked of the engine once.

        NaN where there is no point. Raises CircuitError where the engine cannot tell.
        """
        if not self.circuit.of_kind(Devices):
            return {}
        if self.measure is None:
            self.circuit.refuse(Devices, "this engine does not know how its current changes; use ngspice")
            return {}
        return self.measure(self)

    def take(self, samples: IntArray) -> "OperatingPoints":
        """Return the free phase of some of the samples, without messages; what was measured of devices comes along."""
        measured: Mapping[str, SmallSignal] | None = vars(self).get("devices")
        known = measured and {name: device.take(samples) for name, device in measured.items()}
        return replace(
            self,
            voltages=self.voltages[:1, samples],
            converged=self.converged[:1, samples],
            iterations=self.iterations[:1, samples],
            messages={},
            measure=self.measure if known is None else lambda part: known,
        )

    def learned_with(self, values: Values) -> "OperatingPoints":
        """Return the points with the shared values they were solved with, beside those of elements."""
        shared = self.circuit.shared.own(values)
        return replace(self, values={**self.values, **shared}) if shared else self

    @cached_property
    def solved(self) -> Circuit:
        """The circuit that was solved, holding the values it was solved with."""
        return self.circuit.with_values(self.values)

    @property
    def scores(self) -> FloatArray:
        """Free scores, (batch, outputs), volts."""
        return self.circuit.outputs.scores(self.voltages[0])

    @property
    def usable(self) -> BoolArray:
        """Samples solved in every phase, (batch,): only these may enter a gradient."""
        return np.asarray(self.converged.all(axis=0))

    def __str__(self) -> str:
        phases, batch = self.converged.shape
        failed = batch - int(self.usable.sum())
        return f"{batch} samples x {phases} phases, {self.iterations.mean():.1f} iterations a point, " + (
            f"{failed} samples failed" if failed else "all converged"
        )
