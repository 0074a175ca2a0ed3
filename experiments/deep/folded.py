"""Does ngspice find the same voltages in a deep network? Neuron by neuron, all that joins it folded (Norton's theorem).

Millions of resistors between layers are more than ngspice's matrix takes. A neuron sees what stands around it as one
conductance and one current, which follow from the resistors and the voltages of the layers beside it; its two diodes
are ngspice's own. Voltages at which every neuron and every output stays where it is solve the whole network.
"""

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from ebana_like import Circuit
from ebana_like.elements import FloatArray
from ebana_like.simulators.structure import find_layers
from ebana_like.values import Values

OPTIONS = ".options reltol=1e-12 vntol=1e-15 abstol=1e-18 gmin=1e-12 itl1=1000"


def deviation(circuit: Circuit, values: Values, voltages: FloatArray) -> float:
    """Return by how much ngspice moves a neuron or an output, the most, volts.

    voltages: of the nodes of samples, (samples, nodes), volts.
    """
    layers = find_layers(circuit)
    assert layers is not None
    matrices = [crossbar.matrix(np.asarray(values[crossbar.address])) for crossbar in layers.crossbars]
    nodes = [*(hidden.nodes for hidden in layers.hidden), layers.outputs]
    first = layers.crossbars[0].bank
    rows = first.positive if set(first.negative) == set(nodes[0].tolist()) else first.negative
    entering = voltages[:, rows.reshape(len(nodes[0]), -1)[0]]
    lines, expected = ["* neurons of a deep network, folded", OPTIONS], []
    for k, at in enumerate(nodes):
        own, into = matrices[k].sum(axis=1), entering @ matrices[k].T
        if k < len(layers.hidden):
            hidden = layers.hidden[k]
            lines += hidden.up.of(0).card().splitlines() if k == 0 else []
            own = own + hidden.forward * hidden.back * matrices[k + 1].sum(axis=0)
            into = into + hidden.back * (voltages[:, nodes[k + 1]] @ matrices[k + 1])
            entering = hidden.forward * voltages[:, at]
        for sample, currents in enumerate(into):
            for n, amperes in enumerate(currents):
                node = f"n{len(expected)}"
                lines += [f"r{node} {node} 0 {1 / own[n]!r}", f"i{node} 0 {node} {amperes!r}"]
                if k < len(layers.hidden):
                    model = hidden.up.of(0).name
                    lines += [f"du{node} {node} up {model}", f"dd{node} down {node} {model}"]
                expected.append(voltages[sample, at[n]])
    rails = layers.hidden[0].up.rails[0], layers.hidden[0].down.rails[0]
    lines += [f"vup up 0 {rails[0]!r}", f"vdown down 0 {rails[1]!r}", ".op", ".end"]
    found = solved("\n".join(lines).replace("np.float64(", "").replace(")", ""))
    return max(abs(found[f"v(n{k})"] - volts) for k, volts in enumerate(expected))


def solved(netlist: str) -> dict[str, float]:
    """Return the operating point that ngspice finds, by vector."""
    with TemporaryDirectory() as folder:
        path, raw = Path(folder) / "folded.cir", Path(folder) / "folded.raw"
        path.write_text(netlist + "\n")
        subprocess.run(["ngspice", "-n", "-b", "-r", str(raw), str(path)], check=True, capture_output=True)
        head, numbers = raw.read_bytes().split(b"Binary:\n", 1)
    names = [line.split()[1] for line in head.decode().split("Variables:\n")[1].splitlines()]
    return dict(zip(names, np.frombuffer(numbers, float).tolist(), strict=True))
