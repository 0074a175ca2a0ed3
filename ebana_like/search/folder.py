"""What does a search leave behind? Its space, Optuna's journal of every trial that ended, and a table of them."""

import csv
import io
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import FrozenTrial, TrialState, create_trial

from ebana_like.errors import RunError
from ebana_like.files import locked, make_folder, write_atomically
from ebana_like.runs import as_table, dump_config, load_config
from ebana_like.search.space import Space
from ebana_like.search.trial import DONE, FAILED, PRUNED, Scored
from ebana_like.sweeps.folder import require_same

SEARCH, JOURNAL, TRIALS = "search.toml", "trials.journal", "trials.csv"

STATES = {DONE: TrialState.COMPLETE, PRUNED: TrialState.PRUNED, FAILED: TrialState.FAIL}


@dataclass(frozen=True)
class Trial:
    """A trial that ended: its number from 0, where it stands in the space, and what came of it."""

    number: int
    point: Mapping[str, Any]
    scored: Scored


class SearchFolder:
    """The folder of one search.

    study: as Optuna's own tools read it, of trials that ended; a trial that is cut short leaves no trace.
    """

    def __init__(self, path: Path, task: str, space: Space) -> None:
        self.path, self.task, self.space = path, task, space
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        try:
            storage = JournalStorage(JournalFileBackend(str(path / JOURNAL)))
            self.study = optuna.create_study(
                storage=storage, study_name=task, direction="maximize", load_if_exists=True
            )
            self.ended = {trial.number: trial for trial in map(_trial, self.study.get_trials(deepcopy=False))}
        except (KeyError, ValueError, TypeError, OSError) as error:
            words = " ".join(f"{type(error).__name__}: {error}".split())
            raise RunError(
                f"{path / JOURNAL} is no journal of this search ({words}); delete it to begin anew"
            ) from error

    def add(self, trial: Trial) -> None:
        """Keep a trial that ended."""
        scored = trial.scored
        self.study.add_trial(
            create_trial(
                state=STATES[scored.status],
                value=scored.value if scored.status == DONE else None,
                params=dict(trial.point),
                distributions=dict(self.space.dimensions),
                intermediate_values=dict(enumerate(scored.scores, start=1)),
                user_attrs={"number": trial.number, "reason": scored.reason, "measure": scored.measure},
            )
        )
        self.ended[trial.number] = trial
        self.write()

    def write(self) -> None:
        """Write the table: a line a trial, in the order of their numbers."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["trial", "status", "score", "epochs", *self.space.dimensions, "reason"])
        for number in sorted(self.ended):
            point, scored = self.ended[number].point, self.ended[number].scored
            score = "" if math.isnan(scored.value) else f"{scored.value:.6g}"
            values = [f"{v:.6g}" if isinstance(v, float) else v for v in map(point.get, self.space.dimensions)]
            writer.writerow([number, scored.status, score, len(scored.scores), *values, scored.reason])
        write_atomically(self.path / TRIALS, text.getvalue())

    @property
    def best(self) -> Trial | None:
        """The trial with the best score, the first of several; None before one is done."""
        done = [trial for trial in self.ended.values() if trial.scored.status == DONE]
        return max(done, key=lambda trial: (trial.scored.value, -trial.number), default=None)


@contextmanager
def open_search(path: Path, task: str, space: Space) -> Iterator[SearchFolder]:
    """Keep the folder of a search, made if there is none, for this process alone.

    Raises SettingError where it holds another search, saying how they differ, and RunError where it cannot be made or
    read, or where another process has it open.
    """
    wanted = {"task": task, "axes": space.table(), "settings": _fixed(space)}
    config = path / SEARCH
    make_folder(path)
    with locked(path):
        if config.exists():
            require_same(load_config(config, [path]), wanted, path, "search")
        else:
            write_atomically(config, dump_config({**wanted, "made_by": f"ebana-like-{version('ebana-like')}"}))
        yield SearchFolder(path, task, space)


def _fixed(space: Space) -> dict[str, Any]:
    searched = {name.partition(".")[0] for name in space.dimensions}
    return {name: value for name, value in as_table(space.base).items() if name not in searched}


def _trial(found: FrozenTrial) -> Trial:
    scores = tuple(found.intermediate_values[epoch] for epoch in sorted(found.intermediate_values))
    status = next(status for status, state in STATES.items() if state == found.state)
    value = math.nan if found.value is None or status != DONE else found.value
    scored = Scored(status, scores, value, found.user_attrs["reason"], found.user_attrs["measure"])
    return Trial(int(found.user_attrs["number"]), found.params, scored)
