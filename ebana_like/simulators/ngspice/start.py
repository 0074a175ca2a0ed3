"""How does the parent start and end ngspice processes? Through a template process of its own, told over a socket."""

import os
import select
import signal
import socket
import subprocess
import sys
import weakref
from threading import Lock

from ebana_like.errors import SimulatorError

PROGRAM = (
    "import sys; sys.path[:] = sys.argv[3:]; "
    "from ebana_like.simulators.ngspice.template import main; main(*map(int, sys.argv[1:3]))"
)
"""Python would put the working directory on the path for `-m`; and what PYTHONPATH holds may carry a sitecustomize."""

LAUNCHES = 6
"""How often a template is started, in a row, that somebody kills."""

SECONDS_TO_ANSWER = 120.0
"""The first answer comes when everything is imported, 0.5 s to some seconds where cores are busy."""

SECONDS_TO_END = 5.0


_HEEDED = ("EBANA", "HOME", "LD_", "NGSPICE", "NUMBA", "PATH", "SPICE", "TMP", "XDG")
"""Beginnings of the names in the environment that change what a template is."""


class Spare:
    """The template that the last simulator left behind: starting the next takes milliseconds, not a second of imports.

    There is one at most. It ends with this process.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._left: tuple[object, Template] | None = None

    def take(self) -> "Template":
        """Return the one that was left behind under the same circumstances, or another."""
        with self._lock:
            left, self._left = self._left, None
        if left is not None and left[0] == self._circumstances():
            return left[1]
        return Template()

    def leave(self, template: "Template") -> None:
        """Keep a template for the next simulator, in place of the one that is kept already."""
        if template.idle:
            with self._lock:
                before, self._left = self._left, (self._circumstances(), template)
            if before is None:
                return
            template = before[1]
        template.close()

    def _circumstances(self) -> object:
        heeded = {name: value for name, value in os.environ.items() if name.startswith(_HEEDED)}
        return os.getpid(), sys.path[:], heeded


class Template:
    """The process that workers are forked from; started at the first one, and again should it be killed.

    It ends, and its workers with it, when this object is dropped or closed, or this process ends in any way.
    """

    def __init__(self) -> None:
        self._end: weakref.finalize[..., Template] | None = None

    @property
    def idle(self) -> bool:
        """Whether it is there, and has no worker."""
        return self._end is not None and self._end.alive and not self._workers

    def fork(self, connection: int, block: int, said: int) -> int:
        """Start a worker that gets these open files; its process number. Raises SimulatorError where that fails."""
        for _ in range(LAUNCHES):  # a template that was killed shows it here
            if self._end is None or not self._end.alive:
                self._launch()
            answer = self._ask(b"fork", [connection, block, said])
            if answer is not None:
                worker = int(answer)
                self._workers.append(worker)
                return worker
            status, words = self._last_words()
            if status > 0:
                break  # by itself, and would again
        raise SimulatorError(f"the ngspice process could not be started; it {words}")

    def end(self, worker: int, kill: bool = False) -> int | None:
        """End a worker; its exit status, negative for a signal; None where it ended with its template."""
        if worker not in self._workers:
            return None
        self._workers.remove(worker)
        answer = self._ask(f"{'kill' if kill else 'end'} {worker}".encode())
        if answer is None:
            self.close()
        return None if answer is None else os.waitstatus_to_exitcode(int(answer))

    def close(self) -> None:
        """End the process and its workers."""
        if self._end is not None:
            self._end()
            self._workers.clear()

    def _launch(self) -> None:
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._said = os.memfd_create("ebana-ngspice-said")
        self._workers: list[int] = []
        paths = [os.path.abspath(path) for path in sys.path if path]  # noqa: PTH100 - a zip file is one too
        # the pool of workers is what uses the cores
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-P", "-c", PROGRAM, str(theirs.fileno()), str(os.getpid()), *paths],
                stdin=subprocess.DEVNULL,
                stdout=self._said,
                stderr=self._said,
                cwd="/",
                env=environment,
                pass_fds=[theirs.fileno()],
            )
        self._process = process
        # also at the end of this process; where it is killed, the template notices
        self._end = weakref.finalize(self, _end, process, self._channel, self._said, self._workers, os.getpid())

    def _ask(self, message: bytes, files: tuple[int, ...] | list[int] = ()) -> bytes | None:
        """Return the template's answer; None where it has died."""
        try:
            socket.send_fds(self._channel, [message], files)
            incoming = select.poll()
            incoming.register(self._channel, select.POLLIN)
            if not incoming.poll(1e3 * SECONDS_TO_ANSWER):
                self._process.kill()
            return self._channel.recv(64) or None
        except ConnectionError:
            return None
        except BaseException:
            self.close()  # an answer still on its way would be taken for that to the next question
            raise

    def _last_words(self) -> tuple[int, str]:
        """Return how the template ended: its exit status, negative for a signal, and in words."""
        status = self._process.wait()
        words = said_in(self._said)
        self.close()
        return status, ending(status, words)


SPARE = Spare()


def said_in(file: int) -> str:
    """Return the last line of an open file; empty where there is none."""
    lines = os.pread(file, 1 << 20, max(os.fstat(file).st_size - (1 << 20), 0)).decode(errors="replace").splitlines()
    return lines[-1] if lines else ""


def ending(status: int | None, words: str) -> str:
    """Return in words how a process ended, given its exit status, negative for a signal, and its last line."""
    if status is None:
        return "was killed with the process that started it"
    if status < 0:
        return f"was killed by {signal.Signals(-status).name}"
    return f"ended with status {status}: {words or 'it said nothing'}"


def _end(process: "subprocess.Popen[bytes]", channel: socket.socket, said: int, workers: list[int], owner: int) -> None:
    """End the template: by hanging up, so that it ends its workers first, where it has come to have any."""
    channel.close()
    os.close(said)
    if os.getpid() != owner:  # a fork of the owner, to whom they belong
        return
    if not workers:
        process.kill()
    try:
        process.wait(SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
