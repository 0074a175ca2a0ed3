"""How is a file read that somebody else made? It is opened once, and what is then open is looked at: a plain file, of a
size that memory takes, and where it has to be."""

import errno
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from ebana_like.errors import EbanaError, RunError

LARGEST = "EBANA_LARGEST_MB"
"""The environment variable that allows larger files of every kind, in megabytes."""

MEGABYTE = 1_000_000


def limit_of(usual: int) -> int:
    """Return how many bytes a file may have whose usual limit is given."""
    given = os.environ.get(LARGEST, "")
    return max(usual, int(given) * MEGABYTE) if given.isdecimal() and len(given) < 9 else usual


def too_large(usual: int) -> str:
    """Return why something larger than its limit is not read, and what to do."""
    return f"it is larger than {limit_of(usual) / MEGABYTE:g} MB; if that is meant, set {LARGEST} to what it takes"


def open_file(
    path: Path, limit: int, raises: type[EbanaError] = RunError, advice: str = "", inside: Sequence[Path] = ()
) -> BinaryIO:
    """Return a plain file of at most so many bytes, open, to be used as a context manager.

    inside: folders of which one has to hold it, whatever links lead to it; empty for any.
    Raises an error of the class given, `cannot read PATH: REASON; ADVICE`, for what is not there, no plain file, too
    large or elsewhere.
    """
    elsewhere = f"it lies outside {' and '.join(map(str, inside))}"
    try:
        if inside and not is_inside(path, inside):
            raise OSError(None, elsewhere)
        _require_plain(path.stat())  # opening a device may already do something
        file = open(path, "rb", opener=_without_waiting)  # noqa: SIM115
        try:
            found = os.fstat(file.fileno())
            _require_plain(found)
            if found.st_size > limit_of(limit):
                raise OSError(None, too_large(limit))
            if inside and not is_inside(Path(f"/proc/self/fd/{file.fileno()}"), inside):
                raise OSError(None, elsewhere)
        except BaseException:
            file.close()
            raise
        return file
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: links in a circle
        raise _failure(path, error, raises, advice) from error


def read_file(
    path: Path, limit: int, raises: type[EbanaError] = RunError, advice: str = "", inside: Sequence[Path] = ()
) -> bytes:
    """Return the contents of a file; arguments and errors as `open_file`, also for one that grows meanwhile."""
    with open_file(path, limit, raises, advice, inside) as file:
        try:
            data = file.read(limit_of(limit) + 1)
            if len(data) > limit_of(limit):
                raise OSError(None, too_large(limit))
        except OSError as error:
            raise _failure(path, error, raises, advice) from error
    return data


def read_words(
    path: Path, limit: int, raises: type[EbanaError] = RunError, advice: str = "", encoding: str = "utf-8"
) -> str:
    """Return a text file's contents, with any kind of line ends as they are; errors as `open_file`."""
    try:
        return read_file(path, limit, raises, advice).decode(encoding)
    except UnicodeDecodeError as error:
        raise raises(f"cannot read {path}: it is not text" + (f"; {advice}" if advice else "")) from error


def is_inside(path: Path, folders: Sequence[Path]) -> bool:
    """Tell whether a path lies in one of some folders, once all links are followed."""
    found = path.resolve()
    return any(found.is_relative_to(folder.resolve()) for folder in folders)


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY)


def _require_plain(found: os.stat_result) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "it is no plain file")


def _failure(path: Path, error: Exception, raises: type[EbanaError], advice: str) -> EbanaError:
    reason = error.strerror if isinstance(error, OSError) else "the name is not one a file can have"
    return raises(f"cannot read {path}: {reason}" + (f"; {advice}" if advice else ""))
