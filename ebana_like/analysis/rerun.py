"""Does another SPICE program find the same voltages, and if not, why? One difference is removed after another."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ebana_like.analysis.sample import present_features
from ebana_like.analysis.steep import steepened
from ebana_like.circuit import Circuit
from ebana_like.elements import (
    CCVS,
    VCCS,
    Bank,
    Devices,
    DiodeModel,
    Diodes,
    FloatArray,
    IdealDiodes,
    IntArray,
    Resistors,
    VoltageLaw,
    VoltageSources,
)
from ebana_like.elements.constants import GMIN
from ebana_like.elements.diode import LARGEST_EXPONENT, XTI
from ebana_like.errors import SimulatorError
from ebana_like.netlist import Dialect, Netlist
from ebana_like.netlist.wires import reduced
from ebana_like.simulators import referee
from ebana_like.simulators.native.general import GeneralEngine
from ebana_like.simulators.solved import Solved
from ebana_like.systems import OperatingPoints

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
    outputs, everywhere: over the output nodes, and over all nodes; the same in a circuit without outputs.
    """

    law: str
    outputs: Deviation
    everywhere: Deviation


@dataclass(frozen=True)
class Comparison:
    """A program's voltages beside ours.

    recorded: from what the netlist records; None where it records nothing.
    steps: from the circuit solved here, first as it stands, then with the program's own laws, one more at a time.
    doubt: what may be the reason where no step explains the deviation.
    """

    recorded: Deviation | None
    steps: tuple[Step, ...]
    doubt: str

    @property
    def reason(self) -> str:
        """Why the voltages differ, as far as it is known."""
        start, rest = self.steps[0].outputs.volts, self.steps[-1].outputs.volts
        if start < ROUNDING:
            return "none to look for: the same laws, up to rounding"
        if rest > max(UNEXPLAINED, start / 2):
            return f"not known: {rest:.1e} V stay with every known difference removed; {self.doubt}"
        if rest > start / 2:
            return "no law known to differ; so little may be the rounding of either program"
        volts = [step.outputs.volts for step in self.steps]
        gains = [before - after for before, after in pairwise(volts)]
        most = int(np.argmax(gains)) + 1
        return f"mostly {self.steps[most].law}; with all its laws taken over, {rest:.1e} V are left"


class _ExponentialDiodes(Diodes):
    """Diodes whose current stays IS (exp(v / (N Vt)) - 1) + gmin v far in reverse, too."""

    def current(self, drop: FloatArray) -> FloatArray:
        return self.saturation * np.expm1(self._exponent(drop)) + GMIN * drop

    def slope(self, drop: FloatArray) -> FloatArray:
        return self.saturation / self.model.scale * np.exp(self._exponent(drop)) + GMIN

    def _exponent(self, drop: FloatArray) -> FloatArray:
        return np.minimum(drop / self.model.scale, LARGEST_EXPONENT)


def compare(netlist: Netlist, theirs: Mapping[str, float], dialect: Dialect, celsius: float | None) -> Comparison:
    """Compare a program's node voltages (volts, by name) with the record and with the circuit solved here.

    celsius: temperature it was given; the nominal 27 degrees unless given.
    """
    circuit = reduced(netlist.circuit)
    found = np.array([0.0, *(theirs[node] for node in circuit.nodes[1:])])
    everywhere = np.arange(len(circuit.nodes))
    outputs = np.union1d(circuit.outputs.positive, circuit.outputs.negative) if circuit.outputs.count else everywhere
    steps = []
    for taken_over, other in _variants(circuit, dialect, celsius):
        difference = np.abs(solved(other)[: len(found)] - found)
        largest = (_largest(circuit, difference, nodes) for nodes in (outputs, everywhere))
        steps.append(Step(taken_over, *largest))
    recorded = [Deviation(abs(theirs[node] - volts), node) for node, volts in netlist.recorded.items()]
    doubt = "is it the same netlist?"
    if circuit.of_kind(Devices):
        doubt = "the program's models of transistors may be others than ngspice's"
    return Comparison(max(recorded, key=lambda one: one.volts, default=None), tuple(steps), doubt)


def solved(circuit: Circuit) -> FloatArray:
    """Return the node voltages of a circuit at the features its sources stand at, (nodes,), volts.

    ngspice solves what only it has the laws of, the native engine what SPICE has not.
    """
    point: Solved | OperatingPoints
    if any(circuit.of_kind(kind) for kind in (Devices, IdealDiodes)):
        with referee(circuit) as simulator:
            point = simulator.solve({}, present_features(circuit))
    else:
        point = GeneralEngine(circuit).solve({}, present_features(circuit), None)
    if not point.converged.all():
        raise SimulatorError(f"the circuit has no operating point here: {point.messages[0]}")
    return np.asarray(point.voltages[0, 0])


def _largest(circuit: Circuit, difference: FloatArray, nodes: IntArray) -> Deviation:
    worst = int(nodes[difference[nodes].argmax()])  # argmax finds NaN first
    return Deviation(float(difference[worst]), circuit.nodes[worst])


def _variants(circuit: Circuit, dialect: Dialect, celsius: float | None) -> list[tuple[str, Circuit]]:
    """Return the circuit as it stands, then with one more of the program's differing laws at a time.

    Laws of devices that only ngspice knows are not among them.
    """
    laws = dialect.laws
    variants = [("", circuit)]
    if circuit.of_kind(IdealDiodes):
        circuit = steepened(circuit)
        variants.append(("its steep diodes in the place of ideal ones", circuit))
    if laws is None or circuit.of_kind(Devices):
        return variants
    volts = laws.thermal_voltage(circuit.conditions.celsius if celsius is None else celsius)
    ratio = volts / circuit.conditions.thermal_voltage
    if abs(ratio - 1) > SAME and circuit.of_kind(Diodes):
        circuit = circuit.changed(Diodes, lambda bank: replace(bank, model=_at_thermal_voltage(bank.model, ratio)))
        variants.append((f"its thermal voltage, {1e3 * volts:.5f} mV", circuit))
    if not laws.cubic_reverse and circuit.of_kind(Diodes):
        circuit = circuit.changed(Diodes, lambda bank: _ExponentialDiodes(**bank.contents()))
        variants.append(("its exponential reverse current", circuit))
    if laws.grounded_gmin:
        circuit = _with_grounded_gmin(circuit)
        variants.append(("its gmin to ground, not across diodes", circuit))
    if laws.series:
        variants.append((f"its {1e6 * laws.series:g} uOhm in voltage sources", _in_series(circuit, laws.series)))
    return variants


def _at_thermal_voltage(model: DiodeModel, ratio: float) -> DiodeModel:
    """Return the model whose N Vt is so many times this one's, in IS(T) too, where XTI / N stays as it is."""
    exponent = float(model.other.get("xti", XTI)) * ratio
    return replace(model, emission=model.emission * ratio, other={**model.other, "xti": repr(exponent)})


def _with_grounded_gmin(circuit: Circuit) -> Circuit:
    """Return the circuit with gmin taken from across its diodes and put from every node to ground."""
    nodes = np.arange(1, len(circuit.nodes), dtype=np.intp)
    labels = tuple(f"rgmin.{node}" for node in circuit.nodes[1:])
    banks: list[Bank] = [Resistors("gmin.", labels, nodes, np.zeros_like(nodes), np.full(len(nodes), GMIN))]
    for bank in circuit.of_kind(Diodes):
        ends = (bank.positive, bank.negative)
        taken = tuple(f"ggmin.{label}" for label in bank.labels)
        banks.append(VCCS(f"gmin.{bank.name}", taken, *ends, *ends, np.full(len(bank), -GMIN)))
    return replace(circuit, banks=(*circuit.banks, *banks))


def _in_series(circuit: Circuit, ohms: float) -> Circuit:
    """Return the circuit with a resistance at the positive end of every source that fixes a voltage.

    It is a CCVS that follows the source's own current: as a conductance of 1 / ohms it would drown in rounding.
    """
    banks: list[Bank] = []
    nodes = list(circuit.nodes)
    for bank in circuit.banks:
        if not isinstance(bank, VoltageLaw):
            banks.append(bank)
            continue
        before, behind = (np.arange(len(bank), dtype=np.intp) + len(nodes) + k * len(bank) for k in (0, 1))
        nodes += [f"{end}.{label}" for end in ("before", "behind") for label in bank.labels]
        meters = tuple(f"vseries.{label}" for label in bank.labels)
        drops = tuple(f"hseries.{label}" for label in bank.labels)
        banks += [
            CCVS(f"drops.{bank.name}", drops, bank.positive, before, meters, np.full(len(bank), ohms)),
            VoltageSources(f"meters.{bank.name}", meters, before, behind, np.zeros(len(bank))),
            replace(bank, positive=behind),
        ]
    return replace(circuit, nodes=tuple(nodes), banks=tuple(banks))
