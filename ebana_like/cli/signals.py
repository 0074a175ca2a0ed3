"""What do Ctrl-C and SIGTERM do to a training? They interrupt it once, and then let it save in peace."""

import signal
import sys
from types import FrameType, TracebackType
from typing import Self

from ebana_like.training import Callback, Progress

STOPPING = (signal.SIGINT, signal.SIGTERM)


class Stops(Callback):
    """Turns the first signal to stop into a KeyboardInterrupt, and ignores the others. A context manager.

    As a callback of training it interrupts after the batch where that could not be done at once: numba, interrupted
    while it compiles or loads code, may crash, and Python drops what is raised in a callback from C or a finalizer.
    """

    every_batch = False

    def __init__(self) -> None:
        self._number: signal.Signals | None = None

    @property
    def status(self) -> int:
        """Return the exit status shells give to a program that the signal ended."""
        return 128 + (self._number or signal.SIGINT)

    def on_batch(self, progress: Progress) -> None:
        """Interrupt where a signal has come."""
        if self._number is not None:
            raise KeyboardInterrupt

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._stop) for number in STOPPING}
        self._report, sys.unraisablehook = sys.unraisablehook, self._leave_unsaid
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        sys.unraisablehook = self._report
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._number = signal.Signals(number)
        for other in STOPPING:
            signal.signal(other, signal.SIG_IGN)
        if not _is_compiling(frame):
            raise KeyboardInterrupt

    def _leave_unsaid(self, dropped: "sys.UnraisableHookArgs") -> None:
        """Report what Python drops, but no interrupt: that one is repeated."""
        if dropped.exc_type is not KeyboardInterrupt:
            self._report(dropped)


def _is_compiling(frame: FrameType | None) -> bool:
    """Tell whether numba is at work in a frame, or below it."""
    while frame is not None:
        if frame.f_globals.get("__name__", "").partition(".")[0] in ("numba", "llvmlite"):
            return True
        frame = frame.f_back
    return False
