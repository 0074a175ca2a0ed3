"""What do sensors have to resolve? A table of how far nodes move, and sentences of bits and noise."""

from ebana_like.analysis.examples import Examples
from ebana_like.analysis.movement import Movement, full_scale_for, movement
from ebana_like.errors import counted
from ebana_like.pages.page import PageTable, Section
from ebana_like.simulators import Simulator
from ebana_like.units import si

BITS = (8, 10, 12, 16)
"""Converters that are asked for the beta from which they are enough."""


def sensor_table(found: Movement) -> PageTable:
    """Return a row a layer: how far its nodes move between the phases, and the largest of their voltages."""
    return PageTable(
        f"sensors: what moves between the phases, beta = {found.beta:.3g} S",
        ("nodes", "", "move by (rms)", "largest"),
        [(layer.name, str(layer.nodes), si(layer.moves, "V"), si(layer.largest, "V")) for layer in found.layers],
    )


def sensor_words(found: Movement) -> list[str]:
    """Return sentences: what noise is borne, how many bits that takes at a full scale, and from which beta fewer do."""
    if not found.borne:
        return ["nothing is learned here: no sensor sees a gradient"]
    scale = full_scale_for(found.largest)
    enough = ", ".join(f"{bits} from {si(found.beta_for(bits, scale), 'S')}" for bits in BITS)
    return [
        f"noise borne: {si(found.noise, 'V')} a reading, {found.borne:.3g} V/S times beta; it leaves as much error as "
        f"gradient in a batch of {counted(found.batch, 'sample')}",
        f"converter of ±{scale:g} V: {found.bits(scale)} bits at this beta; enough at larger ones: {enough}",
    ]


def sensor_section(simulator: Simulator, examples: Examples) -> list[Section]:
    """Return the section of a batch; none where there is nothing to sense."""
    found = movement(simulator, examples)
    if found is None:
        return []
    words = [f"{sentence[0].upper()}{sentence[1:]}." for sentence in sensor_words(found)]
    text = "At the values reached; where training begins gradients are larger, and bear more."
    return [Section("Sensors", [*words, text], tables=[sensor_table(found)])]
