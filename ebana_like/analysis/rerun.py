"""Does another SPICE program find the same voltages, and if not, why? One difference is removed after another."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ebana_like.analysis.sample import present_features
from ebana_like.circuit import Circuit
from ebana_like.elements import DiodeModel, Diodes, FloatArray, Resistors
from ebana_like.elements.constants import GMIN, THERMAL_VOLTAGE
from ebana_like.elements.diode import LARGEST_EXPONENT
from ebana_like.errors import SimulatorError
from ebana_like.netlist import Dialect, Netlist
from ebana_like.simulators.newton.mna import GeneralEngine

ROUNDING = 1e-9
"""Volts; programs that differ by less solve the same circuit by the same laws."""

SAME = 1e-9
"""Thermal voltages that differ by this share are the same: no voltage of a circuit shows it."""

UNEXPLAINED = 1e-6
"""Volts; more than this beyond the known differences asks for a look at the netlist."""


@dataclass(frozen=True)
class Deviation:
    """The largest difference between a program's voltages and ours, volts, and the node where it is."""

    volts: float
    node: str


@dataclass(frozen=True)
class Step:
    """How far a program is from the circuit solved here by its laws, as many of them as were taken over so far.

    law: the last one taken over; empty for the circuit as it stands.
    outputs, everywhere: over the output nodes, and over all nodes.
    """

    law: str
    outputs: Deviation
    everywhere: Deviation


@dataclass(frozen=True)
class Comparison:
    """A program's voltages beside ours.

    recorded: from what the netlist records; None where it records nothing.
    steps: from the circuit solved here, first as it stands, then with the program's own laws, one more at a time.
    """

    recorded: Deviation | None
    steps: tuple[Step, ...]

    @property
    def reason(self) -> str:
        """Why the voltages differ, as far as it is known."""
        start, rest = self.steps[0].outputs.volts, self.steps[-1].outputs.volts
        if start < ROUNDING:
            return "none to look for: the same laws, up to rounding"
        if len(self.steps) == 1 or rest > max(UNEXPLAINED, start / 2):
            return f"not known: {rest:.1e} V stay with every known difference removed; is it the same netlist?"
        volts = [step.outputs.volts for step in self.steps]
        gains = [before - after for before, after in pairwise(volts)]
        most = int(np.argmax(gains)) + 1
        return f"mostly {self.steps[most].law}; solved here with the same, {volts[most]:.1e} V are left"


class _ExponentialDiodes(Diodes):
    """Diodes whose current stays IS (exp(v / (N Vt)) - 1) + gmin v far in reverse, too."""

    def current(self, drop: FloatArray) -> FloatArray:
        return self.model.saturation_current * np.expm1(self._exponent(drop)) + GMIN * drop

    def slope(self, drop: FloatArray) -> FloatArray:
        return self.model.saturation_current / self.model.scale * np.exp(self._exponent(drop)) + GMIN

    def _exponent(self, drop: FloatArray) -> FloatArray:
        return np.minimum(drop / self.model.scale, LARGEST_EXPONENT)


def compare(netlist: Netlist, theirs: Mapping[str, float], dialect: Dialect, celsius: float | None) -> Comparison:
    """Compare a program's node voltages (volts, by name) with the record and with the circuit solved here.

    celsius: temperature it was given; the nominal 27 degrees unless given.
    """
    circuit = netlist.circuit
    found = np.array([0.0, *(theirs[node] for node in circuit.nodes[1:])])
    outputs = np.union1d(circuit.outputs.positive, circuit.outputs.negative)
    steps = []
    for taken_over, other in _variants(circuit, dialect, celsius):
        difference = np.abs(solved(other) - found)
        steps.append(Step(taken_over, _largest(circuit, difference, outputs), _largest(circuit, difference)))
    recorded = [Deviation(abs(theirs[node] - volts), node) for node, volts in netlist.recorded.items()]
    return Comparison(max(recorded, key=lambda one: one.volts, default=None), tuple(steps))


def solved(circuit: Circuit) -> FloatArray:
    """Return the node voltages of a circuit at the features its sources stand at, (nodes,), volts."""
    point = GeneralEngine(circuit).solve({}, present_features(circuit), None)
    if not point.converged.all():
        raise SimulatorError(f"the circuit has no operating point here: {point.messages[0]}")
    return np.asarray(point.voltages[0, 0])


def _largest(circuit: Circuit, difference: FloatArray, nodes: np.ndarray | None = None) -> Deviation:
    nodes = np.arange(len(circuit.nodes)) if nodes is None else nodes
    worst = int(nodes[difference[nodes].argmax()])  # argmax finds NaN first
    return Deviation(float(difference[worst]), circuit.nodes[worst])


def _variants(circuit: Circuit, dialect: Dialect, celsius: float | None) -> list[tuple[str, Circuit]]:
    """Return the circuit as it stands, then with one more of the program's differing laws at a time.

    What programs agree on, as gmin across a junction, is not among them.
    """
    laws = dialect.laws
    variants = [("", circuit)]
    if laws is None:
        return variants
    volts = laws.thermal_voltage(celsius)
    if abs(volts / THERMAL_VOLTAGE - 1) > SAME and circuit.of_kind(Diodes):
        taken_over = f"its thermal voltage, {1e3 * volts:.5f} mV (here {1e3 * THERMAL_VOLTAGE:.5f})"
        circuit = _with_diodes(circuit, lambda bank: replace(bank, model=_at_thermal_voltage(bank.model, volts)))
        variants.append((taken_over, circuit))
    if not laws.cubic_reverse and circuit.of_kind(Diodes):
        taken_over = "its diode current far in reverse, exponential (here cubic)"
        circuit = _with_diodes(circuit, lambda bank: _ExponentialDiodes(**vars(bank)))
        variants.append((taken_over, circuit))
    if laws.leakage:
        variants.append((f"its gmin of {laws.leakage:g} S from every node to ground", _leaking(circuit, laws.leakage)))
    return variants


def _at_thermal_voltage(model: DiodeModel, volts: float) -> DiodeModel:
    """Return the model whose N times the thermal voltage used here is the N Vt of another one."""
    return replace(model, emission=model.emission * volts / THERMAL_VOLTAGE)


def _with_diodes(circuit: Circuit, change: Callable[[Diodes], Diodes]) -> Circuit:
    return replace(circuit, banks=tuple(change(b) if isinstance(b, Diodes) else b for b in circuit.banks))


def _leaking(circuit: Circuit, siemens: float) -> Circuit:
    """Return the circuit with one more resistor from every node to ground."""
    nodes = np.arange(1, len(circuit.nodes), dtype=np.intp)
    labels = tuple(f"rleakage_{node}" for node in circuit.nodes[1:])
    bank = Resistors("leakage", labels, nodes, np.zeros_like(nodes), np.full(len(nodes), siemens))
    return replace(circuit, banks=(*circuit.banks, bank))
