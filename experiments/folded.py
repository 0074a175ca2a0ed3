"""Does ngspice find the same voltages in a large network? Neuron by neuron, all that joins it folded, after Norton.

Millions of resistors between layers are more than ngspice's matrix takes. A neuron sees what stands around it as one
conductance and one current, which follow from the resistors and the voltages of the layers beside it; its two diodes
are ngspice's own. Voltages at which every neuron and every output stays where it is solve the whole network.
"""

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from ebana_like import Circuit
from ebana_like.elements import FloatArray, IntArray, Resistors
from ebana_like.simulators.structure import find_layers

OPTIONS = ".options reltol=1e-12 vntol=1e-15 abstol=1e-18 gmin=1e-12 itl1=1000"


def deviation(circuit: Circuit, voltages: FloatArray) -> float:
    """Return by how much ngspice moves a neuron or an output, the most, volts.

    circuit: layers of resistors, windows among them, neurons in mirror or not. voltages: of the nodes of samples,
    (samples, nodes), volts.
    """
    layers = find_layers(circuit)
    assert layers is not None
    siemens, amperes = at_nodes(circuit, voltages)
    lines, expected = ["* neurons of a layered network, folded", OPTIONS], list[float]()

    def put(nodes: IntArray, own: FloatArray, into: FloatArray, diodes: tuple[str, str, str] | None) -> None:
        for sample, currents in enumerate(into):
            for at, conductance, current in zip(nodes, own, currents, strict=True):
                node = f"n{len(expected)}"
                lines.append(f"r{node} {node} 0 {1 / float(conductance)!r}")
                lines.append(f"i{node} 0 {node} {float(current)!r}")
                if diodes is not None:
                    model, up, down = diodes
                    lines.extend([f"du{node} {node} {up} {model}", f"dd{node} {down} {node} {model}"])
                expected.append(float(voltages[sample, at]))

    for k, hidden in enumerate(layers.hidden):
        assert isinstance(hidden.clamps, tuple)
        up, down = hidden.clamps
        model = up.of(0)
        assert model == down.of(0)
        lines += model.card().splitlines() if k == 0 else []
        lines += [f"vup{k} up{k} 0 {float(up.rails[0])!r}", f"vdown{k} down{k} 0 {float(down.rails[0])!r}"]
        own, into = siemens[hidden.nodes], amperes[:, hidden.nodes]
        for copies, sign in ((hidden.driven, 1), (hidden.mirrored, -1)):
            for rows in () if copies is None else copies:
                own = own + hidden.forward * hidden.back * siemens[rows]
                into = into + sign * hidden.back * amperes[:, rows]
        put(hidden.nodes, own, into, (model.name, f"up{k}", f"down{k}"))
    put(layers.outputs, siemens[layers.outputs], amperes[:, layers.outputs], None)
    found = solved("\n".join([*lines, ".op", ".end"]))
    return max(abs(found[f"v(n{k})"] - volts) for k, volts in enumerate(expected))


def at_nodes(circuit: Circuit, voltages: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return what resistors join every node by, (nodes,), siemens, and what flows into it through them were it at
    ground, (samples, nodes), amperes."""
    count = voltages.shape[1]
    siemens, amperes = np.zeros(count), np.zeros(voltages.shape)
    for bank in circuit.of_kind(Resistors):
        for ends, others in ((bank.positive, bank.negative), (bank.negative, bank.positive)):
            siemens += np.bincount(ends, bank.conductance, count)
            for into, sample in zip(amperes, voltages, strict=True):
                into += np.bincount(ends, bank.conductance * sample[others], count)
    return siemens, amperes


def solved(netlist: str) -> dict[str, float]:
    """Return the operating point that ngspice finds, by vector."""
    with TemporaryDirectory() as folder:
        path, raw = Path(folder) / "folded.cir", Path(folder) / "folded.raw"
        path.write_text(netlist + "\n")
        subprocess.run(["ngspice", "-n", "-b", "-r", str(raw), str(path)], check=True, capture_output=True)
        head, numbers = raw.read_bytes().split(b"Binary:\n", 1)
    names = [line.split()[1] for line in head.decode().split("Variables:\n")[1].splitlines()]
    return dict(zip(names, np.frombuffer(numbers, float).tolist(), strict=True))
