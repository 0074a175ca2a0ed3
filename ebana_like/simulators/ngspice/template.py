"""How does a fresh ngspice process start within milliseconds? It is forked from a process that has imported everything
and never started ngspice itself.

The template answers on a socket: "fork", with the files the new worker gets, by the worker's number; "end NUMBER" and
"kill NUMBER", by how that worker ended. When its parent hangs up or is dead it ends, and its workers with it, those
that are solving too.
"""

import ctypes
import gc
import os
import signal
import socket
import time
import traceback
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import NoReturn

from ebana_like.errors import EbanaError
from ebana_like.simulators.ngspice.library import loaded
from ebana_like.simulators.ngspice.proof import compile_proof
from ebana_like.simulators.ngspice.worker import serve

SECONDS_TO_EXIT = 2.0
"""A worker that has hung up is given so long to exit by itself, which tells how it ended."""

SECONDS_BETWEEN_LOOKS = 1.0
"""How often to see whether the parent lives: a fork of it may hold the other end of the socket open."""

PR_SET_PDEATHSIG = 1
"""From linux/prctl.h."""


def main(descriptor: int, parent: int) -> None:
    """Fork workers until the parent hangs up or is dead.

    descriptor: of our end of the socket. parent: its process number.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    with socket.socket(fileno=descriptor) as channel:
        with suppress(EbanaError):  # every worker will say so
            loaded()
        compile_proof()
        channel.settimeout(SECONDS_BETWEEN_LOOKS)
        gc.freeze()  # else the first collection in a worker writes to, and so copies, all that it shares with this one
        workers: set[int] = set()
        try:
            while os.getppid() == parent:
                with suppress(TimeoutError):
                    message, files, _, _ = socket.recv_fds(channel, 64, 3)
                    if not message:
                        return
                    word, _, number = message.decode().partition(" ")
                    answer = _fork(channel, workers, *files) if word == "fork" else _end(workers, int(number), word)
                    channel.send(str(answer).encode())
        except ConnectionError:
            return
        finally:
            for worker in [*workers]:
                _end(workers, worker, "kill")


def _fork(channel: socket.socket, workers: set[int], connection: int, block: int, said: int) -> int:
    """Start a worker, which alone keeps the files; its number."""
    template = os.getpid()
    worker = os.fork()
    if worker == 0:
        _work(channel, template, connection, block, said)
    workers.add(worker)
    for descriptor in (connection, block, said):
        os.close(descriptor)
    return worker


def _work(channel: socket.socket, template: int, connection: int, block: int, said: int) -> NoReturn:
    """Be a worker until the parent hangs up or the template ends."""
    status = 1
    try:
        channel.close()
        for stream in (1, 2):
            os.dup2(said, stream)
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() == template:
            serve(Connection(connection), block)
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def _end(workers: set[int], worker: int, word: str) -> int:
    """End a worker, at once or when it has had time to exit by itself; its wait status."""
    workers.remove(worker)
    moment = time.monotonic() + (0.0 if word == "kill" else SECONDS_TO_EXIT)
    while (found := os.waitpid(worker, os.WNOHANG)) == (0, 0):
        if time.monotonic() >= moment:
            os.kill(worker, signal.SIGKILL)
        time.sleep(1e-3)
    return found[1]
