"""How are a batch's samples shared over several ngspice?"""

from itertools import pairwise

from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray
from ebana_like.simulators.ngspice.messages import joined
from ebana_like.simulators.ngspice.start import Template
from ebana_like.simulators.ngspice.steady import Batch, Steady
from ebana_like.systems import Nudging, OperatingPoints
from ebana_like.values import Values


class Crew:
    """One circuit in one or several ngspice, which are started when they are needed.

    template: what they are started from. count: how many. patience: seconds, see `Worker`.
    """

    def __init__(self, circuit: Circuit, template: Template, count: int, patience: float) -> None:
        self.circuit = circuit
        self._template = template
        self._count = count
        self._patience = patience
        self._workers: list[Steady] = []

    @property
    def processes(self) -> list[int]:
        """Process numbers."""
        return [worker.process for worker in self._workers]

    def start(self) -> None:
        """Start those that are missing."""
        while len(self._workers) < self._count:
            self._workers.append(Steady(self.circuit, self._template, self._patience))

    def close(self) -> None:
        """End all."""
        while self._workers:
            self._workers.pop().close()

    def forget(self) -> None:
        """Have all load their circuit anew with the next batch; see `Simulator.forget`."""
        for worker in self._workers:
            worker.forget()

    def solve(self, held: Values, features: FloatArray, nudging: Nudging | None = None) -> OperatingPoints:
        """Solve a batch; see `Simulator.solve`. Held values are one an element."""
        self.start()
        batch = Batch(held, features, nudging)
        samples, count = len(features), max(min(self._count, len(features)), 1)
        bounds = [samples * k // count for k in range(count + 1)]
        try:
            asked = self._workers[:count]
            for worker, (first, end) in zip(asked, pairwise(bounds), strict=True):
                worker.ask(batch.part(slice(first, end)))
            answer = joined(
                [(first, worker.answer()) for worker, first in zip(asked, bounds[:count], strict=True)], max
            )
        except BaseException:
            self.close()  # answers still on their way would be taken for those of the next batch
            raise
        return OperatingPoints(
            self.circuit, held, answer.voltages, answer.converged, answer.iterations, answer.messages, answer.seconds
        )
