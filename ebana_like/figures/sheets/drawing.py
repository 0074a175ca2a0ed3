"""How does a placed and wired sheet become a picture? Symbols from schemdraw, wires, dots and names."""

import itertools

import schemdraw
import schemdraw.elements as elm

from ebana_like.figures.sheets.letters import hidden
from ebana_like.figures.sheets.parts import INPUT, TRAINED, Part
from ebana_like.figures.sheets.placing import Placed
from ebana_like.figures.sheets.routing import Point
from ebana_like.figures.sheets.shapes import CELL, TRANSISTORS, Pin, box_reach, cell_width, crossing
from ebana_like.figures.sheets.sheet import Laid

STEP = 0.5
"""Units of the drawing a step of the grid."""

ORANGE, BLUE = "#d9730d", "#2f7fd1"
"""Of what is trained, and of inputs and outputs and the names of nets in place of wires."""

_COLOUR = {TRAINED: ORANGE, INPUT: BLUE}

_TWO = {
    "resistor": (elm.Resistor, 0.75),
    "capacitor": (elm.Capacitor, 0.8),
    "inductor": (elm.Inductor2, 0.75),
    "diode": (elm.Diode, 0.8),
    "voltage": (elm.SourceV, 0.8),
    "current": (elm.SourceI, 0.8),
    "controlled_voltage": (elm.SourceControlledV, 0.8),
    "controlled_current": (elm.SourceControlledI, 0.8),
    "switch": (elm.Switch, 0.8),
    "block": (elm.ResistorIEC, 0.8),
}


def draw_sheet(drawing: schemdraw.Drawing, laid: Laid) -> None:
    """Draw the sheet."""
    _Drawn(drawing, laid).draw()


class _Drawn:
    def __init__(self, drawing: schemdraw.Drawing, laid: Laid) -> None:
        self.drawing = drawing
        self.laid = laid

    def draw(self) -> None:
        for one in self.laid.placed:
            self.part(one)
        for net, wires in self.laid.routed.wires.items():
            for a, b in wires.runs:
                self.line(a, b)
            for dot in wires.dots:
                self.drawing += elm.Dot(radius=0.06).at(_units(dot))
            for at, (side, _) in wires.tags:
                self.text((at[0] + 0.3 * side, at[1]), net, "left" if side > 0 else "right", BLUE)
                self.drawing += elm.Dot(open=True, radius=0.06).at(_units(at))
        for name in self.laid.names:
            self.text((name.x, name.y), name.text, name.align, self.colour(name.text))

    def colour(self, net: str) -> str:
        sheet = self.laid.sheet
        return BLUE if net in sheet.inputs or net in sheet.outputs else "gray"

    def part(self, one: Placed) -> None:
        part = self.laid.parts[one.part]
        colour = _COLOUR.get(part.role, "black")
        if part.symbol == "crossbar":
            self.crossbar(one, part)
            return
        for text in one.shape.texts:
            self.text((one.x + text.x, one.y + text.y), text.text, text.align, colour)
        for pin in one.shape.pins:
            self.mark(one, pin)
        at = {pin.name: one.at(pin) for pin in one.shape.pins}
        if part.symbol in _TWO:
            first, second = (at[name] for name in part.pins)
            kind, scale = _TWO[part.symbol]
            if part.symbol in ("voltage", "controlled_voltage"):
                first, second = second, first  # drawn with the plus at the end
            element = kind(scale=scale).at(_units(first)).to(_units(second))
            self.drawing += element.theta(_angle(first, second)).color(colour)
        elif part.symbol in TRANSISTORS:
            self.transistor(one, part.symbol, at, colour)
        elif part.symbol in ("amplifier", "buffer"):
            self.amplifier(one, at, colour)
        elif part.symbol == "port":
            self.drawing += elm.Dot(open=True, radius=0.08).at(_units((one.x, one.y))).color(BLUE)
        else:
            self.box(one, colour)

    def transistor(self, one: Placed, symbol: str, at: dict[str, Point], colour: str) -> None:
        """The body from primitive lines of the symbol, its leads to the pins."""
        side = int(one.shape.turn.split()[0])
        x, y = one.x, one.y
        begin = at["control"][0] - x
        reach = {1 if end[1] > y else -1: end[1] - y for end in (at["positive"], at["negative"])}
        bipolar = symbol in ("npn", "pnp")
        bar = -0.75 * side

        def line(*points: tuple[float, float]) -> None:
            for a, b in itertools.pairwise(points):
                self.drawing += (
                    elm.Line().at(_units((x + a[0], y + a[1]))).to(_units((x + b[0], y + b[1]))).color(colour)
                )

        def arrow(a: tuple[float, float], b: tuple[float, float]) -> None:
            element = elm.Arrow(headwidth=0.22, headlength=0.26)
            self.drawing += element.at(_units((x + a[0], y + a[1]))).to(_units((x + b[0], y + b[1]))).color(colour)

        negative_up = at["negative"][1] > at["positive"][1]
        sign = 1 if negative_up else -1  # of the emitter or source
        if bipolar:
            line((begin, 0), (bar, 0))
            self.thick((x + bar, y - 0.85), (x + bar, y + 0.85), colour)
            inner, outer = (bar, 0.35 * sign), (0.0, 1.05 * sign)
            line((bar, -0.35 * sign), (0, -1.05 * sign), (0, reach[-sign]))
            if symbol == "npn":
                arrow(inner, outer)
            else:
                arrow(outer, inner)
            line(outer, (0, reach[sign]))
            return
        gate = -1.1 * side
        line((begin, 0), (gate if symbol in ("nmos", "pmos") else bar, 0))
        if symbol in ("nmos", "pmos"):
            line((gate, -0.8), (gate, 0.8))
        self.thick((x + bar, y - 0.95), (x + bar, y + 0.95), colour)
        for end in (1, -1):
            if end == sign and symbol in ("nmos", "pmos"):
                inward = symbol == "pmos"
                ends = ((0.0, 0.65 * end), (bar, 0.65 * end))
                arrow(*(ends if inward else ends[::-1]))
            else:
                line((bar, 0.65 * end), (0, 0.65 * end))
            line((0, 0.65 * end), (0, reach[end]))
        if symbol in ("njf", "pjf"):
            ends = ((-2.0 * side, 0.0), (bar - 0.05 * side, 0.0))
            arrow(*(ends if symbol == "njf" else ends[::-1]))

    def amplifier(self, one: Placed, at: dict[str, Point], colour: str) -> None:
        x, y = one.x, one.y
        corners = [(-2.2, 2.0), (-2.2, -2.0), (2.2, 0.0), (-2.2, 2.0)]
        for a, b in itertools.pairwise(corners):
            self.drawing += elm.Line().at(_units((x + a[0], y + a[1]))).to(_units((x + b[0], y + b[1]))).color(colour)
        for name, point in at.items():
            end = (x + 2.2, y) if name == "out" else (x - 2.2, point[1])
            self.drawing += elm.Line().at(_units(point)).to(_units(end)).color(colour)
            if name in "+-":
                self.text((x - 1.75, point[1]), "+" if name == "+" else "\N{MINUS SIGN}", "center", colour)

    def crossbar(self, one: Placed, part: Part) -> None:
        rows, columns = crossing(part)
        pitch, side = cell_width(part), -1 if one.shape.turn == "below" else 1
        for k in range(rows):
            y = one.y + side * CELL * k
            self.line((one.x, y), (one.x + pitch * columns - 2, y))
        for k in range(columns):
            x = one.x + pitch * (k + 1)
            self.line((x, one.y + 2 * side), (x, one.y + side * CELL * rows))
        texts = iter(one.shape.texts)
        for k, cell in enumerate(part.cells):
            colour = _COLOUR.get(cell.role, "black")
            end = one.x + pitch * (k % columns + 1), one.y + side * (CELL * (k // columns) + 2)
            start = end[0] - 2, end[1] - 2 * side
            angle = 315 if side < 0 else 45
            self.drawing += elm.Resistor(scale=0.6).at(_units(start)).to(_units(end)).theta(angle).color(colour)
            for dot in (start, end):
                self.drawing += elm.Dot(radius=0.05).at(_units(dot))
            for text in (next(texts) for _ in (cell.name, *cell.texts)):
                self.text((one.x + text.x, one.y + text.y), text.text, text.align, colour)

    def box(self, one: Placed, colour: str) -> None:
        pins = one.shape.pins
        reach, tall = box_reach(self.laid.parts[one.part]), (len(pins) + 1) // 2 * 2
        x, y = one.x, one.y
        corners = [(-reach, -tall / 2), (reach, -tall / 2), (reach, tall / 2), (-reach, tall / 2), (-reach, -tall / 2)]
        for a, b in itertools.pairwise(corners):
            self.drawing += elm.Line().at(_units((x + a[0], y + a[1]))).to(_units((x + b[0], y + b[1]))).color(colour)
        for pin in pins:
            at = one.at(pin)
            edge = x + reach * pin.way[0]
            self.drawing += elm.Line().at(_units(at)).to(_units((edge, at[1]))).color(colour)
            self.text((edge - 0.3 * pin.way[0], at[1]), pin.name, "left" if pin.way[0] < 0 else "right", colour)

    def mark(self, one: Placed, pin: Pin) -> None:
        at = one.at(pin)
        if pin.mark.startswith("ground"):
            self.drawing += elm.Ground(scale=0.7).at(_units(at)).theta(180 if pin.mark.endswith("up") else 0)
        elif pin.mark == "tag":
            self.drawing += elm.Dot(open=True, radius=0.06).at(_units(at))
            self.text((at[0] + 0.4 * pin.way[0], at[1]), pin.net, "left" if pin.way[0] > 0 else "right", BLUE)
        elif pin.mark == "rail":
            up = pin.way[1]
            self.drawing += elm.Line().at(_units((at[0] - 0.6, at[1]))).to(_units((at[0] + 0.6, at[1])))
            self.text((at[0], at[1] + 0.75 * up), pin.net, "center", "black")

    def line(self, a: tuple[float, float], b: tuple[float, float]) -> None:
        self.drawing += elm.Line().at(_units(a)).to(_units(b))

    def thick(self, a: tuple[float, float], b: tuple[float, float], colour: str) -> None:
        self.drawing += elm.Line(lw=1.8).at(_units(a)).to(_units(b)).color(colour)

    def text(self, at: tuple[float, float], text: str, align: str, colour: str) -> None:
        self.drawing += (
            elm.Label().at(_units(at)).theta(0).label(hidden(text), halign=align, valign="center", ofst=0, color=colour)
        )


def _units(at: tuple[float, float]) -> tuple[float, float]:
    return STEP * at[0], STEP * at[1]


def _angle(a: Point, b: Point) -> float:
    return {(1, 0): 0.0, (0, 1): 90.0, (-1, 0): 180.0, (0, -1): 270.0}[
        ((b[0] > a[0]) - (b[0] < a[0]), (b[1] > a[1]) - (b[1] < a[1]))
    ]
