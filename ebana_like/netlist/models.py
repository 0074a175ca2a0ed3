"""Where do diode models come from? From `.model` cards in the folder `models/`, or from a file of one's own."""

from functools import cache
from pathlib import Path

from ebana_like.elements import DiodeModel
from ebana_like.elements.ideal_diode import PERFECT, STAND_IN
from ebana_like.errors import LONGEST_NAME, NetlistError, SettingError, meant
from ebana_like.files import is_file_name
from ebana_like.netlist.deck.cards import diode_law, number, parse_card
from ebana_like.netlist.deck.include import read_text
from ebana_like.netlist.deck.lines import newline, statements


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
    """Return the model of that name, or the one in a file of that name, as in `my.mod`.

    "perfect" is that of ideal diodes.
    Raises NetlistError naming the ones there are, or saying what is wrong with the file.
    """
    models = {**diode_models(), PERFECT: STAND_IN}
    if name not in models:
        if is_file_name(str(name)):
            return load_diode_model(Path(str(name)))
        known = meant(str(name), models, f"{models_folder()} has")
        raise SettingError(f'there is no diode model "{str(name)[:LONGEST_NAME]}"; {known}')
    return models[name]


def load_diode_model(path: Path) -> DiodeModel:
    """Return the one diode model of a file. Raises NetlistError naming file and line of what is not understood."""
    text, _ = read_text(path)
    places = [
        (line.text, f"{path}, line {line.number}")
        for line in statements(text.split(newline(text)), str(path), 1)
        if line.text.lower().startswith(".model")
    ]
    diodes = [(card, where) for card, where in ((parse_card(*place), place[1]) for place in places) if card.type == "d"]
    if len(diodes) != 1:
        names = f" ({', '.join(card.name for card, _ in diodes[:5])})" if diodes else ""
        raise NetlistError(
            f'{path} has {len(diodes)} diode models{names}; expected one line ".model NAME d is=... n=..."'
        )
    return diode_law(*diodes[0])


def parse_diode_model(line: str, where: str) -> DiodeModel:
    """Return the diode model of a `.model` line.

    where: file (and line) for error messages. Raises NetlistError for anything but a diode, and for parameters that
    act at DC but are not part of the element's law (series resistance, breakdown, recombination ...).
    """
    return diode_law(parse_card(line, where), where)


def numeric_parameters(model: DiodeModel) -> str:
    """Return a model's parameters as `name=value` with plain numbers."""
    other = {key: number(value, model.name) for key, value in model.other.items()}
    values = {"is": float(model.saturation_current), "n": float(model.emission), **other}
    return " ".join(f"{key}={value!r}" for key, value in values.items())
