"""How is a file replaced so that at every moment it is either the old or the new one, whole?"""

import os
from pathlib import Path

from ebana_like.errors import RunError


def write_atomically(path: Path, text: str, durable: bool = False, encoding: str = "utf-8") -> None:
    """Replace a file's contents.

    durable: wait until the disk has it, so that it outlives a power cut too (5-20 ms).

    Raises RunError, with the old file untouched, where that fails (full disk ...)."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        try:
            with temporary.open("w", encoding=encoding, newline="") as file:
                file.write(text)
                if durable:
                    file.flush()
                    os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise RunError(
            f"cannot write {path}: {error.strerror}; what stood there before is kept. "
            "Make room, or choose another folder with --out"
        ) from error
