"""How is a file replaced so that at every moment it is either the old or the new one, whole?"""

import os
from pathlib import Path

from ebana_like.errors import RunError


def write_atomically(path: Path, content: str | bytes, durable: bool = False, encoding: str = "utf-8") -> None:
    """Replace a file's contents.

    durable: wait until the disk has it, and its name in its folder, so that it outlives a power cut too (5-20 ms).

    Raises RunError, with the old file untouched, where that fails (full disk ...)."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        try:
            with temporary.open("wb") as file:
                file.write(content.encode(encoding) if isinstance(content, str) else content)
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
