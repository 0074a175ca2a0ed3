"""What is drawn of a circuit? Parts with pins at nets, and what each net is: ground, a rail, or a signal."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ebana_like.circuit import Circuit
from ebana_like.elements import (
    CCCS,
    CCVS,
    VCCS,
    VCVS,
    Bank,
    BehaviouralConductors,
    BehaviouralCurrents,
    CurrentSources,
    Diodes,
    NegativeResistors,
    Resistors,
    Switches,
    VoltageSources,
)
from ebana_like.elements.device import BipolarTransistors, JFETs, MOSFETs, SpiceDiodes
from ebana_like.figures.sheets.expression import LEVEL, SENSED, difference, read_at_once, without_node
from ebana_like.figures.units import short

OP_AMP = 1000.0
"""Gain from which a voltage-controlled source is an operational amplifier to the eye."""

TRAINED, INPUT = "trained", "input"
"""What a part is to whom the circuit learns for."""

MODELLED = frozenset(("diode", "npn", "pnp", "nmos", "pmos", "njf", "pjf"))

UP, DOWN, TAG = "up", "down", "tag"
"""How a net that is not wired is shown at each pin: a rail above, a rail below, or its name."""

_SUPPLY = re.compile(
    r"[/.]?(v?(cc|dd|ee|ss|bb|bat|batt|sup|supply|pos|neg|plus|minus|rail)\w*|[+-].*|\d+v\d*|v[+-])", re.I
)
_SIGNAL = re.compile(r"[/.]?v?(in|sig|gen|i|s|x)[\d_+pn-]*", re.I)
_UNNAMED = re.compile(r"(.*\.)?[/]?(net-\(?.*|n\d{3,}|unconnected-.*)", re.I)


Behavioural = BehaviouralConductors | BehaviouralCurrents


@dataclass(frozen=True)
class Part:
    """A symbol on the sheet.

    pins: net by the name of the pin. texts: what stands beside it under its name. names: nets that the texts name.
    role: `TRAINED`, `INPUT`, or nothing.
    """

    name: str
    symbol: str
    pins: Mapping[str, str]
    texts: tuple[str, ...] = ()
    role: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """What is drawn.

    parts: all that are wired. supplies: sources of the rails, each between its rail and ground.
    ground: the net. rails: how nets that are not wired are shown, by net.
    inputs, outputs: the nets.
    """

    title: str
    parts: tuple[Part, ...]
    supplies: tuple[Part, ...]
    ground: str
    rails: Mapping[str, str] = field(default_factory=dict)
    inputs: frozenset[str] = frozenset()
    outputs: frozenset[str] = frozenset()

    def is_signal(self, net: str) -> bool:
        """Whether a net is wired."""
        return net != self.ground and net not in self.rails

    def is_named(self, net: str) -> bool:
        """Whether a person gave the net its name."""
        return not _UNNAMED.fullmatch(net)


@dataclass(frozen=True)
class Beside:
    """What is to be drawn of a circuit that it does not know itself.

    parts: those that carry no direct current. values: those of elements that are something else to direct current.
    inputs: names of sources. outputs: nets. trained: names of elements. spelled: spells the name of a model.
    """

    parts: tuple[Part, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    inputs: frozenset[str] = frozenset()
    outputs: tuple[str, ...] = ()
    trained: frozenset[str] = frozenset()
    spelled: Callable[[str], str] = str


NOTHING = Beside()


def sheet_of(circuit: Circuit, beside: Beside = NOTHING) -> Sheet:
    """Return what is drawn of a circuit."""
    nets, ground = circuit.nodes, circuit.nodes[0]
    nudging = {at.rpartition(".")[0] for at in circuit.driven.addresses}
    drawn = [part for bank in circuit.banks if bank.name not in nudging for part in _parts(bank, nets)]
    parts = [*(_marked(part, beside) for part in _joined(drawn)), *beside.parts]
    carrying = {part.name for part in parts if part.role == INPUT} | set(_carriers(circuit))
    inputs = {net for part in parts if part.name in carrying for net in part.pins.values() if net != ground}
    parts = [replace(part, role=INPUT) if part.name in carrying else part for part in parts]
    outputs = dict.fromkeys((*_outputs(circuit), *beside.outputs))
    rails = _rails(parts, ground, inputs)
    supplies = [p for p in parts if p.symbol == "voltage" and _grounded(p, ground) in rails]
    ports = [Part(net, "port", {"pin": net}) for net in outputs if net != ground and net not in rails]
    return Sheet(
        circuit.title,
        (*(p for p in parts if p not in supplies), *ports),
        tuple(supplies),
        ground,
        rails,
        frozenset(inputs),
        frozenset(outputs),
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


def _joined(parts: list[Part]) -> list[Part]:
    """Return the parts with behavioural sources of voltage as one each.

    They are read as a node that is made for their value, what holds it there, and a source that follows it; a current
    that an expression asks for as the voltage of another such node.
    """
    holding = {p.pins["positive"]: p for p in parts if p.symbol == "controlled_current"}
    levels = {net: part for net, part in holding.items() if LEVEL.fullmatch(net)}
    found = []
    for part in parts:
        level = next((net for net in part.pins.values() if net in levels), "")
        made = levels.get(level)
        if made is part or SENSED.fullmatch(part.pins.get("positive", "")):
            continue
        if made is not None:
            pins = {"positive": part.pins.get("out", part.pins.get("positive", "0"))}
            pins["negative"] = part.pins.get("negative", "0")
            part = replace(part, symbol="controlled_voltage", pins=pins, texts=made.texts, names=made.names)
        names = (net for net in part.names if net != "0" and net not in levels and not SENSED.fullmatch(net))
        found.append(replace(part, names=tuple(dict.fromkeys(names))))
    return found


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


# ---------------------------------------------------------------------- symbols of banks


def _parts(bank: Bank, nets: tuple[str, ...]) -> list[Part]:
    if not len(bank):
        return []
    drawn = next((each for kind, each in _DRAWN.items() if isinstance(bank, kind)), _unknown)
    columns = {pin: [nets[n] for n in bank.nodes_of(pin).tolist()] for pin in bank.terminals}
    parts = []
    for k, label in enumerate(bank.labels):
        pins = {pin: column[k] for pin, column in columns.items()}
        plain = Part(label, "", pins)
        part = _behavioural(bank, k, plain, nets) if isinstance(bank, Behavioural) else drawn(bank, k, plain)
        parts.append(replace(part, role=TRAINED if bank.trainable else ""))
    return parts


def _resistor(bank: Any, k: int, part: Part) -> Part:
    return replace(part, symbol="resistor", texts=(short(1 / bank.conductance[k]),))


def _voltage(bank: Any, k: int, part: Part) -> Part:
    if part.name.rpartition(".")[2][:1] in "lL":  # an inductor is a source of no volts to direct current
        return replace(part, symbol="inductor")
    return replace(part, symbol="voltage", texts=(f"{short(bank.voltage[k])}V",))


def _current(bank: Any, k: int, part: Part) -> Part:
    return replace(part, symbol="current", texts=(f"{short(bank.amperes[k])}A",))


def _diode(bank: Any, k: int, part: Part) -> Part:
    return replace(part, symbol="diode", texts=(bank.model.name,))


def _amplifier(bank: VCVS, k: int, part: Part) -> Part:
    pins, gain = dict(part.pins), float(bank.gain[k])
    if pins["negative"] != "0" or gain <= 0 or pins["control_positive"] == pins["control_negative"]:
        return _controlled(bank, k, part)
    single = pins["control_negative"] == "0"
    ends = (
        {"in": pins["control_positive"]} if single else {"+": pins["control_positive"], "-": pins["control_negative"]}
    )
    symbol = "buffer" if single else "amplifier"
    return replace(
        part, symbol=symbol, pins={**ends, "out": pins["positive"]}, texts=(f"\N{MULTIPLICATION SIGN}{short(gain)}",)
    )


def _controlled(bank: Any, k: int, part: Part) -> Part:
    pins = dict(part.pins)
    symbol = "controlled_voltage" if isinstance(bank, VCVS | CCVS) else "controlled_current"
    names: tuple[str, ...] = ()
    if isinstance(bank, VCVS | VCCS):
        names = pins.pop("control_positive"), pins.pop("control_negative")
        source = difference(*names)
    else:
        source = f"i({bank.control[k]})"
    gain = float(bank.gain[k])
    factor = {1.0: "", -1.0: "-"}.get(gain, f"{short(gain)}·")
    return replace(part, symbol=symbol, pins=pins, texts=(f"{factor}{source}",), names=names)


def _switch(bank: Any, k: int, part: Part) -> Part:
    pins = dict(part.pins)
    names = pins.pop("control_positive"), pins.pop("control_negative")
    return replace(part, symbol="switch", pins=pins, texts=(difference(*names),), names=names)


def _transistor(bank: Any, k: int, part: Part) -> Part:
    pins, texts = dict(part.pins), [bank.model.name]
    bulk = pins.pop("bulk", "")
    symbol = bank.model.type
    if isinstance(bank, MOSFETs):
        symbol = "pmos" if bank.model.type == "pmos" or "pchan" in bank.model.parameters else "nmos"
    hidden = {"0", pins["negative"]} if isinstance(bank, BipolarTransistors) else {pins["negative"]}
    names: tuple[str, ...] = ()
    if bulk and bulk not in hidden:
        texts.append(f"bulk {bulk}")
        names = (bulk,)
    return replace(part, symbol=symbol, pins=pins, texts=tuple(texts), names=names)


def _behavioural(bank: Behavioural, k: int, part: Part, nets: Sequence[str]) -> Part:
    own = (int(bank.positive[k]), int(bank.negative[k]))
    pairs = bank.controls[k] if isinstance(bank, BehaviouralCurrents) else (own,)
    law = without_node(bank.laws[k], part.pins["positive"])
    controls = [(nets[a], nets[b]) for a, b in pairs]
    names = tuple(net for pair in controls for net in pair)
    return replace(part, symbol="controlled_current", texts=(read_at_once(law, controls),), names=names)


def _unknown(bank: Bank, k: int, part: Part) -> Part:
    symbol = "block" if len(part.pins) == 2 else "box"
    return replace(part, symbol=symbol, texts=(bank.words,))


_DRAWN: dict[type[Bank], Callable[[Any, int, Part], Part]] = {
    Resistors: _resistor,
    NegativeResistors: _resistor,
    VoltageSources: _voltage,
    CurrentSources: _current,
    Diodes: _diode,
    SpiceDiodes: _diode,
    VCVS: _amplifier,
    VCCS: _controlled,
    CCVS: _controlled,
    CCCS: _controlled,
    Switches: _switch,
    BipolarTransistors: _transistor,
    MOSFETs: _transistor,
    JFETs: _transistor,
}
