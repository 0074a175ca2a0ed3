"""How are thousands of operating points solved without setting the circuit up again? As one endless `.dc` sweep.

A dummy source is swept; at every point of the sweep the external sources take the values of the next stimulus, and
each point starts from the solution of the one before. Between batches the sweep rests at a breakpoint, where `alter`
changes conductances without a new set-up. Against `alter` + `op` a point: XOR 0.26 -> 0.04 ms, Iris 0.90 -> 0.16 ms.
"""

from collections.abc import Mapping

import numpy as np

from ebana_like.circuit import SwitchNudging
from ebana_like.elements import CurrentSources, FloatArray, Resistors, VoltageSources
from ebana_like.elements.switch import behind_switch
from ebana_like.errors import SimulatorError
from ebana_like.netlist import OPTIONS, circuit_lines
from ebana_like.simulators.ngspice.library import Library
from ebana_like.simulators.ngspice.reduction import Reduction

SWEEP = "dc vidx_sweep 0 1000000000 1"

POINTS_A_SWEEP = 20_000
"""ngspice keeps the index of every point; starting afresh now and then keeps that below a megabyte."""


class Sweep:
    """One circuit in this process's ngspice.

    reduction: the circuit as asked for, and as solved.
    circuit: the one solved, perhaps without its inputs.
    block: words shared with the callbacks.
    """

    def __init__(self, reduction: Reduction, library: Library) -> None:
        self.reduction = reduction
        self.circuit = reduction.circuit
        self.library = library
        self.block = library.block
        self.programmed = {bank.name: bank.conductance.copy() for bank in self.circuit.of_kind(Resistors)}
        self.matrices = reduction.matrices({b.name: b.conductance for b in reduction.full.of_kind(Resistors)})
        self.positions = np.zeros(len(self.circuit.nodes) - 1, dtype=np.int64)
        self._swept = 0
        self._sweeping = False
        self._load(OPTIONS)

    def _load(self, options: str) -> None:
        wanted = self.programmed
        self.programmed = {name: np.abs(conductance) for name, conductance in wanted.items()}
        self.library.load(self._lines(options))
        self.library.command("save idx_sweep")
        self._sweeping = False
        self.library.on_vectors = self._map_vectors
        self._alter(wanted)  # nudging resistors may be negative, which a circuit's own resistors are not

    def _lines(self, options: str) -> list[str]:
        """Return the circuit with its stimulus sources external, and the swept dummy source."""
        circuit = self.circuit.with_conductances(self.programmed)
        sources = [circuit.bank(circuit.inputs.bank, VoltageSources)]
        skipped = [circuit.inputs.bank]
        currents: list[tuple[int, int]] = []
        if isinstance(circuit.nudger, SwitchNudging):
            sources += [circuit.bank(name, VoltageSources) for name in (circuit.nudger.targets, circuit.nudger.control)]
            skipped += [circuit.nudger.targets, circuit.nudger.control]
        else:
            skipped.append(circuit.nudger.bank)
            currents += zip(circuit.outputs.negative.tolist(), circuit.outputs.positive.tolist(), strict=True)
        for name in self.reduction.sources:
            bank = circuit.bank(name, CurrentSources)
            currents += zip(bank.positive.tolist(), bank.negative.tolist(), strict=True)
            skipped.append(name)
        ends = [(p, n) for bank in sources for p, n in zip(bank.positive, bank.negative, strict=True)]
        # a value before "external" (`vx_0 a 0 0 external`) makes ngspice 39 crash
        lines = [
            circuit.title,
            *(f"ix_{k} {circuit.nodes[p]} {circuit.nodes[n]} external" for k, (p, n) in enumerate(currents)),
        ]
        lines += [f"vx_{k} {circuit.nodes[p]} {circuit.nodes[n]} external" for k, (p, n) in enumerate(ends)]
        lines += circuit_lines(circuit, skip=frozenset(skipped))
        return [*lines, "vidx_sweep idx_sweep 0 0", "ridx_sweep idx_sweep 0 1", f".options {options}", ".end"]

    def _map_vectors(self, names: list[str]) -> None:
        at = {name: k for k, name in enumerate(names)}
        self.positions[:] = [at[node] for node in self.circuit.nodes[1:]]
        self.library.on_vectors = None  # the same at every resume; asking again took a tenth of an XOR batch

    def stimuli(self, features: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return what stands for features (batch, features), volts.

        Voltages of the inputs, (batch, sources), and currents into the columns of reduced banks, (batch, columns):
        in a reduced circuit the former are none, else the latter.
        """
        return self.circuit.inputs.voltages(features), self.reduction.currents(self.matrices, features)

    def program(self, conductances: Mapping[str, FloatArray]) -> None:
        """Write conductances (siemens, by bank of the full circuit); only those that changed cost time.

        Raises SimulatorError where ngspice does not know an element.
        """
        matrices = self.reduction.matrices(conductances)
        self.matrices |= matrices
        self._alter({**conductances, **{name: matrix.sum(axis=1) for name, matrix in matrices.items()}})

    def _alter(self, conductances: Mapping[str, FloatArray]) -> None:
        """Write conductances (siemens, by bank of the circuit solved)."""
        alters: list[str] = []
        for name, wanted in conductances.items():
            bank = self.circuit.bank(name, Resistors)
            changed = np.flatnonzero(wanted != self.programmed[name])
            ohms = zip(changed.tolist(), (1 / wanted[changed]).tolist(), strict=True)
            alters += [f"alter {bank.labels[k]} = {value!r}" for k, value in ohms]
            self.programmed[name] = wanted.copy()
        if not alters:
            return
        self.library.take_errors()
        self.library.commands(alters)
        errors = self.library.take_errors()
        if errors:
            raise SimulatorError(f"ngspice did not take the conductances: {'; '.join(errors[:3])}")

    def load_outputs(self, load: float) -> None:
        """Set the nudging resistors to a conductance; negative ones push outputs away from their targets."""
        nudger = self.circuit.nudger
        if load and isinstance(nudger, SwitchNudging):
            self._alter({nudger.resistors: np.full(self.circuit.outputs.count, behind_switch(load))})

    def advance(self, count: int) -> None:
        """Solve `count` more points, or as many as converge."""
        self.library.command("delete all")
        if self._swept > POINTS_A_SWEEP:
            self.library.command("destroy all")
            self._sweeping = False
        if not self._sweeping:
            self._swept = 0
        self.library.command(f"stop when idx_sweep > {self._swept + count - 1.5}")
        self._swept += count
        self.library.command("resume" if self._sweeping else SWEEP)
        self._sweeping = True

    def reload(self, options: str = OPTIONS) -> None:
        """Load the circuit again, with these solver options.

        After a point without a solution ngspice holds states that are no numbers, and every later analysis of the
        same circuit fails; a new `dc` does not clear them.
        """
        self.remove()
        self._load(options)

    def remove(self) -> None:
        """Take the circuit out of ngspice; this sweep cannot advance any more."""
        self.library.commands(["destroy all", "remcirc"])
