"""What do Ctrl-C and SIGTERM do to a training? They interrupt it once, and then let it save in peace."""

import signal
import sys
from types import FrameType, TracebackType
from typing import Self

from ebana_like.training import Callback, Progress

STOPPING = (signal.SIGINT, signal.SIGTERM)


class Stops(Callback):
    """Turns the first signal to stop into a KeyboardInterrupt, and ignores the others. A context manager.

    As a callback of training it interrupts after the batch where the first attempt went unheard: Python drops an
    exception that is raised in a callback from C, such as numba's when it loads compiled code, or in a finalizer.
    """

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
        raise KeyboardInterrupt

    def _leave_unsaid(self, dropped: "sys.UnraisableHookArgs") -> None:
        """Report what Python drops, but no interrupt: that one is repeated."""
        if dropped.exc_type is not KeyboardInterrupt:
            self._report(dropped)
