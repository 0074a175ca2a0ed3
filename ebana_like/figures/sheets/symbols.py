"""Which symbol does an element have, and what stands beside it? One function a kind; a labelled box for all others."""

from collections.abc import Callable, Sequence
from dataclasses import replace
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
    IdealDiodes,
    NegativeResistors,
    Resistors,
    Switches,
    VoltageSources,
)
from ebana_like.elements.device import BipolarTransistors, JFETs, MOSFETs, SpiceDiodes
from ebana_like.figures.sheets.expression import LEVEL, SENSED, difference, read_at_once, without_node
from ebana_like.figures.sheets.parts import TRAINED, Part
from ebana_like.units import short

Behavioural = BehaviouralConductors | BehaviouralCurrents


def parts_of(circuit: Circuit) -> list[Part]:
    """Return a part for each element that somebody put there; sources that nudge are none."""
    nudging = {at.rpartition(".")[0] for at in circuit.driven.addresses}
    parts = [part for bank in circuit.banks if bank.name not in nudging for part in _parts(bank, circuit.nodes)]
    return _joined(parts)


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
    """Draw a source with what it follows, another voltage or the current of a source."""
    pins = dict(part.pins)
    names = tuple(pins.pop(pin) for pin in ("control_positive", "control_negative") if pin in pins)
    source = difference(*names) if names else f"i({bank.control[k]})"
    symbol = "controlled_voltage" if bank.letter in "eh" else "controlled_current"
    gain = float(bank.gain[k])
    factor = {1.0: "", -1.0: "-"}.get(gain, f"{short(gain)}·")
    return replace(part, symbol=symbol, pins=pins, texts=(f"{factor}{source}",), names=names)


def _switch(bank: Any, k: int, part: Part) -> Part:
    pins = dict(part.pins)
    names = pins.pop("control_positive"), pins.pop("control_negative")
    return replace(part, symbol="switch", pins=pins, texts=(difference(*names),), names=names)


def _mosfet(bank: Any, k: int, part: Part) -> Part:
    symbol = "pmos" if bank.model.type == "pmos" or "pchan" in bank.model.parameters else "nmos"
    return replace(_transistor(bank, k, part), symbol=symbol)


def _bipolar(bank: Any, k: int, part: Part) -> Part:
    return _transistor(bank, k, part, hides="0")


def _transistor(bank: Any, k: int, part: Part, hides: str = "") -> Part:
    pins, texts = dict(part.pins), [bank.model.name]
    bulk = pins.pop("bulk", "")
    symbol = bank.model.type
    hidden = {hides, pins["negative"]}
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
    IdealDiodes: _diode,
    SpiceDiodes: _diode,
    VCVS: _amplifier,
    VCCS: _controlled,
    CCVS: _controlled,
    CCCS: _controlled,
    Switches: _switch,
    BipolarTransistors: _bipolar,
    MOSFETs: _mosfet,
    JFETs: _transistor,
}
