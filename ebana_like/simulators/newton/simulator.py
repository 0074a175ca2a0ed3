"""Which of the two engines suits a circuit? The layered one where the wiring is that of a layered network."""

import time
from collections.abc import Mapping
from threading import RLock
from types import TracebackType
from typing import Self

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import Devices, FloatArray
from ebana_like.simulators.first_answer import FirstAnswer
from ebana_like.simulators.newton import one_thread
from ebana_like.simulators.newton.layered import LayeredEngine
from ebana_like.simulators.newton.mna import GeneralEngine
from ebana_like.simulators.protocol import Nudging, OperatingPoints, Seconds, check_conductances, check_features
from ebana_like.simulators.structure import find_layers


class NewtonSimulator:
    """Newton's method with ngspice's constants as the solver. A context manager like every simulator.

    The circuit's wiring alone decides which equations are used: those of a layered network where it is one, with
    neurons eliminated one by one, and modified nodal analysis for every other circuit.

    While it runs, BLAS keeps to one thread: the matrices are small, and two threads that wait for each other on cores
    shared with other work made a batch up to 12 times slower (784-200-20).

    Several threads may use it; they are served one after the other.
    """

    reduced = False

    def __init__(self, circuit: Circuit) -> None:
        circuit.refuse(Devices, "only ngspice knows its law: use --engine ngspice")
        self.circuit = circuit
        layers = find_layers(circuit)
        self._engine = GeneralEngine(circuit) if layers is None else LayeredEngine(circuit, layers)
        self._lock = RLock()
        self._first = FirstAnswer(circuit)

    def __enter__(self) -> Self:
        one_thread.enter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        one_thread.leave()

    def forget(self) -> None:
        """Do nothing: every batch is solved from the start."""

    def solve(
        self, conductances: Mapping[str, FloatArray], features: FloatArray, nudging: Nudging | None = None
    ) -> OperatingPoints:
        """Solve a batch; see `Simulator.solve`."""
        features = check_features(self.circuit, features)
        check_conductances(self.circuit, conductances)
        with self._lock:
            began = time.perf_counter()
            solved = self._engine.solve(conductances, features, nudging)
            seconds = Seconds(solving=time.perf_counter() - began)
        points = OperatingPoints(
            self.circuit, solved.voltages, solved.converged, solved.iterations, solved.messages, seconds
        )
        return self._first.heard(points, conductances)

    def adjoint(
        self, conductances: Mapping[str, FloatArray], points: OperatingPoints, currents: FloatArray
    ) -> FloatArray:
        """Solve the transposed equations; see `Simulator.adjoint`."""
        check_conductances(self.circuit, conductances)
        found: FloatArray = np.full_like(points.voltages[0], np.nan)
        solved = points.converged[0]
        with self._lock:
            found[solved] = self._engine.adjoint(conductances, points.voltages[0, solved], currents[solved])
        return found
