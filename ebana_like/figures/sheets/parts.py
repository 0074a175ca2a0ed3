"""What is drawn of a circuit? Parts with pins at nets, and what each net is: ground, a rail, or a signal."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ebana_like.circuit import Circuit
from ebana_like.elements import (
    CCCS,
    CCVS,
    VCCS,
    VCVS,
    Bank,
    CurrentSources,
    Diodes,
    Resistors,
    Switches,
    VoltageSources,
)
from ebana_like.elements.device import BipolarTransistors, JFETs, MOSFETs, SpiceDiodes
from ebana_like.figures.units import short

OP_AMP = 1000.0
"""Gain from which a voltage-controlled source is an operational amplifier to the eye."""

UP, DOWN, TAG = "up", "down", "tag"
"""How a net that is not wired is shown at each pin: a rail above, a rail below, or its name."""

_SUPPLY = re.compile(
    r"[/.]?(v?(cc|dd|ee|ss|bb|bat|batt|sup|supply|pos|neg|plus|minus|rail)\w*|[+-].*|\d+v\d*|v[+-])", re.I
)
_SIGNAL = re.compile(r"[/.]?v?(in|sig|gen|i|s|x)[\d_+pn-]*", re.I)
_UNNAMED = re.compile(r"(.*\.)?[/]?(net-\(?.*|n\d{3,}|unconnected-.*)", re.I)


@dataclass(frozen=True)
class Part:
    """A symbol on the sheet.

    pins: net by the name of the pin. texts: what stands beside it under its name. names: nets that the texts name.
    """

    name: str
    symbol: str
    pins: Mapping[str, str]
    texts: tuple[str, ...] = ()
    trained: bool = False
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """What is drawn.

    parts: all that are wired. supplies: sources of the rails, each between its rail and ground.
    ground: the net. rails: how nets that are not wired are shown, by net.
    inputs, outputs: what each is called, by net.
    """

    title: str
    parts: tuple[Part, ...]
    supplies: tuple[Part, ...]
    ground: str
    rails: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)

    def is_signal(self, net: str) -> bool:
        """Whether a net is wired."""
        return net != self.ground and net not in self.rails

    def is_named(self, net: str) -> bool:
        """Whether a person gave the net its name."""
        return not _UNNAMED.fullmatch(net)


def sheet_of(circuit: Circuit, more: tuple[Part, ...] = ()) -> Sheet:
    """Return what is drawn of a circuit.

    more: parts that carry no direct current, of which the circuit does not know.
    """
    nets, ground = circuit.nodes, circuit.nodes[0]
    nudging = {at.rpartition(".")[0] for at in circuit.driven.addresses}
    parts = [part for bank in circuit.banks if bank.name not in nudging for part in _parts(bank, nets)]
    inputs = _inputs(circuit)
    outputs = _outputs(circuit)
    rails = _rails([*parts, *more], ground, inputs)
    supplies = [p for p in parts if p.symbol == "voltage" and _grounded(p, ground) in rails]
    ports = [Part(name, "port", {"pin": net}) for net, name in outputs.items() if net != ground and net not in rails]
    return Sheet(
        circuit.title,
        (*(p for p in parts if p not in supplies), *more, *ports),
        tuple(supplies),
        ground,
        rails,
        inputs,
        outputs,
    )


def _inputs(circuit: Circuit) -> dict[str, str]:
    """Return the nets that carry features."""
    if not circuit.inputs.count:
        return {}
    bank = circuit.bank(circuit.inputs.bank, VoltageSources)
    return {circuit.nodes[n]: circuit.nodes[n] for n in (*bank.positive.tolist(), *bank.negative.tolist()) if n}


def _outputs(circuit: Circuit) -> dict[str, str]:
    ends = (*circuit.outputs.positive.tolist(), *circuit.outputs.negative.tolist())
    return {circuit.nodes[n]: circuit.nodes[n] for n in ends if n}


def _grounded(part: Part, ground: str) -> str:
    """Return the other net of a part that has one end at ground; empty for others."""
    others = [net for net in part.pins.values() if net != ground]
    return others[0] if len(others) == 1 and len(part.pins) == 2 else ""


def _rails(parts: list[Part], ground: str, inputs: Mapping[str, str]) -> dict[str, str]:
    """Return the nets that are shown at each pin: those that a source holds for many elements."""
    uses = Counter(net for part in parts for net in set(part.pins.values()))
    rails = {}
    for part in parts:
        net = _grounded(part, ground)
        if part.symbol != "voltage" or not net or uses[net] < 2:
            continue
        said = any(_SUPPLY.fullmatch(name.rpartition(".")[2]) for name in (net, part.name))
        signal = net in inputs or any(_SIGNAL.fullmatch(name.rpartition(".")[2]) for name in (net, part.name))
        if signal and uses[net] > 4:
            rails[net] = TAG
        elif not signal and (said or uses[net] > 3):
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
        parts.append(replace(drawn(bank, k, Part(label, "", pins)), trained=bool(bank.trainable)))
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


def _difference(positive: str, negative: str) -> str:
    return f"v({positive})" if negative == "0" else f"v({positive},{negative})"


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
        source = _difference(*names)
    else:
        source = f"i({bank.control[k]})"
    gain = float(bank.gain[k])
    factor = {1.0: "", -1.0: "-"}.get(gain, f"{short(gain)}·")
    return replace(part, symbol=symbol, pins=pins, texts=(f"{factor}{source}",), names=names)


def _switch(bank: Any, k: int, part: Part) -> Part:
    pins = dict(part.pins)
    names = pins.pop("control_positive"), pins.pop("control_negative")
    return replace(part, symbol="switch", pins=pins, texts=(_difference(*names),), names=names)


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


def _unknown(bank: Bank, k: int, part: Part) -> Part:
    symbol = "block" if len(part.pins) == 2 else "box"
    return replace(part, symbol=symbol, texts=(bank.words,))


_DRAWN: dict[type[Bank], Callable[[Any, int, Part], Part]] = {
    Resistors: _resistor,
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
