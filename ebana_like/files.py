"""How do files stay whole, whatever happens and whoever else writes? They are replaced at once, and folders locked;
what is read is opened once, and what is open is checked."""

import fcntl
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ebana_like.errors import RunError

LOCK = ".lock"


def write_atomically(
    path: Path, content: str | bytes | Iterable[bytes], durable: bool = False, encoding: str = "utf-8"
) -> None:
    """Replace a file's contents.

    content: may come in pieces, which are written one by one. encoding: of a str.
    durable: wait until the disk has it, and its name in its folder, so that it outlives a power cut too (5-20 ms).

    Raises RunError, with the old file untouched, where that fails (full disk ...)."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        try:
            with temporary.open("wb") as file:
                if isinstance(content, str):
                    content = content.encode(encoding)
                file.writelines([content] if isinstance(content, bytes) else content)
                if durable:
                    file.flush()
                    os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        if durable:
            _sync_folder(path.parent)
    except OSError as error:
        raise _failure(path, error) from error


def append(path: Path, text: str) -> None:
    """Add to the end of a file. Raises RunError, with the file as long as before, where that fails."""
    try:
        with path.open("ab", buffering=0) as file:
            size = file.tell()
            try:
                rest = text.encode()
                while rest:
                    rest = rest[file.write(rest) :]
            except OSError:
                file.truncate(size)
                raise
    except OSError as error:
        raise _failure(path, error) from error


def read_plain(path: Path, largest: int, within: Path | None = None) -> bytes:
    """Return the bytes of a plain file.

    The file is opened once, and what is open is checked, so that nothing put in its place meanwhile is read. Pipes and
    devices are not waited for, and a file that grows while it is read is read no further than allowed.

    largest: bytes. within: a folder that the file must lie in, wherever links lead; None for anywhere.
    Raises RunError saying why it cannot be read.
    """
    try:
        real = path if within is None else path.resolve()
        if within is not None and not real.is_relative_to(within.resolve()):
            raise _unreadable(path, f"it lies outside {within}")
        _require_plain(path, real.stat(), largest)  # some devices act when they are opened
        more = os.O_NONBLOCK | os.O_NOCTTY | (0 if within is None else os.O_NOFOLLOW)
        with open(real, "rb", opener=lambda name, flags: os.open(name, flags | more)) as file:
            found = os.fstat(file.fileno())
            _require_plain(path, found, largest)
            if within is not None and Path(f"/proc/self/fd/{file.fileno()}").readlink() != real:
                raise _unreadable(path, "another file was put in its place")
            data = file.read(found.st_size + 1)
            if len(data) > found.st_size:
                data += file.read(largest + 1 - len(data))
    except (OSError, ValueError, RuntimeError) as error:
        # resolve() raises RuntimeError for links in a circle
        reason = error.strerror if isinstance(error, OSError) else "the name is not one a file can have"
        raise _unreadable(path, str(reason)) from error
    if len(data) > largest:
        raise _too_large(path, largest)
    return data


def _require_plain(path: Path, found: os.stat_result, largest: int) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise _unreadable(path, "Is a directory")
    if not stat.S_ISREG(found.st_mode):
        raise _unreadable(path, "it is no plain file")
    if found.st_size > largest:
        raise _too_large(path, largest)


def _too_large(path: Path, largest: int) -> RunError:
    return _unreadable(path, f"it is larger than {largest:,} bytes")


def _unreadable(path: Path, reason: str) -> RunError:
    return RunError(f"cannot read {path}: {reason}")


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep a folder, which is there, for this process alone, as far as others ask too.

    The lock is the kernel's, which takes it back when the process ends, in whatever way. The file it is on stays, for
    whoever waits for one that is removed would hold a lock that nobody else sees.

    Raises RunError where another process has it, or where the folder cannot be written to.
    """
    path = folder / LOCK
    try:
        file = path.open("a+")
    except OSError as error:
        raise _failure(path, error) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise RunError(
                f"process {file.read() or 'another'} works in {folder}; wait until it is done, or choose another "
                "folder with --out"
            ) from error
        except OSError as error:
            raise _failure(path, error) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def remove_temporaries(folder: Path) -> None:
    """Remove what a process killed while it wrote into a folder has left there."""
    for path in folder.glob(".*.*"):
        if path.suffix[1:].isdecimal():
            path.unlink(missing_ok=True)


def _failure(path: Path, error: OSError) -> RunError:
    return RunError(
        f"cannot write {path}: {error.strerror}; what stood there before is kept. "
        "Make room, or choose another folder with --out"
    )


def _sync_folder(folder: Path) -> None:
    """Wait until the disk has a folder's list of names."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
