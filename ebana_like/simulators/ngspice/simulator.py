"""How are a batch's samples shared over processes, and what happens when one of them dies?"""

import mmap
import os
import select
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from multiprocessing.connection import Pipe
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from types import TracebackType
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from ebana_like.adjoint import adjoint_circuit
from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray
from ebana_like.errors import EbanaError, SettingError, SimulatorError
from ebana_like.simulators.ngspice.adjoint import solve_adjoint
from ebana_like.simulators.ngspice.block import ALIVE, SAMPLE, WORD_BYTES, WORDS
from ebana_like.simulators.ngspice.messages import Answer, Request, opened
from ebana_like.simulators.ngspice.reduction import norton_reduction
from ebana_like.simulators.protocol import Nudging, OperatingPoints, Seconds, check_features

PATIENCE = 60.0
"""Seconds without a Newton iteration after which a worker is taken to hang; a millisecond more for each element."""

LOST_BATCHES = 3
"""After so many batches in a row that no fresh worker could solve, the simulator gives up."""


Value = TypeVar("Value", bound=np.generic)


class _WorkerLostError(Exception):
    """The worker died or hung; says how."""


class _Worker:
    """One ngspice process."""

    def __init__(self, circuit: Circuit, patience: float) -> None:
        self.patience = patience + 1e-3 * sum(map(len, circuit.banks))
        self.programmed = circuit.conductances()
        self.afresh = False
        self._folder = TemporaryDirectory(prefix="ebana-ngspice-")
        self._stderr = Path(self._folder.name, "stderr")
        empty = Path(self._folder.name, "empty")
        empty.mkdir()
        with TemporaryFile() as file:
            file.truncate(WORDS * WORD_BYTES)
            self.block = np.frombuffer(mmap.mmap(file.fileno(), WORDS * WORD_BYTES), dtype=np.int64)
            self.connection, theirs = Pipe()
            files = (theirs.fileno(), file.fileno())
            # ngspice executes a .spiceinit found in its working or home directory: give it empty ones
            environment = {
                **os.environ,
                "HOME": str(empty),
                "OMP_NUM_THREADS": "1",  # the pool is what uses the cores
                "OPENBLAS_NUM_THREADS": "1",
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            }
            command = [sys.executable, "-m", "ebana_like.simulators.ngspice", *map(str, files)]
            with self._stderr.open("wb") as stderr:
                self.process = subprocess.Popen(
                    command, pass_fds=files, cwd=empty, env=environment, stdout=stderr, stderr=stderr
                )
            theirs.close()
        self._incoming = select.poll()
        self._incoming.register(self.connection.fileno(), select.POLLIN)
        self.connection.send(circuit)
        error = self.answer()
        if isinstance(error, EbanaError):
            self.close()
            raise error

    def answer(self) -> object:
        """Wait for what the worker sends. Raises _WorkerLostError when it dies, or hangs for longer than patience."""
        alive = -1
        while not self._incoming.poll(1e3 * self.patience):
            if self.block[ALIVE] == alive:
                self.process.kill()
                raise _WorkerLostError(f"made no progress for {self.patience:.0f} s")
            alive = int(self.block[ALIVE])
        try:
            return self.connection.recv()
        except (EOFError, ConnectionError) as error:
            raise _WorkerLostError(self._last_words()) from error

    def ask(self, request: Request) -> None:
        """Send a batch. Raises _WorkerLostError when nobody listens."""
        try:
            self.connection.send(request)
        except ConnectionError as error:
            # without its traceback, which holds a view of the buffer that was sent: should the two be collected
            # together, Python 3.13 and newer complain on stderr that the buffer cannot be closed
            raise _WorkerLostError(self._last_words()) from error.with_traceback(None)

    def _last_words(self) -> str:
        status = self.process.wait()
        if status < 0:
            return f"was killed by {signal.Signals(-status).name}"
        lines = self._stderr.read_text(errors="replace").splitlines()
        return f"ended with status {status}: {lines[-1] if lines else 'it said nothing'}"

    def close(self) -> None:
        """End the process."""
        self.connection.close()
        self.process.kill()
        self.process.wait()
        self._folder.cleanup()


class NgspiceSimulator:
    """ngspice as the solver: one circuit in one or several worker processes. A context manager.

    workers: processes that share every batch's samples.
    patience: seconds without progress after which a worker is replaced.

    Every process keeps its circuit set up and its last solution; results depend on that history since the last
    `forget`, and so on the number of workers, in the last digits only (4e-15 V measured on Iris).
    """

    def __init__(self, circuit: Circuit, workers: int = 1, patience: float = PATIENCE) -> None:
        if workers < 1:
            raise SettingError(f"workers is {workers}; it must be at least 1")
        self.circuit = circuit
        self._count = workers
        self._patience = patience
        self._workers: list[_Worker] = []
        self._lost = 0
        self._running = False
        self._adjoint: NgspiceSimulator | None = None

    def __enter__(self) -> Self:
        self._running = True
        self._start_missing()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running = False
        self._stop_all()
        if self._adjoint is not None:
            self._adjoint.__exit__(None, None, None)
            self._adjoint = None

    @property
    def processes(self) -> list[int]:
        """Process numbers of the workers."""
        return [worker.process.pid for worker in self._workers]

    @cached_property
    def reduced(self) -> bool:
        """Whether ngspice gets currents in place of the inputs and their resistors; results have all nodes anyway."""
        return bool(norton_reduction(self.circuit).banks)

    def forget(self) -> None:
        """Have every worker load its circuit anew with its next batch, 1 ms for XOR; see `Simulator.forget`."""
        for worker in self._workers:
            worker.afresh = True
        if self._adjoint is not None:
            self._adjoint.forget()

    def _start_missing(self) -> None:
        while len(self._workers) < self._count:
            self._workers.append(self._start())

    def _stop_all(self) -> None:
        while self._workers:
            self._workers.pop().close()

    def _start(self) -> _Worker:
        try:
            return _Worker(self.circuit, self._patience)
        except _WorkerLostError as error:
            raise SimulatorError(f"the ngspice process could not be started; it {error}") from error

    def solve(
        self, conductances: Mapping[str, FloatArray], features: FloatArray, nudging: Nudging | None = None
    ) -> OperatingPoints:
        """Solve a batch, shared over the workers; see `Simulator.solve`."""
        if not self._running:
            raise SimulatorError("the simulator is not running; use it in a `with` statement")
        features = check_features(self.circuit, features)
        self._start_missing()
        try:
            return self._shared(conductances, features, nudging)
        except BaseException:
            self._stop_all()  # answers still on their way would be taken for those of the next batch
            raise

    def adjoint(
        self, conductances: Mapping[str, FloatArray], points: OperatingPoints, currents: FloatArray
    ) -> FloatArray:
        """Solve the adjoint circuit in an ngspice of its own; see `Simulator.adjoint`."""
        if not self._running:
            raise SimulatorError("the simulator is not running; use it in a `with` statement")
        if self._adjoint is None:
            nowhere, nothing = np.zeros(len(self.circuit.nodes)), np.zeros(self.circuit.outputs.count)
            self._adjoint = NgspiceSimulator(adjoint_circuit(self.circuit, nowhere, nothing), patience=self._patience)
            self._adjoint.__enter__()
        return solve_adjoint(self._adjoint, self.circuit, conductances, points, currents)

    def _shared(
        self, conductances: Mapping[str, FloatArray], features: FloatArray, nudging: Nudging | None
    ) -> OperatingPoints:
        batch, count = len(features), max(min(len(self._workers), len(features)), 1)
        bounds = [batch * k // count for k in range(count + 1)]
        parts = [
            _Part(slice(first, end), features[first:end], nudging and nudging.part(slice(first, end)))
            for first, end in pairwise(bounds)
        ]
        unasked = [self._try_to_ask(k, conductances, part) for k, part in enumerate(parts)]
        answers = [
            self._answer(k, conductances, part, lost) for k, (part, lost) in enumerate(zip(parts, unasked, strict=True))
        ]
        return OperatingPoints(
            self.circuit,
            _joined([answer.voltages for answer in answers]),
            _joined([answer.converged for answer in answers]),
            _joined([answer.iterations for answer in answers]),
            {
                part.samples.start + sample: text
                for part, answer in zip(parts, answers, strict=True)
                for sample, text in answer.messages.items()
            },
            Seconds(
                max(answer.seconds.solving for answer in answers),
                max(answer.seconds.programming for answer in answers),
            ),
        )

    def _ask(self, k: int, conductances: Mapping[str, FloatArray], part: "_Part", relaxed: bool = False) -> None:
        worker = self._workers[k]
        changed = {
            name: np.array(g, dtype=float)
            for name, g in conductances.items()
            if worker.afresh
            or (g is not worker.programmed.get(name) and not np.array_equal(g, worker.programmed.get(name, ())))
        }
        worker.ask(Request(changed, part.features, part.nudging, relaxed, worker.afresh))
        worker.programmed |= changed
        worker.afresh = False

    def _try_to_ask(self, k: int, conductances: Mapping[str, FloatArray], part: "_Part") -> _WorkerLostError | None:
        try:
            self._ask(k, conductances, part)
        except _WorkerLostError as error:
            return error
        return None

    def _answer(
        self, k: int, conductances: Mapping[str, FloatArray], part: "_Part", lost: _WorkerLostError | None
    ) -> Answer:
        """Return a worker's answer; a worker that is lost is replaced and the part tried once more."""
        try:
            if lost is not None:
                raise lost
            answer = opened(self._workers[k].answer())
            self._lost = 0
            return answer
        except _WorkerLostError as error:
            first_error, sample = error, self._last_sample(k, part)
            self._replace(k)
        try:
            self._ask(k, conductances, part, relaxed=True)
            answer = opened(self._workers[k].answer())
        except _WorkerLostError as error:
            self._lost += 1
            if self._lost >= LOST_BATCHES:
                raise SimulatorError(
                    f"the ngspice process {error}, in {LOST_BATCHES} batches in a row; "
                    "solve the run's netlist by hand to see why: ngspice -b netlist.cir"
                ) from error
            sample = self._last_sample(k, part)
            self._replace(k)
            return self._nothing(part, sample, f"left out: the ngspice process {error} twice")
        text = f"the ngspice process {first_error} near this sample; solved again in a fresh one"
        return replace(answer, messages={sample: text, **answer.messages})

    def _last_sample(self, k: int, part: "_Part") -> int:
        """Return the sample a lost worker was last heard of at."""
        return min(int(self._workers[k].block[SAMPLE]), len(part.features) - 1)

    def _replace(self, k: int) -> None:
        self._workers[k].close()
        self._workers[k] = self._start()

    def _nothing(self, part: "_Part", sample: int, text: str) -> Answer:
        shape = (part.phases, len(part.features))
        return Answer(
            np.full((*shape, len(self.circuit.nodes)), np.nan),
            np.zeros(shape, dtype=bool),
            np.zeros(shape, dtype=np.intp),
            {sample: text},
            Seconds(),
        )


@dataclass(frozen=True, eq=False)
class _Part:
    """The samples of a batch that go to one worker."""

    samples: slice
    features: FloatArray
    nudging: Nudging | None

    @property
    def phases(self) -> int:
        """Points a sample."""
        return 1 + (0 if self.nudging is None else len(self.nudging.loads))


def _joined(parts: list[NDArray[Value]]) -> NDArray[Value]:
    """Return arrays (phases, part, ...) as one (phases, batch, ...)."""
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)
