"""`train-circuit selflearn TASK`: does a netlist learn by itself, in one `.tran` of ngspice without a computer?"""

from dataclasses import dataclass
from pathlib import Path

import click

from ebana_like.analysis.selflearn import Learned, learn_alone
from ebana_like.cli.patience import patience
from ebana_like.cli.printer import Printer, terminal
from ebana_like.errors import SettingError
from ebana_like.figures.learning_alone import learning_alone
from ebana_like.files import csv_text, write_atomically
from ebana_like.networks.selflearn import SELF_LEARNERS, SelfLearner
from ebana_like.units import si

EPOCHS = {"xor": 400, "regression": 800}
"""Rounds of all patterns, where nobody says how many."""


@click.command()
@click.argument("task", type=click.Choice(list(SELF_LEARNERS)))
@click.option("--channel", type=click.Choice(["transistor", "linear"]), default="transistor", show_default=True)
@click.option("--epochs", type=click.IntRange(1), help="Rounds of all patterns.  [default: 400; 800 for regression]")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the gates at the start.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path(), show_default=True, help="Folder for what is made."
)
def selflearn(task: str, channel: str, epochs: int | None, seed: int, out: Path) -> None:
    """Let a netlist learn by itself: weights are voltages on capacitors, charged by what the circuit sees.

    Writes the netlist, which `ngspice -b` runs alone, runs it, and asks it with its weights frozen. An edge is a
    transistor in its triode region, or, to compare, a linear conductance, with which no task here can be learned.

    xor: 30 mV where two inputs differ. regression: a hump of 20 mV over one input.
    """
    if not out.is_dir():
        raise SettingError(f"there is no folder {out}; make it, or leave --out away")
    epochs = epochs or EPOCHS[task]
    learner = SELF_LEARNERS[task]("linear" if channel == "linear" else "transistor")
    title = f"{task} learned by itself, {channel} edges, seed {seed}"
    printer = Printer(terminal())
    files = _Files(out, f"selflearn-{task}")
    write_atomically(files.at("cir"), learner.learning_netlist(learner.start(seed), epochs, title))
    with patience("ngspice learns"):
        learned = learn_alone(learner, learner.start(seed), epochs, title)
    _print(printer, title, learned)
    names = [_named(learner, k) for k in range(len(learner.targets))]
    picture = learning_alone(learned.times, learned.gates, learned.answers, learner.targets, names)
    picture.save(files.at("png"), out)
    write_atomically(files.at("csv"), _csv(learned))
    printer.line(f"made:     {', '.join(str(files.at(kind)) for kind in ('cir', 'png', 'csv'))}")


@dataclass(frozen=True)
class _Files:
    """Names of what is made."""

    folder: Path
    stem: str

    def at(self, kind: str) -> Path:
        return self.folder / f"{self.stem}.{kind}"


def _named(learner: SelfLearner, pattern: int) -> str:
    return ", ".join(f"{volts:g} V" for volts in learner.patterns[pattern])


def _print(printer: Printer, title: str, learned: Learned) -> None:
    learner, rms = learned.learner, learned.rms
    printer.line(title)
    cycles = len(rms) * len(learner.targets)
    printer.line(f"{learner.edges} twin edges; {cycles} cycles of {si(learner.cycle, 's')} in one .tran")
    printer.line(f"gates: {learned.gates[-1].min():.2f} to {learned.gates[-1].max():.2f} V at the end")
    printer.line(f"rms error: {si(rms[0], 'V')} in the first round, {si(rms[-1], 'V')} in the last")
    rows = [
        [_named(learner, k), *(f"{1e3 * of[k]:.2f}" for of in (learner.targets, learned.answers[-1], learned.frozen))]
        for k in range(len(learner.targets))
    ]
    printer.table(["inputs", "target\nmV", "learning\nmV", "frozen\nmV"], rows)
    printer.line(f"frozen: {learned.right} of {len(rows)} right, rms error {si(learned.frozen_rms, 'V')}")


def _csv(learned: Learned) -> str:
    """Return a row a round: time (s), rms (V), answers (V), gates (V)."""
    patterns, edges = range(len(learned.learner.targets)), learned.learner.gates()
    rows = [
        [repr(float(value)) for value in (time, rms, *answers, *gates)]
        for time, rms, answers, gates in zip(learned.times, learned.rms, learned.answers, learned.gates, strict=True)
    ]
    return csv_text(["time", "rms", *(f"answer{k + 1}" for k in patterns), *edges], rows)
