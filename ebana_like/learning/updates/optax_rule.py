"""How does a gradient transformation of optax move conductances? As it moves any parameters, in units of their range.

A conductance g is given to it as its place p = (g - low) / r in the bank's range r = high - low, with the gradient
dC/dp = r dC/dg in V^2, and its step is multiplied by the relative rate. So settings carry over between technologies,
weights decay towards the low end of the range, and a rule that is linear in the gradient moves g by rate r^2 dC/dg.

JAX is imported with this file. What a rule remembers is kept as plain arrays, named by their places in optax's state.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, ClassVar, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from optax import GradientTransformation

from ebana_like.checks import shown
from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray, Resistors, Signal, dense
from ebana_like.errors import SettingError
from ebana_like.learning.schedules import Constant, Schedule
from ebana_like.learning.updates.update import State, Update, span
from ebana_like.simulators.descent import Stepping
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
            leaves, structure = jax.tree.flatten(self.transformation.init(places))
            return dict(zip(_names(structure), map(np.atleast_1d, map(np.asarray, leaves)), strict=True))

    def step(
        self,
        circuit: Circuit,
        conductances: Mapping[str, FloatArray],
        gradients: Mapping[str, Signal],
        state: State,
        epoch: int,
    ) -> tuple[dict[str, FloatArray], State]:
        banks = {bank.name: bank for bank in circuit.trainable}
        memory = _memory(self.transformation, _sizes(circuit))
        with _on_cpu():
            changed, remembered = memory.compiled(
                {name: conductances[name] for name in banks},
                {name: dense(gradients[name]) for name in banks},
                {name: state[name] for name in memory.names},
                {name: self.range_of(bank, epoch) for name, bank in banks.items()},
            )
            # copies of their own, which can be written to as those of other rules can
            moved = {name: np.array(values) for name, values in changed.items()}
            return {**conductances, **moved}, {name: np.asarray(values) for name, values in remembered.items()}

    def stepping(self, circuit: Circuit, state: State, epoch: int) -> Stepping | None:
        if type(self) is not Optax:
            return None
        memory = _memory(self.transformation, _sizes(circuit))
        ranges = {bank.name: self.range_of(bank, epoch) for bank in circuit.trainable}
        return Stepping(memory.moves, state, memory.of_bank, ranges)

    def recalled(self, circuit: Circuit, state: State) -> State:
        return super().recalled(circuit, _of_earlier_versions(circuit, state, self.start(circuit)) or state)

    def range_of(self, bank: Resistors, epoch: int) -> Range:
        """Return a bank's range with its rate in an epoch."""
        return Range(bank.low, bank.high, self.schedule.factor(epoch) * self.rate_of(bank.name))


@dataclass(frozen=True, eq=False)
class _Memory:
    """How a transformation's state becomes named arrays, each with an axis, and back: 0/mu/crossbar1 and so on.

    structure: of the state. names, shapes: of its arrays, of whose one with no axis has one here.
    of_bank: the arrays with a number for every element of a bank, and which.
    """

    transformation: GradientTransformation
    structure: Any
    names: tuple[str, ...]
    shapes: tuple[tuple[int, ...], ...]
    of_bank: Mapping[str, str]

    def moves(
        self,
        conductances: dict[str, Array],
        gradients: dict[str, Array],
        state: dict[str, Array],
        ranges: Mapping[str, Range],
    ) -> tuple[dict[str, Array], dict[str, Array]]:
        """Return where a step leads, clamped to every bank's range, and what is remembered then; see `Stepping`."""
        spans = {bank: ends.high - ends.low for bank, ends in ranges.items()}
        places = {bank: (values - ranges[bank].low) / spans[bank] for bank, values in conductances.items()}
        slopes = {bank: spans[bank] * gradients[bank] for bank in conductances}
        arrays = [state[name] if shape else state[name][0] for name, shape in zip(self.names, self.shapes, strict=True)]
        updates, after = self.transformation.update(slopes, jax.tree.unflatten(self.structure, arrays), places)
        changed = {
            bank: jnp.clip(
                values + (ranges[bank].rate * spans[bank] * updates[bank]).astype(values.dtype), *ranges[bank][:2]
            )
            for bank, values in conductances.items()
        }
        remembered = zip(self.names, jax.tree.leaves(after), strict=True)
        return changed, {name: jnp.atleast_1d(leaf).astype(state[name].dtype) for name, leaf in remembered}

    @cached_property
    def compiled(self) -> Any:
        """`moves` by itself."""
        return jax.jit(self.moves)


def _of_earlier_versions(circuit: Circuit, state: State, now: State) -> State | None:
    """Return what momentum and Adam remembered by bank before they were optax's, as they are named now."""
    entries = {"mu": "{}.first", "nu": "{}.second", "trace": "{}"}
    spans = {bank.name: span(bank) for bank in circuit.trainable}
    if any(name in state for name in now):
        return None
    found: dict[str, FloatArray] = {}
    for name in now:
        _, entry, bank, *_ = (*name.split("/", 2), "", "")
        earlier = entries.get(entry, f"{next(iter(spans))}.steps").format(bank)
        if earlier not in state:
            return None
        # velocities were in V^2/S
        found[name] = (state[earlier] * (spans.get(bank, 1.0) if entry == "trace" else 1.0)).astype(now[name].dtype)
    return found


@lru_cache(maxsize=64)
def _memory(transformation: GradientTransformation, sizes: tuple[tuple[str, int], ...]) -> _Memory:
    """Return how a transformation's state for banks of these sizes is named; the same always, for it is compiled."""
    with _on_cpu():
        places = {bank: jax.ShapeDtypeStruct((size,), float) for bank, size in sizes}
        leaves, structure = jax.tree.flatten(jax.eval_shape(transformation.init, places))
    names, shapes = _names(structure), tuple(leaf.shape for leaf in leaves)
    of_bank = {
        name: bank
        for name, shape in zip(names, shapes, strict=True)
        for bank, size in sizes
        if name.endswith(f"/{bank}") and shape == (size,)
    }
    return _Memory(transformation, structure, names, shapes, of_bank)


def _names(structure: Any) -> tuple[str, ...]:
    paths = jax.tree.leaves_with_path(jax.tree.unflatten(structure, range(structure.num_leaves)))
    return tuple(jax.tree_util.keystr(path, simple=True, separator="/") for path, _ in paths)


def _sizes(circuit: Circuit) -> tuple[tuple[str, int], ...]:
    return tuple((bank.name, len(bank)) for bank in circuit.trainable)


@contextmanager
def _on_cpu() -> Iterator[None]:
    """Compute in doubles on the CPU inside: a step costs less than to bring its numbers elsewhere."""
    with doubles(), jax.default_device(jax.local_devices(backend="cpu")[0]):
        yield
