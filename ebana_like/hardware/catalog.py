"""Which technologies have names? Command line, help, docs and messages take them from here."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from ebana_like.errors import SettingError
from ebana_like.options import Given, Option, Value, chosen, table_of
from ebana_like.seams import Seam

if TYPE_CHECKING:
    from ebana_like.hardware.technology import Technology

_GENERIC = {
    "ideal": "devices hold what they are asked for, within their range",
    "levels": "equally far apart",
    "constant": "pulses of one size",
    "linear": "pulses that shrink towards the ends, here to a half",
    "soft-bounds": "pulses that shrink to nothing at the ends",
    "power": "pulses that shrink as a power of the distance to the ends",
    "measured": "a device of your own, its pulses in a CSV file: --device",
}

MEASURED = "measured"
"""The name of a device of one's own, whose pulses stand in a file."""

_PRESETS = {
    "idealized": "Rasch et al. 2019, arXiv:1906.02698",
    "gokmen-vlasov": "Gokmen and Vlasov 2016, Front. Neurosci. 10:333",
    "capacitor": "Li et al., VLSI 2018",
    "ecram": "with lithium, Tang et al., IEDM 2018",
    "ecram-mo": "of metal oxide, Kim et al., IEDM 2019",
    "reram-es": "Gong et al. 2018, Nat. Commun. 9:2102",
    "reram-sb": "the same, fitted loosely by soft bounds",
    "reram-array-om": "optimized material, Gong et al., IEDM 2022",
    "reram-array-hfo2": "HfO2, Gong et al., IEDM 2022",
    "pcm": "by pulses and resets, Nandakumar et al. 2020, Front. Neurosci. 14:406",
    "pcm-nandakumar": "written at once, Nandakumar et al., ICECS 2019",
    "pcm-hermes": "written at once, Le Gallo et al. 2023, Nat. Electron. 6:680",
    "pcm-hermes-two": "the same, two devices side by side",
    "pcm-joshi": "written at once, Joshi et al. 2020, Nat. Commun. 11:2473",
    "reram-wan": "written at once, Wan et al. 2022, Nature 608:504",
    "reram-milo": "written at once, Milo et al., IRPS 2021",
    "cmo-hfox": "written and verified to 2 %, Falcone et al., as in aihwkit",
    "cmo-hfox-fine": "the same, verified to 0.2 %",
    "ion-drift": "linear ion drift, Strukov et al. 2008, Nature 453:80",
    "vteam": "moved by voltages above a threshold, Kvatinsky et al. 2015, IEEE Trans. Circuits Syst. II 62:786",
    "data-driven": "drawn to an end of the voltage's own, Messaris et al. 2018, IEEE Trans. Comput.-Aided Des. 37:3151",
    "data-driven-2021": "the same device by a simpler model, arXiv:2012.02267",
    "stanford-pku": "a gap that tunnels and heats, Jiang et al. 2016, IEEE Trans. Electron Devices 63:1884",
    "sonos": "written at once, charge traps, Agrawal et al., IEDM 2022",
}

_CELLS = {
    f"{name}-{count}": f"{words} of {name} side by side, of which an update writes one at random, as in aihwkit"
    for name in ("idealized", "capacitor", "ecram", "ecram-mo", "reram-es", "reram-sb")
    for count, words in ((2, "two"), (4, "four"))
}

SUMMARIES: Mapping[str, str] = {**_GENERIC, **_PRESETS, **_CELLS}
"""What this package's technologies are."""


def _own() -> "dict[str, Technology | str]":
    """Return where each stands: under its name in capitals."""
    files = [("generic", _GENERIC), ("presets", _PRESETS), ("cells", _CELLS)]
    return {
        name: f"ebana_like.hardware.{file}:{name.replace('-', '_').upper()}" for file, names in files for name in names
    }


def _is_technology(thing: object) -> bool:
    from ebana_like.hardware.technology import Technology

    return isinstance(thing, Technology)


TECHNOLOGIES: "Seam[Technology]" = Seam(
    "technologies", "technology", _own(), "an instance of a subclass of ebana_like.Technology", _is_technology
)
"""Technologies by name. Options are fields that are numbers, truth values or one of some words, those of its law with
`law.` before them. Where one of those of program and verify is given, `verify.`, that is done; one of Tiki-taka,
`transfer.`, puts a fast bank beside the circuit's; one of `pair.` makes two devices of each, of which pulses raise one;
one of `cell.` several, side by side.
"""

_VERIFY, _TRANSFER, _PAIR, _CELL = "verify.", "transfer.", "pair.", "cell."
_APART = (
    ((_TRANSFER, _PAIR), "two ways to put devices side by side"),
    ((_TRANSFER, _CELL), "two ways to put devices side by side"),
    ((_PAIR, _CELL), "two ways to put devices side by side"),
    ((_TRANSFER, _VERIFY), "and every try would give the fast bank its gradients again"),
)
"""Options by how they begin of which only one kind can be given, and why."""


def technology_named(
    name: str, options: Given = "", seed: int = 0, instead: "Technology | None" = None
) -> "Technology":
    """Return the technology of a name.

    options: see `technology_options`, as a table or as text; those not given have its own values. seed: of what differs
        between devices, where they have none of their own. instead: what stands for a name that waits for a file.
    Raises SettingError for a name, option or value that cannot be.
    """
    found = instead or TECHNOLOGIES[name]
    table = table_of(options, "technology_options")
    device = _device_of(found)
    is_cell = device is not found
    if is_cell and (other := next((key for key in table if key.startswith((_TRANSFER, _PAIR))), "")):
        raise SettingError(f'technology_options has {other}, and "{name}" is several devices a value; take one device')
    values = chosen(table, options_of(found, seed), name, "technology_options")
    wrappers = _wrappers()
    around = {key: value for key, value in values.items() if key.startswith(tuple(wrappers))}
    for kinds, reason in _APART:
        if all(_has(table, each) for each in kinds):
            both = " and ".join(next(key for key in table if key.startswith(each)) for each in kinds)
            raise SettingError(f"technology_options has {both}, {reason}; leave one out")
    changed: Technology = _changed(device, {key: value for key, value in values.items() if key not in around})
    for prefix, wrapper in wrappers.items():
        if _has(table, prefix) or (prefix == _CELL and is_cell):
            own = {key.removeprefix(prefix): value for key, value in around.items() if key.startswith(prefix)}
            changed = wrapper(changed, **own)
    return changed


def _has(table: Mapping[str, Any], prefix: str) -> bool:
    return any(key.startswith(prefix) for key in table)


def _wrappers() -> "dict[str, Callable[..., Technology]]":
    from ebana_like.hardware.cell import Cell
    from ebana_like.hardware.pair import Pair
    from ebana_like.hardware.tiki_taka import TikiTaka
    from ebana_like.hardware.verified import Verified

    return {_TRANSFER: TikiTaka, _PAIR: Pair, _CELL: Cell, _VERIFY: Verified}


def _device_of(technology: "Technology") -> "Technology":
    """Return what a cell is made of, or else the technology itself."""
    from ebana_like.hardware.cell import Cell

    return technology.inner if isinstance(technology, Cell) else technology


def technology_options(name: str, seed: int = 0) -> dict[str, Option]:
    """Return the options of a technology. Raises SettingError where there is none of that name."""
    return options_of(TECHNOLOGIES[name], seed)


def options_of(technology: "Technology", seed: int = 0) -> dict[str, Option]:
    """Return the options of a technology, with the values that it has unless they are given."""
    from ebana_like.hardware.cell import Cell
    from ebana_like.hardware.compiled import CompiledTechnology
    from ebana_like.hardware.pair import Pair
    from ebana_like.hardware.pulsed import Pulsed
    from ebana_like.hardware.tiki_taka import TikiTaka
    from ebana_like.hardware.verified import Verified

    found = _options(_device_of(technology), "", {"seed": seed})
    if isinstance(technology, CompiledTechnology):
        found |= _options(Verified(technology), _VERIFY, {})
    if isinstance(technology, Pulsed):
        found |= _options(TikiTaka(technology), _TRANSFER, {}) | _options(Pair(technology), _PAIR, {})
        technology = Cell(technology)
    if isinstance(technology, Cell):
        found |= _options(technology, _CELL, {})
    return found


def own_values(name: str) -> dict[str, Option]:
    """Return the options of a technology that others of its kind do not have, or have other values of unless given."""
    usual = {key: str(option) for key, option in technology_options("constant").items()}
    return {key: each for key, each in technology_options(name).items() if usual.get(key) != str(each)}


def _options(thing: Any, prefix: str, defaults: Mapping[str, Value]) -> dict[str, Option]:
    found: dict[str, Option] = {}
    for entry in fields(thing) if is_dataclass(thing) else ():
        if not entry.init:
            continue
        value = defaults.get(entry.name, getattr(thing, entry.name))
        key = f"{prefix}{entry.name}"
        if get_origin(entry.type) is Literal:
            found[key] = Option(key, str, value, words=get_args(entry.type))
        elif isinstance(value, bool | int | float):
            found[key] = Option(key, type(value), value, signed=True)
        elif entry.name == "law":
            found |= _options(value, "law.", {})
    return found


def _changed(thing: Any, values: Mapping[str, Value]) -> Any:
    """Return a technology with other values of its fields, and of its law's."""
    own = {key: value for key, value in values.items() if "." not in key}
    of_law = {key.removeprefix("law."): value for key, value in values.items() if key.startswith("law.")}
    if of_law:
        own["law"] = replace(thing.law, **of_law)
    return replace(thing, **own) if own else thing
