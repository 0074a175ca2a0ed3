"""What is learned, how, and in which order: the loop, which knows no folder."""

from ebana_like.training.loop import Callback, Interrupted, evaluate, train
from ebana_like.training.problem import Problem
from ebana_like.training.progress import Best, EpochRecord, Evaluation, Progress
from ebana_like.training.stopping import finished_by

__all__ = [
    "Best",
    "Callback",
    "EpochRecord",
    "Evaluation",
    "Interrupted",
    "Problem",
    "Progress",
    "evaluate",
    "finished_by",
    "train",
]
