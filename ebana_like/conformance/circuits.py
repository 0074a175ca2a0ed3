"""Which circuits is an engine tried on? Small ones: layered or not, nudged by currents or by switched sources."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import VCVS, Diodes, Range
from ebana_like.netlist import diode_model
from ebana_like.networks import Amplifier, Crossbar, DiodePair, Inputs, OutputPairs, build_network
from ebana_like.nudges import Currents, Nudge, SwitchedTargets
from ebana_like.ports import InputPorts, OutputPorts
from ebana_like.wiring import Wiring, labels

LIMITS = (4e-6, 4e-5)
"""Range of conductances, siemens: behind them the diodes conduct at a volt or two."""


def layered(nudging: Nudge) -> Circuit:
    """Return a network of three neurons with two output pairs."""
    layers = [
        Inputs(2),
        Crossbar(3, LIMITS),
        DiodePair("d1n4148"),
        Amplifier(4),
        Crossbar(4, LIMITS),
        OutputPairs(),
    ]
    return build_network(layers, f"layered, {nudging.phrase}", seed=1, nudging=nudging)


def mesh(nudging: Nudge) -> Circuit:
    """Return resistors and diodes without layers: one output between two nodes, one between a node and ground."""
    rng = np.random.default_rng(2)
    wiring = Wiring(rng)
    x, (a, b, c) = wiring.new_nodes(["x0", "x1"]), wiring.new_nodes(["a", "b", "c"]).tolist()
    ends = np.array([(x[0], a), (x[0], b), (x[1], b), (x[1], c), (a, b), (b, c), (c, a)])
    low, high = LIMITS
    positive, negative = np.ascontiguousarray(ends.T)
    wiring.sources("inputs", x)
    wiring.resistors("weights", positive, negative, rng.uniform(low, high, 7), learned=Range(low, high))
    wiring.resistors("leaks", np.array([a, b, c]), 0, 1e-5)
    wiring.banks.append(
        Diodes("diodes", labels("d", "diodes", 2), np.array([a, b]), np.array([0, c]), diode_model("d1n4148"))
    )
    wiring.inputs = InputPorts("inputs", np.array([0, 1]), np.array([1.0, 1.0]))
    wiring.outputs = OutputPorts(np.array([a, c]), np.array([b, 0]))
    return wiring.circuit(f"mesh, {nudging.phrase}", nudging.wire(wiring, wiring.outputs))


def one_way() -> Circuit:
    """Return a layered network whose amplifiers carry no current back: it has no energy, but an adjoint gradient."""
    circuit = layered(Currents())
    banks = tuple(bank for bank in circuit.banks if bank.name != "back1")
    return replace(circuit, title="one way", banks=banks)


def runaway() -> Circuit:
    """Return a diode fed back twice its own voltage: above some 0.5 V of input it has no operating point."""
    wiring = Wiring(np.random.default_rng(0))
    ground, source, node, doubled = (np.zeros(1, dtype=np.intp), *(wiring.new_nodes([name]) for name in "xhb"))
    wiring.sources("inputs", source)
    wiring.resistors("weights", source, node, 1e-6, learned=Range(1e-7, 1e-4))
    wiring.banks += [
        VCVS("feedback", ("eb",), doubled, ground, node, ground, np.array([2.0])),
        Diodes("diodes", ("db",), doubled, node, diode_model("silicon")),
    ]
    wiring.inputs, wiring.outputs = InputPorts("inputs", np.array([0]), np.ones(1)), OutputPorts(node, ground)
    return wiring.circuit("runaway", Currents().wire(wiring, wiring.outputs))


CIRCUITS: dict[str, Callable[[], Circuit]] = {
    "layered-currents": lambda: layered(Currents()),
    "layered-switches": lambda: layered(SwitchedTargets()),
    "mesh-currents": lambda: mesh(Currents()),
    "mesh-switches": lambda: mesh(SwitchedTargets()),
}
"""What engines are tried on, by name."""
