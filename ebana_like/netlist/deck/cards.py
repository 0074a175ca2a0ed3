"""What does a `.model` line say? A name, a type and parameters, of which some only matter away from DC."""

import re
from collections.abc import Callable
from functools import partial

from ebana_like.elements import DiodeModel, ModelCard
from ebana_like.elements.diode import OF_TEMPERATURE
from ebana_like.errors import CircuitError, NetlistError
from ebana_like.expressions.numbers import spice_number
from ebana_like.netlist.deck.known import FLAGS, has_lists, unknown
from ebana_like.netlist.deck.lines import words

_WITHOUT_EFFECT_AT_DC = frozenset(
    (
        *("cjo", "cj0", "cj", "vj", "pb", "m", "mj", "tt", "ttt1", "ttt2", "fc", "fcs", "kf", "af", "jsw", "ns"),
        *("cjp", "cjsw", "php", "mjsw", "cta", "ctc", "ctp", "tpb", "tvj", "tphp", "tlevc", "tm1", "tm2"),
        *("fv_max", "bv_max", "id_max", "te_max", "pd_max", "rth0", "cth0"),
    )
)
"""Of a diode: what it stores, its noise, its limits, and its side walls, which only a line's `pj` gives it."""

_PIECEWISE = frozenset({"ron", "roff", "vfwd", "vrev", "rrev"})
"""What makes a diode piecewise linear in LTspice."""
_NAME = re.compile(r"[\w.+-]+", re.ASCII)
_PARAMETER = re.compile(r"[a-z]\w*", re.ASCII)
_NUMBER = re.compile(r"[-+]?[\d.]\S*", re.ASCII)
_VERSION = re.compile(r"[\d.]+", re.ASCII)

Value = Callable[[str], str]
"""Returns a parameter's value as a plain number, or the text as it is where nothing is to be computed."""


def parse_card(text: str, where: str, value: Value = str, remark: Callable[[str], None] | None = None) -> ModelCard:
    """Return the card of a `.model` line, its values as text; of what stands twice the last, of `level` the first.

    where: file and line for error messages. remark: is told what has no effect, in words.
    Raises NetlistError for a line that is no list of `name=value`.
    """
    line = words(text)
    if len(line) < 3 or line[0] != ".model" or not (_NAME.fullmatch(line[1]) and _PARAMETER.fullmatch(line[2])):
        raise NetlistError(
            f'{where}: "{text.strip()[:80]}" is not a model card; expected ".model NAME TYPE name=value ..."'
        )
    name, type_, rest = line[1], line[2], line[3:]
    parameters = {flag: "" for flag in rest if flag in FLAGS}
    rest = [word for word in rest if word not in FLAGS]
    pairs = _lists(rest) if has_lists(type_) else _pairs(rest, partial(_stray, name, remark))
    if pairs is None or "==" in text.replace(" ", ""):
        raise NetlistError(f'{where}: the parameters of model {name} are not all written as "name=value"')
    for parameter, given in pairs:
        if not _PARAMETER.fullmatch(parameter):
            raise NetlistError(f'{where}: the parameter "{parameter}" of model {name} is not a name')
        if parameter in parameters and remark is not None:
            which = "first" if parameter == "level" else "last"
            remark(f"{parameter} of the model {name} is set again: the {which} value counts, as in ngspice")
        if parameter != "level" or parameter not in parameters:
            parameters[parameter] = " ".join(map(value, given))
    if type_ == "d" and (piecewise := next((name for name in parameters if name in _PIECEWISE), "")):
        raise NetlistError(
            f"{where}: {piecewise} makes the diode {name} piecewise linear, which LTspice alone knows; "
            f"describe it by is and n: {text.strip()[:80]!r}"
        )
    card = ModelCard(name, type_, parameters)
    if ignored := unknown(card):
        if remark is not None:
            remark(f"not read: {', '.join(ignored)} of the model {name}, which ngspice ignores too")
        card = ModelCard(name, type_, {p: value for p, value in parameters.items() if p not in ignored})
    return card


def _pairs(rest: list[str], stray: Callable[[str], None]) -> list[tuple[str, list[str]]] | None:
    """Return names with one value each, in the order of the text; None where they are not in pairs.

    stray: is told numbers that stand where a name should.
    """
    if rest[-1:] == ["="]:
        return None
    left = [word for word in reversed(rest) if word != "="]  # ngspice takes the sign for a blank
    found = []
    while left:
        name = left.pop()
        if _NUMBER.fullmatch(name):
            stray(name)
        elif not left:
            return None
        else:
            found.append((name, [left.pop()]))
    return found


def _stray(model: str, remark: Callable[[str], None] | None, number: str) -> None:
    if remark is not None:
        remark(f"not read: {number} of the model {model}, which has no name before it; ngspice ignores it too")


def _lists(rest: list[str]) -> list[tuple[str, list[str]]] | None:
    """Return names with one value or more each, which may stand in brackets; None where one has none."""
    found: list[tuple[str, list[str]]] = []
    before = ""
    for word in (part for whole in rest for part in whole.strip("[]").split("][") if part):
        if _PARAMETER.fullmatch(word) and word not in _TRUTHS and before != "=":
            found.append((word, []))
        elif not found:
            return None
        elif word != "=":
            found[-1][1].append(word)
        before = word
    return found if all(given for _, given in found) else None


_TRUTHS = frozenset({"true", "false"})


def number(text: str, where: str) -> float:
    """Return a SPICE number such as `2.52n` or `1e-9`. Raises NetlistError for other text."""
    try:
        return spice_number(text.lower())
    except ValueError as error:
        raise NetlistError(f'{where}: "{text}" is not a number') from error


def acts_beyond_the_law(card: ModelCard) -> str:
    """Return a parameter of a diode's card that acts at DC and is not in the diode law; empty where there is none."""
    known = {"is", "n"} | _WITHOUT_EFFECT_AT_DC | OF_TEMPERATURE
    acting = (parameter for parameter in card.parameters if parameter not in known)
    return next((p for p in acting if (p, card.parameters[p]) not in _USUAL), "")


_USUAL = {("level", "1"), ("area", "1"), ("rs", "0")}
"""What a diode's card may say without another effect than saying nothing."""


def diode_law(card: ModelCard, where: str) -> DiodeModel:
    """Return the diode model of a card.

    Raises NetlistError for anything but a diode, and for parameters that act at DC but are not part of the element's
    law (series resistance, breakdown, recombination ...).
    """
    if card.type != "d":
        raise NetlistError(f'{where}: "{card.card()}" is not a diode model; expected ".model NAME d is=... n=..."')
    parameter = acts_beyond_the_law(card)
    if parameter:
        raise NetlistError(
            f"{where}: parameter {parameter} of model {card.name} acts at DC and is not in the diode law used here; "
            "remove it from the card"
        )
    parameters = dict(card.parameters)
    saturation_current = number(parameters.pop("is", "1e-14"), where)
    emission = number(parameters.pop("n", "1"), where)
    parameters |= {name: repr(number(value, where)) for name, value in parameters.items() if name in OF_TEMPERATURE}
    for value in parameters.values():
        number(value, where)
    try:
        return DiodeModel(card.name, saturation_current, emission, parameters)
    except CircuitError as error:
        raise NetlistError(f"{where}: {error}") from error


def device_card(card: ModelCard, where: str) -> ModelCard:
    """Return a card that ngspice can be given: numbers without suffixes.

    Raises NetlistError for values that are no numbers.
    """

    def checked(parameter: str, value: str) -> str:
        if parameter in FLAGS or (parameter == "version" and _VERSION.fullmatch(value)):
            return value
        return repr(number(value, where))

    return ModelCard(card.name, card.type, {p: checked(p, value) for p, value in card.parameters.items()})
