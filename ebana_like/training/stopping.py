"""When does training end before its last epoch? When it has learned enough, learns no more, or has gone astray."""

import numpy as np

from ebana_like.errors import TrainingError
from ebana_like.training.problem import Problem
from ebana_like.training.progress import Progress

TOO_MANY_FAILURES = 0.5

ENOUGH_SAMPLES = 100
"""So many samples of a running epoch must have been met before their failures tell anything."""

DIVERGED, EPOCHS_DIVERGED = 10.0, 5
"""A training has diverged whose loss is so many times that of its first epoch, and that of outputs at 0 V, for so long.

XOR with 2 to 30 times its learning rate meets single such epochs and yet learns; with 1000 times it stays there.
"""


def finished_by(problem: Problem, progress: Progress) -> str:
    """Return the setting by which nothing is left to do: epochs, stop_loss or patience; empty where something is.

    Depends on the progress alone, and so outlives a new start.
    """
    whole = bool(progress.records) and not progress.batch
    if whole and progress.records[-1].train.loss < problem.stop_loss:
        return "stop_loss"
    since_best = progress.epoch - (progress.best.epoch if progress.best else 0)
    if whole and 0 < problem.patience <= since_best:
        return "patience"
    return "epochs" if progress.epoch >= problem.epochs else ""


def require_solved(progress: Progress, whole_epoch: bool) -> None:
    """Raise TrainingError when most samples met in the running epoch could not be solved."""
    sums = progress.sums
    if not whole_epoch and sums.samples < ENOUGH_SAMPLES:
        return
    if sums.failures > TOO_MANY_FAILURES * sums.samples:
        raise TrainingError(
            f"{sums.failures} of {sums.samples} samples could not be solved in epoch {progress.epoch + 1} "
            f"({sums.messages[-1] if sums.messages else 'no reason given'}); "
            "try smaller input voltages or a softer diode model"
        )


def require_number(value: float, name: str, progress: Progress) -> None:
    """Raise TrainingError when a cost or gradient of the next batch is infinite or no number."""
    if not np.isfinite(value):
        raise TrainingError(
            f"the {name} is not a number in epoch {progress.epoch + 1}, batch {progress.batch + 1}; try a smaller --lr"
        )


def require_converging(problem: Problem, progress: Progress) -> None:
    """Raise TrainingError when the last epochs' losses are all far above the first one's and that of silent outputs."""
    first, last = progress.records[0].train.loss, progress.records[-EPOCHS_DIVERGED:]
    loss = min(record.train.loss for record in last)
    if len(last) < EPOCHS_DIVERGED or not loss > DIVERGED * first:
        return
    targets = problem.data.train.targets(problem.cost)
    silent = float(problem.cost.value(np.zeros_like(targets), targets).mean())
    if loss > DIVERGED * silent:
        raise TrainingError(
            f"training diverges: the loss has been {loss:.2e} or more for {len(last)} epochs, that of epoch 1 was "
            f"{first:.2e}, and outputs of 0 V would have {silent:.2e}; try a smaller --lr"
        )
