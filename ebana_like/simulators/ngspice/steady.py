"""How does an ngspice outlive its processes? What it was asked since it last forgot is asked again of a fresh process.

After that a fresh process is where the lost one was, to the last bit: so one that is killed costs time and nothing
else. A sample at which a process is lost twice is what ends it: such a sample is solved by itself, with relaxed
tolerances, and left out where that ends its process too.
"""

import sys
from dataclasses import dataclass, replace

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray
from ebana_like.errors import SimulatorError
from ebana_like.simulators.ngspice.messages import Answer, Request, Unknown, joined, opened, packed
from ebana_like.simulators.ngspice.process import Worker, WorkerLostError
from ebana_like.simulators.ngspice.reduction import programmable
from ebana_like.simulators.ngspice.start import Template
from ebana_like.simulators.protocol import held_values
from ebana_like.systems import Nudging, Seconds
from ebana_like.values import Values

LOSSES = 12
"""After so many losses without an answer in between it gives up: three samples in a row, with four each."""

REMEMBERED_POINTS, REMEMBERED_BYTES = 50_000, 1 << 26
"""Having been asked for more since it last forgot, an ngspice forgets by itself: that bounds what is asked again."""

GROWTH = 12 << 20
"""Bytes that a process may grow by; 360 stay behind in ngspice 39 with every `alter`, whatever is freed.

A larger one is replaced where its ngspice forgets, which makes no difference to what is solved next.
"""


@dataclass(frozen=True, eq=False)
class Batch:
    """Samples to be solved by one process.

    held: values, one an element, by address. features: (samples, features), volts.
    """

    held: Values
    features: FloatArray
    nudging: Nudging | None

    def part(self, samples: slice) -> "Batch":
        """Return some of the samples."""
        return replace(self, features=self.features[samples], nudging=self.nudging and self.nudging.part(samples))

    @property
    def phases(self) -> int:
        """Points a sample."""
        return 1 + (0 if self.nudging is None else self.nudging.phases)


class Steady:
    """One circuit in one ngspice, in whatever process.

    Raises EbanaError where ngspice cannot solve the circuit, or SimulatorError where its processes keep dying.
    """

    def __init__(self, circuit: Circuit, template: Template, patience: float) -> None:
        self._circuit = circuit
        self._template = template
        self._patience = patience
        self._known = held_values(circuit, {})
        self._afresh = True  # it begins as one that has been there before begins again
        self._by_value: frozenset[str] = frozenset()
        self._journal: list[bytes] = []
        self._points = self._bytes = 0
        self._lost: WorkerLostError | None = None
        self._losses = 0
        self._worker = self._started()

    @property
    def process(self) -> int:
        """Number of the process that is at work."""
        return self._worker.pid

    def close(self) -> None:
        """End the process."""
        self._worker.close()

    def forget(self) -> None:
        """Load the circuit anew with the next batch; see `Simulator.forget`."""
        self._afresh = True

    def ask(self, batch: Batch, relaxed: bool = False) -> None:
        """Send a batch; a process that is lost shows when the answer is read."""
        self._batch, self._relaxed = batch, relaxed
        self._afresh |= self._points > REMEMBERED_POINTS or self._bytes > REMEMBERED_BYTES
        wanted = {**{of: self._own_value(of) for of in self._known if of not in batch.held}, **batch.held}
        values = {of: np.array(value, dtype=float) for of, value in wanted.items() if self._is_new(of, value)}
        self._afresh |= not all(programmable(self._circuit, of) for of in values)
        if self._afresh:
            values = {**self._known, **values}
            self._journal.clear()
            self._points = self._bytes = 0
        request = Request(values, batch.features, batch.nudging, relaxed, self._afresh)
        self._known |= values
        self._points += batch.phases * len(batch.features)
        self._bytes += batch.features.nbytes + sum(g.nbytes for g in values.values())
        self._request = request
        self._journal.append(packed(request, self._by_value))
        try:
            if self._afresh and self._worker.growth > GROWTH:
                self._renew()
            self._worker.ask(self._journal[-1])
        except WorkerLostError as error:
            self._lost = error
        self._afresh = False

    def answer(self) -> Answer:
        """Wait for the answer to what was asked. Raises what the process reports, or SimulatorError as the class."""
        earlier: WorkerLostError | None = None
        while True:
            try:
                if self._lost is not None:
                    raise self._lost
                answer = self._answer()
            except WorkerLostError as error:
                self._lost = None
                self._count(error)
                if earlier is not None and error.sample is not None and error.sample == earlier.sample:
                    return self._around(error)
                earlier = error
                self._lost = self._repeat()
            else:
                self._losses = 0
                if earlier is None:
                    return answer
                text = f"the ngspice process {earlier} near this sample; solved again in a fresh one, to the same bits"
                return replace(answer, messages={earlier.sample or 0: text, **answer.messages})

    def _answer(self) -> Answer:
        """Return the answer to the last request, which is sent again as often as something in it is unknown."""
        while isinstance(answer := self._worker.answer(), Unknown):
            if answer.module in self._by_value or answer.module not in sys.modules:
                raise SimulatorError(f"the solver process cannot import the cost: {answer.reason}; put it in a module")
            self._by_value |= {answer.module}
            self._journal[-1] = packed(self._request, self._by_value)
            self._worker.ask(self._journal[-1])
        return opened(answer)

    def _is_new(self, of: str, value: FloatArray) -> bool:
        known = self._known.get(of)
        return value is not known and (known is None or not np.array_equal(value, known))

    def _own_value(self, of: str) -> FloatArray:
        """Return what an address holds in the circuit itself, (n,)."""
        value: FloatArray = self._circuit.value(of)
        return value

    def _started(self) -> Worker:
        """Return a fresh process."""
        while True:
            try:
                return Worker(self._template, self._circuit, self._patience)
            except WorkerLostError as error:
                self._count(error)

    def _renew(self) -> None:
        """Put a fresh process in the place of the present one."""
        self.close()
        self._worker = self._started()

    def _count(self, error: WorkerLostError) -> None:
        """Raise SimulatorError where too many processes were lost."""
        self._losses += 1
        if self._losses >= LOSSES:
            raise SimulatorError(
                f"the ngspice process {error}, the last of {self._losses} in a row; "
                "solve the run's netlist by hand to see why: ngspice -b netlist.cir"
            ) from error

    def _repeat(self) -> WorkerLostError | None:
        """Bring a fresh process to where the lost one was, and send the last request again; what was lost meanwhile."""
        self._renew()
        try:
            for request in self._journal[:-1]:
                self._worker.ask(request)
                self._worker.answer()
        except WorkerLostError as error:
            return WorkerLostError(str(error))  # at a sample of another batch
        try:
            self._worker.ask(self._journal[-1])
        except WorkerLostError as error:
            return error
        return None

    def _around(self, error: WorkerLostError) -> Answer:
        """Solve the last batch around the sample at which its process was lost twice."""
        batch, relaxed, sample = self._batch, self._relaxed, error.sample or 0
        count = len(batch.features)
        self._renew()
        self._afresh = True
        if relaxed:
            return _nothing(
                batch, len(self._circuit.nodes), f"left out: the ngspice process {error}, however it was tried"
            )
        answers = []
        for part in (slice(0, sample), slice(sample, sample + 1), slice(sample + 1, count)):
            if part.start < part.stop:
                alone = part.start == sample
                self.ask(batch.part(part), relaxed=alone)
                answer = self.answer()
                if alone and answer.converged.all():
                    text = f"solved with relaxed tolerances: the ngspice process {error} at this sample, twice"
                    answer = replace(answer, messages={0: text})
                answers.append((part.start, answer))
        return joined(answers, sum)


def _nothing(batch: Batch, nodes: int, text: str) -> Answer:
    """Return the answer of a sample that is left out."""
    shape = (batch.phases, len(batch.features))
    nowhere = np.full((*shape, nodes), np.nan)
    return Answer(nowhere, np.zeros(shape, dtype=bool), np.zeros(shape, dtype=np.intp), {0: text}, Seconds())
