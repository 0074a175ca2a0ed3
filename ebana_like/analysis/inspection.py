"""What is in a circuit? Rows for tables of its banks, its ports, and the voltages its netlist records."""

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import (
    CCCS,
    VCVS,
    Bank,
    CurrentSources,
    Diodes,
    FloatArray,
    Resistors,
    VoltageSources,
)
from ebana_like.netlist import Netlist
from ebana_like.simulators import Simulator


def bank_rows(circuit: Circuit) -> list[list[str]]:
    """Return a row a bank: name, kind, number of elements, range of values, share clamped."""
    return [
        [bank.name, bank.kind.replace("_", " "), str(len(bank)), _range(bank), _clamped(bank)] for bank in circuit.banks
    ]


def port_rows(circuit: Circuit) -> list[list[str]]:
    """Return a row a port: features with the sources that carry them, outputs with their nodes."""
    sources = circuit.bank(circuit.inputs.bank, VoltageSources)
    rows = []
    for feature in range(circuit.inputs.count):
        carriers = np.flatnonzero(circuit.inputs.feature == feature)
        names = ", ".join(sources.labels[k] for k in carriers)
        volts = ", ".join(f"{sources.voltage[k]:+.3f}" for k in carriers)
        rows.append([f"input {feature}", names, volts])
    outputs = zip(circuit.outputs.positive.tolist(), circuit.outputs.negative.tolist(), strict=True)
    for k, (positive, negative) in enumerate(outputs):
        rows.append([f"output {k}", f"{circuit.nodes[positive]} - {circuit.nodes[negative]}", ""])
    return rows


def recorded_rows(netlist: Netlist, simulator: Simulator) -> list[list[str]]:
    """Return a row a recorded node: its voltage in the file, solved again now, and their difference."""
    circuit = netlist.circuit
    points = simulator.solve(circuit.conductances(), present_features(circuit))
    rows = []
    for node, recorded in netlist.recorded.items():
        now = float(points.voltages[0, 0, circuit.nodes.index(node)])
        rows.append([node, f"{recorded:+.9f} V", f"{now:+.9f} V", f"{now - recorded:+.1e} V"])
    return rows


def present_features(circuit: Circuit) -> FloatArray:
    """Return the features (1, count) the circuit's input sources stand at, volts."""
    sources, inputs = circuit.bank(circuit.inputs.bank, VoltageSources), circuit.inputs
    features = np.zeros((1, inputs.count))
    features[0, inputs.feature] = sources.voltage * inputs.polarity
    return features


def _range(bank: Bank) -> str:
    if isinstance(bank, Resistors):
        return _span(bank.conductance, "S")
    if isinstance(bank, VoltageSources):
        return _span(bank.voltage, "V")
    if isinstance(bank, CurrentSources):
        return _span(bank.amperes, "A")
    if isinstance(bank, VCVS | CCCS):
        return _span(bank.gain, "")
    if isinstance(bank, Diodes):
        return f"{bank.model.name}, IS {bank.model.saturation_current:g} A, N {bank.model.emission:g}"
    return ""


def _span(values: FloatArray, unit: str) -> str:
    low, high = values.min(), values.max()
    return f"{low:.3g} {unit}" if low == high else f"{low:.3g} to {high:.3g} {unit}"


def _clamped(bank: Bank) -> str:
    if not (isinstance(bank, Resistors) and bank.trainable):
        return ""
    share = np.isin(bank.conductance, (bank.low, bank.high)).mean()
    return f"{100 * share:.1f} % at {bank.low:g} or {bank.high:g} S"
