"""Where do diode models come from? From `.model` cards in the folder `models/`, one file a family."""

import math
import re
from functools import cache
from pathlib import Path

from ebana_like.elements import DiodeModel
from ebana_like.errors import CircuitError, NetlistError

_WITHOUT_EFFECT_AT_DC = frozenset({"cjo", "cj0", "cj", "vj", "m", "tt", "fc", "eg", "xti", "kf", "af", "type", "mfg"})
_WORDS = frozenset({"type", "mfg"})
_SUFFIXES = {
    "t": 1e12,
    "g": 1e9,
    "meg": 1e6,
    "k": 1e3,
    "m": 1e-3,
    "u": 1e-6,
    "n": 1e-9,
    "p": 1e-12,
    "f": 1e-15,
}
_NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(meg|[tgkmunpf])?[a-z]*", re.ASCII)
_NAME = re.compile(r"[\w.+-]+", re.ASCII)


def models_folder() -> Path:
    """Return the folder of `.model` cards: beside the code when installed, at the top of a checkout otherwise."""
    package = Path(__file__).parents[1]
    installed = package / "models"
    return installed if installed.is_dir() else package.parent / "models"


@cache
def diode_models() -> dict[str, DiodeModel]:
    """Return every diode model of the folder by name."""
    found = {}
    for path in sorted(models_folder().glob("*.mod")):
        for line in path.read_text().splitlines():
            if line.lower().startswith(".model"):
                model = parse_diode_model(line, path.name)
                found[model.name] = model
    return found


def diode_model(name: str) -> DiodeModel:
    """Return the model of that name. Raises NetlistError naming the ones there are."""
    models = diode_models()
    if name not in models:
        raise NetlistError(f'there is no diode model "{name}"; {models_folder()} has {", ".join(models)}')
    return models[name]


def parse_diode_model(line: str, where: str) -> DiodeModel:
    """Return the diode model of a `.model` line.

    where: file (and line) for error messages. Raises NetlistError for anything but a diode, and for parameters that
    act at DC but are not part of the element's law (series resistance, breakdown, recombination ...).
    """
    words = line.lower().replace("(", " ").replace(")", " ").replace("=", " = ").split()
    if len(words) < 3 or words[2] != "d" or not _NAME.fullmatch(words[1]):
        raise NetlistError(f'{where}: "{line.strip()}" is not a diode model; expected ".model NAME d is=... n=..."')
    name, pairs = words[1], words[3:]
    if len(pairs) % 3 or any(sign != "=" for sign in pairs[1::3]):
        raise NetlistError(f'{where}: the parameters of model {name} are not all written as "name=value"')
    parameters = dict(zip(pairs[0::3], pairs[2::3], strict=True))
    saturation_current = number(parameters.pop("is", "1e-14"), where)
    emission = number(parameters.pop("n", "1"), where)
    for parameter, value in parameters.items():
        if parameter not in _WITHOUT_EFFECT_AT_DC:
            raise NetlistError(
                f"{where}: parameter {parameter} of model {name} acts at DC and is not in the diode law used here; "
                "remove it from the card"
            )
        if not (parameter in _WORDS and _NAME.fullmatch(value)):
            number(value, where)
    try:
        return DiodeModel(name, saturation_current, emission, parameters)
    except CircuitError as error:
        raise NetlistError(f"{where}: {error}") from error


def numeric_parameters(model: DiodeModel) -> str:
    """Return a model's parameters as `name=value` with plain numbers, leaving out words such as the maker's name."""
    other = {key: number(value, model.name) for key, value in model.other.items() if key not in _WORDS}
    values = {"is": float(model.saturation_current), "n": float(model.emission), **other}
    return " ".join(f"{key}={value!r}" for key, value in values.items())


def number(text: str, where: str) -> float:
    """Return a SPICE number such as `2.52n` or `1e-9`. Raises NetlistError for other text."""
    match = _NUMBER.fullmatch(text.lower())
    value = float(match[1]) * _SUFFIXES.get(match[2], 1.0) if match else math.nan
    if not math.isfinite(value):
        raise NetlistError(f'{where}: "{text}" is not a number')
    return value
