"""How do files stay whole, whatever happens and whoever else writes? They are replaced at once, never through a link.

A folder that was handed over may hold links to files elsewhere, pipes and devices under the names that this program
writes. So a name is looked at before it is written, folders below one's own root are opened one by one without
following, and a new file is made beside the old one, under a name that nobody else can have made.
"""

import errno
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ebana_like.errors import RunError

Content = str | bytes | Iterable[bytes]
"""What is written: text, bytes, or bytes in pieces, which are written one by one."""

STANDARD_OUTPUT = ("-", "/dev/stdout")

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def write_atomically(
    path: Path, content: Content, durable: bool = False, encoding: str = "utf-8", root: Path | None = None
) -> None:
    """Replace a file's contents; at every moment it is either the old or the new one, whole.

    durable: wait until the disk has it, and its name in its folder, so that it outlives a power cut too (5-20 ms).
    encoding: of a str.
    root: a folder below which no folder on the way to the file may be a link; those above it may.

    Raises RunError, with the old file untouched, where that fails (full disk ...), and where a link, a pipe, a device
    or a folder has that name.
    """
    try:
        with _opened(path.parent, root) as folder:
            _require_file_or_nothing(path.name, folder)
            temporary = f".{path.name}.{os.getpid()}"
            with suppress(FileNotFoundError):  # left by a process of that number that was killed
                os.unlink(temporary, dir_fd=folder)
            try:
                with open(os.open(temporary, _NEW, 0o666, dir_fd=folder), "wb") as file:  # noqa: PTH123
                    file.writelines(_pieces(content, encoding))
                    if durable:
                        file.flush()
                        os.fsync(file.fileno())
                os.rename(temporary, path.name, src_dir_fd=folder, dst_dir_fd=folder)
            finally:
                with suppress(FileNotFoundError):
                    os.unlink(temporary, dir_fd=folder)
            if durable:
                os.fsync(folder)
    except OSError as error:
        raise _failure(path, error) from error


def write_given(path: Path, content: Content, durable: bool = False, encoding: str = "utf-8") -> None:
    """Write to a name that a person gave: a file as `write_atomically` does, or else what the name stands for.

    That is the standard output, for `-` and /dev/stdout, or an open pipe or a terminal or another device of characters,
    which are written into. Raises RunError as `write_atomically` does, and for a pipe that nobody reads.
    """
    try:
        if str(path) in STANDARD_OUTPUT:
            sys.stdout.flush()
            sys.stdout.buffer.writelines(_pieces(content, encoding))
            sys.stdout.buffer.flush()
        elif _is_stream(path):
            descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
            os.set_blocking(descriptor, True)
            with open(descriptor, "wb", buffering=0) as stream:  # noqa: PTH123
                for piece in _pieces(content, encoding):
                    while piece:
                        piece = piece[stream.write(piece) or 0 :]
        else:
            write_atomically(path, content, durable, encoding)
    except OSError as error:
        if error.errno == errno.ENXIO:
            raise RunError(f"cannot write {path}: nobody reads from this pipe; begin with its reader") from error
        raise _failure(path, error) from error


def append(path: Path, text: str, root: Path | None = None) -> None:
    """Add to the end of a file, which is made if there is none. root: as for `write_atomically`.

    Raises RunError, with the file as long as before, where that fails, and where it is no plain file of this folder.
    """
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        with _opened(path.parent, root) as folder:
            _require_file_or_nothing(path.name, folder)
            with open(os.open(path.name, flags, 0o666, dir_fd=folder), "ab", buffering=0) as file:  # noqa: PTH123
                require_own_file(file.fileno())
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


def make_folder(path: Path, root: Path | None = None) -> None:
    """Make a folder, and those on the way to it, where there are none; below the root, links are none.

    Raises RunError where that fails, and where something else has that name.
    """
    try:
        if root is None:
            path.mkdir(parents=True, exist_ok=True)
            return
        for part in reversed([path, *path.parents][: len(path.relative_to(root).parts)]):
            with _opened(part.parent, root) as folder, suppress(FileExistsError):
                os.mkdir(part.name, dir_fd=folder)
        with _opened(path, root):
            pass
    except OSError as error:
        raise RunError(
            f"cannot make the folder {path}: {_reason(error)}; remove what is there, or choose another with --out"
        ) from error


def remove(path: Path, root: Path | None = None) -> None:
    """Remove a file, or a link itself, where there is one. Raises RunError where that fails."""
    try:
        with _opened(path.parent, root) as folder, suppress(FileNotFoundError):
            os.unlink(path.name, dir_fd=folder)
    except OSError as error:
        raise RunError(f"cannot remove {path}: {_reason(error)}") from error


def remove_temporaries(path: Path, root: Path | None = None) -> None:
    """Remove what a process killed while it wrote into a folder has left there; nothing where there is no folder.

    Raises RunError where that fails, and for a link below the root.
    """
    try:
        with suppress(FileNotFoundError), _opened(path, root) as folder:
            for name in os.listdir(folder):  # noqa: PTH208
                if name.startswith(".") and name.count(".") > 1 and name.rpartition(".")[2].isdecimal():
                    with suppress(FileNotFoundError, IsADirectoryError):
                        os.unlink(name, dir_fd=folder)
    except OSError as error:
        raise RunError(f"cannot tidy up {path}: {_reason(error)}") from error


def require_file_or_nothing(path: Path) -> None:
    """Raise RunError where `write_atomically` would, so that no hours are spent on what then cannot be written."""
    try:
        with _opened(path.parent, None) as folder:
            _require_file_or_nothing(path.name, folder)
    except OSError as error:
        raise _failure(path, error) from error


def require_own_file(descriptor: int) -> None:
    """Raise OSError where what is open is no plain file, or has another name elsewhere, whose contents are its own."""
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "it is no plain file")
    if found.st_nlink > 1:
        raise OSError(errno.EMLINK, "it is the same file as another one, by a second name")


@contextmanager
def _opened(path: Path, root: Path | None) -> Iterator[int]:
    """Yield the descriptor of a folder. Raises OSError where there is none, or a link below the root."""
    if "\0" in str(path):
        raise OSError(errno.EINVAL, "no file can have this name")
    descriptor = os.open(path if root is None else root, _FOLDER)
    try:
        for part in () if root is None else path.relative_to(root).parts:
            try:
                inner = os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=descriptor)
            except NotADirectoryError:
                if stat.S_ISLNK(os.stat(part, dir_fd=descriptor, follow_symlinks=False).st_mode):
                    raise OSError(errno.ELOOP, f"the folder {part} is a link to elsewhere") from None
                raise
            os.close(descriptor)
            descriptor = inner
        yield descriptor
    finally:
        os.close(descriptor)


def _require_file_or_nothing(name: str, folder: int) -> None:
    """Raise OSError where a name in a folder is taken by what must not be replaced, or can be no file's."""
    try:
        if "\0" in name:
            raise OSError(errno.EINVAL, "no file can have this name")
        mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    except FileNotFoundError:
        return
    if stat.S_ISLNK(mode):
        raise OSError(errno.ELOOP, "it is a link to elsewhere, which is not followed")
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "it is a device or a pipe, and no plain file")


def _is_stream(path: Path) -> bool:
    """Tell whether a name is a pipe's or a device's, by itself or by a link that the system keeps in /dev and /proc."""
    try:
        if path.is_symlink() and path.parent.resolve().parts[:2] not in (("/", "dev"), ("/", "proc")):
            return False
        mode = path.stat().st_mode
    except (OSError, ValueError, RuntimeError):
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)


def _pieces(content: Content, encoding: str) -> Iterable[bytes]:
    if isinstance(content, str):
        content = content.encode(encoding)
    return [content] if isinstance(content, bytes) else content


def _reason(error: OSError) -> str:
    return error.strerror or str(error)


def _failure(path: Path, error: OSError) -> RunError:
    return RunError(
        f"cannot write {path}: {_reason(error)}; what stood there before is kept. "
        "Make room, or choose another folder with --out"
    )
