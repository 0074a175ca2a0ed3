"""Which netlist learns by itself? Two copies of a network that share the voltages of their gates (Dillavou et al.).

Every edge is a twin: a channel in the free copy and one in the clamped copy, whose gates hang on one capacitor. A
source holds the clamped copy's output a part of the way from the free one's towards the target, and a current

    C dg/dt = k (drop_free^2 - drop_clamped^2)        while the clock is high

charges the gates: coupled learning, whose free and clamped states are there at the same time. Patterns follow each
other as sources say; one `.tran` is a training. The channels are ngspice's level 1 without modulation, whose current
S/2 (r(g - Vt - b)^2 - r(g - Vt - a)^2), r(x) = max(x, 0), has no co-content: the rule approximates a gradient.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from ebana_like.checks import require_number
from ebana_like.elements import FloatArray
from ebana_like.errors import CircuitError
from ebana_like.networks.graph import Graph, lattice

Channel = Literal["transistor", "linear"]
"""What an edge is: a channel in its triode region, or the conductance S (g - Vt), whatever its ends' voltages."""

HIGH = 0.45
"""Volts of a one."""

RISE = 0.01
"""Part of a cycle in which sources and clock change."""

OPEN = (0.1, 0.9)
"""Parts of a cycle between which the clock is high: not while sources change."""

LEAK = 1e8
"""Ohms from every node to ground, so that a node whose channels are all cut off is still somewhere."""

LOAD = 1e-9
"""Farads at every node: far less than a gate's, and enough for Newton's method when sources change."""

STEPS = 10
"""Steps of a cycle, at least."""

LIMITER = 0.01
"""Siemens: what holds a gate between its limits conducts so much beyond them."""


@dataclass(frozen=True, eq=False)
class SelfLearner:
    """A network with what it is to learn, and how fast.

    inputs: nodes that sources move. held: volts by node, 0 for ground.
    output: the pair of nodes whose difference is the answer.
    patterns: (patterns, inputs), volts. targets: (patterns,), volts.
    nudge: part of the way from answer to target that the clamped output is held at, 0 to 1.
    cycle: seconds a pattern. charging: k, A/V^2. capacitance: farads of a gate.
    threshold, gain: Vt, volts, and S, A/V^2, of a channel. low, high: volts between which gates are held.
    Raises CircuitError for what cannot be.
    """

    graph: Graph
    inputs: tuple[int, ...]
    output: tuple[int, int]
    patterns: FloatArray
    targets: FloatArray
    held: Mapping[int, float] = field(default_factory=dict)
    channel: Channel = "transistor"
    nudge: float = 0.5
    cycle: float = 1e-3
    charging: float = 12.5e-3
    capacitance: float = 1e-6
    threshold: float = 0.7
    gain: float = 1e-3
    low: float = 0.5
    high: float = 6.0

    def __post_init__(self) -> None:
        for name in ("cycle", "charging", "capacitance", "gain"):
            require_number(f"selflearn: {name}", getattr(self, name), above=0, error=CircuitError)
        require_number("selflearn: nudge", self.nudge, above=0, high=1, error=CircuitError)
        ports = [*self.inputs, *self.held, *self.output]
        if len(set(ports)) < len(ports) or not set(ports) <= set(range(self.graph.nodes)):
            raise CircuitError(f"inputs, held nodes and outputs are {ports}; give different nodes of the graph")
        if self.patterns.shape != (len(self.targets), len(self.inputs)) or not len(self.targets):
            wanted = f"({len(self.targets)}, {len(self.inputs)})"
            raise CircuitError(
                f"patterns have shape {self.patterns.shape}; one a target and a column an input: {wanted}"
            )

    @property
    def edges(self) -> int:
        """How many twin edges there are, and so gates."""
        return len(self.graph.edges)

    @property
    def answer(self) -> tuple[str, str]:
        """Names of the output's nodes in the free copy."""
        return self._node(self.output[0], "f"), self._node(self.output[1], "f")

    def start(self, seed: int, low: float = 1.0, high: float = 2.0) -> FloatArray:
        """Return gate voltages to begin with, drawn between two, (edges,)."""
        return np.random.default_rng(seed).uniform(low, high, self.edges)

    def learning_netlist(self, gates: FloatArray, epochs: int, title: str) -> str:
        """Return the netlist that learns for so many rounds of all patterns, from gate voltages, (edges,)."""
        count = len(self.targets)
        lines = [
            title,
            *(self._stimulus(f"x{k + 1}", self.patterns[:, k]) for k in range(len(self.inputs))),
            self._stimulus("target", self.targets),
            *self._rails(),
            self._clock(),
            self._clamp(),
            *self._model(),
            *self._leaks("f"),
            *self._leaks("c"),
        ]
        for edge, start in enumerate(self._checked(gates)):
            lines += [*self._edge(edge, "f"), *self._edge(edge, "c"), *self._gate(edge, start)]
        saved = " ".join(f"v({node})" for node in [*self.gates(), *self.answer])
        stop = epochs * count * self.cycle
        return "\n".join(
            [
                *lines,
                ".options method=gear",  # the trapezoid rings where the clock cuts a current off
                f".tran {self.cycle!r} {stop!r} 0 {self.cycle / STEPS!r} uic",
                f".save {saved}",
                ".end",
                "",
            ]
        )

    def frozen_netlist(self, gates: FloatArray, title: str) -> str:
        """Return the netlist that answers to every pattern at once, by a copy each, with gates held by sources."""
        lines = [title, *self._rails(), *self._model()]
        lines += [f"vg{k} g{k} 0 {float(volts)!r}" for k, volts in enumerate(self._checked(gates))]
        for number, pattern in enumerate(self.patterns):
            copy = f"p{number}n"
            lines += [f"vx{k + 1}{copy} x{k + 1}{copy} 0 {float(volts)!r}" for k, volts in enumerate(pattern)]
            lines += self._leaks(copy)
            for edge in range(self.edges):
                lines += self._edge(edge, copy)
        saved = " ".join(f"v({self._node(node, f'p{k}n')})" for k in range(len(self.targets)) for node in self.output)
        return "\n".join([*lines, ".op", f".save {saved}", ".end", ""])

    def frozen_answer(self, volts: Mapping[str, float]) -> FloatArray:
        """Return the answers, (patterns,), volts, from the node voltages of `frozen_netlist`."""
        pairs = [[self._node(node, f"p{k}n") for node in self.output] for k in range(len(self.targets))]
        return np.array([volts[first] - volts[second] for first, second in pairs])

    def gates(self) -> Sequence[str]:
        """Return the names of the gates' nodes."""
        return [f"g{edge}" for edge in range(self.edges)]

    def _checked(self, gates: FloatArray) -> list[float]:
        if gates.shape != (self.edges,):
            raise CircuitError(f"gate voltages have shape {gates.shape}; the network has {self.edges} edges")
        return [float(volts) for volts in gates]

    def _node(self, node: int, copy: str) -> str:
        """Return the name of a node in a copy; the copies of a training share sources, those of patterns do not."""
        if node in self.held:
            return "0" if self.held[node] == 0 else f"held{node}"
        if node in self.inputs:
            return f"x{self.inputs.index(node) + 1}{copy if copy.startswith('p') else ''}"
        return f"{copy}{node}"

    def _rails(self) -> list[str]:
        return [f"vheld{node} held{node} 0 {float(volts)!r}" for node, volts in self.held.items() if volts]

    def _model(self) -> list[str]:
        if self.channel == "linear":
            return []
        return [f".model channel nmos(level=1 vto={self.threshold!r} kp={self.gain!r} lambda=0 gamma=0 is=1e-20)"]

    def _leaks(self, copy: str) -> list[str]:
        own = [node for node in range(self.graph.nodes) if node not in self.inputs and node not in self.held]
        lines = [f"r{copy}{node} {self._node(node, copy)} 0 {LEAK!r}" for node in own]
        return lines + [f"c{copy}{node} {self._node(node, copy)} 0 {LOAD!r}" for node in own]

    def _stimulus(self, name: str, levels: FloatArray) -> str:
        """Return the source that gives each pattern its level for a cycle, over and over."""
        points = []
        for k, level in enumerate(levels):
            at = k * self.cycle
            points += [f"{at!r} {float(levels[k - 1])!r}", f"{at + RISE * self.cycle!r} {float(level)!r}"]
        points.append(f"{len(levels) * self.cycle!r} {float(levels[-1])!r}")
        body = "\n+ ".join(" ".join(points[k : k + 6]) for k in range(0, len(points), 6))
        return f"v{name} {name} 0 pwl({body}) r=0"

    def _clock(self) -> str:
        edge, (low, high) = RISE * self.cycle, OPEN
        return (
            f"vclock clock 0 pulse(0 1 {low * self.cycle!r} {edge!r} {edge!r} "
            f"{(high - low - RISE) * self.cycle!r} {self.cycle!r})"
        )

    def _clamp(self) -> str:
        """Return the source between the clamped outputs; it leaves their mean alone, so that it clamps one output."""
        (p, n), (first, second) = (tuple(self._node(node, "c") for node in self.output), self.answer)
        return f"bclamp {p} {n} v={1 - self.nudge!r}*(v({first})-v({second}))+{self.nudge!r}*v(target)"

    def _edge(self, edge: int, copy: str) -> list[str]:
        a, b = (self._node(int(node), copy) for node in self.graph.edges[edge])
        if self.channel == "linear":
            siemens = f"{self.gain!r}*max(v(g{edge})-{self.threshold!r},1u)"
            return [f"b{copy}e{edge} {a} {b} i={siemens}*({_volts(a)}-{_volts(b)})"]
        return [f"m{copy}e{edge} {a} g{edge} {b} 0 channel w=1u l=1u"]

    def _gate(self, edge: int, start: float) -> list[str]:
        """Return the capacitor that holds a weight, and what charges it and keeps it within its limits."""
        free, clamped = (
            "-".join(_volts(self._node(int(node), copy)) for node in self.graph.edges[edge]) for copy in "fc"
        )
        # a product, since ngspice takes the absolute value of the base of a power
        contrast = f"(({free})*({free})-({clamped})*({clamped}))"
        return [
            self._capacitor(edge, start),
            f"bg{edge} 0 g{edge} i={self.charging!r}*v(clock)*{contrast}",
            f"+ +{self._kept(edge)}",
        ]

    def _capacitor(self, edge: int, start: float) -> str:
        return f"cg{edge} g{edge} 0 {self.capacitance!r} ic={start!r}"

    def _kept(self, edge: int) -> str:
        """Return the current that keeps a gate within its limits."""
        return f"{LIMITER!r}*(max({self.low!r}-v(g{edge}),0)-max(v(g{edge})-{self.high!r},0))"


def _volts(node: str) -> str:
    return "0" if node == "0" else f"v({node})"


def self_learning_xor(
    channel: Channel = "transistor",
    charging: float = 12.5e-3,
    places: Sequence[int] = (6, 9, 2, 14, 10, 5),
) -> SelfLearner:
    """Return a torus of 16 nodes and 32 twin edges that is to learn XOR: 30 mV where the inputs, 0 or 0.45 V, differ.

    places: nodes of both inputs, of a node held at 0.45 V, of ground, and of the outputs. Patterns differ in one input
    from one to the next.
    """
    patterns = HIGH * np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, 0.0]])
    return _torus(patterns, 0.03 * np.array([0.0, 1.0, 0.0, 1.0]), channel, charging, places)


def self_learning_regression(
    channel: Channel = "transistor",
    charging: float = 12.5e-3,
    places: Sequence[int] = (2, 15, 8, 3, 14),
) -> SelfLearner:
    """Return such a torus that is to learn a hump: 80 mV x (1 - x) at five inputs from 0 to 0.45 V, x from 0 to 1.

    places: nodes of the input, of a node held at 0.45 V, of ground, and of the outputs. The best straight line is off
    by the targets' standard deviation, 8.4 mV.
    """
    x = np.linspace(0, 1, 5)
    return _torus(HIGH * x[:, None], 0.08 * x * (1 - x), channel, charging, places)


def _torus(
    patterns: FloatArray, targets: FloatArray, channel: Channel, charging: float, places: Sequence[int]
) -> SelfLearner:
    *inputs, rail, ground, positive, negative = places
    held = {rail: HIGH, ground: 0.0}
    graph, output = lattice(4, 4, periodic=True), (positive, negative)
    return SelfLearner(graph, tuple(inputs), output, patterns, targets, held, channel, charging=charging)


SELF_LEARNERS = {"xor": self_learning_xor, "regression": self_learning_regression}
"""What can be learned alone, by name."""
