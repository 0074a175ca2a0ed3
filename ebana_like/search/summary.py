"""What is learned from a search? The command of its best trial, and how much each setting matters."""

import shlex
from collections.abc import Sequence

import optuna
from optuna.importance import FanovaImportanceEvaluator

from ebana_like.search.folder import SearchFolder, Trial
from ebana_like.search.trial import DONE

FEWEST = 4
"""Trials that have to be done before it is asked what mattered."""


def best_command(words: Sequence[str], folder: SearchFolder, best: Trial) -> str:
    """Return the command that trains with the settings of a trial; words: those before them."""
    texts = folder.space.texts(best.point)
    options = [word for name, text in texts.items() for word in (f"--{name.replace('_', '-')}", text)]
    return shlex.join([*words, *options])


def importances(folder: SearchFolder) -> dict[str, float]:
    """Return the share of the scores' variance that each dimension explains, the largest first (fANOVA).

    Of the trials that were done; empty where those are too few, or all alike.
    """
    scores = {trial.scored.value for trial in folder.ended.values() if trial.scored.status == DONE}
    if len(scores) < FEWEST:
        return {}
    if len(folder.space.dimensions) == 1:
        return dict.fromkeys(folder.space.dimensions, 1.0)
    found = optuna.importance.get_param_importances(folder.study, evaluator=FanovaImportanceEvaluator(seed=0))
    return {name: float(share) for name, share in found.items()}
