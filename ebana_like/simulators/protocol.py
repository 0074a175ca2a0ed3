"""What is asked of a simulator, and what does it answer? One protocol for all engines."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray, IntArray, Resistors
from ebana_like.errors import SettingError, SimulatorError

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

    voltages: (1 + phases, batch, nodes), volts, nodes as in the circuit; NaN where a point did not converge.
    converged: (1 + phases, batch).
    iterations: Newton iterations, (1 + phases, batch).
    messages: what went wrong, by sample; recovered points are named here too.
    """

    circuit: Circuit
    voltages: FloatArray
    converged: BoolArray
    iterations: IntArray
    messages: Mapping[int, str] = field(default_factory=dict)
    seconds: Seconds = field(default_factory=Seconds)

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


class Simulator(Protocol):
    """Solves one circuit for changing conductances and stimuli."""

    circuit: Circuit

    @property
    def reduced(self) -> bool:
        """Whether a smaller circuit with the same voltages is solved in its place."""

    def solve(
        self, conductances: Mapping[str, FloatArray], features: FloatArray, nudging: Nudging | None = None
    ) -> OperatingPoints:
        """Return the operating points of a batch.

        conductances: by bank, siemens; banks left out have the circuit's own.
        features: (batch, features), volts.
        nudging: solves its phases too, each sample's from the sample's own free state.

        Raises SimulatorError when the engine fails altogether; single points that fail are marked in the result.
        """

    def adjoint(
        self, conductances: Mapping[str, FloatArray], points: OperatingPoints, currents: FloatArray
    ) -> FloatArray:
        """Return the adjoint node voltages lambda at a batch's free operating points, J' lambda = currents.

        J is the derivative of the currents that leave the nodes by the node voltages; lambda is the voltages of the
        circuit of `ebana_like.adjoint`, nodes as in this circuit.

        points: as `solve` returned them for the same conductances. currents: -dC/ds, into the output pairs,
        (batch, outputs), cost per volt. Returns (batch, nodes), cost per ampere; NaN where the free point or this one
        was not solved.
        """

    def forget(self) -> None:
        """Forget all solutions: what is solved next has the same bits as on a new simulator that forgot."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def check_features(circuit: Circuit, features: FloatArray) -> FloatArray:
    """Return the features as an array of doubles. Raises SettingError when their shape or values do not fit."""
    features = np.asarray(features, dtype=float)
    if features.ndim != 2 or features.shape[1] != circuit.inputs.count:
        raise SettingError(
            f"the features have shape {features.shape}; this circuit expects (batch, {circuit.inputs.count})"
        )
    if not np.isfinite(features).all():
        sample = int(np.flatnonzero(~np.isfinite(features).all(axis=1))[0])
        raise SettingError(f"sample {sample} has a feature that is not finite; clean the data or leave the sample out")
    return features


def check_conductances(circuit: Circuit, conductances: Mapping[str, FloatArray]) -> None:
    """Raise SimulatorError where conductances do not fit their bank or are no numbers.

    Raises CircuitError where there is no such bank of resistors.
    """
    for name, values in conductances.items():
        bank = circuit.bank(name, Resistors)
        if np.shape(values) != (len(bank),):
            raise SimulatorError(
                f'bank "{name}" has {len(bank)} resistors but conductances of shape {np.shape(values)} came'
            )
        if not np.isfinite(values).all():
            element = int(np.flatnonzero(~np.isfinite(values))[0])
            raise SimulatorError(
                f'resistor {bank.labels[element]} of bank "{name}" is to have {values[element]} S; it must be finite'
            )


def driven_values(circuit: Circuit, nudging: Nudging, scores: FloatArray, samples: slice) -> Mapping[str, FloatArray]:
    """Ask a nudging for the values of samples with these free scores, (m, outputs); (phases, m, elements) by address.

    Raises SimulatorError where they are not those of the addresses driven in this circuit, or of another shape.
    """
    values, driven = nudging.drives(scores, samples), circuit.driven
    if values.keys() != set(driven.addresses):
        raise SimulatorError(
            f"the nudging drives {', '.join(values)}; in this circuit {', '.join(driven.addresses)} must be driven"
        )
    for address, value in values.items():
        count = circuit.outputs.count if address in driven.each else 1
        expected = (nudging.phases, len(scores), count)
        if value.shape != expected:
            raise SimulatorError(
                f"the nudging's {address} has shape {value.shape}; give it (phases, samples, elements), here {expected}"
            )
    return values
