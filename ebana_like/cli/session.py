"""What happens between a problem and the farewell? Training in a run folder, for a new run and one that goes on."""

import re
import shlex
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from ebana_like.analysis.programmed import programmed, save_solved
from ebana_like.analysis.verification import Verifier
from ebana_like.cli.display import TrainingDisplay
from ebana_like.cli.printer import Printer, program, terminal
from ebana_like.cli.signals import Stops
from ebana_like.errors import RunError, SettingError, TrainingError, counted
from ebana_like.files import locked
from ebana_like.fitting import NetlistSystem
from ebana_like.fitting.reach import unreached
from ebana_like.hardware.stock import Stock, stock
from ebana_like.learning import Nudged
from ebana_like.nudges import NUDGES
from ebana_like.pages.answers import TRUTH_TABLE_ROWS, answer_table, answers
from ebana_like.pages.fit_tables import change_table, clamped, compared, loss_table, worse
from ebana_like.runs import Run, RunRecorder, TrainingSettings, engine_of
from ebana_like.runs.not_ideal import not_ideal
from ebana_like.runs.tensorboard import TensorBoard
from ebana_like.runs.without_effect import without_effect
from ebana_like.simulators import Simulator
from ebana_like.systems import CircuitSystem
from ebana_like.systems.layered import WEIGHTS, Layered
from ebana_like.tasks import Trainable
from ebana_like.training import Best, Interrupted, Problem, Progress, train
from ebana_like.values import Values

VALUES_SHOWN = 20
"""Trained values of a netlist that are listed."""


@dataclass(frozen=True)
class Extras:
    """What is done beside training. Raises SettingError where every epoch is to be verified by no sample."""

    verify: int
    verify_epochs: bool
    tensorboard: bool
    export_levels: str = ""

    def __post_init__(self) -> None:
        if self.export_levels:
            self.levels()
        if self.verify_epochs and not self.verify:
            raise SettingError("verify-epochs is given without verify; say with --verify how many samples to solve")

    def levels(self) -> Stock:
        """Return what conductances are rounded to. Raises SettingError for what is none."""
        return stock(
            f"levels:{self.export_levels}" if self.export_levels.isdecimal() else self.export_levels, "export-levels"
        )


def headline(task: Trainable, problem: Problem, settings: TrainingSettings) -> str:
    """Return the line that says what is trained."""
    system, unit = problem.system, ""
    values = sum(len(parameter.value) for parameter in system.parameters.values())
    size = f"{system.line} units" if isinstance(system, Layered) else ""
    if isinstance(system, CircuitSystem):
        unit, size = NUDGES[system.circuit.driven.way].unit, counted(len(system.circuit.nodes) - 1, "node")
    return (
        f"{task.called(settings)}: {counted(len(problem.data.train), 'training sample')}, "
        f"{size}, {counted(values, 'trained value')}, {settings.engine}, "
        f"{settings.estimator}"
        + (
            f" with beta {problem.estimator.beta:.3g}{unit and ' ' + unit}"
            if isinstance(problem.estimator, Nudged)
            else ""
        )
        + "".join(f", {words}" for words in not_ideal(settings))
    )


def train_new(
    task: Trainable,
    problem: Problem,
    settings: TrainingSettings,
    made: Callable[[bool], Run],
    extras: Extras,
) -> None:
    """Train in a new run folder. made: makes it, told whether the simulator solves a reduced circuit."""
    printer = Printer(terminal())
    if extras.verify and not isinstance(problem.system, CircuitSystem):
        raise SettingError("verify solves a netlist again in ngspice, and this trains no circuit; leave it out")
    printer.line(headline(task, problem, settings))
    for idle in without_effect(settings, task.settings):
        printer.prose(f"warning: {idle}")
    if isinstance(problem.system, NetlistSystem):
        printer.prose(f"trains {_listed([each.name for each in problem.system.trained])}")
    with engine_of(problem, settings) as simulator:
        if simulator.reduced:
            printer.line("ngspice solves the circuit with its input crossbar reduced by Norton's theorem")
        if isinstance(problem.system, NetlistSystem):
            for missed in unreached(problem, simulator):
                printer.line(f"warning: {missed}")
        run = made(simulator.reduced)
        with locked(run.path):
            train_in(run, task, settings, problem, simulator, problem.start(), extras)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - VALUES_SHOWN
    return ", ".join(names[:VALUES_SHOWN]) + (f" and {more:,} more" if more > 0 else "")


def train_in(
    run: Run,
    task: Trainable,
    settings: TrainingSettings,
    problem: Problem,
    simulator: Simulator,
    start: Progress,
    extras: Extras,
) -> None:
    """Train, show, and say what was made and what to type next.

    Raises EbanaError with what to do, the folder holding the last good state; SystemExit when interrupted.
    """
    # ngspice goes on from what it solved last, so no other than training may ask it between epochs
    asked = engine_of(problem, settings) if extras.verify_epochs else nullcontext(simulator)
    with asked as witness:
        _train(run, task, settings, problem, simulator, witness, start, extras)


def _train(
    run: Run,
    task: Trainable,
    settings: TrainingSettings,
    problem: Problem,
    simulator: Simulator,
    witness: Simulator,
    start: Progress,
    extras: Extras,
) -> None:
    """Train with one simulator; solve what is shown, written and verified with the witness."""
    console = terminal()
    printer = Printer(console)
    recorder = RunRecorder(run, task.name, settings, problem, witness, extras.verify_epochs)
    verifiers = [Verifier(run, problem, witness, extras.verify, extras.verify_epochs)] if extras.verify else []
    boards = [TensorBoard(run.path / "tensorboard", start)] if extras.tensorboard else []
    with Stops() as stops:
        try:
            recorder.begin(start)
            with TrainingDisplay(problem, console, start) as display:
                progress = train(problem, simulator, start, [recorder, *verifiers, *boards, display, stops])
            kept = recorder.finish(progress)
        except KeyboardInterrupt as stopped:
            if isinstance(stopped, Interrupted):
                recorder.begin(stopped.progress)
                printer.line(f"stopped in epoch {stopped.progress.epoch + 1}; the values reached are in {run.path}")
            printer.line(f"go on:    {program()} resume {run.path}")
            raise SystemExit(stops.status) from None
        except TrainingError as error:
            _give_up(error, run, task.command(settings), recorder)
        except RunError as error:
            raise RunError(f"{error}; then go on: {program()} resume {run.path}") from error
        finally:
            for board in boards:
                board.close()
    for verifier in verifiers:
        found = verifier.verify(kept.epoch)
        printer.line(
            f"verified: ngspice differs by at most {found.deviation:.1e} V in {counted(found.samples, 'sample')}"
        )
    if len(problem.data.train) <= TRUTH_TABLE_ROWS:
        printer.show(answer_table(answers(witness, kept.values, problem.data.train, problem.cost)))
    if isinstance(problem.system, NetlistSystem):
        printer.show(change_table(problem.system, kept.values), VALUES_SHOWN)
        for sentence in clamped(problem.system, kept.values):
            printer.line(f"warning: {sentence}")
        parts = compared(witness, problem, kept.values)
        printer.show(loss_table(parts))
        for sentence in worse(parts):
            printer.prose(f"warning: {sentence}")
    if extras.export_levels:
        _export(printer, run, problem, witness, kept.values, extras.levels())
    _farewell(printer, run.path, progress, kept)
    if isinstance(problem.system, NetlistSystem):
        source, fitted = problem.system.source, run.path / problem.system.source.fitted
        printer.line(f"fitted:   {fitted}  (diff {source.path} {fitted})")
        if source.includes:
            printer.line(f"          it includes files: to run it, copy it to {source.path.parent}")


def _export(printer: Printer, run: Run, problem: Problem, simulator: Simulator, values: Values, levels: Stock) -> None:
    """Write the netlist with conductances that can be programmed, and say how well it answers."""
    found = programmed(problem, values, levels, simulator)
    path = run.path / f"netlist_{re.sub(r'[^A-Za-z0-9.]+', '-', levels.spelled)[:40]}.cir"
    save_solved(problem, found.values, {"values": levels.spelled}, simulator, path)
    printer.line(f"rounded:  {found.part} {found.programmed}, as trained {found.trained}; {levels.spelled} in {path}")


def _give_up(error: TrainingError, run: Run, command: Sequence[str], recorder: RunRecorder) -> NoReturn:
    """Leave the best circuit behind, and say how to begin with it."""
    best = recorder.best
    if best is not None:
        recorder.save_netlist(best.values, best.epoch)
    if recorder.circuit is None:
        again = f"{program()} {shlex.join(command)} --config {run.path}/config.toml --lr ..."
        raise TrainingError(f"{error}. Begin again with other settings: {again}") from error
    what = "the first values" if best is None else f"those of the best epoch, {best.epoch},"
    raise TrainingError(
        f"{error}. {what[0].upper()}{what[1:]} are in {run.netlist}; begin with them and other settings: "
        f"{program()} {shlex.join(command)} --config {run.path}/config.toml --start {run.path} --lr ..."
    ) from error


def _farewell(printer: Printer, path: Path, progress: Progress, kept: Best) -> None:
    records = progress.records
    last = records[-1]
    seconds = sum(record.seconds for record in records)
    printer.line(
        f"trained {counted(last.epoch, 'epoch')} in {seconds:.1f} s: loss {last.train.loss:.2e}, "
        f"train {last.train}" + (f", test {last.test}" if last.test else "")
    )
    if kept.epoch != last.epoch:
        loss = records[kept.epoch - 1].judged
        printer.line(f"kept:     the values after epoch {kept.epoch}, the best, with a loss of {loss:.2e}")
    run = Run(path)
    known = (path / WEIGHTS, run.netlist, run.reduced)
    made = [file.name for file in known if file.exists()]
    printer.line(f"made:     {path}/  ({', '.join(made)}, history.csv, config.toml)")
    if made[0] == WEIGHTS:
        printer.line(f"longer:   {program()} resume {path} --epochs ...")
        return
    printer.line(f"look:     {program()} inspect {path}")
    printer.line(f"report:   {program()} report {path}")
    printer.line(f"re-run:   ngspice -b {path}/{made[-1]}")
