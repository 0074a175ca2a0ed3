"""How is energy told? Joules of an inference and of an update, beside published figures of a multiplication."""

from ebana_like.analysis.joules import PUBLISHED, Joules
from ebana_like.errors import counted
from ebana_like.pages.page import PageTable
from ebana_like.units import si


def energy_table(found: Joules) -> PageTable:
    """Return a row an energy, what it is of, and where published ones are from."""
    rows = [
        ("an inference", si(found.inference, "J"), "one phase held so long"),
        ("a training sample", si(found.step, "J"), "its phases, free and nudged"),
        ("an update", si(found.update, "J"), f"the phases of {counted(found.samples, 'sample')}; writing not included"),
        ("an inference, each conductance", si(found.cell, "J"), f"{counted(found.cells, 'conductance')} multiply"),
        *((f"published: {each.what}", si(each.joules, "J"), each.source) for each in PUBLISHED),
    ]
    return PageTable(
        f"energy where a phase takes {si(found.settling, 's')} to settle; without converters", ("of", "", ""), rows
    )
