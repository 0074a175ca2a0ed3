"""What does learning ask of a system, and of what settles it? Two protocols; a circuit is one system among others.

A system settles at the stationary point of an energy E(state; parameters, stimulus). Estimators nudge it, read
dE/dtheta in each phase, and never ask what it is made of.
"""

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Protocol, Self, runtime_checkable

from ebana_like.elements import FloatArray, IntArray, Signal
from ebana_like.nudges.nudge import Slope
from ebana_like.systems.points import BoolArray, Nudging, Seconds
from ebana_like.values import Parameter, Values


class Solution(Protocol):
    """Where a system settled for a batch, in the free phase and every nudged one.

    values: of the parameters, by address, that it settled with. converged, iterations: (1 + phases, batch).
    messages: what went wrong, by sample. seconds: time it took.
    """

    @property
    def values(self) -> Values: ...

    @property
    def converged(self) -> BoolArray: ...

    @property
    def iterations(self) -> IntArray: ...

    @property
    def messages(self) -> Mapping[int, str]: ...

    @property
    def seconds(self) -> Seconds: ...

    @property
    def scores(self) -> FloatArray:
        """Free scores, (batch, outputs)."""

    @property
    def usable(self) -> BoolArray:
        """Samples solved in every phase, (batch,): only these may enter a gradient."""


@runtime_checkable
class System(Protocol):
    """Something with parameters that settles under a stimulus."""

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        """What is learned, by address."""

    @property
    def features(self) -> int:
        """How many features a sample has."""

    @property
    def outputs(self) -> int:
        """How many scores it answers with."""

    def refusal(self) -> str:
        """Return why equilibrium propagation is not exact here, naming the element; empty where it is."""

    def nudging(self, cost: Slope, targets: FloatArray, betas: FloatArray) -> Nudging:
        """Return what pulls a batch towards targets (batch, outputs), with factors betas (phases, batch).

        Raises SettingError for a cost that the system cannot be nudged by.
        """

    def signals(self, points: Any, coefficients: FloatArray) -> dict[str, Signal]:
        """Return sum over phases and usable samples of c dE/dtheta, by address, (n,), over the count of usable samples.

        points: as its engine answered. coefficients: (phases, batch), adding up to zero over the phases of each sample.
        """

    def input_signal(self, points: Any, coefficients: FloatArray) -> FloatArray:
        """Return sum over phases of c dE/dx of each sample, (batch, features)."""


@runtime_checkable
class Mirrored(Protocol):
    """A system whose gradient is read from the answer lambda to -dC/ds at its outputs, at the rest it has."""

    def adjoint_signals(self, points: Any, adjoint: FloatArray, currents: FloatArray) -> dict[str, Signal]:
        """Return the mean over samples of dC/dtheta, (n,) by address.

        adjoint: lambda, as its engine's `adjoint` returns it for currents -dC/ds, (batch, outputs).
        """

    def adjoint_input_signal(self, points: Any, adjoint: FloatArray, currents: FloatArray) -> FloatArray:
        """Return dC/dx of each sample, (batch, features)."""


class Engine(Protocol):
    """Settles one system for changing parameters and stimuli."""

    @property
    def system(self) -> System:
        """What it settles."""

    def solve(self, values: Values, features: FloatArray, nudging: Any = None) -> Any:
        """Return the `Solution` for a batch of features (batch, features): free, and in each phase of a nudging.

        values: by address; those left out are the system's own.
        """

    def forget(self) -> None:
        """Forget all solutions: what is solved next has the same bits as on a new engine that forgot."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
