"""What becomes of a temporary folder when its process is killed? The next one that makes a folder removes it.

A process holds the kernel's lock on a file in its folder as long as it lives, in whatever way it ends. A folder whose
lock is free has been left.
"""

import fcntl
import os
import shutil
import stat
import tempfile
import time
import weakref
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import BinaryIO, Self

from ebana_like.errors import RunError
from ebana_like.files.lock import LOCK

PREFIX = "ebana-"

SECONDS_TO_LOCK = 60.0
"""A younger folder without a lock, or with a free one, may be one that is just being made."""


class TemporaryFolder:
    """A new folder of this process alone, `path`, removed by `close`, at the end of a `with`, or when it is forgotten.

    kind: a word in its name. Raises RunError where none can be made.
    """

    def __init__(self, kind: str) -> None:
        _remove_left()
        try:
            self.path = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{kind}-"))
            lock = (self.path / LOCK).open("xb")
            fcntl.flock(lock, fcntl.LOCK_EX)
        except OSError as error:
            raise RunError(
                f"cannot make a folder in {tempfile.gettempdir()}: {error.strerror}; name another place in TMPDIR"
            ) from error
        self._end = weakref.finalize(self, _remove, self.path, lock, os.getpid())

    def close(self) -> None:
        """Remove the folder and all that is in it."""
        self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def _remove(path: Path, lock: BinaryIO, process: int) -> None:
    if os.getpid() == process:  # a fork shares the lock, but the folder is not its own
        shutil.rmtree(path, ignore_errors=True)
    lock.close()


@cache
def _remove_left() -> None:
    """Remove, once a process, the folders that this person's killed processes have left."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        with suppress(OSError):
            found = path.lstat()
            own = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
            if own and time.time() - found.st_mtime > SECONDS_TO_LOCK and _is_left(path):
                shutil.rmtree(path, ignore_errors=True)


def _is_left(path: Path) -> bool:
    """Tell whether nobody holds a folder's lock, or whether it has none."""
    try:
        descriptor = os.open(path / LOCK, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True
