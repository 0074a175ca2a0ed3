"""Which ngspice follows circuits in time? One of its own, that is started when it is asked for, and again when lost."""

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray
from ebana_like.errors import CircuitError, EbanaError, SimulatorError
from ebana_like.simulators.ngspice.messages import Unknown, packed
from ebana_like.simulators.ngspice.process import Worker, WorkerLostError
from ebana_like.simulators.ngspice.start import Template
from ebana_like.simulators.ngspice.transient import Course, Followed
from ebana_like.systems import Seconds, Trajectories, Transient, stimuli
from ebana_like.values import Values


class Timekeeper:
    """One circuit in one ngspice. template, patience: as for `Worker`."""

    def __init__(self, circuit: Circuit, template: Template, patience: float) -> None:
        self._circuit = circuit
        self._template = template
        self._patience = patience
        self._worker: Worker | None = None

    def close(self) -> None:
        """End the process."""
        if self._worker is not None:
            self._worker.close()
        self._worker = None

    def forget(self) -> None:
        """Do nothing: every batch is loaded anew."""

    def follow(self, held: Values, features: FloatArray, analysis: Transient, driven: Values) -> Trajectories:
        """Return what a batch does in time; see `InTime`. Held values are one an element."""
        circuit = self._circuit
        if circuit.storage.unread:
            raise CircuitError(f"{circuit.storage.unread[0]}; it would be missing in time")
        sources = stimuli(circuit, held, features, driven, analysis.times)
        answer = self._asked(Course(circuit.with_values(held), sources, analysis))
        count = len(circuit.nodes) - 1
        ground = np.zeros((*answer.found.shape[:2], 1))
        ground[~answer.solved] = np.nan
        voltages = np.concatenate([ground, answer.found[..., :count]], axis=2)
        seconds = Seconds(solving=answer.seconds)
        return Trajectories(
            circuit, held, analysis.times, voltages, answer.found[..., count:], answer.solved, answer.messages, seconds
        )

    def _asked(self, course: Course) -> Followed:
        try:
            if self._worker is None:
                self._worker = Worker(self._template, self._circuit, self._patience)
            self._worker.ask(packed(course))
            answer = self._worker.answer()
        except WorkerLostError as error:
            self._worker = None
            raise SimulatorError(f"ngspice {error} while it followed the circuit in time") from error
        except BaseException:
            self.close()  # an answer still on its way would be taken for that to the next question
            raise
        if isinstance(answer, EbanaError):
            raise answer
        if isinstance(answer, Unknown):
            raise SimulatorError(f"the circuit cannot be sent to the solver process: {answer.reason}")
        assert isinstance(answer, Followed)
        return answer
