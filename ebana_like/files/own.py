"""What do the libraries read that nobody gave them? Only what is that person's own."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from platformdirs import user_cache_path


@contextmanager
def away_from_here() -> Iterator[None]:
    """Be in the root folder meanwhile, to import a library that executes or obeys files of the working directory."""
    try:
        here = os.open(".", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:  # a folder that may not be entered, out of which nothing can be read either
        yield
        return
    os.chdir("/")
    try:
        yield
    finally:
        os.fchdir(here)
        os.close(here)


@cache
def cache_folder(name: str) -> Path | None:
    """Return a folder for what can be made again, or None where there is none that only this person can write to."""
    with suppress(OSError, RuntimeError):
        folder = user_cache_path("ebana-like", appauthor=False) / name
        if not folder.is_absolute():
            return None
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
        own = found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        return folder if own and os.access(folder, os.R_OK | os.W_OK | os.X_OK) else None
    return None
