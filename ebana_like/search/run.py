"""How are settings looked for? Optuna proposes each trial from what came of others, and workers train them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from typing import Any

import numpy as np
import optuna
from optuna.trial import TrialState, create_trial

from ebana_like.cluster import Cluster, share
from ebana_like.runs import with_files_found
from ebana_like.search.folder import STATES, SearchFolder, Trial
from ebana_like.search.trial import DONE, FAILED, Asked, Scored, run_trial, searched
from ebana_like.training import Callback


def run_search(
    folder: SearchFolder,
    trials: int,
    on: Cluster,
    watch: Callable[[Trial], None] = lambda trial: None,
    callbacks: Sequence[Callback] = (),
) -> None:
    """Run the trials, of so many in all, that have not ended yet.

    What is proposed depends on the seed, a trial's number, and the trials before it: with one worker a search that is
    stopped and goes on is the one that was never stopped. Several workers run trials that do not know of each other
    how they do, only that they are under way. watch: called with every trial that ends. callbacks: of trainings in
    this process. Raises SettingError where the task cannot be judged by validation samples.
    """
    missing = [number for number in range(trials) if number not in folder.ended]
    if not missing:
        return
    searched(folder.task, with_files_found(folder.space.base))
    running: dict[int, Mapping[str, Any]] = {}

    def asked() -> Iterator[Asked]:
        for number in missing:
            running[number] = proposed(folder, number, running)
            done = [trial for trial in folder.ended.values() if trial.scored.status == DONE]
            others = tuple(trial.scored.scores for trial in done)
            yield Asked(number, with_files_found(folder.space.settings(running[number])), others)

    work = partial(run_trial, callbacks=callbacks) if on.is_here else run_trial
    with closing(share(work, asked(), on, folder.task, at_once=False)) as outcomes:
        for outcome in outcomes:
            number = outcome.item.number
            scored = outcome.result or Scored(FAILED, (), reason=outcome.reason)
            trial = Trial(number, running.pop(number), scored)
            if not outcome.lost:  # it may not be lost the next time
                folder.add(trial)
            watch(trial)


def proposed(folder: SearchFolder, number: int, running: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
    """Return where the trial of a number stands, as the tree-structured Parzen estimator proposes it.

    A trial that failed counts as one that was pruned before its first epoch: its neighbourhood is avoided.
    """
    dimensions = dict(folder.space.dimensions)
    seed = int(np.random.SeedSequence([folder.space.base.seed, number]).generate_state(1)[0])
    sampler = optuna.samplers.TPESampler(seed=seed, constant_liar=True)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    for ended in (folder.ended[each] for each in sorted(folder.ended)):
        scored = ended.scored
        failed = scored.status == FAILED
        study.add_trial(
            create_trial(
                state=TrialState.PRUNED if failed else STATES[scored.status],
                value=scored.value if scored.status == DONE else None,
                params=dict(ended.point),
                distributions=dimensions,
                intermediate_values={} if failed else dict(enumerate(scored.scores, start=1)),
            )
        )
    for each in sorted(running):
        study.add_trial(create_trial(state=TrialState.RUNNING, params=dict(running[each]), distributions=dimensions))
    return dict(study.ask(dimensions).params)
