"""What came of fitting a netlist, in tables and sentences? Losses, and each value that moved."""

from collections.abc import Sequence
from dataclasses import dataclass

from ebana_like.fitting import NetlistSystem
from ebana_like.fitting.changes import Change, changes
from ebana_like.pages.page import PageTable
from ebana_like.simulators import Simulator
from ebana_like.training import Evaluation, Problem, evaluate
from ebana_like.units import si
from ebana_like.values import Values


@dataclass(frozen=True)
class Compared:
    """A part of the data, how the netlist answered it as it came, and how it does with what was trained."""

    part: str
    samples: int
    before: Evaluation
    after: Evaluation


def compared(simulator: Simulator, problem: Problem, values: Values) -> list[Compared]:
    """Return how the parts of the data are answered with the values the netlist came with, and with these."""
    data, start = problem.data, problem.start().values
    parts = (("train", data.train), ("validation", data.validation), ("test", data.test))
    return [
        Compared(name, len(part), *(evaluate(simulator, at, part, problem.cost) for at in (start, values)))
        for name, part in parts
        if part is not None
    ]


def loss_table(parts: Sequence[Compared]) -> PageTable:
    """Return a row a part of the data: loss and answers before and after."""
    rows = [
        (one.part, str(one.samples), f"{one.before.loss:.3e}", f"{one.after.loss:.3e}", str(one.before), str(one.after))
        for one in parts
    ]
    heads = ("data", "samples", "loss before", "and after", "answers before", "and after")
    return PageTable("before and after", heads, rows)


def worse(parts: Sequence[Compared]) -> list[str]:
    """Return a sentence where no epoch was better than the netlist as it came; none where one was.

    Epochs are judged by the validation samples, where there are some.
    """
    judged = next((one for one in parts if one.part == "validation"), parts[0])
    if judged.after.loss <= judged.before.loss:
        return []
    return [
        f"the netlist as it came was better, with a {judged.part} loss of {judged.before.loss:.3e}; a smaller --lr or "
        "more --epochs may help"
    ]


def change_table(system: NetlistSystem, values: Values) -> PageTable:
    """Return a row a trained value, in the unit it has in the file."""
    rows = [
        (one.name, *(text(value, one) for value in (one.before, one.now, one.low, one.high)), _at_end(one))
        for one in changes(system, values)
    ]
    return PageTable("trained values", ("name", "before", "now", "least", "most", ""), rows)


def clamped(system: NetlistSystem, values: Values) -> list[str]:
    """Return a sentence about the values that have come to an end of their ranges; none where there are none."""
    at_end = [f"{one.name} ({text(one.now, one)}, {_at_end(one)})" for one in changes(system, values) if one.end]
    if not at_end:
        return []
    verb = "has" if len(at_end) == 1 else "have"
    return [f"{', '.join(at_end)} {verb} come to the end of the range: a wider one, --range, may fit better"]


def text(value: float, change: Change) -> str:
    """Return a value in the unit of what changed."""
    return si(value, sign(change.unit))


def sign(unit: str) -> str:
    """Return the sign of a unit, by its name."""
    return "Ω" if unit == "Ohm" else unit


def _at_end(change: Change) -> str:
    return {"low": "at its least", "high": "at its most"}.get(change.end, "")
