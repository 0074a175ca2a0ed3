"""How is ngspice a simulator like every other? By processes that are started, asked, and ended in good order."""

import os
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from threading import RLock
from types import TracebackType
from typing import Self

import numpy as np

from ebana_like.adjoint import unsolved_adjoint
from ebana_like.checks import require_number
from ebana_like.circuit import Circuit
from ebana_like.elements import Devices, FloatArray, IdealDiodes, SmallSignal
from ebana_like.errors import SimulatorError
from ebana_like.limits import require_at_most
from ebana_like.netlist import tolerances
from ebana_like.netlist.wires import Unwired
from ebana_like.simulators.first_answer import FirstAnswer
from ebana_like.simulators.ngspice.adjoint import solve_adjoint
from ebana_like.simulators.ngspice.bench import DeviceBench
from ebana_like.simulators.ngspice.crew import Crew
from ebana_like.simulators.ngspice.reduction import norton_reduction
from ebana_like.simulators.ngspice.start import SPARE, Template
from ebana_like.simulators.ngspice.timekeeper import Timekeeper
from ebana_like.simulators.protocol import check_features, held_values
from ebana_like.systems import (
    AdjointCourse,
    CircuitSystem,
    Nudging,
    OperatingPoints,
    Phasors,
    Response,
    Trajectories,
    Transient,
)
from ebana_like.systems.playback import playback
from ebana_like.values import Values

PATIENCE = 60.0
"""Seconds without a sign of life after which a process is taken to hang."""


class NgspiceSimulator:
    """ngspice as the solver: one circuit in one or several worker processes. A context manager.

    workers: processes that share every batch's samples.
    patience: seconds without progress after which a worker is replaced.

    Every process keeps its circuit set up and its last solution; results depend on that history since the last
    `forget`, and so on the number of workers, in the last digits only (4e-15 V measured on Iris). A process that is
    killed is replaced by one that is told the same history, and makes no difference to results.

    Several threads may use it; they are served one after the other. Its processes end when it is left, dropped, or this
    process ends in any way.
    """

    def __init__(self, circuit: Circuit, workers: int = 1, patience: float = PATIENCE) -> None:
        require_number("workers", workers, whole=True, low=1)
        require_at_most("workers", workers, f"workers is {workers:,}")
        circuit.refuse(IdealDiodes, "SPICE has none: use --engine native, or another diode")
        self.circuit = circuit
        self.system = CircuitSystem(circuit)
        self._patience = patience
        self._template = Template()
        self._workers = workers
        self._unwired = Unwired(circuit)
        self._crew = Crew(self._unwired.circuit, self._template, workers, patience)
        self._adjoint: Crew | None = None
        self._bench: DeviceBench | None = None
        self._times: Timekeeper | None = None
        self._lock = RLock()
        self._owner = 0
        self._first = FirstAnswer(tolerances(self._unwired.circuit).note)

    def __enter__(self) -> Self:
        with self._lock:
            self._owner = os.getpid()
            self._template = SPARE.take()
            self._crew = Crew(self._unwired.circuit, self._template, self._workers, self._patience)
            self._crew.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._owner = 0
            for started in self._started:
                started.close()
            self._adjoint = self._bench = self._times = None
            SPARE.leave(self._template)
            self._template = Template()

    @property
    def processes(self) -> list[int]:
        """Process numbers of the workers."""
        return self._crew.processes

    @cached_property
    def reduced(self) -> bool:
        """Whether ngspice gets currents in place of the inputs and their resistors; results have all nodes anyway."""
        return bool(norton_reduction(self._unwired.circuit).banks)

    def forget(self) -> None:
        """Have every worker load its circuit anew with its next batch, 1 ms for XOR; see `Simulator.forget`."""
        with self._lock:
            for started in self._started:
                started.forget()

    def solve(self, values: Values, features: FloatArray, nudging: Nudging | None = None) -> OperatingPoints:
        """Solve a batch, shared over the workers; see `Simulator.solve`."""
        features = check_features(self.circuit, features)
        held = held_values(self.circuit, values)
        with self._lock:
            self._require_running()
            points = self._crew.solve(self._unwired.values(held), features, nudging)
            points = replace(points, circuit=self.circuit, values=held).learned_with(values)
            if self.circuit.of_kind(Devices):
                points = replace(points, measure=self._measure)
            return self._first.heard(points)

    def follow(
        self, values: Values, features: FloatArray, analysis: Transient, driven: Values | None = None
    ) -> Trajectories:
        """Follow a batch in time, in an ngspice of its own, sample after sample; see `InTime`."""
        held = held_values(self.circuit, values)
        with self._lock:
            self._require_running()
            return self._timed.follow(held, features, analysis, driven or {})

    def backwards(self, course: Trajectories, analysis: Transient, slopes: FloatArray) -> AdjointCourse:
        """Play a course back to its adjoint circuit, in an ngspice of its own; see `Backwards`."""
        played = playback(course, analysis, slopes)
        with self._lock:
            self._require_running()
            keeper = Timekeeper(played.circuit, self._template, self._patience)
            try:
                nothing = np.zeros((len(course.voltages), played.circuit.inputs.count))
                return played.read(keeper.follow({}, nothing, played.analysis, played.driven))
            finally:
                keeper.close()

    def respond(self, points: OperatingPoints, phasors: Phasors, hertz: FloatArray) -> Response:
        """Answer to small sinusoids, in an ngspice of its own, sample after sample; see `SmallSignals`."""
        with self._lock:
            self._require_running()
            return self._timed.respond(points, phasors, hertz)

    def adjoint(self, points: OperatingPoints, currents: FloatArray) -> FloatArray:
        """Solve the adjoint circuit in an ngspice of its own; see `Simulator.adjoint`."""
        with self._lock:
            self._require_running()
            plain = self._unwired.circuit
            if self._adjoint is None:
                self._adjoint = Crew(unsolved_adjoint(plain), self._template, 1, self._patience)
            if plain is not self.circuit:
                values = self._unwired.values(self.circuit.of_elements(points.values))
                points = replace(points, circuit=plain, values=values)
            return solve_adjoint(self._adjoint, plain, points, currents)

    def _measure(self, points: OperatingPoints) -> Mapping[str, SmallSignal]:
        """Ask devices only SPICE knows, in an ngspice of their own, for currents and slopes at the free points."""
        with self._lock:
            self._require_running()
            if self._bench is None:
                self._bench = DeviceBench(self.circuit, self._template, self._patience)
            return self._bench.measure(points)

    @property
    def _timed(self) -> Timekeeper:
        if self._times is None:
            self._times = Timekeeper(self.circuit, self._template, self._patience)
        return self._times

    @property
    def _started(self) -> list[Crew | DeviceBench | Timekeeper]:
        every = self._crew, self._adjoint, self._bench, self._times
        return [started for started in every if started is not None]

    def _require_running(self) -> None:
        if not self._owner:
            raise SimulatorError("the simulator is not running; use it in a `with` statement")
        if self._owner != os.getpid():
            raise SimulatorError(
                f"the simulator belongs to process {self._owner}, not to {os.getpid()}; make one in each process"
            )
