"""How do devices of a technology move once, by themselves? By the same law as among an engine's own steps."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import jax
import numpy as np

from ebana_like.elements import FloatArray
from ebana_like.hardware.compiled import CompiledTechnology
from ebana_like.hardware.kinds import Kind, kind_of
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
    kind, numbers = kind_of(technology)
    with doubles(), jax.default_device(jax.local_devices(backend="cpu")[0]):
        moved, new = _compiled(kind, tuple(map(np.asarray, numbers)), value, wanted, low, high, dict(entries), key)
        return np.asarray(moved), {name: np.asarray(each, dtype=float) for name, each in new.items()}


@partial(jax.jit, static_argnums=0)
def _compiled(kind: Kind, *given: Any) -> Any:
    return kind(*given)
