"""What does training look like? A live line on a terminal, and plain lines elsewhere."""

import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from ebana_like.cli.printer import Printer
from ebana_like.training import Callback, EpochRecord, Problem
from ebana_like.training import Progress as TrainingProgress

PLAIN_LINES = 20
"""How many lines a training prints where there is no terminal."""

MESSAGES_SHOWN = 3

MOVES_APART, LINES_APART = 0.5, 1.0
"""Seconds between two moves of the bar, and two lines above it; either takes as long as some batches of digits."""

CURVE_WIDTH = 10
HEIGHTS = "▁▂▃▄▅▆▇█"


class TrainingDisplay(Callback):
    """The callback that shows how training goes: a bar with the time left, and the loss as a line. A context manager.

    start: where training begins.
    """

    every_batch = False

    def __init__(self, problem: Problem, console: Console, start: TrainingProgress) -> None:
        self.problem = problem
        self.console = console
        self.bar = Progress(
            TextColumn("epoch {task.fields[epoch]}/{task.fields[epochs]}"),
            BarColumn(bar_width=10),
            TextColumn("{task.fields[curve]}", markup=False),
            TextColumn("{task.fields[state]}", markup=False),
            TimeRemainingColumn(compact=True),
            console=console,
            transient=True,
            auto_refresh=False,  # a thread that draws all the time takes its share of training's core
            disable=not console.is_terminal,
        )
        self.row = self.bar.add_task(
            "training",
            total=problem.epochs * problem.batches,
            completed=start.steps,
            epoch=start.epoch + 1,
            epochs=problem.epochs,
            curve="",
            state="",
        )
        self.last: EpochRecord | None = None
        self._printed: EpochRecord | None = None
        self._noted = ""
        self._moved = self._line_at = time.perf_counter()

    def __enter__(self) -> Self:
        self.bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.bar.stop()
        if self.last is not None and self.last is not self._printed:
            self._print(self.last)

    def on_note(self, note: str) -> None:
        """Print it."""
        self._noted = note
        self._line(f"warning: {note}")

    def on_batch(self, progress: TrainingProgress) -> None:
        """Move the bar now and then."""
        if not self.bar.disable and (now := time.perf_counter()) >= self._moved + MOVES_APART:
            self._moved = now
            self.bar.update(self.row, completed=progress.steps, refresh=True)

    def on_epoch(self, progress: TrainingProgress, record: EpochRecord) -> None:
        """Move the bar; print a line now and then, and what the simulator reported."""
        self.last = record
        if not self.bar.disable:
            epoch = min(record.epoch + 1, self.problem.epochs)
            curve = _curve([earlier.train.loss for earlier in progress.records[-CURVE_WIDTH:]])
            self.bar.update(self.row, completed=progress.steps, epoch=epoch, curve=curve, state=_short_state(record))
        messages = [message for message in record.messages if message != self._noted]
        for message in messages[:MESSAGES_SHOWN]:
            self._line(f"warning: epoch {record.epoch}, {message}")
        if len(messages) > MESSAGES_SHOWN:
            self._line(f"warning: and {len(messages) - MESSAGES_SHOWN} more")
        if self.bar.disable:
            due = record.epoch % max(self.problem.epochs // PLAIN_LINES, 1) == 0
        else:
            due = time.perf_counter() >= self._line_at + LINES_APART
        if due:
            self._print(record)

    def _line(self, text: str) -> None:
        Printer(self.console).line(text)

    def _print(self, record: EpochRecord) -> None:
        self._printed, self._line_at = record, time.perf_counter()
        self._line(f"epoch {record.epoch:>4}  {_state(record)}")


def _curve(losses: Sequence[float]) -> str:
    """Return losses as bars, the largest and the smallest of them as high and as low as a line allows; logarithmic."""
    logs = np.log10(np.maximum(losses, np.finfo(float).tiny))
    span = logs.max() - logs.min()
    return "".join(HEIGHTS[round(7 * height)] for height in (logs - logs.min()) / (span or 1.0))


def _short_state(record: EpochRecord) -> str:
    """Return what fits beside bar and curve on a terminal of 80 columns."""
    name = "validation" if record.validation else "test" if record.test else "train"
    return f"loss {record.train.loss:.2e}  {name} {record.validation or record.test or record.train}"


def _state(record: EpochRecord) -> str:
    parts = [f"loss {record.train.loss:.2e}", f"train {record.train}"]
    if record.validation is not None:
        parts.append(f"validation {record.validation}")
    if record.test is not None:
        parts.append(f"test {record.test}")
    return "  ".join(parts)
