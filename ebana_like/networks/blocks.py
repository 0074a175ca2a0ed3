"""Which building blocks make a network? Each is one line of its description and a few banks of its circuit."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from ebana_like.checks import require_number, shown
from ebana_like.elements import (
    CCCS,
    VCVS,
    DiodeModel,
    Diodes,
    FloatArray,
    IdealDiodes,
    IntArray,
    Range,
    VoltageSources,
    WiredCrossbar,
    Wires,
)
from ebana_like.elements.ideal_diode import PERFECT
from ebana_like.elements.labels import GridLabels
from ebana_like.errors import CircuitError
from ebana_like.limits import require_at_most
from ebana_like.netlist import diode_model
from ebana_like.ports import InputPorts, OutputPorts
from ebana_like.wiring import Wiring, grounds, labels


class Block(ABC):
    """One layer of a network's description; an argument that cannot be is a CircuitError when it is made."""

    def size(self, rows: int) -> tuple[int, int]:
        """Return how many nodes the next block will connect to, and about how many elements this one adds.

        rows: nodes that this one connects to.
        """
        return rows, rows

    @abstractmethod
    def build(self, wiring: Wiring) -> None:
        """Add the block's nodes and banks, and leave in `wiring.rows` what the next block connects to."""


@dataclass(frozen=True)
class Inputs(Block):
    """Voltage sources for the features, each doubled to +x and -x, and a bias pair.

    features: number of features.
    bias: volts of the bias pair +bias, -bias; 0 leaves it out.
    doubled: without it each feature has one source only; conductances being positive, weights then are too.
    """

    features: int
    bias: float = 1.0
    doubled: bool = True

    def __post_init__(self) -> None:
        _require_count("Inputs: features", self.features, "as many as the data has")
        require_number("Inputs: bias", self.bias, fix="in volts, 0 for none", error=CircuitError)
        if not isinstance(self.doubled, bool):
            raise CircuitError(f"Inputs: doubled is {shown(self.doubled)}; expected True or False")

    def size(self, rows: int) -> tuple[int, int]:
        sources = self.features * (2 if self.doubled else 1) + (2 if self.bias else 0)
        return sources, sources

    def build(self, wiring: Wiring) -> None:
        signs = ("p", "n") if self.doubled else ("p",)
        nodes = wiring.new_nodes([f"x{k}{sign}" for k in range(self.features) for sign in signs])
        wiring.inputs = InputPorts(
            "inputs",
            np.repeat(np.arange(self.features, dtype=np.intp), len(signs)),
            np.tile(np.array([1.0, -1.0])[: len(signs)], self.features),
        )
        wiring.sources("inputs", nodes)
        if self.bias:
            pair = wiring.new_nodes(["biasp", "biasn"])
            wiring.sources("bias", pair, np.array([self.bias, -self.bias]))
        else:
            pair = nodes[:0]
        wiring.lead(np.concatenate([nodes, pair]), nodes[1::2] if self.doubled else None, pair)


@dataclass(frozen=True)
class Crossbar(Block):
    """Trainable resistors from every node of the layer before to every one of `columns` new nodes.

    initial: range the first conductances are drawn from, uniformly, siemens; what is drawn below zero begins at the
        smallest, as in Scellier 2024.
    limits: range of the programmable device, siemens.
    wires: resistances of the wires, `Wires(row=1, column=1)`; none unless given.
    reference: siemens of the resistors of one column more, which do not learn; neurons, amplifiers and outputs behind
        then see the columns' voltages less that column's, so that a conductance below it weighs less than nothing (Hu
        et al. 2016). None for no such column.

    Resistors stand in the netlist column by column: ngspice then starts 3-4 times faster and solves points 1.9 times
    faster than row by row (1569-100-20 network). Element `column * rows + row` joins that row and column.
    """

    columns: int
    initial: tuple[float, float] = (4e-6, 1.2e-5)
    limits: tuple[float, float] = (1e-7, 1e-4)
    wires: Wires | None = None
    reference: float | None = None

    def __post_init__(self) -> None:
        if self.reference is not None:
            fix = "in siemens, or None for no reference column"
            require_number("Crossbar: reference", self.reference, above=0, fix=fix, error=CircuitError)
            if self.wires:
                raise CircuitError("Crossbar: a reference column behind wires is not known; leave out one of both")
        if not (self.wires is None or isinstance(self.wires, Wires)):
            raise CircuitError(f"Crossbar: wires is {shown(self.wires)}; expected Wires(row=1, column=1), in ohms")
        _require_count("Crossbar: columns", self.columns, "one for each neuron or output node")
        require_span("Crossbar", self.initial, self.limits)

    def size(self, rows: int) -> tuple[int, int]:
        return self.columns, rows * (self.columns + (self.reference is not None))

    def build(self, wiring: Wiring) -> None:
        rows = wiring.require_rows("Crossbar")
        elements = len(rows) * self.columns  # with what a skip brought, of which `size` does not know
        require_at_most("elements", elements, f"the crossbar has {elements:,} elements", CircuitError)
        low, high = self.limits
        wiring.depth += 1
        name = f"crossbar{wiring.depth}"
        columns = wiring.new_nodes([f"h{wiring.depth}_{k}" for k in range(self.columns)])
        names = GridLabels(f"r{name}", len(rows), self.columns)
        conductance = first_conductances(wiring.rng, self.initial, self.limits, len(names))
        ports = np.tile(rows, self.columns), np.repeat(columns, len(rows))
        learned = Range(low, high)
        if self.wires:
            ranges = {"conductance": learned}
            wiring.banks.append(WiredCrossbar(name, names, *ports, conductance, self.wires, trainable=ranges))
        else:
            wiring.resistors(name, *ports, conductance, learned=learned, names=names)
        wiring.lead(
            columns, reference=0 if self.reference is None else self._add_reference(wiring, rows, self.reference)
        )

    @staticmethod
    def _add_reference(wiring: Wiring, rows: IntArray, siemens: float) -> int:
        """Add the column that others are read against; return its node."""
        (node,) = wiring.new_nodes([f"ref{wiring.depth}"]).tolist()
        wiring.resistors(f"reference{wiring.depth}", rows, node, siemens)
        return int(node)


@dataclass(frozen=True)
class DiodePair(Block):
    """The neuron: two antiparallel diodes from each node, each in series with a dc source.

    A node is clamped softly to about [-(clamp + V_d), clamp + V_d]. All neurons of a layer share the two sources
    as supply rails, which is the same circuit as a pair of sources each.

    model: name of a diode model in `models/`, or of a file with one, as in `my.mod`.
    clamp: volts of the sources.
    """

    model: str = "silicon"
    clamp: float = 0.0

    def __post_init__(self) -> None:
        diode_model(self.model)
        require_number("DiodePair: clamp", self.clamp, fix="in volts", error=CircuitError)

    def size(self, rows: int) -> tuple[int, int]:
        return rows, 2 * rows

    def build(self, wiring: Wiring) -> None:
        nodes = wiring.require_rows("DiodePair")
        layer, count, model = wiring.depth, len(nodes), diode_model(self.model)
        rails = wiring.new_nodes([f"up{layer}", f"down{layer}"])
        volts = np.array([self.clamp, 0.0 - self.clamp])
        up, down = (np.full(count, rail, dtype=np.intp) for rail in rails)
        wiring.sources(f"rails{layer}", rails, volts, above=wiring.reference)
        wiring.banks += [
            diodes_between(f"up{layer}", nodes, up, model),
            diodes_between(f"down{layer}", down, nodes, model),
        ]


@dataclass(frozen=True)
class Amplifier(Block):
    """A bidirectional amplifier behind each node: it carries voltage forward and current back.

    A VCVS holds the output at `gain` times the node; a 0 V source measures the current the next crossbar draws from
    it, and a CCCS draws `feedback` times that current from the node (Kendall et al. 2020).

    gain: A. feedback: B, 1/A unless given; B = A is the ideal transformer.
    mirrored: whether a second amplifier at the same node, of gains -A and -B, drives a row more at the opposite
        voltage: two conductances then make one weight of either sign (Wang et al. 2019).
    """

    gain: float = 4.0
    feedback: float | None = None
    mirrored: bool = False

    def __post_init__(self) -> None:
        require_number("Amplifier: gain", self.gain, above=0, error=CircuitError)
        if self.feedback is not None:
            require_number("Amplifier: feedback", self.feedback, above=0, fix="or None for 1/gain", error=CircuitError)
        if not isinstance(self.mirrored, bool):
            raise CircuitError(f"Amplifier: mirrored is {shown(self.mirrored)}; expected True or False")

    def size(self, rows: int) -> tuple[int, int]:
        return (2 * rows, 6 * rows) if self.mirrored else (rows, 3 * rows)

    def build(self, wiring: Wiring) -> None:
        nodes = wiring.require_rows("Amplifier")
        feedback = 1 / self.gain if self.feedback is None else self.feedback
        outputs = _amplify(wiring, nodes, "", self.gain, feedback)
        mirrored = _amplify(wiring, nodes, "n", -self.gain, -feedback) if self.mirrored else outputs[:0]
        wiring.lead(np.concatenate([outputs, mirrored]), mirrored)


def _amplify(wiring: Wiring, nodes: IntArray, side: str, gain: float, feedback: float) -> IntArray:
    """Add an amplifier at each node; return what they drive. side: begins the names of what is there twice."""
    layer, count = wiring.depth, len(nodes)
    driven = wiring.new_nodes([f"{side}e{layer}_{k}" for k in range(count)])
    outputs = wiring.new_nodes([f"{side}a{layer}_{k}" for k in range(count)])
    forward, meter, back = f"{side}forward{layer}", f"{side}meter{layer}", f"{side}back{layer}"
    meters = labels("v", meter, count)
    reference = np.full(count, wiring.reference, dtype=np.intp)
    controls = nodes.copy(), reference
    gains = np.full(count, float(gain))
    wiring.banks += [
        VCVS(forward, labels("e", forward, count), driven, grounds(count), *controls, gains),
        VoltageSources(meter, meters, driven.copy(), outputs, np.zeros(count)),
        CCCS(back, labels("f", back, count), nodes.copy(), reference.copy(), meters, np.full(count, feedback)),
    ]
    return outputs


@dataclass(frozen=True)
class OutputPairs(Block):
    """Reads the last crossbar's nodes in pairs: score_k = V(h_2k) - V(h_2k+1)."""

    def build(self, wiring: Wiring) -> None:
        nodes = wiring.require_rows("OutputPairs")
        if len(nodes) % 2:
            raise CircuitError(
                f"OutputPairs stands behind {len(nodes)} nodes, which do not make pairs; "
                "give the crossbar before it two columns for each output"
            )
        for k, node in enumerate(nodes.tolist()):
            wiring.nodes[node] = f"y{k // 2}{'pn'[k % 2]}"
        wiring.outputs = OutputPorts(nodes[0::2].copy(), nodes[1::2].copy())


@dataclass(frozen=True)
class Outputs(Block):
    """Reads each of the last crossbar's nodes: score_k = V(h_k), less the reference column's voltage if it has one."""

    def build(self, wiring: Wiring) -> None:
        nodes = wiring.require_rows("Outputs")
        for k, node in enumerate(nodes.tolist()):
            wiring.nodes[node] = f"y{k}"
        wiring.outputs = OutputPorts(nodes.copy(), np.full(len(nodes), wiring.reference, dtype=np.intp))


def first_conductances(
    rng: np.random.Generator, initial: tuple[float, float], limits: tuple[float, float], count: int
) -> FloatArray:
    """Draw conductances to begin with, (count,), siemens; the smallest where less than nothing is drawn."""
    drawn = rng.uniform(*initial, count)
    return np.maximum(drawn, limits[0]) if initial[0] < 0 else drawn


def require_span(block: str, initial: tuple[float, float], limits: tuple[float, float]) -> None:
    """Raise CircuitError unless both are ranges of conductances, siemens, the first within the second."""
    for name, span in (("initial", initial), ("limits", limits)):
        if not (isinstance(span, tuple | list | np.ndarray) and len(span) == 2):
            raise CircuitError(f"{block}: {name} is {shown(span)}; expected (low, high) in siemens")
        for k, end in enumerate(span):
            is_cut = name == "initial" and k == 0 and isinstance(end, int | float) and end < 0
            above = None if is_cut else 0
            require_number(f"{block}: {name}", end, above=above, fix="in siemens", shown_as=span, error=CircuitError)
    low, high = limits
    if not low < high:
        raise CircuitError(
            f"a crossbar has the limits {low:g} to {high:g} S; the range ends before it begins: give (low, high)"
        )
    if not (low <= initial[0] or initial[0] < 0) or not initial[0] <= initial[1] <= high:
        raise CircuitError(
            f"a crossbar begins with conductances of {initial[0]:g} to {initial[1]:g} S, "
            f"outside its limits {low:g} to {high:g} S"
        )


def diodes_between(name: str, anodes: IntArray, cathodes: IntArray, model: DiodeModel) -> Diodes | IdealDiodes:
    """Return a bank of diodes of a model, which may be the one that stands for ideal ones."""
    kind = IdealDiodes if model.name == PERFECT else Diodes
    return kind(name, labels("d", name, len(anodes)), anodes, cathodes, model)


def _require_count(name: str, count: int, fix: str) -> None:
    """Raise CircuitError unless a count of nodes is one that can be meant."""
    require_number(name, count, whole=True, low=1, fix=fix, error=CircuitError)
    require_at_most("columns", count, f"{name} is {count:,}", CircuitError)
