"""What came of fitting a netlist, in tables and sentences? Losses, and each value that moved."""

from ebana_like.fitting import NetlistSystem
from ebana_like.fitting.changes import Change, changes
from ebana_like.pages.page import PageTable
from ebana_like.simulators import Simulator
from ebana_like.training import Problem, evaluate
from ebana_like.units import si
from ebana_like.values import Values


def loss_table(simulator: Simulator, problem: Problem, values: Values) -> PageTable:
    """Return a row a part of the data: loss and answers with the values the netlist came with, and with these."""
    data, rows = problem.data, []
    for name, part in (("train", data.train), ("validation", data.validation), ("test", data.test)):
        if part is not None:
            before, after = (evaluate(simulator, at, part, problem.cost) for at in (problem.start().values, values))
            rows.append((name, str(len(part)), f"{before.loss:.3e}", f"{after.loss:.3e}", str(before), str(after)))
    heads = ("data", "samples", "loss before", "and after", "answers before", "and after")
    return PageTable("before and after", heads, rows)


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
