"""Random circuits of all elements, in which every node has a path of resistors to ground."""

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import CCCS, VCVS, CurrentSources, Diodes, Resistors, Switches, VoltageSources
from ebana_like.netlist import diode_models
from ebana_like.nudges import Currents
from ebana_like.ports import InputPorts, OutputPorts

LOOP_GAIN = 0.4  # of controlled sources: with more a circuit can latch, and then has several operating points

KINDS = ("resistor", "diode", "diode", "voltage", "current", "vcvs", "cccs", "switch")


def random_circuit(seed: int, kinds: list[str]) -> tuple[Circuit, float]:
    """Return a circuit of elements of these kinds, and the volts of its input."""
    builder = Builder(seed)
    volts = builder.rng.uniform(-5, 5)
    builder.nodes.append("in")
    builder.add("inputs", 1, 0, volts)
    builder.source(0.0)  # one ammeter at least for current-controlled sources
    for kind in kinds:
        builder.element(kind)
    return builder.circuit(), float(volts)


class Builder:
    """Grows a circuit in which every node has a path of resistors to ground, so that no sources form a loop."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.nodes = ["0"]
        self.rows: dict[str, list[tuple]] = {}

    def node(self) -> int:
        """Any node there is."""
        return int(self.rng.integers(len(self.nodes)))

    def new_node(self) -> int:
        """A node held to another one by a resistor."""
        other = self.node()
        self.nodes.append(f"n{len(self.nodes)}")
        self.resistor(len(self.nodes) - 1, other)
        return len(self.nodes) - 1

    def add(self, kind: str, *row) -> None:
        self.rows.setdefault(kind, []).append(row)

    def resistor(self, positive: int, negative: int) -> None:
        self.add("resistors", positive, negative, 10 ** self.rng.uniform(-6, -3))

    def source(self, volts: float) -> int:
        positive = self.new_node()
        ends = (positive, self.node_but(positive))
        self.add("sources", *ends, volts)
        return positive

    def node_but(self, last: int) -> int:
        """Any node older than the last one: what it is tied to."""
        return int(self.rng.integers(last))

    def element(self, kind: str) -> None:
        """Add one element of a kind between random nodes."""
        rng = self.rng
        if kind == "resistor":
            self.resistor(self.node(), self.new_node())
        elif kind == "diode":
            self.add(f"diodes_{rng.choice(list(diode_models()))}", self.node(), self.new_node())
        elif kind == "voltage":
            self.source(rng.uniform(-5, 5))
        elif kind == "current":
            self.add("currents", self.node(), self.node(), rng.uniform(-1e-4, 1e-4))
        elif kind == "vcvs":
            controls = self.node(), self.node()
            driven = self.new_node()
            self.add("vcvs", driven, self.node_but(driven), *controls, rng.uniform(-LOOP_GAIN, LOOP_GAIN))
        elif kind == "cccs":
            meter = int(rng.integers(len(self.rows["sources"])))
            self.add("cccs", self.node(), self.node(), meter, rng.uniform(-LOOP_GAIN, LOOP_GAIN))
        else:
            ends = self.node(), self.new_node()
            close = len(self.nodes)
            self.nodes.append(f"close{close}")
            self.add("controls", close, 0, float(rng.integers(2)))
            self.add("switches", *ends, close, 0)

    def circuit(self) -> Circuit:
        banks = [self.bank(name, list(zip(*rows, strict=True))) for name, rows in self.rows.items()]
        out = np.array([len(self.nodes) - 1])
        ground = np.array([0])
        banks.append(CurrentSources("nudge", ("inudge",), ground, out, np.zeros(1)))
        return Circuit(
            "random circuit",
            tuple(self.nodes),
            tuple(banks),
            InputPorts("inputs", np.array([0]), np.array([1.0])),
            OutputPorts(out, ground),
            Currents.driven("nudge"),
        )

    def bank(self, name, columns):
        ends = [np.array(column) for column in columns[:2]]
        letter = {"inputs": "v", "sources": "v", "controls": "v", "currents": "i", "vcvs": "e", "cccs": "f"}
        first = letter.get(name, "s" if name == "switches" else "d" if name.startswith("diodes") else "r")
        labels = tuple(f"{first}{name}_{k}" for k in range(len(ends[0])))
        rest = [np.array(column) for column in columns[2:]]
        if first == "f":
            control = tuple(f"vsources_{k}" for k in rest[0])
            return CCCS(name, labels, *ends, control, rest[1])
        if first == "d":
            return Diodes(name, labels, *ends, diode_models()[name.removeprefix("diodes_")])
        kinds = {"v": VoltageSources, "i": CurrentSources, "e": VCVS, "r": Resistors, "s": Switches}
        return kinds[first](name, labels, *ends, *rest)
