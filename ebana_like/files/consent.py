"""May a file be read because another file names it? In that file's folder; elsewhere once this person has named it too.

A run folder or a netlist may come from a stranger, and name a file of one's own as its data. What a person names while
training is remembered, in the folder for such things in the home folder, so that one's own runs go on without a word.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

from platformdirs import user_state_path

from ebana_like.errors import RunError, SettingError
from ebana_like.files.read import followed, is_inside, read_file
from ebana_like.files.write import make_folder, write_atomically

ALLOW_OUTSIDE = "--allow-outside"

_outside_allowed: ContextVar[bool] = ContextVar("outside_allowed", default=False)


@contextmanager
def outside_allowed() -> Iterator[None]:
    """Meanwhile, allow every file that is asked for, and remember it."""
    token = _outside_allowed.set(True)
    try:
        yield
    finally:
        _outside_allowed.reset(token)


def allow(path: Path) -> None:
    """Remember a file or folder that this person named; nothing where nothing can be remembered."""
    allowed, line = _allowed(), str(followed(path))
    if line not in allowed and "\n" not in line:
        with suppress(RunError):
            make_folder(_list().parent)
            write_atomically(_list(), "".join(f"{entry}\n" for entry in (*allowed, line)))


def require_allowed(path: Path, named_in: Path, setting: str) -> None:
    """Raise SettingError where a file names another one outside its folder that this person never named.

    named_in: the file that names it. setting: what it is there.
    """
    if is_inside(path, [named_in.parent]) or str(followed(path)) in _allowed():
        return
    if _outside_allowed.get():
        allow(path)
        return
    raise SettingError(
        f"{named_in} names {followed(path)} as its {setting}, which lies outside its folder; if that is meant, say so "
        f"once with {ALLOW_OUTSIDE}"
    )


def _allowed() -> list[str]:
    with suppress(RunError, UnicodeDecodeError):
        return read_file(_list(), "history_bytes").decode().splitlines()
    return []


def _list() -> Path:
    return user_state_path("ebana-like", appauthor=False) / "allowed"
