"""How is work shared over processes, so that one that is killed costs only the item it had in hand?

Every process has a pipe of its own, and none holds a lock that the others wait for. Of the libraries for this, loky
(joblib) gives up all items, those of the other processes too, when one process is killed, and pebble's pool does not
survive the death of its idle processes.
"""

import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe, wait
from threading import Thread
from typing import Generic, TypeVar

from ebana_like.errors import EbanaError

TRIES = 2
"""How often an item is tried whose process dies."""

SECONDS_TO_END = 5.0

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Outcome(Generic[Item, Result]):
    """What came of an item.

    result: None where there is none. reason: why there is none, else empty.
    lost: whether that is because the process died, which may not happen again.
    """

    item: Item
    result: Result | None
    reason: str = ""
    lost: bool = False


class _Worker(Generic[Item, Result]):
    """One process, and our end of its pipe."""

    def __init__(self, work: Callable[[Item], Result]) -> None:
        self.connection, theirs = Pipe()
        # a fork server would import everything once, but leave its socket's folder behind when it is killed
        context = multiprocessing.get_context("spawn")
        self.process = context.Process(target=_serve, args=(theirs, work), daemon=True)
        self.process.start()
        theirs.close()

    def give(self, item: Item) -> None:
        """Send an item; a process that is dead shows it when its answer is read."""
        with suppress(ConnectionError):
            self.connection.send(item)

    def last_words(self) -> str:
        """Return how the process ended."""
        self.process.join()
        status = self.process.exitcode or 0
        return f"was killed by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"

    def end(self) -> None:
        """End the process, leaving it a moment to tidy up."""
        self.connection.close()
        self.process.terminate()
        self.process.join(SECONDS_TO_END)
        self.process.kill()
        self.process.join()


def share(
    work: Callable[[Item], Result], items: Iterable[Item], workers: int
) -> Generator[Outcome[Item, Result], None, None]:
    """Apply `work`, a function of a module, to every item; yield what came of each as soon as it is known.

    workers: processes. One that dies is replaced, and its item tried once more. An exception fails its item only.
    Close the generator to end the processes (`contextlib.closing`).
    """
    waiting = deque((item, 1) for item in items)
    idle: list[_Worker[Item, Result]] = []
    busy: dict[Connection, tuple[_Worker[Item, Result], Item, int]] = {}
    try:
        while waiting or busy:
            while waiting and len(busy) < workers:
                worker = idle.pop() if idle else _Worker(work)
                item, attempt = waiting.popleft()
                busy[worker.connection] = (worker, item, attempt)
                worker.give(item)
            for connection in wait(list(busy)):
                assert isinstance(connection, Connection)
                worker, item, attempt = busy.pop(connection)
                try:
                    result, reason = connection.recv()
                except (EOFError, ConnectionError):
                    connection.close()
                    if attempt < TRIES:
                        waiting.appendleft((item, attempt + 1))
                    else:
                        yield Outcome(item, None, f"its process {worker.last_words()}, {TRIES} times", lost=True)
                else:
                    idle.append(worker)
                    yield Outcome(item, result, reason)
    finally:
        for worker in (*idle, *(worker for worker, *_ in busy.values())):
            worker.end()


def _serve(connection: Connection, work: Callable[[Item], Result]) -> None:
    """Answer items until the parent hangs up; when told to end, unwind, so that simulators end their own processes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends Ctrl-C to all processes; the main one decides
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    # numba guards against forks by a named semaphore, which a killed process leaves behind; here nothing forks
    multiprocessing.set_start_method("spawn", force=True)
    Thread(target=_end_with_parent, daemon=True).start()
    try:
        with suppress(EOFError, ConnectionError):
            while True:
                connection.send(_answer(work, connection.recv()))
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # it is ending already


def _answer(work: Callable[[Item], Result], item: Item) -> tuple[Result | None, str]:
    """Return the result of an item, or why there is none; whatever that is, the other items are not to suffer."""
    try:
        return work(item), ""
    except EbanaError as error:
        return None, str(error)
    except Exception as error:
        return None, f"{type(error).__name__}: {error}"


def _end_with_parent() -> None:
    """Tell this process to end as soon as the parent is dead, which may be long before the item in hand is done."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)
