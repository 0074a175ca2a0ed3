"""What is in a circuit? Tables of its banks, its ports, one sample's voltages and currents, and its power."""

import numpy as np

from ebana_like.analysis.sample import SamplePhases, present_features
from ebana_like.circuit import Circuit
from ebana_like.elements import (
    Bank,
    Devices,
    VoltageSources,
)
from ebana_like.netlist import Netlist
from ebana_like.pages.page import PageTable
from ebana_like.simulators import Simulator
from ebana_like.units import si

LISTED = 200
"""Elements of a bank up to which all are listed: a page of 160,000 rows would have 20 MB."""


def bank_table(circuit: Circuit) -> PageTable:
    """Return a row a bank: name, kind, number of elements, values, and what of it is trainable."""
    return PageTable(
        "",
        ("bank", "kind", "elements", "values", "trainable"),
        [
            (bank.name, bank.kind.replace("_", " "), str(len(bank)), bank.summary, _trainable(bank))
            for bank in circuit.banks
            if len(bank)
        ],
    )


def has_ports(circuit: Circuit) -> bool:
    """Whether a sample can enter or leave: not in a netlist from elsewhere."""
    return bool(circuit.inputs.count or circuit.outputs.count)


def draws(circuit: Circuit) -> str:
    """Return what the power of all resistors, diodes and switches is; what transistors take only ngspice knows."""
    return "drawn beside transistors" if circuit.of_kind(Devices) else "drawn from all sources"


def port_table(circuit: Circuit) -> PageTable:
    """Return a row a port: features with the sources that carry them, outputs with their nodes."""
    sources = circuit.bank(circuit.inputs.bank, VoltageSources)
    rows = []
    for feature in range(circuit.inputs.count):
        carriers = np.flatnonzero(circuit.inputs.feature == feature)
        names = ", ".join(sources.labels[k] for k in carriers.tolist())
        volts = ", ".join(f"{sources.voltage[k]:+.3f}" for k in carriers)
        rows.append((f"input {feature}", names, volts))
    outputs = zip(circuit.outputs.positive.tolist(), circuit.outputs.negative.tolist(), strict=True)
    for k, (positive, negative) in enumerate(outputs):
        rows.append((f"output {k}", f"{circuit.nodes[positive]} - {circuit.nodes[negative]}", ""))
    return PageTable("ports", ("port", "nodes or sources", "volts"), rows)


def recorded_table(netlist: Netlist, simulator: Simulator) -> PageTable:
    """Return a row a recorded node: its voltage in the file, solved again now, and their difference."""
    circuit = netlist.circuit
    points = simulator.solve(circuit.values(), present_features(circuit))
    rows = []
    for node, recorded in netlist.recorded.items():
        now = float(points.voltages[0, 0, circuit.nodes.index(node)])
        rows.append((node, f"{recorded:+.9f} V", f"{now:+.9f} V", f"{now - recorded:+.1e} V"))
    return PageTable("the netlist's own sample", ("node", "recorded", "solved now", "difference"), rows)


def voltage_table(phases: SamplePhases) -> PageTable:
    """Return a row a node, outputs first: its voltage free and nudged, and by how much nudging moves it."""
    circuit, free = phases.free.circuit, phases.free.voltages
    outputs = dict.fromkeys((*circuit.outputs.positive.tolist(), *circuit.outputs.negative.tolist()))
    order = [*outputs, *(k for k in range(len(circuit.nodes)) if k not in outputs)]
    nudged = phases.nudged
    return PageTable(
        f"node voltages, {phases.which}",
        ("node", "free", *(("nudged", "moved by") if nudged else ())),
        [
            (
                circuit.nodes[k],
                f"{free[k]:+.6f} V",
                *((f"{nudged.voltages[k]:+.6f} V", si(nudged.voltages[k] - free[k], "V", "+")) if nudged else ()),
            )
            for k in order
            if k
        ],
    )


def current_table(phases: SamplePhases) -> PageTable:
    """Return a row an element: its current free and nudged, from its positive to its negative node.

    Of a bank with more than `LISTED` elements, only those with the largest currents.
    """
    circuit, nudged = phases.free.circuit, phases.nudged
    rows = []
    for bank in _known(phases):
        drop, free = phases.free.drops[bank.name], phases.free.currents[bank.name]
        after = nudged.currents[bank.name] if nudged else free
        for k in range(len(bank)) if len(bank) <= LISTED else np.argsort(-np.abs(free))[:LISTED]:
            ends = f"{circuit.nodes[bank.positive[k]]} to {circuit.nodes[bank.negative[k]]}"
            moved = (si(after[k], "A", "+"), si(after[k] - free[k], "A", "+")) if nudged else ()
            rows.append((bank.labels[k], ends, si(drop[k], "V", "+"), si(free[k], "A", "+"), *moved))
    heads = ("element", "from", "drop", "current", *(("nudged", "moved by") if nudged else ()))
    which = "" if max(map(len, circuit.banks)) <= LISTED else f", the {LISTED} largest of each bank"
    return PageTable(f"branch currents, {phases.which}{which}", heads, rows)


def flow_table(phases: SamplePhases) -> PageTable:
    """Return a row a bank: its largest current, how far nudging moves any of them, and the heat it makes.

    The title says how well Kirchhoff's law holds. Banks whose currents only ngspice knows are left out.
    """
    heat, nudged = phases.free.heat, phases.nudged
    rows = []
    for bank in _known(phases):
        free = phases.free.currents[bank.name]
        moved = (si(np.abs(nudged.currents[bank.name] - free).max(), "A"),) if nudged else ()
        power = si(heat[bank.name], "W") if bank.name in heat else ""
        rows.append((bank.name, si(np.abs(free).max(), "A"), *moved, power))
    total = sum(heat.values())
    rows.append((draws(phases.free.circuit), "", *(("",) if nudged else ()), si(total, "W")))
    heads = ("bank", "largest current", *(("moved by nudging",) if nudged else ()), "power")
    title = f"currents and power, {phases.which}"
    if not np.isnan(phases.imbalance):
        title += f"; Kirchhoff's law holds to {phases.imbalance:.0e} of the largest current"
    return PageTable(title, heads, rows)


def _known(phases: SamplePhases) -> list[Bank]:
    """Return the banks that have elements, with currents known here."""
    return [bank for bank in phases.free.circuit.banks if len(bank) and bank.name in phases.free.currents]


def _trainable(bank: Bank) -> str:
    said = []
    for name, limits in bank.trainable.items():
        share = np.isin(getattr(bank, name), (limits.low, limits.high)).mean()
        said.append(f"{limits.low:g} to {limits.high:g} {bank.quantities[name].unit}, {100 * share:.1f} % clamped")
    return "; ".join(said)
