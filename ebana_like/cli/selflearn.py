"""`train-circuit selflearn TASK`: does a netlist learn by itself, in one `.tran` of ngspice without a computer?"""

from dataclasses import dataclass, replace
from pathlib import Path

import click

from ebana_like.analysis.selflearn import Learned, learn_alone
from ebana_like.analysis.selflearn_file import learner_of
from ebana_like.cli.allow import reads_data
from ebana_like.cli.arguments import OUT, QUANTITY
from ebana_like.cli.netlists import reads_netlists
from ebana_like.cli.patience import patience
from ebana_like.cli.printer import Printer, terminal
from ebana_like.errors import SettingError
from ebana_like.figures.learning_alone import learning_alone
from ebana_like.files import csv_text, make_folder, write_atomically
from ebana_like.netlist.deck.reading import reading
from ebana_like.networks.sampled import SampleAndHold
from ebana_like.networks.selflearn import SELF_LEARNERS, SelfLearner
from ebana_like.networks.selflearn_sign import SignLearner
from ebana_like.units import si

EPOCHS = {"xor": 400, "regression": 800}
CURRENT, DEAD, DROOP, HELD = 2e-5, 2e-3, 1e3, 1e-9
"""Of signs: amperes that charge a gate, squared volts that a comparator does not see, seconds in which a held voltage
falls to 1/e, and farads that hold it."""

USUAL_EPOCHS = 400
"""Rounds of all patterns, where nobody says how many."""


class _TaskOrFile(click.ParamType):  # type: ignore[type-arg] # generic since click 8.2
    """One of the tasks, or a netlist."""

    name = "task"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in SELF_LEARNERS and not Path(value).is_file():
            self.fail(f"{value} is no task and no netlist; tasks are {', '.join(SELF_LEARNERS)}", param, ctx)
        return value


TASK_OR_FILE = _TaskOrFile()


@reads_netlists
@reads_data
@click.command()
@click.argument("task", metavar="TASK|FILE", type=TASK_OR_FILE)
@click.option("--data", type=click.Path(path_type=Path, exists=True), help="For FILE: CSV, a row a pattern, volts.")
@click.option("--inputs", default="", help="For FILE: sources that carry columns, v1,v2 or v1=x.")
@click.option("--outputs", default="", help="For FILE: the pair of nodes that answers, with its column: a-b=y.")
@click.option("--charging", type=float, help="A/V^2 that charge a gate.  [default: 12.5 mA/V^2]")
@click.option(
    "--rule",
    type=click.Choice(["squares", "sign"]),
    default="squares",
    show_default=True,
    help="What charges a gate: the difference of squared drops, or its sign, told by one copy with sample-and-holds.",
)
@click.option("--current", type=QUANTITY, help="For sign: amperes that charge a gate.  [default: 20u]")
@click.option("--dead", type=QUANTITY, help="For sign: V^2 that a comparator does not see.  [default: 2m]")
@click.option("--droop", type=QUANTITY, help="For sign: seconds in which a held voltage falls to 1/e.  [default: 1000]")
@click.option("--injection", type=QUANTITY, help="For sign: volts that an opening switch injects.  [default: 0]")
@click.option("--channel", type=click.Choice(["transistor", "linear"]), default="transistor", show_default=True)
@click.option("--epochs", type=click.IntRange(1), help="Rounds of all patterns.  [default: 400; 800 for regression]")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the gates at the start.")
@click.option("--out", type=OUT, default=Path(), show_default=True, help="Folder for files, made where there is none.")
def selflearn(
    task: str,
    data: Path | None,
    inputs: str,
    outputs: str,
    charging: float | None,
    rule: str,
    current: float | None,
    dead: float | None,
    droop: float | None,
    injection: float | None,
    channel: str,
    epochs: int | None,
    seed: int,
    out: Path,
) -> None:
    """Let a netlist learn by itself: weights are voltages on capacitors, charged by what the circuit sees.

    Writes the netlist, which `ngspice -b` runs alone, runs it, and asks it with its weights frozen. An edge is a
    transistor in its triode region, or, to compare, a linear conductance, with which no task here can be learned.

    By --rule sign there is one copy of the network alone: a sample-and-hold a node keeps its free state, which droops
    and is off by what switches inject, and comparators say which way each gate goes.

    xor: 30 mV where two inputs differ. regression: a hump of 20 mV over one input. FILE: a netlist whose resistors
    become twin edges, which learns the rows of a table in turn.
    """
    if reading().celsius is not None:
        raise SettingError("celsius is given, but edges that learn by themselves have no temperature; leave it out")
    epochs = epochs or EPOCHS.get(task, USUAL_EPOCHS)
    learner = _learner(task, data, inputs, outputs)
    learner = replace(learner, channel="linear" if channel == "linear" else "transistor")
    if charging is not None:
        learner = replace(learner, charging=charging)
    if rule == "sign":
        if charging is not None:
            raise SettingError("--charging is of squares; signs charge by --current")
        hold = SampleAndHold.of(HELD, DROOP if droop is None else droop, injection or 0.0)
        learner = SignLearner.of(learner, current or CURRENT, hold, DEAD if dead is None else dead)
    elif (current, dead, droop, injection) != (None, None, None, None):
        raise SettingError("--current, --dead, --droop and --injection are of --rule sign")
    task = Path(task).stem
    title = f"{task} learned by itself, {channel} edges{', by signs' if rule == 'sign' else ''}, seed {seed}"
    printer = Printer(terminal())
    files = _Files(out, f"selflearn-{task}")
    make_folder(out)
    write_atomically(files.at("cir"), learner.learning_netlist(learner.start(seed), epochs, title))
    with patience("ngspice learns"):
        learned = learn_alone(learner, learner.start(seed), epochs, title)
    _print(printer, title, learned)
    names = [_named(learner, k) for k in range(len(learner.targets))]
    picture = learning_alone(learned.times, learned.gates, learned.answers, learner.targets, names)
    picture.save(files.at("png"), out)
    write_atomically(files.at("csv"), _csv(learned))
    printer.line(f"made:     {', '.join(str(files.at(kind)) for kind in ('cir', 'png', 'csv'))}")


def _learner(task: str, data: Path | None, inputs: str, outputs: str) -> SelfLearner:
    if task in SELF_LEARNERS:
        if data is not None or inputs or outputs:
            raise SettingError(f"{task} has data, inputs and outputs of its own; give a netlist with others")
        return SELF_LEARNERS[task]()
    if data is None or not inputs or not outputs:
        raise SettingError("a netlist needs --data, --inputs and --outputs")
    return learner_of(Path(task), data, inputs, outputs)


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
    edges = "edges of one copy" if isinstance(learner, SignLearner) else "twin edges"
    printer.line(f"{learner.edges} {edges}; {cycles} cycles of {si(learner.cycle, 's')} in one .tran")
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
