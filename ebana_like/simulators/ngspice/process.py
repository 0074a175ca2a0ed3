"""How does the parent see one ngspice process? It gives it work, hears answers, and ends it where it makes no headway.

The process counts its Newton iterations, and the points it has solved, in words that the parent sees too. What it
consumed is measured in seconds of its own processor time: on a busy machine a point takes longer, but not more.
"""

import mmap
import os
import select
import socket
import struct
import time
import weakref
from multiprocessing.connection import Pipe

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.errors import EbanaError
from ebana_like.simulators.ngspice.block import ALIVE, ENOUGH, SAMPLE, WORD_BYTES, WORDS
from ebana_like.simulators.ngspice.start import Template, ending, said_in

SECONDS_A_POINT = 4.0
"""Processor time of iterations after which a point is given up; a millisecond more for each element."""

SECONDS_WITHOUT_ITERATION = 20.0
"""Processor time without an iteration after which a worker is taken to hang: of loading, of a cost that is compiled, of
ordering, and for that ten milliseconds more an element: a matrix of 20,000 pieces of wire takes ngspice 158 s."""

SECONDS_BETWEEN_LOOKS = 0.25

NO_SAMPLE = -1
"""The sample being solved while none is."""


class WorkerLostError(Exception):
    """A worker died or was ended. sample: the one it was solving, None where it had not come to any."""

    def __init__(self, reason: str, sample: int | None = None) -> None:
        super().__init__(reason)
        self.sample = sample


class Worker:
    """One ngspice process.

    patience: seconds without an iteration or any processor time after which it is taken to hang; a millisecond more
        for each element.
    Raises EbanaError where it cannot solve the circuit, WorkerLostError where it dies meanwhile.
    """

    def __init__(self, template: Template, circuit: Circuit, patience: float) -> None:
        elements = sum(map(len, circuit.banks))
        self.patience = patience + 1e-3 * elements
        self.point_limit = SECONDS_A_POINT + 1e-3 * elements
        self.silence_limit = SECONDS_WITHOUT_ITERATION + 1e-2 * elements
        self._template = template
        self._said = os.memfd_create("ebana-ngspice-said")
        self._close_said = weakref.finalize(self, os.close, self._said)
        self.connection, theirs = Pipe()
        block = os.memfd_create("ebana-ngspice-block")
        try:
            os.ftruncate(block, WORDS * WORD_BYTES)
            self.block = np.frombuffer(mmap.mmap(block, WORDS * WORD_BYTES), dtype=np.int64)
            self.block[SAMPLE] = NO_SAMPLE
            self._limit_sending()
            self.pid = template.fork(theirs.fileno(), block, self._said)
        except BaseException:
            self.connection.close()
            self._close_said()
            raise
        finally:
            os.close(block)
            theirs.close()
        self._incoming = select.poll()
        self._incoming.register(self.connection.fileno(), select.POLLIN)
        self._clock = ~self.pid << 3 | 2  # as clock_getcpuclockid(3) makes it
        self._open = True
        self._send(circuit)
        error = self.answer()
        if isinstance(error, EbanaError):
            self.close()
            raise error
        self._memory_at_start = self._memory()

    def ask(self, request: bytes) -> None:
        """Send a request. Raises WorkerLostError when nobody listens."""
        self.block[SAMPLE] = NO_SAMPLE
        self._send(request)

    def answer(self) -> object:
        """Wait for what the worker sends. Raises WorkerLostError when it dies, or comes to no end with a point."""
        watch = _Watch(self)
        while not self._incoming.poll(1e3 * min(SECONDS_BETWEEN_LOOKS, self.patience)):
            reason = watch.look()
            if reason:
                self.close(kill=True)
                raise WorkerLostError(reason, self._sample())
        try:
            return self.connection.recv()
        except (EOFError, ConnectionError) as error:
            raise WorkerLostError(self._last_words(), self._sample()) from error

    def close(self, kill: bool = False) -> int | None:
        """End the process; its exit status, negative for a signal, None where that is not known."""
        if not self._open:
            return None
        self._open = False
        self.connection.close()
        status = self._template.end(self.pid, kill)
        self._close_said()
        return status

    @property
    def growth(self) -> int:
        """Bytes of memory that the process has come to use since it began, shared files not counted."""
        return self._memory() - self._memory_at_start

    def _memory(self) -> int:
        try:
            with open(f"/proc/{self.pid}/statm", "rb") as file:  # noqa: PTH123 - a tenth of the time of a Path
                _, resident, shared = map(int, file.read().split()[:3])
        except OSError:
            return 0
        return (resident - shared) * mmap.PAGESIZE

    def processor_seconds(self) -> float:
        """Return the processor time that the process has used; 0 where there is none."""
        try:
            return time.clock_gettime(self._clock)
        except OSError:
            return 0.0

    def _limit_sending(self) -> None:
        """Let nobody wait for longer than patience for a worker that does not read."""
        with socket.socket(fileno=os.dup(self.connection.fileno())) as channel:
            limit = struct.pack("ll", int(self.patience) + 1, 0)
            channel.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)

    def _send(self, message: object) -> None:
        try:
            if isinstance(message, bytes):
                self.connection.send_bytes(message)
            else:
                self.connection.send(message)
        except BlockingIOError:
            self.close(kill=True)
            raise WorkerLostError(f"read nothing for {self.patience:.0f} s") from None
        except ConnectionError as error:
            # without its traceback, which holds a view of the buffer that was sent: should the two be collected
            # together, Python 3.13 and newer complain on stderr that the buffer cannot be closed
            raise WorkerLostError(self._last_words()) from error.with_traceback(None)

    def _last_words(self) -> str:
        words = said_in(self._said)
        return ending(self.close(), words)

    def _sample(self) -> int | None:
        sample = int(self.block[SAMPLE])
        return None if sample == NO_SAMPLE else sample


class _Watch:
    """What a worker has done since it was first looked at."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._seen = time.monotonic()
        self._processor = worker.processor_seconds()
        self._alive, self._point = int(worker.block[ALIVE]), int(worker.block[ENOUGH])
        self._iterating = self._silent = 0.0

    def look(self) -> str:
        """Return why to end the worker; empty while it makes headway."""
        worker, now, processor = self._worker, time.monotonic(), self._worker.processor_seconds()
        alive, point = int(worker.block[ALIVE]), int(worker.block[ENOUGH])
        spent = processor - self._processor
        self._silent = self._silent + spent if alive == self._alive else 0.0
        if point != self._point:
            self._iterating = 0.0
        elif alive != self._alive:
            self._iterating += spent
        if spent > 0 or alive != self._alive:
            self._seen = now
        self._processor, self._alive, self._point = processor, alive, point
        if self._iterating > worker.point_limit:
            return f"spent more than {worker.point_limit:.1f} s on one point"
        if self._silent > worker.silence_limit:
            return f"computed for {worker.silence_limit:.0f} s without an iteration"
        if now - self._seen > worker.patience:
            return f"made no progress for {worker.patience:.0f} s"
        return ""
