"""How much room does a part take, and where are its pins? In steps of the sheet's grid, for every way it may turn."""

from dataclasses import dataclass, replace
from math import ceil, floor

from ebana_like.figures.sheets.parts import DOWN, UP, Part, Sheet

CHARACTER, LINE = 0.5, 0.95
"""Width of a letter and height of a line of text, steps."""

CELL = 5
"""Distance between the rows of a crossbar."""

RIGHT, ABOVE, LEFT, BELOW = (1, 0), (0, 1), (-1, 0), (0, -1)

SOURCES = ("voltage", "current", "controlled_voltage", "controlled_current")
TWO_ENDED = frozenset(("resistor", "capacitor", "inductor", "diode", "switch", "block", *SOURCES))
TRANSISTORS = frozenset(("npn", "pnp", "nmos", "pmos", "njf", "pjf"))


@dataclass(frozen=True)
class Pin:
    """Where a wire begins, which way it leaves, and which net it is; mark: what stands there in place of a wire."""

    name: str
    net: str
    x: int
    y: int
    way: tuple[int, int]
    mark: str = ""


@dataclass(frozen=True)
class Text:
    """A line of text: its place, and which end of it stands there: "left", "right" or "center"."""

    text: str
    x: float
    y: float
    align: str

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Its left, lower, right and upper end."""
        wide = width(self.text)
        left = self.x - {"left": 0.0, "center": wide / 2, "right": wide}[self.align]
        return left, self.y - LINE / 2, left + wide, self.y + LINE / 2


@dataclass(frozen=True)
class Shape:
    """A part turned one way.

    box: its left, lower, right and upper end with all its texts and marks. dislike: how odd it looks, steps of wire.
    """

    turn: str
    pins: tuple[Pin, ...]
    texts: tuple[Text, ...]
    box: tuple[float, float, float, float]
    dislike: float = 0.0


def width(text: str) -> float:
    """Return the most room a line of text takes, steps."""
    return CHARACTER * len(text)


def shapes(part: Part, sheet: Sheet) -> list[Shape]:
    """Return the ways a part may stand."""
    if part.symbol in TWO_ENDED:
        found = [_two_ended(part, sheet, turn) for turn in ("down", "up", "right", "left")]
    elif part.symbol in TRANSISTORS:
        found = [_transistor(part, sheet, side, flip) for side in (1, -1) for flip in (1, -1)]
    elif part.symbol == "amplifier":
        found = [_amplifier(part, sheet, plus) for plus in (1, -1)]
    elif part.symbol == "buffer":
        found = [_amplifier(part, sheet, 0)]
    elif part.symbol == "crossbar":
        found = [_crossbar(part, sheet, turn) for turn in ("below", "above")]
    elif part.symbol == "port":
        found = [_port(part, sheet)]
    else:
        found = [_box(part, sheet)]
    least = min(shape.dislike for shape in found)
    return [shape for shape in found if shape.dislike < least + 20]


def _finished(
    turn: str, part: Part, sheet: Sheet, pins: list[tuple[str, int, int, tuple[int, int]]], texts: list[Text],
    box: tuple[float, float, float, float], dislike: float = 0.0,
) -> Shape:  # fmt: skip
    """Return the shape with the marks of its pins, and room for them; pins with wires lie at its border."""
    boxes = [box, *(text.box for text in texts)]
    made = []
    for name, x, y, way in pins:
        net = part.pins[name]
        mark, more, odd = _mark(net, x, y, way, sheet)
        boxes += more
        dislike += odd
        made.append(Pin(name, net, x, y, way, mark))
    lefts, lows, rights, highs = zip(*boxes, strict=True)
    left, low, right, high = min(lefts), min(lows), max(rights), max(highs)
    for k, pin in enumerate(made):
        if not pin.mark:
            x = {LEFT: min(pin.x, floor(left)), RIGHT: max(pin.x, ceil(right))}.get(pin.way, pin.x)
            y = {BELOW: min(pin.y, floor(low)), ABOVE: max(pin.y, ceil(high))}.get(pin.way, pin.y)
            made[k] = replace(pin, x=x, y=y)
            left, low, right, high = min(left, x), min(low, y), max(right, x), max(high, y)
    return Shape(turn, tuple(made), tuple(texts), (left, low, right, high), dislike)


def _mark(
    net: str, x: int, y: int, way: tuple[int, int], sheet: Sheet
) -> tuple[str, list[tuple[float, float, float, float]], float]:
    """Return what stands at a pin in place of a wire, its room, and how odd it looks there."""
    if sheet.is_signal(net):
        return "", [], 0.0
    if net == sheet.ground:
        odd = {BELOW: 0.0, ABOVE: 30.0}.get(way, 30.0)
        if way == ABOVE:
            return "ground_up", [(x - 0.6, y, x + 0.6, y + 1.4)], odd
        return "ground", [(x - 0.6, y - 1.4, x + 0.6, y)], odd
    wide, kind = width(net) / 2, sheet.rails[net]
    if way in (LEFT, RIGHT):
        odd = 30.0 if kind in (UP, DOWN) else 0.0
        return "tag", [(x + way[0] * (2 * wide + 0.5), y - 0.6, x, y + 0.6)[:: 1] if way == LEFT
                       else (x, y - 0.6, x + 2 * wide + 0.5, y + 0.6)], odd  # fmt: skip
    odd = {(UP, BELOW): 30.0, (DOWN, ABOVE): 30.0, ("tag", BELOW): 3.0, ("tag", ABOVE): 3.0}.get((kind, way), 0.0)
    high = (y, y + 1.6) if way == ABOVE else (y - 1.6, y)
    return "rail", [(x - wide, high[0], x + wide, high[1])], odd


def _two_ended(part: Part, sheet: Sheet, turn: str) -> Shape:
    first, second = part.pins
    lines = (part.name, *part.texts)
    if turn in ("down", "up"):
        top, bottom = (first, second) if turn == "down" else (second, first)
        high = LINE * (len(lines) - 1) / 2
        texts = [Text(line, 1.1, high - LINE * k, "left") for k, line in enumerate(lines)]
        return _finished(turn, part, sheet, [(top, 0, 2, ABOVE), (bottom, 0, -2, BELOW)], texts, (-1, -2, 1, 2))
    reach = max(2, ceil(max(map(width, lines)) / 2))
    start, end = (first, second) if turn == "right" else (second, first)
    off = 1.6 if part.symbol in SOURCES else 1.35
    texts = [Text(part.name, 0, off, "center")]
    texts += [Text(line, 0, -off - LINE * k, "center") for k, line in enumerate(part.texts)]
    pins = [(start, -reach, 0, LEFT), (end, reach, 0, RIGHT)]
    dislike = 12.0 * (part.symbol in SOURCES[:2])
    return _finished(turn, part, sheet, pins, texts, (-reach, -0.9, reach, 0.9), dislike)


def _transistor(part: Part, sheet: Sheet, side: int, flip: int) -> Shape:
    """side: 1 with the base, or gate, at the left. flip: 1 with the current from top to bottom."""
    upper, base, lower = "positive", "control", "negative"
    if part.symbol in ("pnp", "pmos", "pjf"):
        upper, lower = lower, upper
    if flip < 0:
        upper, lower = lower, upper
    lines = (part.name, *part.texts)
    high = LINE * (len(lines) - 1) / 2
    texts = [Text(line, 0.5 * side, high - LINE * k, "left" if side > 0 else "right") for k, line in enumerate(lines)]
    pins = [
        (upper, 0, 2, ABOVE),
        (base, -2 * side, 0, LEFT if side > 0 else RIGHT),
        (lower, 0, -2, BELOW),
    ]
    box = (-2, -2, 0.3, 2) if side > 0 else (-0.3, -2, 2, 2)
    return _finished(f"{side} {flip}", part, sheet, pins, texts, box, 4.0 * (flip < 0) + 1.0 * (side < 0))


def _amplifier(part: Part, sheet: Sheet, plus: int) -> Shape:
    """plus: 1 with the positive input above, -1 with it below, 0 where there is one input."""
    texts = [Text(part.name, 0.3, 2.0, "left"), Text(part.texts[0], -2, 0, "left")]
    ends = [("in", -3, 0, LEFT)] if plus == 0 else [("+", -3, plus, LEFT), ("-", -3, -plus, LEFT)]
    dislike = 1.0 * (plus > 0) + 10.0 * (plus > 0 and not sheet.is_signal(part.pins["+"]))
    pins = [*ends, ("out", 3, 0, RIGHT)]
    return _finished(str(plus), part, sheet, pins, texts, (-3, -2.2, 3, 2.2), dislike)


def _crossbar(part: Part, sheet: Sheet, turn: str) -> Shape:
    """Rows come from the left; columns leave below, or above. At each crossing a resistor stands aslant."""
    rows, columns = crossing(part)
    pitch = cell_width(part)
    deep, side = CELL * rows, -1 if turn == "below" else 1
    pins = [(f"row {k}", 0, side * CELL * k, LEFT) for k in range(rows)]
    pins += [(f"column {k}", pitch * (k + 1), side * deep, BELOW if side < 0 else ABOVE) for k in range(columns)]
    texts = []
    for k, cell in enumerate(part.cells):
        x, y = pitch * (k % columns + 1) - 2.3, side * CELL * (k // columns)
        texts += [
            Text(line, x, y + side * (1.7 + LINE * n), "right") for n, line in enumerate((cell.name, *cell.texts))
        ]
    box = (0, min(0, side * deep), pitch * columns + 0.5, max(0, side * deep))
    return _finished(turn, part, sheet, pins, texts, box, 0.0 if side < 0 else 4.0)


def crossing(part: Part) -> tuple[int, int]:
    """Return the numbers of rows and columns of a crossbar."""
    rows = sum(name.startswith("row") for name in part.pins)
    return rows, len(part.pins) - rows


def cell_width(part: Part) -> int:
    """Return the distance between the columns of a crossbar."""
    return ceil(max(width(line) for cell in part.cells for line in (cell.name, *cell.texts)) + 3.2)


def _port(part: Part, sheet: Sheet) -> Shape:
    texts = [Text(part.name, 0.6, 0, "left")]
    return _finished("right", part, sheet, [("pin", 0, 0, LEFT)], texts, (0, -0.6, 0.6, 0.6))


def _box(part: Part, sheet: Sheet) -> Shape:
    names = list(part.pins)
    half = (len(names) + 1) // 2
    tall, reach = 2 * half, box_reach(part)
    pins = [
        (name, -reach - 1 if k < half else reach + 1, tall // 2 - 1 - 2 * (k % half), LEFT if k < half else RIGHT)
        for k, name in enumerate(names)
    ]
    texts = [Text(part.name, 0, tall / 2 + 0.6, "center")]
    texts += [Text(line, 0, -tall / 2 - 0.6 - LINE * k, "center") for k, line in enumerate(part.texts)]
    return _finished("right", part, sheet, pins, texts, (-reach - 1, -tall / 2, reach + 1, tall / 2))


def box_reach(part: Part) -> int:
    """Return half the width of a box."""
    inner = max((width(name) for name in part.pins), default=0)
    return max(3, ceil(max(inner + 1, *(width(line) / 2 + 0.5 for line in (part.name, *part.texts)))))
