"""How does the engine use JAX without changing it for others? Doubles, compiled functions kept between runs, devices.

Doubles are switched on only while the engine computes (`doubles`), never for the process: a program that trains in
singles beside us stays as it is. Products of singles are asked for in full: left to itself a GPU takes ten bits of the
factors (TF32), with which Newton's method never settles. What is compiled is kept in the user's cache folder, unless
the user has chosen a folder, so that it is compiled once a machine and not once a process.
"""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, cast

import jax
import numpy as np
from jax.experimental import multihost_utils
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from numpy.typing import NDArray
from platformdirs import user_cache_path

from ebana_like.elements import FloatArray

SIZES = (1, 4, 10, 20, 32, 50, 64, 100, 128, 200, 256, 500, 1000)
"""Batches are filled up to the next of these: every size is compiled anew, and a new shape takes seconds."""

FILLED = (16, 32, 64)
"""Layers of so few nodes are filled up to the next of these; larger ones stay as they are."""

SHORTEST_COMPILATION = 0.05
"""Seconds; what compiles faster is not worth a file."""

MAPS = Path("/proc/self/maps")
"""What Linux tells of a process's memory, a line each map; compiled code takes some each, up to 100 a circuit."""

MOST_MAPS = 20_000
"""Of the 65,530 that Linux gives a process; without one more, what compiles next ends it by a segmentation fault."""


@contextmanager
def doubles() -> Iterator[None]:
    """Compute in double precision inside, and products of singles in full, whatever the process does outside."""
    keep_compiled()
    with jax.enable_x64(True), jax.default_matmul_precision("highest"):
        yield


@cache
def keep_compiled() -> None:
    """Keep compiled functions in the user's cache folder, unless the user has said where or that they are not kept."""
    if getattr(jax.config, "jax_compilation_cache_dir", None) is None and "JAX_COMPILATION_CACHE_DIR" not in os.environ:
        folder = user_cache_path("ebana_like", appauthor=False) / "compiled"
        jax.config.update("jax_compilation_cache_dir", str(folder))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", SHORTEST_COMPILATION)


def make_room() -> None:
    """Throw compiled code away where a process has so much that it might soon have no room for more.

    Asked for whenever an engine is made: of some hundred circuits, in a search or a notebook, all code is otherwise
    kept. What is needed again is compiled again, or read from the cache folder.
    """
    if MAPS.exists() and MAPS.read_bytes().count(b"\n") > MOST_MAPS:
        jax.clear_caches()
        gc.collect()


def padded_size(count: int) -> int:
    """Return how many points are solved in place of so many."""
    return next((size for size in SIZES if size >= count), -(-count // SIZES[-1]) * SIZES[-1])


def as_jax(array: NDArray[Any]) -> jax.Array:
    """Return an array under the type of JAX's, which takes it as an argument."""
    return cast(jax.Array, array)


def filled_size(count: int) -> int:
    """Return how many nodes a layer of so many is filled up to."""
    return next((size for size in FILLED if size >= count), count)


def padded(array: FloatArray, size: int, axis: int = 0) -> FloatArray:
    """Return the array with zeros behind it up to a size along an axis."""
    if array.shape[axis] == size:
        return array
    filled = np.zeros((*array.shape[:axis], size, *array.shape[axis + 1 :]), array.dtype)
    filled[tuple(map(slice, array.shape))] = array  # eight times as fast as `np.pad`
    return filled


@cache
def _mesh() -> Mesh:
    return Mesh(np.array(jax.devices()), ("samples",))


def shared_out(array: NDArray[Any], axis: int | None = 0) -> Any:
    """Return an array whose samples, along an axis, are spread over all devices where they divide evenly.

    The devices are those of all hosts where `jax.distributed` has joined several; each has the whole array then.
    """
    count = len(jax.devices())
    if count == 1 or axis is None or array.shape[axis] % count:
        return array
    shared: jax.Array = jax.device_put(array, NamedSharding(_mesh(), PartitionSpec(*[None] * axis, "samples")))
    return shared


def gathered(array: Any) -> NDArray[Any]:
    """Return an array that devices hold, whole: also what devices of other hosts hold of it."""
    if isinstance(array, jax.Array) and not (array.is_fully_addressable or array.is_fully_replicated):
        array = multihost_utils.process_allgather(array, tiled=True)
    return np.asarray(array)
