"""A guard that sees what reading a netlist does: files opened, programs started, processor time."""

import gc
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ebana_like.nudges import NUDGES

PROCESSOR_SECONDS = 1.0

_FORBIDDEN = (
    "subprocess.",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.fork",
    "socket.",
    "ctypes.dlopen",
)
_watched: list[list[tuple[str, object]]] = []


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if _watched and (event in ("open", "os.listdir", "os.scandir") or event.startswith(_FORBIDDEN)):
        _watched[-1].append((event, arguments[0] if arguments else None))


sys.addaudithook(_hear)  # stays for the whole session, as hooks do; deaf outside of a guard


class TooSlowError(Exception):
    """Reading took more than a second of processor time."""


def _stop(number: int, frame: object) -> None:
    raise TooSlowError


@contextmanager
def _guard(folder: Path) -> Iterator[None]:
    seen: list[tuple[str, object]] = []
    gc.freeze()  # what other tests left behind is not looked through on this one's time
    before = signal.signal(signal.SIGPROF, _stop)
    signal.setitimer(signal.ITIMER_PROF, PROCESSOR_SECONDS)
    _watched.append(seen)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        _watched.pop()
        gc.unfreeze()
    for event, what in seen:
        assert event in ("open", "os.listdir", "os.scandir"), (event, what)
        assert Path(str(what)).resolve().is_relative_to(folder.resolve()), (event, what)


@pytest.fixture
def guard() -> Callable[[Path], object]:
    """Fail where code started a program, opened a file outside of a folder, or took a second of processor time."""
    assert "no such way" not in NUDGES  # plug-ins are looked for once a process, where Python looks for modules
    return _guard
