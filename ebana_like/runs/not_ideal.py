"""What of a training's hardware was not ideal? In words, for whoever looks at a run."""

from ebana_like.elements.conditions import USUAL
from ebana_like.runs.settings import Settings, TrainingSettings


def not_ideal(settings: TrainingSettings) -> list[str]:
    """Return what is not ideal, each in a few words: devices, sensors, converters, wires, the chip, its temperature."""
    options = f" ({settings.technology_options})" if settings.technology_options else ""
    wires = settings.wires if isinstance(settings, Settings) else ""
    said = [
        (settings.technology != "ideal", f"devices are {settings.technology}{options}"),
        (settings.readout, f"sensors have {settings.readout}"),
        (settings.converter, f"inputs are set by a converter of {settings.converter}"),
        (wires, f"wires have {wires} ohms"),
        (settings.mismatch, f"chip {settings.chip} differs from its design by {settings.mismatch}"),
        (settings.celsius != USUAL, f"the circuit stands at {settings.celsius:g} °C"),
    ]
    return [words for there, words in said if there]
