"""How is a file read that somebody else made? It is opened once, and what is then open is looked at: a plain file, of a
size that memory takes, and where it has to be."""

import errno
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from ebana_like.errors import EbanaError, RunError
from ebana_like.limits import most, require_at_most


def open_file(
    path: Path, limit: str, raises: type[EbanaError] = RunError, advice: str = "", inside: Sequence[Path] = ()
) -> BinaryIO:
    """Return a plain file, open, to be used as a context manager.

    limit: a name in `ebana_like.limits`, of how many bytes the file may have.
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
            _require_small(path, limit, found.st_size, raises)
            if inside and not is_inside(Path(f"/proc/self/fd/{file.fileno()}"), inside):
                raise OSError(None, elsewhere)
        except BaseException:
            file.close()
            raise
        return file
    except EbanaError:  # some are ValueErrors too
        raise
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: links in a circle
        raise _failure(path, error, raises, advice) from error


def read_file(
    path: Path, limit: str, raises: type[EbanaError] = RunError, advice: str = "", inside: Sequence[Path] = ()
) -> bytes:
    """Return the contents of a file; arguments and errors as `open_file`, also for one that grows meanwhile."""
    with open_file(path, limit, raises, advice, inside) as file:
        try:
            data = file.read(most(limit) + 1)
        except OSError as error:
            raise _failure(path, error, raises, advice) from error
    _require_small(path, limit, len(data), raises)
    return data


def read_words(
    path: Path, limit: str, raises: type[EbanaError] = RunError, advice: str = "", encoding: str = "utf-8"
) -> str:
    """Return a text file's contents, with any kind of line ends as they are; errors as `open_file`."""
    try:
        return read_file(path, limit, raises, advice).decode(encoding)
    except UnicodeDecodeError as error:
        raise raises(f"cannot read {path}: it is not text" + (f"; {advice}" if advice else "")) from error


def is_inside(path: Path, folders: Sequence[Path]) -> bool:
    """Tell whether a path lies in one of some folders, once all links are followed."""
    found = followed(path)
    return any(found.is_relative_to(followed(folder)) for folder in folders)


def followed(path: Path) -> Path:
    """Return where a path leads, as it is found from everywhere; links in a circle, and names no file has, stay."""
    try:
        return Path(os.path.realpath(path))  # Path.resolve raises errors for links in a circle
    except ValueError:
        return path.absolute()


def is_file_name(word: str) -> bool:
    """Tell whether a word that may also be the name of something known is that of a file: by a folder or an ending."""
    return "/" in word or bool(Path(word).suffix)


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY)


def _require_plain(found: os.stat_result) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "it is no plain file")


def _require_small(path: Path, limit: str, size: int, raises: type[EbanaError]) -> None:
    require_at_most(limit, size, f"cannot read {path}: it has {size:,} bytes", raises)


def _failure(path: Path, error: Exception, raises: type[EbanaError], advice: str) -> EbanaError:
    reason = error.strerror if isinstance(error, OSError) else "the name is not one a file can have"
    return raises(f"cannot read {path}: {reason}" + (f"; {advice}" if advice else ""))
