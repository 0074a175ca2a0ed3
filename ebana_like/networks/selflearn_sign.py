"""Which netlist learns by itself with one copy of its network, by signs alone? One with a sample-and-hold a node.

A cycle has two halves (thesis 4.3.2 and 4.3.3). First the outputs are free, and every node's voltage is sampled. Then a
switch clamps the outputs a part of the way from the answer that is held towards the target, and a comparator behind
every edge says whether the square of its drop has grown. While the clock is high each gate is charged by a current of
one size, whose direction alone is told:

    C dg/dt = -I sign(drop_clamped^2 - drop_held^2)    where the squares differ by more than what a comparator sees.

It learns from one pattern after the other, and signs of single patterns are not the sign of their sum: without such a
dead zone gates wander on when answers are close. With it they come to rest.
What is held droops, and is off by the charge that the switches inject (`SampleAndHold`): both are in the answers too.
"""

from dataclasses import dataclass, field, fields
from typing import Self

from ebana_like.checks import require_number
from ebana_like.elements import FloatArray
from ebana_like.errors import CircuitError
from ebana_like.networks.sampled import SampleAndHold, comparator_lines
from ebana_like.networks.selflearn import RISE, STEPS, SelfLearner

SAMPLED, CLAMPED, CHARGED = (0.05, 0.4), (0.45, 0.99), (0.55, 0.9)
"""Parts of a cycle in which nodes are sampled, outputs clamped and gates charged."""

CLAMP = 1.0
"""Ohms of the switch that clamps."""


@dataclass(frozen=True, eq=False)
class SignLearner(SelfLearner):
    """A network that learns by signs, with what holds its free state.

    current: I, amperes, in place of `charging`. hold: of every node that no source holds. dead: volts squared by which
    squares must differ for a comparator.
    """

    current: float = 5e-6
    hold: SampleAndHold = field(default_factory=lambda: SampleAndHold(farads=1e-9))
    dead: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        require_number("selflearn: current", self.current, above=0, error=CircuitError)
        require_number("selflearn: dead", self.dead, low=0, error=CircuitError)

    @classmethod
    def of(cls, learner: SelfLearner, current: float, hold: SampleAndHold, dead: float = 0.0) -> Self:
        """Return the network of another learner, and its task."""
        own = {each.name: getattr(learner, each.name) for each in fields(SelfLearner)}
        return cls(**own, current=current, hold=hold, dead=dead)

    @property
    def answer(self) -> tuple[str, str]:
        """Names of the nodes at which the free answer is held."""
        return self._held(self.output[0]), self._held(self.output[1])

    def learning_netlist(self, gates: FloatArray, epochs: int, title: str) -> str:
        """Return the netlist that learns for so many rounds of all patterns, from gate voltages, (edges,)."""
        lines = [
            title,
            *(self._stimulus(f"x{k + 1}", self.patterns[:, k]) for k in range(len(self.inputs))),
            self._stimulus("target", self.targets),
            *self._rails(),
            *(self._pulse(name, *parts) for name, parts in self._clocks().items()),
            *self._clamped(),
            *self._model(),
            *self._leaks("f"),
        ]
        for node in range(self.graph.nodes):
            if self._held(node) != self._node(node, "f"):
                lines += self.hold.lines(f"h{node}", self._node(node, "f"), self._held(node), "sample")
        for edge, start in enumerate(self._checked(gates)):
            lines += [*self._edge(edge, "f"), *self._charged(edge, start)]
        saved = " ".join(f"v({node})" for node in [*self.gates(), *self.answer])
        stop = epochs * len(self.targets) * self.cycle
        lines += [
            ".options method=gear",  # the trapezoid rings where a switch opens
            f".tran {self.cycle!r} {stop!r} 0 {self.cycle / STEPS!r} uic",
            f".save {saved}",
            ".end",
            "",
        ]
        return "\n".join(lines)

    def _held(self, node: int) -> str:
        """Return the node at which a node's free voltage is held; what sources hold is the same all the time."""
        own = self._node(node, "f")
        return f"h{node}" if own == f"f{node}" else own

    def _clocks(self) -> dict[str, tuple[float, float]]:
        return {"sample": SAMPLED, "clamp": CLAMPED, "clock": CHARGED}

    def _pulse(self, name: str, begin: float, end: float) -> str:
        """Return the source of a clock that is high in a part of each cycle."""
        edge, wide = RISE * self.cycle, (end - begin - RISE) * self.cycle
        high = self.hold.clock if name == "sample" else 1.0
        return f"v{name} {name} 0 pulse(0 {high!r} {begin * self.cycle!r} {edge!r} {edge!r} {wide!r} {self.cycle!r})"

    def _clamped(self) -> list[str]:
        """Return the source of the clamped answer, and its switch."""
        (p, n), (first, second) = (self._node(node, "f") for node in self.output), self.answer
        return [
            f"bclamp wanted {n} v={1 - self.nudge!r}*(v({first})-v({second}))+{self.nudge!r}*v(target)",
            f"sclamp wanted {p} clamp 0 clamping",
            f".model clamping sw(vt=0.5 vh=0 ron={CLAMP!r} roff=1e12)",
        ]

    def _charged(self, edge: int, start: float) -> list[str]:
        """Return the capacitor that holds a weight, its comparator, and what charges it."""
        ends = [int(node) for node in self.graph.edges[edge]]
        free, now = (self._held(ends[0]), self._held(ends[1])), (self._node(ends[0], "f"), self._node(ends[1], "f"))
        lines = [self._capacitor(edge, start)]
        if free == now:  # between two sources nothing ever changes
            return [*lines, f"bg{edge} 0 g{edge} i={self._kept(edge)}"]
        lines += comparator_lines(f"s{edge}", f"s{edge}", free, now, dead=self.dead)
        return [*lines, f"bg{edge} 0 g{edge} i=-{self.current!r}*v(clock)*v(s{edge})", f"+ +{self._kept(edge)}"]
