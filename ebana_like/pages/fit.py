"""What came of fitting a netlist? Losses before and after, and what became of each value, in the netlist's words."""

from ebana_like.figures.units import si
from ebana_like.fitting import NetlistSystem
from ebana_like.fitting.changes import Change, changes
from ebana_like.pages.page import PageTable
from ebana_like.simulators import Simulator
from ebana_like.training import Problem, evaluate
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
        (one.name, *(_text(value, one) for value in (one.before, one.now, one.low, one.high)), _at_end(one))
        for one in changes(system, values)
    ]
    return PageTable("trained values", ("name", "before", "now", "least", "most", ""), rows)


def _text(value: float, change: Change) -> str:
    return si(value, change.unit).replace("Ohm", "Ω")


def _at_end(change: Change) -> str:
    return {"low": "at its least", "high": "at its most"}.get(change.end, "")
