"""`train-circuit learners`: which systems and rules are there, what goes with what, and why not?"""

import click

from ebana_like.cli.printer import Printer, program, terminal
from ebana_like.options import summary


def _in_time() -> list[list[str]]:
    """Return a row a rule of `train-circuit waveform`."""
    from ebana_like.learning.in_time import IN_TIME_RULES

    return [[name, rule.summary, rule.exact] for name, rule in IN_TIME_RULES.items()]


@click.command()
def learners() -> None:
    """List systems that learn and the rules by which they do: where each is exact, and what does not go together."""
    from ebana_like.learning import ESTIMATORS, SquaredError
    from ebana_like.tasks.learners import LEARNERS, verdict

    printer = Printer(terminal())
    printer.table(
        ["system", "what it is", "command or class"], [[each.name, each.what, each.command] for each in LEARNERS]
    )
    printer.line("")
    printer.table(["--estimator", "what it is"], [[name, summary(kind)] for name, kind in ESTIMATORS.items()])
    reasons: list[str] = []  # for which notes stand below the table
    rows = []
    for name, kind in ESTIMATORS.items():
        row = [name]
        for each in LEARNERS:
            for system in each.systems():
                said = verdict(kind, system, SquaredError())
                if said.reason and said.reason not in reasons:
                    reasons.append(said.reason)
                row.append(f"{said.word} {reasons.index(said.reason) + 1}" if said.reason else said.word)
        rows.append(row)
    heads = [f"{each.name}\n{way}" for each in LEARNERS for way in each.ways]
    printer.table(
        ["\n--estimator", *heads],
        rows,
        title="\nwhat goes with what, by system and --nudging (exact: the cost's gradient, for small beta)",
    )
    for number, reason in enumerate(reasons, start=1):
        printer.prose(f"{number}: {reason}")
    printer.table(
        ["waveform --rule", "what it is", "goes with"], _in_time(), title="\nrules in time, for courses from rest"
    )
    printer.line(f"\ntrain with one: {program()} iris --nudging clamped --beta 0.1 --estimator positive")
