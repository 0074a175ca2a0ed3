"""What do Ctrl-C and SIGTERM do to a training? They interrupt it once, and then let it save in peace."""

import signal
from types import FrameType, TracebackType
from typing import Self

STOPPING = (signal.SIGINT, signal.SIGTERM)


class Stops:
    """Turns the first signal to stop into a KeyboardInterrupt, and ignores the others. A context manager."""

    def __init__(self) -> None:
        self._number = signal.SIGINT

    @property
    def status(self) -> int:
        """Return the exit status shells give to a program that the signal ended."""
        return 128 + self._number

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._stop) for number in STOPPING}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._number = signal.Signals(number)
        for other in STOPPING:
            signal.signal(other, signal.SIG_IGN)
        raise KeyboardInterrupt
