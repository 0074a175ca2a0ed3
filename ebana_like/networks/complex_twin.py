"""Which circuit has complex node voltages? The twin: a real circuit of their real and of their imaginary parts.

Equilibrium propagation may nudge by a complex factor beta. Kirchhoff's equations then hold between complex voltages,
which are two real circuits that touch where elements are not linear, and at the outputs:

- resistors and amplifiers (VCVS, CCCS) stand in both; independent sources hold 0 V, or carry nothing, in the second;
- a diode stays in the first, where a written source adds what the imaginary part changes of its current, and is a
  written source in the second: with a and b the two parts of its drop over N Vt they carry together

      a >= -3:  IS (exp(a) cos b - 1) + gmin v    and   IS exp(a) sin b + gmin w
      a < -3:   the parts of -IS (1 + (3 / (e (a + i b)))^3), and the same gmin v and gmin w

  That is SPICE's law continued from the branch in which the real part lies. Branches agree in value and slope at
  a = -3 and b = 0 alone: a circle of nudges on which a diode crosses that edge is not holomorphic;
- controlled sources draw beta (s - Y) from each output pair: what half the squared error pulls with, (s - Y)^2 / 2.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ebana_like.circuit import Circuit
from ebana_like.elements import (
    CCCS,
    VCCS,
    VCVS,
    Bank,
    BehaviouralCurrents,
    CurrentSources,
    Diodes,
    FloatArray,
    IntArray,
    Resistors,
    VoltageSources,
)
from ebana_like.elements.constants import GMIN
from ebana_like.elements.labels import free_name
from ebana_like.errors import CircuitError
from ebana_like.expressions import Name, Tree, fold, parse
from ebana_like.nudges import Currents
from ebana_like.nudges.ways.current import sources_across
from ebana_like.ports import InputPorts, OutputPorts
from ebana_like.shared import NOTHING_SHARED
from ebana_like.storage import NOTHING_STORED
from ebana_like.values import address, parts

ComplexArray = npt.NDArray[np.complex128]

KINDS = (Resistors, VoltageSources, CurrentSources, VCVS, CCCS, Diodes)
"""What a circuit with a twin is made of."""


@dataclass(frozen=True, eq=False)
class Twin:
    """The twin of a circuit.

    circuit: features are those of the original, and behind them a target voltage an output pair; scores are the real
        parts of all pairs, then the imaginary ones. Nodes and banks of the real part keep their numbers and names.
    imaginary: of each node of the original, the node whose voltage is the imaginary part, (nodes,); ground of ground.
    same: banks between the imaginary parts that hold what one of the original holds, by the name of that.
    pulls: banks of the sources that nudge, whose gains are real, minus imaginary, real and imaginary part of beta.
    """

    circuit: Circuit
    imaginary: IntArray
    same: Mapping[str, str]
    pulls: tuple[str, str, str, str]

    def held(self, values: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Return what the twin holds, by address, where the original holds these values of its elements."""
        found = dict(values)
        for at, value in values.items():
            name, quantity = parts(at)
            if name in self.same:
                found[address(self.same[name], quantity)] = value
        return found

    def nudged(self, beta: complex) -> dict[str, FloatArray]:
        """Return the values, by address, that nudge by a factor, siemens; 0 leaves the circuit free."""
        count = self.circuit.outputs.count // 2
        gains = (beta.real, -beta.imag, beta.real, beta.imag)
        return {address(bank, "gain"): np.full(count, gain) for bank, gain in zip(self.pulls, gains, strict=True)}

    def voltages(self, solved: FloatArray) -> ComplexArray:
        """Return the complex voltages of the original's nodes, (..., nodes), given those of the twin's, volts."""
        return np.asarray(solved[..., : len(self.imaginary)] + 1j * solved[..., self.imaginary])


def complex_twin(circuit: Circuit) -> Twin:
    """Return the twin of a circuit of resistors, independent sources, VCVS, CCCS and diodes, nudged by nothing yet.

    What learns in the circuit stands in the twin as it is; what nudges the circuit itself is left out, and what it
    stores. The twin is solved at DC.
    Raises CircuitError naming an element of another kind.
    """
    if reason := twinless(circuit):
        raise CircuitError(reason)
    return _Doubling(circuit).twin()


def twinless(circuit: Circuit) -> str:
    """Return why a circuit has no complex twin, naming an element; empty where it has one."""
    if stranger := circuit.stranger(*KINDS, beside=circuit.driven.banks()):
        return (
            f"{stranger}; the complex twin of a circuit has resistors, independent sources, VCVS, CCCS and diodes "
            "alone, and outputs nudged by currents"
        )
    return ""


class _Doubling:
    """Builds the twin, bank by bank."""

    def __init__(self, circuit: Circuit) -> None:
        self.original = circuit
        self.copied = [bank for bank in circuit.banks if bank.name not in circuit.driven.banks()]
        self.names = {bank.name for bank in self.copied}
        self.labels = {label for bank in self.copied for label in bank.labels}
        self.nodes = list(circuit.nodes)
        self.imaginary = np.concatenate([[0], self.new_nodes([f"{node}_im" for node in circuit.nodes[1:]])])
        self.same: dict[str, str] = {}
        self.twins = {label: self.new_label(f"{label}_im") for bank in self.copied for label in bank.labels}

    def twin(self) -> Twin:
        circuit, outputs = self.original, self.original.outputs
        targets = self.new_nodes([f"target{k}" for k in range(outputs.count)])
        banks: list[Bank] = []
        for bank in self.copied:
            real = replace(bank, trainable={})
            if bank.name == circuit.inputs.bank and isinstance(bank, VoltageSources):
                real = self.with_targets(bank, targets)
            banks += [real, *self.imaginary_of(bank)]
        above, below = self.imaginary[outputs.positive], self.imaginary[outputs.negative]
        error, turned = (outputs.positive, targets), (above, below)
        pulls = [
            self.pull("pull", (outputs.positive, outputs.negative), error),
            self.pull("pull_turned", (outputs.positive, outputs.negative), turned),
            self.pull("pull_im", (above, below), turned),
            self.pull("pull_turned_im", (above, below), error),
        ]
        ports = OutputPorts(np.concatenate([outputs.positive, above]), np.concatenate([outputs.negative, below]))
        idle = sources_across(ports, self.new_name("nudge"), self.labels)
        inputs = circuit.inputs
        feature = np.concatenate([inputs.feature, inputs.count + np.arange(outputs.count)])
        twin = replace(
            circuit,
            title=f"complex twin of {circuit.title}",
            nodes=tuple(self.nodes),
            banks=(*banks, *pulls, idle),
            inputs=InputPorts(inputs.bank, feature, np.concatenate([inputs.polarity, np.ones(outputs.count)])),
            outputs=ports,
            driven=Currents.driven(idle.name),
            shared=NOTHING_SHARED,
            storage=NOTHING_STORED,
        )
        first, second, third, fourth = (bank.name for bank in pulls)
        return Twin(twin, self.imaginary, self.same, (first, second, third, fourth))

    def with_targets(self, bank: VoltageSources, targets: IntArray) -> VoltageSources:
        """Return the input sources, and behind them those that hold targets above the pairs' negative nodes."""
        labels = [self.new_label(f"vtarget{k}") for k in range(len(targets))]
        return VoltageSources(
            bank.name,
            (*bank.labels, *labels),
            np.concatenate([bank.positive, targets]),
            np.concatenate([bank.negative, self.original.outputs.negative]),
            np.concatenate([bank.voltage, np.zeros(len(targets))]),
        )

    def imaginary_of(self, bank: Bank) -> list[Bank]:
        """Return what stands for a bank between the imaginary parts, and what these change of it."""
        if isinstance(bank, CurrentSources):
            return []
        if isinstance(bank, Diodes):
            return [self.continued(bank, REAL, "bend", False), self.continued(bank, IMAGINARY, "im", True)]
        ends: dict[str, Any] = {terminal: self.imaginary[bank.nodes_of(terminal)] for terminal in bank.terminals}
        name = self.new_name(f"{bank.name}_im")
        twin = replace(bank.renamed(self.twins), name=name, trainable={}, **ends)
        if isinstance(twin, VoltageSources):
            return [replace(twin, voltage=np.zeros(len(bank)))]
        self.same[bank.name] = name
        return [twin]

    def continued(self, bank: Diodes, law: str, suffix: str, imaginary: bool) -> BehaviouralCurrents:
        """Return written sources beside diodes, or between the imaginary parts of their ends."""
        real = bank.positive, bank.negative
        other = self.imaginary[bank.positive], self.imaginary[bank.negative]
        pairs = zip(*(nodes.tolist() for nodes in (*real, *other)), strict=True)
        positive, negative = other if imaginary else real
        return BehaviouralCurrents(
            self.new_name(f"{bank.name}_{suffix}"),
            tuple(self.new_label(f"b{label}_{suffix}") for label in bank.labels),
            positive,
            negative,
            tuple(_law(law, saturation, bank.model.scale) for saturation in bank.saturation.tolist()),
            tuple(((p, n), (above, below)) for p, n, above, below in pairs),
        )

    def pull(self, name: str, ends: tuple[IntArray, IntArray], follows: tuple[IntArray, IntArray]) -> VCCS:
        name = self.new_name(name)
        labels = tuple(self.new_label(f"g{name}{k}") for k in range(len(ends[0])))
        (positive, negative), (above, below) = ends, follows
        return VCCS(name, labels, positive, negative, above, below, np.zeros(len(labels)))

    def new_nodes(self, names: list[str]) -> IntArray:
        taken = set(self.nodes)
        for name in names:
            self.nodes.append(free_name(name, taken))
            taken.add(self.nodes[-1])
        return np.arange(len(self.nodes) - len(names), len(self.nodes), dtype=np.intp)

    def new_name(self, name: str) -> str:
        name = free_name(name, self.names)
        self.names.add(name)
        return name

    def new_label(self, label: str) -> str:
        label = free_name(label, self.labels)
        self.labels.add(label)
        return label


REAL = (
    "v/{s} >= -3 ? -2*{i}*exp(v/{s})*sin(w/{s}/2)*sin(w/{s}/2) : "
    "{i}*{k}*(a*(a*a-3*w/{s}*w/{s})/pow(a*a+w/{s}*w/{s},3) - 1/pow(a,3))"
)
"""What an imaginary part w, volts, changes of the current of a diode at v, amperes; a is -v / (N Vt) in reverse."""

IMAGINARY = (
    "(v/{s} >= -3 ? {i}*exp(v/{s})*sin(w/{s}) : {i}*{k}*w/{s}*(3*a*a-w/{s}*w/{s})/pow(a*a+w/{s}*w/{s},3)) + {gmin}*w"
)
"""The imaginary part of the current, amperes."""


def _law(law: str, saturation: float, scale: float) -> Tree:
    """Return a law of the two drops, "0" and "1", for an IS, amperes, and an N Vt, volts."""
    numbers = {"i": repr(saturation), "s": repr(scale), "k": repr((3 / math.e) ** 3), "gmin": repr(GMIN)}
    drop: dict[str, Tree] = {"v": Name("0"), "w": Name("1")}
    drop["a"] = _named(f"max(-v/{scale!r},3)", drop)  # held where the other branch goes on
    return _named(law.format(**numbers), drop)


def _named(text: str, meant: Mapping[str, Tree]) -> Tree:
    """Return the tree of an expression, as SPICE reads it, in which names stand for trees."""
    return fold(parse(text, behaviour=True), lambda leaf: meant.get(leaf.name) if isinstance(leaf, Name) else None)
