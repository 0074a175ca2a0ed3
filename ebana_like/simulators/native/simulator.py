"""Which equations suit a circuit? Those of a layered network where its wiring is one, else modified nodal analysis."""

import time
from dataclasses import replace
from functools import cached_property
from types import TracebackType
from typing import Any, Self

import jax
import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import Devices, FloatArray, IdealDiodes, WiredCrossbar
from ebana_like.netlist.wires import Unwired
from ebana_like.simulators.descent import Descended, Descent
from ebana_like.simulators.first_answer import FirstAnswer
from ebana_like.simulators.moving import Batches
from ebana_like.simulators.native import compiled, one_thread
from ebana_like.simulators.native.general import GeneralEngine
from ebana_like.simulators.native.layers.descent import Rule, descend, descend_by_devices
from ebana_like.simulators.native.layers.ideal import SWEEPS
from ebana_like.simulators.native.layers.layered import LayeredCircuit
from ebana_like.simulators.native.layers.resident import Resident, split
from ebana_like.simulators.native.layers.scoring import scores_of
from ebana_like.simulators.native.layers.settle import NEWTON_LIMIT
from ebana_like.simulators.native.layers.stepping import ResidentState, on_device
from ebana_like.simulators.native.runtime import as_jax, doubles, gathered, make_room, padded, shared_out
from ebana_like.simulators.native.small_signal import respond
from ebana_like.simulators.nodes import rescued, unsolved
from ebana_like.simulators.protocol import check_features, held_values
from ebana_like.simulators.scoring import Scored
from ebana_like.simulators.solved import Solved
from ebana_like.simulators.structure import find_layers
from ebana_like.systems import (
    Adaptive,
    AdjointCourse,
    CircuitSystem,
    Nudging,
    OperatingPoints,
    Phasors,
    Response,
    Seconds,
    Trajectories,
    Transient,
)
from ebana_like.values import Values, parts

NOT_LAYERED = (
    "ideal diodes are solved in layered networks alone, between their neurons and constant sources; wire it as one, or "
    'take a steep diode such as the model "ideal"'
)

SAMPLES_AT: tuple[int | None, ...] = (1, None, 1, None, 2, 2, None)
"""Which axis of `Batches` counts samples."""


class NativeSimulator:
    """Newton's method in JAX with ngspice's constants. A context manager like every simulator.

    The circuit's wiring alone decides which equations are used. All numbers are doubles, whatever the process does
    with JAX elsewhere, but those of training steps that it takes by itself where `single` is set: enough for the
    adjoint, not for the small differences of equilibrium propagation.
    """

    reduced = False

    def __init__(self, circuit: Circuit, single: bool = False) -> None:
        circuit.refuse(Devices, "only ngspice knows its law: use --engine ngspice")
        make_room()
        self.circuit = circuit
        self.system = CircuitSystem(circuit)
        self.single = single
        self._unwired = Unwired(circuit)
        layers = find_layers(circuit)
        if layers is None:
            circuit.refuse(IdealDiodes, NOT_LAYERED)
        self._layered = None if layers is None else LayeredCircuit(circuit, layers)
        self._first = FirstAnswer()
        self._of_copies: tuple[list[str], GeneralEngine] | None = None

    @cached_property
    def _general(self) -> GeneralEngine:
        """What solves any circuit, and the few points of a layered one that its own equations leave."""
        return GeneralEngine(self._unwired.circuit, compiled.run)

    def __enter__(self) -> Self:
        one_thread.enter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        one_thread.leave()

    def forget(self) -> None:
        """Do nothing: every batch is solved from the start."""

    def solve(self, values: Values, features: FloatArray, nudging: Nudging | None = None) -> OperatingPoints:
        """Solve a batch; see `Simulator.solve`."""
        began = time.perf_counter()
        features = check_features(self.circuit, features)
        held = held_values(self.circuit, values)
        with doubles():
            solved = self._solved(held, features, nudging)
        seconds = Seconds(solving=time.perf_counter() - began)
        points = OperatingPoints(
            self.circuit, held, solved.voltages, solved.converged, solved.iterations, solved.messages, seconds
        )
        return self._first.heard(points.learned_with(values))

    def _solved(self, held: Values, features: FloatArray, nudging: Nudging | None) -> Solved:
        layered = self._layered

        def again(only: slice) -> Solved:
            part = None if nudging is None else nudging.part(only)
            return self._general.solve(self._unwired.values(held), features[only], part)

        found = None
        if layered is not None and layered.addresses.issuperset(held):
            found = layered.solve(held, features, nudging)
        if found is not None and self.circuit.of_kind(IdealDiodes):
            return unsolved(*found, SWEEPS)
        if found is None:
            return self._general.solve(self._unwired.values(held), features, nudging)
        return rescued(*found, NEWTON_LIMIT, again)

    def follow(
        self, values: Values, features: FloatArray, analysis: Transient, driven: Values | None = None
    ) -> Trajectories:
        """Follow a batch in time; see `InTime`."""
        from ebana_like.simulators.native.courses.transient import follow  # with numba, which solving can do without

        held = held_values(self.circuit, values)
        course = follow(self._general, self._unwired.values(held), features, analysis, driven or {})
        return replace(course, circuit=self.circuit, values=held)

    def adapt(self, values: Values, features: FloatArray, analysis: Adaptive) -> Trajectories:
        """Follow a batch in steps of its own; see `Adapts`."""
        from ebana_like.simulators.native.courses.adaptive import follow_adaptively

        held = held_values(self.circuit, values)
        course = follow_adaptively(self._general, self._unwired.values(held), features, analysis)
        return replace(course, circuit=self.circuit, values=held)

    def backwards(self, course: Trajectories, analysis: Transient, slopes: FloatArray) -> AdjointCourse:
        """Carry a gradient back along a course; see `Backwards`."""
        from ebana_like.simulators.native.courses.backwards import backwards

        return backwards(self.circuit, course, analysis, slopes)

    def respond(self, points: OperatingPoints, phasors: Phasors, hertz: FloatArray) -> Response:
        """Answer to small sinusoids; see `SmallSignals`."""
        return respond(self.circuit, points, phasors, hertz)

    def copies(self, values: Values, features: FloatArray) -> FloatArray | None:
        """Solve copies together; see `Copying`.

        Not where a layered network's own equations do, or where more differs than resistors and independent sources.
        """
        layered, quantities = self._layered, {parts(at)[1] for at in values}
        if not quantities <= {"conductance", "voltage", "amperes"} or self.circuit.of_kind(WiredCrossbar):
            return None
        if layered is not None and (layered.addresses.issuperset(values) or self.circuit.of_kind(IdealDiodes)):
            return None
        copies, rows, count = features.shape
        banks = [parts(at)[0] for at in values if parts(at)[1] == "conductance"]
        if self._of_copies is None or self._of_copies[0] != banks:
            self._of_copies = banks, GeneralEngine(self.circuit, compiled.run, banks)
        repeated = {at: np.repeat(np.asarray(each), rows, axis=0) for at, each in values.items()}
        with doubles():
            found = self._of_copies[1].each(repeated, features.reshape(copies * rows, count), rows)
        return found.reshape(copies, rows, -1)

    def scores(self, values: Values, features: FloatArray) -> Scored:
        """Return free scores; see `Scores`. Points that its own equations leave are solved with all their nodes."""
        began = time.perf_counter()
        layered = self._layered
        if layered is not None and layered.descends:
            features = check_features(self.circuit, features)
            if not isinstance(values, Resident):
                values = held_values(self.circuit, values)
            with doubles():
                scores, iterations = scores_of(layered, split(layered, values), features)
            if iterations.all():
                seconds = Seconds(solving=time.perf_counter() - began)
                return Scored(scores, iterations > 0, seconds=seconds)
        points = self.solve(values, features)
        return Scored(points.scores, points.usable, points.messages, points.seconds)

    @property
    def descends(self) -> bool:
        """Whether training steps can be taken here: in layered networks whose crossbars, and no others, are trained."""
        return self._layered is not None and self._layered.descends

    def descend(self, values: Values, descent: Descent, batches: int) -> Descended:
        """Take the first so many steps of a descent; see `ebana_like.simulators.descent`."""
        assert self._layered is not None
        layered, dtype = self._layered, np.dtype(np.float32 if self.single else np.float64)
        addresses = layered.learned
        parameters = self.circuit.parameters
        with doubles():

            def number(a: Any) -> Any:
                """Return an array of floats in the precision of the steps; what is on the device stays there."""
                if a.dtype.kind != "f" or a.dtype == dtype:
                    return a
                return a.astype(dtype) if isinstance(a, jax.Array) else np.asarray(a, dtype)

            def typed(arrays: Any) -> Any:
                return jax.tree.map(number, arrays)

            rule = Rule(
                layered.column_weights(descent.weights),
                as_jax(np.array([descent.steps[address] for address in addresses])),
                as_jax(np.array([parameters[address].low for address in addresses])),
                as_jax(np.array([parameters[address].high for address in addresses])),
            )
            features = padded(descent.features, layered.features, 2)
            unit = np.array(descent.unit)
            arrays = (
                features,
                unit,
                descent.targets,
                descent.counts,
                descent.betas,
                descent.coefficients,
                descent.keys,
            )
            given = Batches(*map(as_jax, arrays))
            inputs = np.array(descent.features.shape[2])
            rest: tuple[Any, ...] = ()
            before: dict[str, Any] = {}
            if stepping := descent.stepping:
                ranges = tuple(jax.tree.map(np.array, stepping.ranges[address]) for address in addresses)
                before = typed(on_device(layered, stepping.state, stepping.of_address))
                numbers = jax.tree.map(np.array, stepping.numbers)
                rest = stepping.moves, *typed((numbers, before, ranges)), tuple(addresses)
            steps = descend_by_devices if stepping and stepping.moves.devices else descend
            done, g, state, scores, norms = steps(
                layered.layers.branch.addresses,
                layered.has_fillers,
                descent.pull,
                *typed((layered.neurons, layered.ports, rule, split(layered, values))),
                Batches(*(shared_out(part, axis) for part, axis in zip(typed(given), SAMPLES_AT, strict=True))),
                inputs,
                np.array(batches, np.int32),
                *rest,
            )
            outputs = self.circuit.outputs.count
            count = int(done)
            return Descended(  # what is cut before it is gathered is compiled shape by shape
                count,
                Resident(layered, g),
                gathered(scores)[:count, :, :outputs].astype(float),
                gathered(norms)[:count].astype(float),
                ResidentState(layered, {**before, **state}, stepping.of_address) if stepping else {},
            )

    def adjoint(self, points: OperatingPoints, currents: FloatArray) -> FloatArray:
        """Solve the transposed equations; see `Simulator.adjoint`."""
        held = self.circuit.of_elements(points.values)
        found: FloatArray = np.full_like(points.voltages[0], np.nan)
        solved = points.converged[0]
        if solved.any():
            layered = self._layered
            volts, pushed = points.voltages[0, solved], currents[solved]
            with doubles():
                if layered is not None and layered.addresses.issuperset(held):
                    found[solved] = layered.adjoint(held, volts, pushed)
                else:
                    found[solved] = self._general.adjoint(self._unwired.values(held), volts, pushed)
        return found
