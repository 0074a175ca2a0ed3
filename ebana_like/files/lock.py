"""How does a folder stay one process's own? By the kernel's lock on a file in it."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ebana_like.errors import RunError
from ebana_like.files.write import require_own_file

LOCK = ".lock"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep a folder, which is there, for this process alone, as far as others ask too.

    The lock is the kernel's, which takes it back when the process ends, in whatever way. The file it is on stays, for
    whoever waits for one that is removed would hold a lock that nobody else sees.

    Raises RunError where another process has it, where the folder cannot be written to, and where a file of that name
    is not this program's.
    """
    with _held(folder / LOCK):
        yield


def _held(path: Path) -> BinaryIO:
    """Return a lock file that is this process's until it is closed."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        file = open(os.open(path, flags, 0o666), "r+b", buffering=0)  # noqa: PTH123, SIM115
        try:
            require_own_file(file.fileno())
            holder = file.read(32)
            if holder.strip(b"0123456789"):
                raise OSError(None, "it is no lock of this program; remove it")
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            file.truncate(0)
            file.seek(0)
            file.write(str(os.getpid()).encode())
        except BaseException:
            file.close()
            raise
        return file
    except BlockingIOError as error:
        raise RunError(
            f"process {holder.decode() or 'another'} works in {path.parent}; wait until it is done, or choose another "
            "folder"
        ) from error
    except OSError as error:
        reason = "it is a link to elsewhere" if error.errno == errno.ELOOP else error.strerror
        raise RunError(f"cannot lock {path}: {reason}") from error
