"""How do a rule's directions and a technology become one compiled step? By themselves, or among an engine's own."""

from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from ebana_like.elements import FloatArray
from ebana_like.hardware.compiled import DEVICES, CompiledTechnology, entries_of
from ebana_like.simulators.descent import Against, Moves
from ebana_like.simulators.native.runtime import doubles


def moved_once(
    technology: CompiledTechnology,
    value: FloatArray,
    wanted: FloatArray,
    low: float,
    high: float,
    entries: Mapping[str, FloatArray],
    key: Any,
) -> tuple[FloatArray, dict[str, FloatArray]]:
    """Return `technology.moved` on the CPU in doubles."""
    with doubles(), jax.default_device(jax.local_devices(backend="cpu")[0]):
        moved, new = _compiled(technology, value, wanted, low, high, dict(entries), key)
        return np.asarray(moved), {name: np.asarray(each) for name, each in new.items()}


@partial(jax.jit, static_argnums=0)
def _compiled(technology: CompiledTechnology, *given: Any) -> Any:
    return technology.moved(*given)


@lru_cache(maxsize=64)
def moves_of(against: Against, technology: CompiledTechnology | None) -> Moves:
    """Return how an engine moves values against a rule's directions, of ideal devices unless a technology is given.

    The same always, for it is compiled.
    """

    def moves(
        values: dict[str, Array],
        gradients: dict[str, Array],
        state: dict[str, Array],
        ranges: Mapping[str, Any],
        keys: Array,
    ) -> tuple[dict[str, Array], dict[str, Array]]:
        own = {name: each for name, each in state.items() if not name.startswith(DEVICES)}
        directions, kept = against(values, gradients, own, ranges)
        changed = {}
        for address, value in values.items():
            low, high, rate, k = ranges[address]
            step = (rate * (high - low) * directions[address]).astype(value.dtype)
            if technology is None:
                changed[address] = jnp.clip(value - step, low, high)
                continue
            devices = {n.removeprefix(DEVICES): each for n, each in state.items() if n.startswith(DEVICES)}
            found, new = technology.moved(value, -step, low, high, entries_of(devices, address), keys[k])
            changed[address] = jnp.clip(found, low, high).astype(value.dtype)
            kept |= {f"{DEVICES}{name}/{address}": each.astype(value.dtype) for name, each in new.items()}
        return changed, {**state, **kept}

    return moves
