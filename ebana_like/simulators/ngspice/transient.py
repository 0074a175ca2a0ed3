"""How does ngspice follow a batch in time? One `.tran` a sample, whose steps and sources it is told by callbacks.

The circuit is loaded once. At every step ngspice asks how long it is to be, which is what is left to the next of the
times wanted, and at every iteration what the sources hold, which is read off the line between two of the times. So no
waveform is spelled in its text, no breakpoint is set, and its steps are those of the other engine.
"""

import time
from collections.abc import Iterator

import numpy as np

from ebana_like.elements import Capacitors, CurrentSources, FloatArray, Inductors, VoltageSources
from ebana_like.errors import SimulatorError
from ebana_like.netlist import model_lines, tolerances
from ebana_like.netlist.storage import coupling_lines, opened
from ebana_like.simulators.ngspice import block as layout
from ebana_like.simulators.ngspice.library import Library
from ebana_like.simulators.ngspice.messages import Course, Followed
from ebana_like.simulators.ngspice.sweep import renamed

STEPS_ARE_GIVEN = "trtol=1e15 itl4=100"
"""ngspice shortens no step, neither for the error that it estimates of it nor for more than ten iterations."""

RELATIVE = 1e-9
"""Tolerance of a step: capacitors conduct more in a short step than all of the circuit at DC, and rounding grows with
that; where Newton's method converges quadratically, this leaves 1e-11."""

LIFT = {"trapezoid": "method=trap maxord=2", "euler": "method=trap maxord=1"}


def run_course(library: Library, course: Course) -> Followed:
    """Follow every sample of a batch; the library holds no circuit before and after."""
    began, circuit, analysis = time.perf_counter(), course.circuit, course.analysis
    batch, times = course.sources.batch, np.ascontiguousarray(analysis.times - analysis.times[0])
    width = len(circuit.nodes) - 1 + len(circuit.storage.inductors)
    found, solved = np.full((batch, len(times), width), np.nan), np.zeros(batch, dtype=bool)
    messages: dict[int, str] = {}
    run = _Run(library, course, times, width)
    try:
        for sample in range(batch):
            if sample == 0 or analysis.start is not None:
                run.load(sample)
            solved[sample] = run.run(sample, found)
            if not solved[sample]:
                found[sample] = np.nan
                messages[sample] = run.failure()
                run.load(sample)  # states that are no numbers stay behind
    finally:
        run.end()
    return Followed(found, solved, messages, time.perf_counter() - began)


class _Run:
    """One course in this process's ngspice."""

    def __init__(self, library: Library, course: Course, times: FloatArray, width: int) -> None:
        self.library = library
        self.course = course
        self.times = times
        self.reached = 0
        self.loaded = False
        self.positions = np.zeros(width, dtype=np.int64)
        self.iterations = np.zeros(1, dtype=np.int64)
        inductors = course.circuit.storage.inductors.wires
        labels = [label for bank in course.circuit.of_kind(VoltageSources) for label in bank.labels]
        wires = [f"vx_{labels.index(wire)}#branch" for wire in inductors]
        self.names = [*course.circuit.nodes[1:], *wires]
        steps = np.diff(times)
        begins = " uic" if course.analysis.start is not None else ""
        self.command = f"tran {float(steps.min())!r} {float(times[-1])!r} 0 {2 * float(steps.max())!r}{begins}"

    def load(self, sample: int) -> None:
        if self.loaded:
            self.library.commands(["destroy all", "remcirc"])
        self.loaded = True
        self.library.on_vectors = self._map
        self.library.load([*_lines(self.course, sample)])

    def run(self, sample: int, found: FloatArray) -> bool:
        """Follow a sample; whether all its times were reached."""
        voltages, amperes = (np.ascontiguousarray(part) for part in self.course.sources.of(sample))
        block, times = self.library.block, self.times
        block[layout.VOLTAGES], block[layout.VOLTAGE_COUNT] = voltages.ctypes.data, voltages.shape[1]
        block[layout.CURRENTS], block[layout.CURRENT_COUNT] = amperes.ctypes.data, amperes.shape[1]
        block[layout.RESULTS], block[layout.NODE_COUNT] = found[sample].ctypes.data, found.shape[2]
        block[layout.VECTORS], block[layout.ITERATIONS] = self.positions.ctypes.data, self.iterations.ctypes.data
        block[layout.TIMES], block[layout.POINT] = times.ctypes.data, 0
        block[layout.STEP] = self._begin(found[sample], sample)
        block[layout.SAMPLE] = sample
        block[layout.ENOUGH] = block[layout.ALIVE] + layout.MOST_ITERATIONS
        block[layout.STEPS] = len(times)
        self.library.take_errors()
        try:
            self.library.command(self.command)
        finally:
            block[layout.STEPS] = 0
        self.library.command("destroy all")
        self.reached = int(block[layout.STEP])
        return self.reached == len(times) and bool(np.isfinite(found[sample]).all())

    def _begin(self, found: FloatArray, sample: int) -> int:
        """Return how many times are known already: where a start is given ngspice leaves out the first."""
        start = self.course.analysis.start
        if start is None:
            return 0
        found[0] = np.concatenate([start.voltages[sample, 1:], start.currents[sample]])
        return 1

    def failure(self) -> str:
        """Say what happened to the last sample."""
        said = self.library.take_errors()
        at = float(self.times[min(self.reached, len(self.times) - 1)])
        return f"ngspice did not reach {at:.3g} s: {said[0] if said else 'no convergence'}; try smaller steps"

    def end(self) -> None:
        self.library.on_vectors = None
        if self.loaded:
            self.library.commands(["destroy all", "remcirc"])

    def _map(self, names: list[str]) -> None:
        at = {name.lower().removeprefix("v(").removesuffix(")"): k for k, name in enumerate(names)}
        missing = [name for name in self.names if name not in at]
        if missing:
            raise SimulatorError(f"ngspice has no vector {missing[0]}; it has {', '.join(names[:9])}")
        self.positions[:] = [at[name] for name in self.names]
        self.library.block[layout.TIME_AT] = at["time"]


def _lines(course: Course, sample: int) -> Iterator[str]:
    """Yield the circuit's text, its sources external."""
    circuit, analysis = course.circuit, course.analysis
    banks, storing, nodes = opened(circuit)
    yield circuit.title
    external: dict[str, str] = {}
    for kind, letter in ((VoltageSources, "v"), (CurrentSources, "i")):
        number = 0
        for bank in banks:
            if not isinstance(bank, kind):
                continue
            for label, p, n in zip(bank.labels, bank.positive.tolist(), bank.negative.tolist(), strict=True):
                external[label] = f"{letter}x_{number}"
                yield f"{letter}x_{number} {nodes[p]} {nodes[n]} external"
                number += 1
    for bank in banks:
        if not isinstance(bank, VoltageSources | CurrentSources):
            yield from renamed(bank, external).spice_lines(nodes)
    for stored in storing:
        yield from _begun(stored, course, sample).spice_lines(nodes)
    yield from coupling_lines(circuit.storage)
    yield from model_lines(circuit)
    if analysis.start is not None:
        held = analysis.start.voltages[sample, 1:].tolist()
        yield from (f".ic v({node})={volts!r}" for node, volts in zip(circuit.nodes[1:], held, strict=True))
    options = f"{tolerances(circuit).relaxed(RELATIVE).options} {STEPS_ARE_GIVEN} {LIFT[analysis.method]}"
    yield f".options {options}{circuit.conditions.options}"
    yield ".end"


def _begun(bank: Capacitors | Inductors, course: Course, sample: int) -> Capacitors | Inductors:
    """Return what stores something with what it holds at the start: capacitors follow the nodes."""
    start = course.analysis.start
    nothing = np.full(len(bank), np.nan)
    if start is None or isinstance(bank, Capacitors):
        return bank.beginning(nothing)
    return bank.beginning(start.currents[sample])
