"""Which ngspice follows circuits in time? One of its own, that is started when it is asked for, and again when lost."""

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import CurrentSources, FloatArray, VoltageSources
from ebana_like.errors import CircuitError, EbanaError, SettingError, SimulatorError
from ebana_like.simulators.ngspice.messages import Answered, Course, Followed, Tones, Unknown, packed
from ebana_like.simulators.ngspice.process import Worker, WorkerLostError
from ebana_like.simulators.ngspice.start import Template
from ebana_like.systems import (
    OperatingPoints,
    Phasors,
    Response,
    Seconds,
    Trajectories,
    Transient,
    stimuli,
    swings,
)
from ebana_like.values import Values, address


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
        assert isinstance(answer, Followed)
        count = len(circuit.nodes) - 1
        ground = np.zeros((*answer.found.shape[:2], 1))
        ground[~answer.solved] = np.nan
        voltages = np.concatenate([ground, answer.found[..., :count]], axis=2)
        seconds = Seconds(solving=answer.seconds)
        return Trajectories(
            circuit, held, analysis.times, voltages, answer.found[..., count:], answer.solved, answer.messages, seconds
        )

    def respond(self, points: OperatingPoints, phasors: Phasors, hertz: FloatArray) -> Response:
        """Answer to small sinusoids; see `SmallSignals`. What sources hold is read off the points."""
        circuit, near = self._circuit, points.voltages[0]
        if circuit.storage.unread:
            raise CircuitError(f"{circuit.storage.unread[0]}; it would be missing")
        held = circuit.of_elements(points.values)
        none = np.zeros((len(near), 0))
        volts = [none, *(bank.drop(near) for bank in circuit.of_kind(VoltageSources))]
        amperes = [none]
        for bank in circuit.of_kind(CurrentSources):
            at = address(bank.name, "amperes")
            own = np.zeros(len(bank)) if at in circuit.driven.addresses else held.get(at, bank.amperes)
            amperes.append(np.broadcast_to(own, (len(near), len(bank))))
        hertz = np.asarray(hertz, dtype=float)
        if not (hertz > 0).all():
            raise SettingError("a frequency is not above zero; give hertz above zero")
        swing = swings(circuit, phasors, len(near))
        sides = np.concatenate(volts, axis=1), np.concatenate(amperes, axis=1)
        answer = self._asked(Tones(circuit.with_values(held), *sides, swing, near, hertz))
        assert isinstance(answer, Answered)
        found = np.concatenate([np.zeros((*answer.found.shape[:2], 1)), answer.found], axis=2)
        found[:, ~np.isfinite(near).all(axis=1)] = np.nan
        return Response(circuit, hertz, found)

    def _asked(self, course: Course | Tones) -> Followed | Answered:
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
        assert isinstance(answer, Followed | Answered)
        return answer
