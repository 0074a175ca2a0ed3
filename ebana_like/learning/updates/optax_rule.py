"""How does a gradient transformation of optax move conductances? As it moves any parameters, in units of their range.

A conductance g is given to it as its place p = (g - low) / r in the bank's range r = high - low, with the gradient
dC/dp = r dC/dg in V^2, and its step is multiplied by the relative rate. So settings carry over between technologies,
weights decay towards the low end of the range, and a rule that is linear in the gradient moves g by rate r^2 dC/dg.

JAX is imported with this file. What a rule remembers is kept as plain arrays, named by their places in optax's state.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any, ClassVar, NamedTuple

import jax
import numpy as np
from jax import Array
from optax import GradientTransformation

from ebana_like.checks import shown
from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray, Resistors, Signal, dense
from ebana_like.errors import SettingError
from ebana_like.learning.schedules import Constant, Schedule
from ebana_like.learning.updates.update import State, Update, span
from ebana_like.simulators.native.runtime import doubles


class Range(NamedTuple):
    """The ends of a bank's conductances, siemens, and its relative learning rate now."""

    low: float | Array
    high: float | Array
    rate: float | Array


@dataclass(frozen=True, init=False)
class Optax(Update):
    """g <- g + rate r u, with u the update that a transformation of optax makes of r dC/dg, as `apply_updates` adds it.

    transformation: a whole optimizer of rate 1, such as `optax.adam(1.0)`; a chain of one's own ends in
        `optax.scale(-1.0)`, for what it returns is added.
    """

    normalised: ClassVar[bool] = True

    transformation: GradientTransformation = field(kw_only=True)

    def __init__(
        self,
        transformation: GradientTransformation,
        rate: float | Mapping[str, float],
        schedule: Schedule | None = None,
    ) -> None:
        if not (callable(getattr(transformation, "init", None)) and callable(getattr(transformation, "update", None))):
            raise SettingError(f"transformation is {shown(transformation)}; expected one of optax, as optax.adam(1.0)")
        object.__setattr__(self, "transformation", transformation)
        object.__setattr__(self, "rate", rate)
        object.__setattr__(self, "schedule", schedule or Constant())
        self.__post_init__()

    def start(self, circuit: Circuit) -> State:
        places = {bank.name: (bank.conductance - bank.low) / span(bank) for bank in circuit.trainable}
        with _on_cpu():
            return named_arrays(self.transformation.init(places))

    def step(
        self,
        circuit: Circuit,
        conductances: Mapping[str, FloatArray],
        gradients: Mapping[str, Signal],
        state: State,
        epoch: int,
    ) -> tuple[dict[str, FloatArray], State]:
        banks = {bank.name: bank for bank in circuit.trainable}
        remembered = optax_state(self.transformation, {name: len(bank) for name, bank in banks.items()}, state)
        with _on_cpu():
            changed, remembered = _compiled(self.transformation)(
                {name: conductances[name] for name in banks},
                {name: dense(gradients[name]) for name in banks},
                remembered,
                {name: self.range_of(bank, epoch) for name, bank in banks.items()},
            )
            # copies of their own, which can be written to as those of other rules can
            moved = {name: np.array(values) for name, values in changed.items()}
            return {**conductances, **moved}, named_arrays(remembered)

    def recalled(self, circuit: Circuit, state: State) -> State:
        return super().recalled(circuit, _of_earlier_versions(circuit, state, self.start(circuit)) or state)

    def range_of(self, bank: Resistors, epoch: int) -> Range:
        """Return a bank's range with its rate in an epoch."""
        return Range(bank.low, bank.high, self.schedule.factor(epoch) * self.rate_of(bank.name))


def moved(
    transformation: GradientTransformation,
    conductances: Mapping[str, Array],
    gradients: Mapping[str, Array],
    state: Any,
    ranges: Mapping[str, Range],
) -> tuple[dict[str, Array], Any]:
    """Return where a step leads, clamped to every bank's range, and what the transformation remembers then.

    conductances, gradients: one axis each, by bank. state: as the transformation has it. To be called inside of JAX.
    """
    spans = {name: ends.high - ends.low for name, ends in ranges.items()}
    places = {name: (values - ranges[name].low) / spans[name] for name, values in conductances.items()}
    slopes = {name: spans[name] * gradients[name] for name in conductances}
    updates, state = transformation.update(slopes, state, places)
    changed = {
        name: jax.numpy.clip(
            values + ranges[name].rate * spans[name] * updates[name], ranges[name].low, ranges[name].high
        )
        for name, values in conductances.items()
    }
    return changed, state


def named_arrays(state: Any) -> State:
    """Return the arrays of a transformation's state by their places in it, as in 0/mu/crossbar1; each has an axis."""
    leaves, structure = jax.tree.flatten(state)
    return {name: np.atleast_1d(np.asarray(leaf)) for name, leaf in zip(_names(structure), leaves, strict=True)}


def optax_state(transformation: GradientTransformation, sizes: Mapping[str, int], state: State) -> Any:
    """Return the state of a transformation, for banks of these sizes, that arrays stand for."""
    leaves, structure = _empty(transformation, tuple(sizes.items()))
    named = zip(_names(structure), leaves, strict=True)
    arrays = [np.asarray(state[name], leaf.dtype).reshape(leaf.shape) for name, leaf in named]
    return jax.tree.unflatten(structure, arrays)


def _of_earlier_versions(circuit: Circuit, state: State, now: State) -> State | None:
    """Return what momentum and Adam remembered by bank before they were optax's, as they are named now."""
    entries = {"mu": "{}.first", "nu": "{}.second", "trace": "{}"}
    spans = {bank.name: span(bank) for bank in circuit.trainable}
    if any(name in state for name in now):
        return None
    found: State = {}
    for name in now:
        _, entry, bank, *_ = (*name.split("/", 2), "", "")
        earlier = entries.get(entry, f"{next(iter(spans))}.steps").format(bank)
        if earlier not in state:
            return None
        # velocities were in V^2/S
        found[name] = state[earlier] * (spans.get(bank, 1.0) if entry == "trace" else 1.0)
    return found


@lru_cache(maxsize=64)
def _names(structure: Any) -> tuple[str, ...]:
    numbered = jax.tree.unflatten(structure, range(structure.num_leaves))
    paths = jax.tree.leaves_with_path(numbered)
    return tuple(jax.tree_util.keystr(path, simple=True, separator="/") for path, _ in paths)


@lru_cache(maxsize=64)
def _empty(transformation: GradientTransformation, sizes: tuple[tuple[str, int], ...]) -> tuple[list[Any], Any]:
    """Return a transformation's state as shapes, and its structure."""
    with _on_cpu():
        places = {name: jax.ShapeDtypeStruct((size,), float) for name, size in sizes}
        return jax.tree.flatten(jax.eval_shape(transformation.init, places))


@lru_cache(maxsize=64)
def _compiled(transformation: GradientTransformation) -> Any:
    return jax.jit(partial(moved, transformation))


@contextmanager
def _on_cpu() -> Iterator[None]:
    """Compute in doubles on the CPU inside: a step costs less than to bring its numbers elsewhere."""
    with doubles(), jax.default_device(jax.local_devices(backend="cpu")[0]):
        yield
