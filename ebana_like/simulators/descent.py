"""What is a run of training steps, for an engine that takes them by itself? Many batches, one after the other.

An engine that has `descend` solves each batch, reads the gradient and moves the conductances where they are, without
handing node voltages over: the same steps as solving, estimating and updating batch by batch, to rounding.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from ebana_like.elements import FloatArray, IntArray
from ebana_like.nudges.nudge import Slope
from ebana_like.values import Values

Against = Callable[[dict[str, Any], dict[str, Any], Any, Any], tuple[dict[str, Any], dict[str, Any]]]
"""Values and gradients by address, one axis each, what is remembered, and ranges to what values go against, in units of
their spans, and memory."""


class Draws(Protocol):
    """How outputs are drawn to targets; hashable, and equal to another one that does the same, for it is compiled.

    any_arrays: whether it computes of any library's arrays.
    """

    @property
    def any_arrays(self) -> bool: ...

    def nudging(self, targets: Any, betas: Any) -> Any:
        """Return the `Nudging` of a batch of targets (batch, outputs) with betas (phases, batch)."""

    def gradient(self, scores: Any, targets: Any) -> Any:
        """Return dC/ds, (batch, outputs)."""


@runtime_checkable
class Drawable(Protocol):
    """A system whose training steps an engine may take."""

    def drawn(self, cost: Slope) -> Draws:
        """Return how its outputs are drawn. Raises SettingError for a cost that this cannot express."""

    def weights(self) -> Mapping[str, FloatArray]:
        """Return how much each bank's energy weighs, (n,) or (1,), by bank. Raises CircuitError where it does not."""


Numbers = tuple[Any, ...]
"""By which devices of one kind differ: numbers, and arrays in place of rows of them."""


class Devices(Protocol):
    """What stands between a rule's steps and values, as pure functions of JAX arrays; hashable."""

    def __call__(
        self, numbers: Numbers, value: Any, wanted: Any, low: Any, high: Any, entries: Mapping[str, Any], key: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Return what devices hold after they were asked for a change, and the entries that are new.

        Arrays of one shape, with a number for every device: what it holds, the wanted change, and entries by name.
        """

    def lasting(self, numbers: Numbers, entries: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return entries that never change as they are best held over many calls."""


DEVICES = "devices/"
"""Prefix of what devices remember, beside what an update rule does: DEVICES NAME/ADDRESS."""


class Moves(NamedTuple):
    """How values move: against what, where that is not the gradient itself, and by which devices, where not ideal ones.

    Compared and hashed by what stands here, for what it is part of is compiled once for each.
    """

    against: "Against | None"
    devices: "Devices | None"


@dataclass(frozen=True, eq=False)
class Directing:
    """An update rule for an engine in JAX, whatever moves the values then.

    against: a pure function of JAX arrays; always the same object, for what it is part of is compiled once for each. It
        may find the values of an address in any order. None where values go against the gradient.
    state: what it remembers, as named arrays. of_address: those with a number for every value of an address, and which.
    rates: relative learning rates now, by address.
    """

    against: Against | None
    state: Mapping[str, FloatArray]
    of_address: Mapping[str, str]
    rates: Mapping[str, float]


class Ends(NamedTuple):
    """The ends of an address's values, in its unit, its relative learning rate, and which of a batch's keys it has."""

    low: Any
    high: Any
    rate: Any
    key: Any = 0


@dataclass(frozen=True, eq=False)
class Stepping:
    """Steps that are more than steps against the gradient, for an engine in JAX: a rule's directions, and a technology.

    numbers: of the devices.
    state: what both remember, as named arrays. of_address: those with a number for every value of an address.
    ranges: by address.
    """

    moves: Moves
    numbers: Numbers
    state: Mapping[str, FloatArray]
    of_address: Mapping[str, str]
    ranges: Mapping[str, Ends]


@dataclass(frozen=True, eq=False)
class Descent:
    """Batches and what is to be done with each: g <- g - step dC/dg kept within the bank's range, or what a rule does.

    features: (batches, samples, features), in units of `unit` volts: bytes, or doubles.
    targets: (batches, samples, outputs).
    counts: how many samples each batch has, (batches,); what stands behind them only fills the arrays.
    pull: draws the outputs.
    betas: (batches, phases, samples), siemens; no phases where the gradient is that of the adjoint.
    coefficients: how phases combine, the free one first, (batches, 1 + phases, samples), per siemens.
    weights: of the elements in the energy, (n,), or (1,) where all weigh the same, by address.
    steps: by how many siemens a gradient of 1 V^2/S moves a conductance, by address.
    keys: of what devices draw, (batches, addresses, words), in the order of the ranges' keys.
    stepping: what moves the conductances in place of such steps.
    """

    features: NDArray[Any]
    unit: float
    targets: FloatArray
    counts: IntArray
    pull: Draws
    betas: FloatArray
    coefficients: FloatArray
    weights: Mapping[str, FloatArray]
    steps: Mapping[str, float]
    keys: NDArray[np.uint32]
    stepping: Stepping | None = None


@dataclass(frozen=True, eq=False)
class Descended:
    """Where a descent ended: before the first batch in which a sample was not solved or a number was none.

    batches: how many were done. values: by address. state: what the rule remembers then.
    scores: free ones of the batches done, (batches, samples, outputs), volts, before each step.
    norms: of the batches' gradients, (batches,).
    """

    batches: int
    values: Values
    scores: FloatArray
    norms: FloatArray
    state: Mapping[str, FloatArray] = field(default_factory=dict)


@runtime_checkable
class Held(Protocol):
    """Conductances by bank that an engine holds where it computes, and can count there."""

    def at_ends(self) -> int:
        """Return how many of them stand at an end of their bank's range."""


@runtime_checkable
class Descends(Protocol):
    """An engine that can take training steps by itself."""

    @property
    def descends(self) -> bool:
        """Whether it does for its circuit."""

    def descend(self, values: Values, descent: Descent, batches: int) -> Descended:
        """Take the first so many of the steps."""
