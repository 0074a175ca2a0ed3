"""Where does every element of a small layered network stand? Crossbars with a resistor at each crossing, in stairs.

The rows of the first crossbar come from the left and its columns go down, through their neurons; there they are the
rows of the second crossbar, whose columns go to the right; and so on by turns. A place is said as `along`, the way
signals take out of the crossbar, and `across`.
"""

import math
from dataclasses import dataclass

import numpy as np
import schemdraw
import schemdraw.elements as elm

from ebana_like.circuit import Circuit
from ebana_like.elements import (
    CCCS,
    VCVS,
    BankType,
    CurrentSources,
    Diodes,
    IdealDiodes,
    IntArray,
    Synapses,
    VoltageSources,
)
from ebana_like.figures.sheets.letters import hidden
from ebana_like.simulators.layers import Layers

PITCH = 2.3
"""Distance between rows."""

ROOM = 3.4
"""Distance between columns whose neurons need room beside them."""

CORNER = 0.95
"""How far from a crossing its resistor begins and ends."""

Point = tuple[float, float]


def draw_elements(drawing: schemdraw.Drawing, circuit: Circuit, layers: Layers) -> None:
    """Draw the whole circuit."""
    _Stairs(drawing, circuit).draw(layers)


@dataclass(frozen=True)
class _Way:
    """Which way signals leave a crossbar: down, or to the right."""

    down: bool

    def at(self, along: float, across: float) -> Point:
        """Where a place is in the drawing."""
        return (across, -along) if self.down else (along, -across)


class _Stairs:
    def __init__(self, drawing: schemdraw.Drawing, circuit: Circuit) -> None:
        self.drawing = drawing
        self.circuit = circuit

    def draw(self, layers: Layers) -> None:
        way, last = _Way(down=True), len(layers.crossbars) - 1
        rows, columns = _grid(layers.crossbars[0].bank)
        along = PITCH * np.arange(len(rows))
        begin = -ROOM
        for node, level in zip(rows.tolist(), along.tolist(), strict=True):
            self.source(node, (begin, -level))
        for k, crossbar in enumerate(layers.crossbars):
            _, columns = _grid(crossbar.bank)
            across = begin + ROOM + (ROOM if k < last else PITCH) * np.arange(len(columns))
            self.crossbar(crossbar.bank, way, along, across, begin)
            end = float(along[-1]) + PITCH
            if k == last:
                self.outputs(columns, way, end, across)
                return
            for node, level in zip(columns.tolist(), across.tolist(), strict=True):
                begin = self.neuron(node, way, float(along[-1]), level)
            along, way = across, _Way(not way.down)
            # rows of the next crossbar stand in the order of its bank
            driven = [self.behind(node) for node in columns.tolist()]
            rows, _ = _grid(layers.crossbars[k + 1].bank)
            along = np.array([across[driven.index(node)] for node in rows.tolist()])

    # ------------------------------------------------------------------ parts

    def crossbar(self, bank: Synapses, way: _Way, along: np.ndarray, across: np.ndarray, begin: float) -> None:
        rows, columns = _grid(bank)
        for level in along.tolist():
            self.line(way.at(level, begin), way.at(level, float(across[-1]) - CORNER))
        first = float(along.min())
        for place in across.tolist():
            self.line(way.at(first + CORNER, place), way.at(float(along.max()) + PITCH, place))
        ohms = 1 / bank.conductance.reshape(len(columns), len(rows))
        for j, place in enumerate(across.tolist()):
            for i, level in enumerate(along.tolist()):
                start, stop = way.at(level, place - CORNER), way.at(level + CORNER, place)
                self.dot(start)
                self.dot(stop)
                self.two(elm.Resistor(scale=0.55), start, stop)
                middle, value = _between(start, stop), _si(ohms[j, i])
                if way.down:
                    self.text((middle[0] - 0.25, middle[1] - 0.2), value, "right", "top", size=7)
                else:
                    self.text((middle[0] + 0.25, middle[1] + 0.15), value, "left", "bottom", size=7)

    def source(self, node: int, end: Point) -> None:
        """A source to ground at the beginning of a row, with the node's name and its voltage."""
        volts = self.volts(node)
        start = (end[0] - 2.2, end[1])
        self.ground(start)
        self.two(elm.SourceV(scale=0.7), start, end)
        self.text((start[0] + 1.1, start[1] + 0.55), f"{self.circuit.nodes[node]}  {volts:.3g} V", "center", "bottom")

    def neuron(self, node: int, way: _Way, top: float, place: float) -> float:
        """Diodes to their rails and the amplifier; where the next crossbar's columns may begin."""
        level = top + PITCH
        self.name(node, way, level, place)
        self.dot(way.at(level, place))
        for bank in (*self.circuit.of_kind(Diodes), *self.circuit.of_kind(IdealDiodes)):
            for k in np.flatnonzero(bank.positive == node):
                self.diode(way, level, place, int(bank.negative[k]), towards=True)
            for k in np.flatnonzero(bank.negative == node):
                self.diode(way, level, place, int(bank.positive[k]), towards=False)
        forward = self.only(VCVS, "control_positive", node)
        if forward is None:
            self.line(way.at(level, place), way.at(level + 1.0, place))
            return level + 1.0
        return self.amplifier(node, way, level, place, *forward)

    def diode(self, way: _Way, level: float, place: float, rail: int, towards: bool) -> None:
        """A diode between the neuron and a rail, on its own side."""
        side = 1 if towards else -1
        node, end = way.at(level, place), way.at(level, place + 1.35 * side)
        if towards:
            self.two(elm.Diode(scale=0.6), node, end)
        else:
            self.two(elm.Diode(scale=0.6), end, node)
        volts = self.volts(rail)
        if volts == 0:
            self.ground(end, up=not way.down and not towards)
        else:
            self.drawing += elm.Dot(open=True).at(end)
            self.text((end[0], end[1] + 0.1), f"{volts:.3g} V", "center", "bottom")

    def amplifier(self, node: int, way: _Way, level: float, place: float, forward: VCVS, k: int) -> float:
        """VCVS, ammeter and CCCS: the voltage goes on A times, the current comes back B times."""
        back_level, driven_level, end = level + 1.25, level + 2.6, level + 4.3
        back = self.only(CCCS, "positive", node)
        assert back is not None
        self.line(way.at(level, place), way.at(back_level, place))
        left, right = way.at(back_level, place - 1.35), way.at(driven_level, place - 1.35)
        self.two(elm.SourceControlledI(scale=0.6), way.at(back_level, place), left)
        self.ground(left, up=not way.down)
        gain = float(back[0].gain[back[1]])
        self.after(way, back_level, place, f"{gain:.3g} i")
        self.two(elm.SourceControlledV(scale=0.6), right, way.at(driven_level, place))
        self.ground(right, up=not way.down)
        self.after(way, driven_level, place, f"{forward.gain[k]:.3g} v")
        self.two(elm.MeterA(scale=0.6), way.at(driven_level, place), way.at(end, place))
        self.after(way, driven_level + 0.85, place + 0.35, "i")
        self.name(self.behind(node), way, end if way.down else end + 1.2, place)
        return end

    def outputs(self, columns: IntArray, way: _Way, end: float, across: np.ndarray) -> None:
        """Output nodes and, across each pair, what nudges it."""
        place = dict(zip(columns.tolist(), across.tolist(), strict=True))
        outputs = self.circuit.outputs
        for k, (positive, negative) in enumerate(
            zip(outputs.positive.tolist(), outputs.negative.tolist(), strict=True)
        ):
            out = end + 1.2
            for node in (positive, negative):
                self.line(way.at(end, place[node]), way.at(out, place[node]))
                self.drawing += elm.Dot(open=True).at(way.at(end, place[node]))
                beside = way.at(end - 0.1, place[node] - 0.15)
                self.text(beside, self.circuit.nodes[node], "right" if way.down else "center", "bottom")
            self.nudging(k, way, out, place[positive], place[negative])

    def nudging(self, k: int, way: _Way, out: float, positive: float, negative: float) -> None:
        start, stop, middle = way.at(out, negative), way.at(out, positive), (positive + negative) / 2
        beside = ("center", "top") if way.down else ("left", "center")
        for siemens in self.circuit.loads.values():
            switch, target = way.at(out + 1.6, positive), way.at(out + 3.2, positive)
            self.two(elm.Switch(scale=0.7), stop, switch)
            self.two(elm.Resistor(scale=0.55), switch, target)
            x, y = _between(switch, target)
            self.text((x, y + 0.3), _si(1 / siemens[k]), "center", "bottom", size=7)
            corner = way.at(out + 3.2, negative)
            self.two(elm.SourceV(scale=0.7), corner, target)
            self.line(start, corner)
            self.text(
                way.at(out + 3.7, (positive + negative) / 2),
                f"target {k}",
                *(("center", "top") if way.down else ("left", "center")),
            )
            return
        (held,) = self.circuit.driven.banks("amperes")
        amperes = float(self.circuit.bank(held, CurrentSources).amperes[k])
        self.two(elm.SourceI(scale=0.7), start, stop)
        self.text(way.at(out + 0.55, middle), f"nudge {amperes:.3g} A", *beside)

    # ------------------------------------------------------------------ small things

    def behind(self, node: int) -> int:
        """The node the next crossbar is connected to: behind the amplifier where there is one."""
        forward = self.only(VCVS, "control_positive", node)
        if forward is None:
            return node
        driven = int(forward[0].positive[forward[1]])
        meter = self.only(VoltageSources, "positive", driven)
        assert meter is not None
        return int(meter[0].negative[meter[1]])

    def only(self, kind: type[BankType], side: str, node: int) -> tuple[BankType, int] | None:
        """The bank of that kind with an element whose one side is at the node, and which of its elements that is."""
        for bank in self.circuit.of_kind(kind):
            at = np.flatnonzero(getattr(bank, side) == node)
            if at.size:
                return bank, int(at[0])
        return None

    def volts(self, node: int) -> float:
        """Voltage of the grounded source at a node; 0 at ground."""
        found = self.only(VoltageSources, "positive", node) if node else None
        return 0.0 if found is None else float(found[0].voltage[found[1]])

    def name(self, node: int, way: _Way, level: float, place: float) -> None:
        beside = way.at(level - 0.12, place + 0.12) if way.down else way.at(level - 0.3, place - 0.12)
        self.text(beside, self.circuit.nodes[node], "left" if way.down else "right", "bottom")

    def after(self, way: _Way, level: float, place: float, text: str) -> None:
        """Write beside a line, on the side that the amplifier leaves free."""
        side = way.at(level, place + 0.2)
        self.text(side, text, *(("left", "center") if way.down else ("center", "top")))

    def two(self, element: elm.Element2Term, start: Point, stop: Point) -> None:
        """Draw an element between two points."""
        # sources stand upright unless their angle is given, whatever their ends are
        angle = math.degrees(math.atan2(stop[1] - start[1], stop[0] - start[0]))
        self.drawing += element.at(start).to(stop).theta(angle)

    def line(self, start: Point, stop: Point) -> None:
        self.drawing += elm.Line().at(start).to(stop)

    def dot(self, at: Point) -> None:
        self.drawing += elm.Dot(radius=0.05).at(at)

    def ground(self, at: Point, up: bool = False) -> None:
        self.drawing += elm.Ground(scale=0.6).at(at).theta(180 if up else 0)

    def text(self, at: Point, text: str, horizontal: str, vertical: str, size: float = 8) -> None:
        self.drawing += (
            elm.Label().at(at).theta(0).label(hidden(text), halign=horizontal, valign=vertical, fontsize=size, ofst=0)
        )


def _grid(bank: Synapses) -> tuple[IntArray, IntArray]:
    assert bank.grid is not None  # a layered network has no other banks of resistors between layers
    return bank.grid


def _between(a: Point, b: Point) -> Point:
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2


def _si(ohms: float) -> str:
    """Return a resistance in three digits: 110k, 1.2M."""
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if ohms >= 0.9995 * size:
            return f"{ohms / size:.3g}{unit}"
    return f"{ohms:.3g}"
