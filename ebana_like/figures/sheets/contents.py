"""What stands on the sheet of a circuit? Its parts, crossbars as one each, and what every net is."""

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import replace

from ebana_like.circuit import Circuit
from ebana_like.figures.sheets.crossbars import gathered
from ebana_like.figures.sheets.letters import begun, shortened
from ebana_like.figures.sheets.parts import DOWN, INPUT, MODELLED, NOTHING, TAG, TRAINED, UP, Beside, Part, Sheet
from ebana_like.figures.sheets.symbols import parts_of

_SUPPLY = re.compile(r"[/.]?((v?(cc|dd|ee|ss|bb|bat|sup|rail)|v(pos|neg|plus|minus))\w*|[+-].*|\d+v\d*|v[+-])", re.I)
_SIGNAL = re.compile(r"[/.]?v?(in|sig|gen|i|s|x)[\d_+pn-]*", re.I)


def sheet_of(circuit: Circuit, beside: Beside = NOTHING) -> Sheet:
    """Return what is drawn of a circuit."""
    ground = circuit.nodes[0]
    parts = [*(_marked(part, beside) for part in parts_of(circuit)), *beside.parts]
    carrying = {part.name for part in parts if part.role == INPUT} | set(_carriers(circuit))
    inputs = {net for part in parts if part.name in carrying for net in part.pins.values() if net != ground}
    parts = [replace(part, role=INPUT) if part.name in carrying else part for part in parts]
    outputs = dict.fromkeys((*_outputs(circuit), *beside.outputs))
    held = {net for net, kind in _rails(parts, ground, inputs).items() if kind != TAG}
    parts = gathered(parts, {ground, *held}, inputs)
    rails = _rails(parts, ground, inputs)
    supplies = [p for p in parts if p.symbol == "voltage" and _grounded(p, ground) in rails]
    ports = [Part(net, "port", {"pin": net}) for net in outputs if net != ground and net not in rails]
    shorter = shortened(list(dict.fromkeys(name for p in parts for name in (p.name, *p.pins.values()))))

    def of(net: str) -> str:
        return shorter.get(net, net)

    def drawn(part: Part) -> Part:
        texts = tuple(map(begun, part.texts))
        pins = {name: of(net) for name, net in part.pins.items()}
        names, cells = tuple(map(of, part.names)), tuple(map(drawn, part.cells))
        return replace(part, name=of(part.name), pins=pins, texts=texts, names=names, cells=cells)

    return Sheet(
        circuit.title,
        tuple(drawn(part) for part in (*(p for p in parts if p not in supplies), *ports)),
        tuple(map(drawn, supplies)),
        ground,
        {of(net): kind for net, kind in rails.items()},
        frozenset(map(of, inputs)),
        frozenset(map(of, outputs)),
    )


def _marked(part: Part, beside: Beside) -> Part:
    """Return a part with what is said of it elsewhere."""
    role = INPUT if part.name in beside.inputs else TRAINED if part.name in beside.trained else part.role
    texts = part.texts
    if part.name in beside.values:
        texts = (beside.values[part.name],)
    elif part.symbol in MODELLED:
        texts = (beside.spelled(texts[0]), *texts[1:])
    return replace(part, role=role, texts=texts)


def _carriers(circuit: Circuit) -> tuple[str, ...]:
    """Return the names of the sources that carry features."""
    return tuple(circuit.named(circuit.inputs.bank).labels) if circuit.inputs.count else ()


def _outputs(circuit: Circuit) -> list[str]:
    ends = (*circuit.outputs.positive.tolist(), *circuit.outputs.negative.tolist())
    return [circuit.nodes[n] for n in ends if n]


def _grounded(part: Part, ground: str) -> str:
    """Return the other net of a part that has one end at ground; empty for others."""
    others = [net for net in part.pins.values() if net != ground]
    return others[0] if len(others) == 1 and len(part.pins) == 2 else ""


def _rails(parts: list[Part], ground: str, inputs: Collection[str]) -> dict[str, str]:
    """Return the nets that are shown at each pin: those that a source holds for many elements."""
    uses = Counter(net for part in parts for net in set(part.pins.values()))
    rails = {}
    for part in parts:
        net = _grounded(part, ground)
        if part.symbol != "voltage" or not net or uses[net] < 2:
            continue
        said = any(_SUPPLY.fullmatch(name.rpartition(".")[2]) for name in (net, part.name))
        signal = any(_SIGNAL.fullmatch(name.rpartition(".")[2]) for name in (net, part.name))
        signal = (signal or net in inputs) and not said
        if signal and uses[net] > 4:
            rails[net] = TAG
        elif said or (not signal and uses[net] > 3):
            negative = part.texts[0].startswith("-") != (part.pins["negative"] == net)
            rails[net] = DOWN if negative else UP
    return rails
