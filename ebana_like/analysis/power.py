"""Where does a circuit's co-content sit, and where does its power go, at one sample's operating point?"""

from dataclasses import dataclass

import numpy as np

from ebana_like.analysis.branches import Branches, branches
from ebana_like.analysis.examples import Examples
from ebana_like.analysis.sample import held_phases
from ebana_like.circuit import Circuit
from ebana_like.elements import Devices, FloatArray
from ebana_like.energy import (
    AMPLIFIERS,
    CoContent,
    Symmetry,
    cocontent,
    is_convex,
    rises,
    symmetry,
)
from ebana_like.learning import Nudged
from ebana_like.simulators import Simulator

MOVE = 1e-3
"""Volts by which nodes are moved to see the co-content rise: by 5e-13 W for each uS, above rounding of its total."""


@dataclass(frozen=True)
class PowerReport:
    """One operating point.

    cocontent: None where the circuit has none. rise: the least one when any open node moves by a millivolt, watts, and
    that node. convex: whether it must be above zero.
    """

    flowing: Branches
    symmetry: Symmetry
    cocontent: CoContent | None
    convex: bool
    rise: tuple[float, str]

    def by_kind(self) -> dict[str, float]:
        """Return the power that sources and amplifiers deliver, and that goes into everything else, watts."""
        kinds = {"sources": 0.0, AMPLIFIERS: 0.0, "resistors, diodes, switches": 0.0}
        for bank in self.flowing.circuit.banks:
            kinds[bank.role or "resistors, diodes, switches"] += self.flowing.watts[bank.name]
        return kinds

    @property
    def drawn(self) -> float:
        """Power drawn from sources and amplifiers together, watts: what holding this operating point costs."""
        return self.by_kind()["resistors, diodes, switches"]


@dataclass(frozen=True)
class NudgedPower:
    """What a training step adds: the mean power of its nudged phases, watts, and how many the estimator takes."""

    drawn: float
    phases: int


def power_report(circuit: Circuit, voltages: FloatArray) -> PowerReport:
    """Return the report of the circuit as it stands, with its own conductances and sources.

    voltages: of the nodes, (nodes,), volts.
    Raises SimulatorError where they are no operating point, and CircuitError for a circuit with transistors.
    """
    circuit.refuse(Devices, "only ngspice knows its current, and those of sources around it")
    flowing, found = branches(circuit, voltages), symmetry(circuit)
    held, convex, rise = None, False, (float("nan"), "")
    if found.exact:
        held, convex = cocontent(circuit, voltages), is_convex(circuit)
        rise = min((watts, node) for node, watts in rises(circuit, voltages, MOVE).items())
    return PowerReport(flowing, found, held, convex, rise)


def power_of_sample(simulator: Simulator, examples: Examples, sample: int) -> tuple[PowerReport, NudgedPower]:
    """Solve a sample freely and nudged; the free point's report, and the nudged phases' power.

    Where resistors nudge, phases of a negative conductance have the mean power of the others: nobody can build them.
    """
    features, targets = examples.take(sample)
    circuit, cost, estimator = examples.circuit, examples.cost, examples.estimator
    multiples: list[float] = []
    if isinstance(estimator, Nudged):
        multiples = estimator.stencil(1, np.random.default_rng(0)).multiples[:, 0].tolist()
    phases = len(multiples)
    if circuit.driven.banks("conductance"):
        multiples = [each for each in multiples if each > 0] or [1.0] * bool(phases)
    held = held_phases(circuit, simulator, features, targets, cost, estimator, f"sample {sample}", multiples)
    free, *nudged = (power_report(*phase) for phase in held)
    return free, NudgedPower(float(np.mean([one.drawn for one in nudged])) if nudged else 0.0, phases)


def csv_text(report: PowerReport) -> str:
    """Return a line a bank: kind, weights, pseudo-power, weighted pseudo-power and power, watts."""
    lines = ["bank,kind,elements,weight_low,weight_high,pseudo_power,weighted_pseudo_power,power"]
    shares = {share.bank: share for share in report.cocontent.shares} if report.cocontent else {}
    for bank in report.flowing.circuit.banks:
        share = shares.get(bank.name)
        held = f"{share.weight[0]:.17g},{share.weight[1]:.17g},{share.plain!r},{share.weighted!r}" if share else ",,,"
        lines.append(f"{bank.name},{bank.kind},{len(bank)},{held},{report.flowing.watts[bank.name]!r}")
    return "\n".join(lines) + "\n"
