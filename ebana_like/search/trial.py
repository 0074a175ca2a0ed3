"""How good are some settings? The validation score of a training, which ends early where others did better."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import optuna
from optuna.trial import create_trial

from ebana_like.errors import EbanaError, SettingError, TrainingError
from ebana_like.runs import Settings, simulator_of
from ebana_like.tasks import TASKS
from ebana_like.training import Callback, EpochRecord, Problem, Progress, train

Scores = tuple[float, ...]
"""The validation score after every epoch: the share of right answers, or R^2."""

DONE, PRUNED, FAILED = "done", "pruned", "failed"


WARM_UP = 2
"""The first epoch after which a trial is compared with others; what begins fast need not end well."""


@dataclass(frozen=True)
class Asked:
    """A trial on its way to a worker: its number, its settings, and the scores of trials that were done before."""

    number: int
    settings: Settings
    others: tuple[Scores, ...]


@dataclass(frozen=True)
class Scored:
    """What came of a trial: done, pruned or failed, and why. value: its score, of an epoch as `keep` has it.

    measure: what scores are, "accuracy" or "r2".
    """

    status: str
    scores: Scores
    value: float = math.nan
    reason: str = ""
    measure: str = "accuracy"


def searched(task: str, settings: Settings) -> Problem:
    """Return the problem of a trial, which knows no test samples.

    Raises SettingError where no samples are set aside for validation.
    """
    problem = TASKS[task].problem(settings)
    if problem.data.validation is None:
        raise SettingError(f"{task} sets no samples aside to judge trials by; give --validation 0.2")
    return replace(problem, data=replace(problem.data, test=None))


def run_trial(task: str, asked: Asked, callbacks: Sequence[Callback] = ()) -> Scored:
    """Train with some settings; see what came of it."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    watched = _Watched(_trial_beside(asked.others))
    try:
        problem = searched(task, asked.settings)
        with simulator_of(problem.circuit, asked.settings) as simulator:
            progress = train(problem, simulator, callbacks=[watched, *callbacks])
    except _PrunedError:
        return Scored(PRUNED, tuple(watched.scores), measure=watched.measure)
    except EbanaError as error:
        return Scored(FAILED, tuple(watched.scores), reason=str(error))
    best = asked.settings.keep == "best" and progress.best is not None
    epoch = progress.best.epoch if best and progress.best is not None else progress.epoch
    return Scored(DONE, tuple(watched.scores), watched.scores[epoch - 1], measure=watched.measure)


class _PrunedError(Exception):
    """Others did better so far."""


class _Watched(Callback):
    """The callback that keeps the validation scores, and ends a training that is not among the better half."""

    every_batch = False

    def __init__(self, trial: optuna.Trial) -> None:
        self.trial = trial
        self.scores: list[float] = []
        self.measure = "accuracy"

    def on_epoch(self, progress: Progress, record: EpochRecord) -> None:
        assert record.validation is not None
        score, self.measure = record.validation.accuracy, record.validation.measure
        if not math.isfinite(score):
            raise TrainingError(f"the validation score after epoch {record.epoch} is {score}")
        self.scores.append(score)
        self.trial.report(score, record.epoch)
        if self.trial.should_prune():
            raise _PrunedError


def _trial_beside(others: Sequence[Scores]) -> optuna.Trial:
    """Return a trial of a study of this process that knows how others did; wherever it runs, it asks nobody."""
    study = optuna.create_study(direction="maximize", pruner=optuna.pruners.MedianPruner(n_warmup_steps=WARM_UP))
    study.add_trials(
        create_trial(value=scores[-1], intermediate_values=dict(enumerate(scores, start=1))) for scores in others
    )
    return study.ask()
