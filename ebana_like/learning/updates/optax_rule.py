"""How does a gradient transformation of optax move what is learned? As any parameters, in units of their range.

A value g is given to it as its place p = (g - low) / r in its range r = high - low, with the gradient
dC/dp = r dC/dg, and its step is multiplied by the relative rate. So settings carry over between technologies,
weights decay towards the low end of the range, and a rule that is linear in the gradient moves g by rate r^2 dC/dg.

JAX is imported with this file. What a rule remembers is kept as plain arrays, named by their places in optax's state.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from optax import GradientTransformation

from ebana_like.checks import shown
from ebana_like.elements import Signal, dense
from ebana_like.errors import SettingError
from ebana_like.hardware import State
from ebana_like.learning.schedules import Constant, Schedule
from ebana_like.learning.updates.update import Update
from ebana_like.simulators.descent import Directing, Ends
from ebana_like.simulators.native.runtime import doubles
from ebana_like.values import FloatArray, Parameter, Values, parts


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

    def start(self, parameters: Mapping[str, Parameter]) -> State:
        seen = {address: each.logarithm for address, each in parameters.items()}
        places = {address: (each.value - each.low) / each.span for address, each in seen.items()}
        with _on_cpu():
            leaves, structure = jax.tree.flatten(self.transformation.init(places))
            return dict(zip(_names(structure), map(np.atleast_1d, map(np.asarray, leaves)), strict=True))

    def directions(
        self, parameters: Mapping[str, Parameter], values: Values, gradients: Mapping[str, Signal], state: State
    ) -> tuple[dict[str, Signal], State]:
        memory = _memory(self.transformation, _sizes(parameters))
        with _on_cpu():
            found, remembered = memory.rule.compiled(
                {address: values[address] for address in parameters},
                {address: dense(gradients[address]) for address in parameters},
                {name: state[name] for name in memory.names},
                {address: Ends(each.low, each.high, 1.0) for address, each in parameters.items()},
            )
            new = {name: np.asarray(array) for name, array in remembered.items()}
            return {address: np.asarray(each) for address, each in found.items()}, {**state, **new}

    def directing(self, parameters: Mapping[str, Parameter], state: State, epoch: int) -> Directing | None:
        if type(self) is not Optax:
            return None
        memory = _memory(self.transformation, _sizes(parameters))
        return Directing(memory.rule.against, state, memory.of_address, self.rates(parameters, epoch))

    def recalled(self, parameters: Mapping[str, Parameter], state: State) -> State:
        return super().recalled(parameters, _of_earlier_versions(parameters, state, self.start(parameters)) or state)


@dataclass(frozen=True, eq=False)
class _Rule:
    """How a transformation steps with its state as named arrays, each with an axis: 0/mu/crossbar1.conductance.

    structure: of the state. names: of its arrays. numbers: which have no axis there.
    """

    transformation: GradientTransformation
    structure: Any
    names: tuple[str, ...]
    numbers: tuple[bool, ...]

    def against(
        self,
        values: dict[str, Array],
        gradients: dict[str, Array],
        state: dict[str, Array],
        ranges: Mapping[str, Ends],
    ) -> tuple[dict[str, Array], dict[str, Array]]:
        """Return what values go against, by address, in units of spans, and what is remembered; see `Directing`."""
        spans = {address: ends.high - ends.low for address, ends in ranges.items()}
        places = {address: (each - ranges[address].low) / spans[address] for address, each in values.items()}
        slopes = {address: spans[address] * gradients[address] for address in values}
        each = zip(self.names, self.numbers, strict=True)
        arrays = [state[name][0] if is_number else state[name] for name, is_number in each]
        updates, after = self.transformation.update(slopes, jax.tree.unflatten(self.structure, arrays), places)
        remembered = zip(self.names, jax.tree.leaves(after), strict=True)
        kept = {name: jnp.atleast_1d(leaf).astype(state[name].dtype) for name, leaf in remembered}
        return {address: -updates[address] for address in values}, kept

    @cached_property
    def compiled(self) -> Any:
        """`against` by itself."""
        return jax.jit(self.against)


@dataclass(frozen=True, eq=False)
class _Memory:
    """What a transformation remembers of values of some sizes.

    names: of its arrays. of_address: those with a number for every value of an address, and which.
    """

    rule: _Rule
    names: tuple[str, ...]
    of_address: Mapping[str, str]


def _of_earlier_versions(parameters: Mapping[str, Parameter], state: State, now: State) -> State | None:
    """Return what momentum and Adam remembered before they were optax's, by address or by bank, as it is named now."""
    entries = {"mu": ".first", "nu": ".second", "trace": ""}
    spans = {address: each.span for address, each in parameters.items()}
    if any(name in state for name in now):
        return None
    found: dict[str, FloatArray] = {}
    for name in now:
        _, entry, address, *_ = (*name.split("/", 2), "", "")
        of, ending = (address, entries[entry]) if entry in entries else (next(iter(spans)), ".steps")
        earlier = next((each for each in (f"{of}{ending}", f"{parts(of)[0]}{ending}") if each in state), None)
        if earlier is None:
            return None
        # velocities were in V^2/S
        found[name] = (state[earlier] * (spans[address] if entry == "trace" else 1.0)).astype(now[name].dtype)
    return found


@lru_cache(maxsize=64)
def _memory(transformation: GradientTransformation, sizes: tuple[tuple[str, int], ...]) -> _Memory:
    """Return how a transformation's state for values of these sizes is named."""
    with _on_cpu():
        places = {address: jax.ShapeDtypeStruct((size,), float) for address, size in sizes}
        leaves, structure = jax.tree.flatten(jax.eval_shape(transformation.init, places))
    names, shapes = _names(structure), tuple(leaf.shape for leaf in leaves)
    of_address = {
        name: address
        for name, shape in zip(names, shapes, strict=True)
        for address, size in sizes
        if name.endswith(f"/{address}") and shape == (size,)
    }
    rule = _rule(transformation, structure, names, tuple(not shape for shape in shapes))
    return _Memory(rule, names, of_address)


@lru_cache(maxsize=64)
def _rule(
    transformation: GradientTransformation, structure: Any, names: tuple[str, ...], numbers: tuple[bool, ...]
) -> _Rule:
    """Return the same always, whatever the sizes of values: what is compiled for some serves others of their shapes,
    as networks have that are filled up to common sizes."""
    return _Rule(transformation, structure, names, numbers)


def _names(structure: Any) -> tuple[str, ...]:
    paths = jax.tree.leaves_with_path(jax.tree.unflatten(structure, range(structure.num_leaves)))
    return tuple(jax.tree_util.keystr(path, simple=True, separator="/") for path, _ in paths)


def _sizes(parameters: Mapping[str, Parameter]) -> tuple[tuple[str, int], ...]:
    return tuple((address, len(each.value)) for address, each in parameters.items())


@contextmanager
def _on_cpu() -> Iterator[None]:
    """Compute in doubles on the CPU inside: a step costs less than to bring its numbers elsewhere."""
    with doubles(), jax.default_device(jax.local_devices(backend="cpu")[0]):
        yield
