"""How do loops become machine code? By numba, which is told not to look at the working directory, and to keep what it
compiles in this person's own cache folder.

What is in a cache is executed. Where there is no folder that is this person's alone, nothing is kept, and every process
compiles anew. A folder that the environment variable NUMBA_CACHE_DIR names is taken when its name is absolute.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ebana_like.files import away_from_here, cache_folder

with away_from_here():  # it would obey the file .numba_config.yaml
    import numba
    from numba import prange, types
    from numba.core import config as _config
    from numba.extending import intrinsic

config: Any = _config  # numba fills it as it runs
config._config_fname = os.devnull  # it looks for that file again whenever it compiles

Function = Callable[..., Any]


def njit(**options: Any) -> Callable[[Function], Any]:
    """Return a decorator that compiles a function when it is first called; options as numba's."""
    return lambda function: _kept(lambda cache: numba.njit(cache=cache, **options)(function))


def cfunc(signature: Any) -> Callable[[Function], Any]:
    """Return a decorator that compiles a function for callers in C."""
    return lambda function: _kept(lambda cache: numba.cfunc(signature, cache=cache)(function))


def _kept(compiled: Callable[[bool], Any]) -> Any:
    """Return a function compiled with the cache, or without where there is none."""
    folder = Path(config.CACHE_DIR) if Path(config.CACHE_DIR).is_absolute() else cache_folder("numba")
    if folder is None:
        return compiled(False)
    with _cache_in(folder):
        try:
            return compiled(True)
        except RuntimeError:  # of the places it knows, none can be written to
            return compiled(False)


@contextmanager
def _cache_in(folder: Path) -> Iterator[None]:
    """Let numba keep what is decorated meanwhile in a folder; others' functions stay where they are kept."""
    before, config.CACHE_DIR = config.CACHE_DIR, str(folder)
    try:
        yield
    finally:
        config.CACHE_DIR = before


__all__ = ["cfunc", "intrinsic", "njit", "prange", "types"]
