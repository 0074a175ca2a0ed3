"""Which tasks are there? By name; each is described in a file of its own."""

from dataclasses import replace
from typing import TYPE_CHECKING

from ebana_like.seams import Seam
from ebana_like.tasks import (
    breast_cancer,
    csv,
    diabetes,
    digits,
    drn,
    fashion_mnist,
    gates,
    iris,
    mnist,
    moons,
    parity,
    sine,
    wine,
    xor,
)
from ebana_like.tasks.hopfield import PREFIX, HopfieldTask
from ebana_like.tasks.meta import META
from ebana_like.tasks.task import Task, Trainable

if TYPE_CHECKING:
    from ebana_like.runs import Run
    from ebana_like.training import Problem

_MODULES = (
    xor,
    gates,
    parity,
    moons,
    iris,
    wine,
    breast_cancer,
    digits,
    sine,
    diabetes,
    mnist,
    fashion_mnist,
    csv,
)

TASKS: Seam[Task] = Seam(
    "tasks",
    "task",
    {task.name: task for task in (*(module.TASK for module in _MODULES), *drn.TASKS)},
    "an ebana_like.tasks.Task",
    lambda thing: isinstance(thing, Task),
)


def trainable(name: str) -> Trainable:
    """Return a task, one that a Hopfield network learns, or what `fit` trains. Raises SettingError for other names."""
    if name not in TASKS:
        from ebana_like.fitting.trainable import FIT

        if name == FIT.name:
            return FIT
        if name == META.name:
            return META
        if name.removeprefix(PREFIX) in TASKS:
            return HopfieldTask(TASKS[name.removeprefix(PREFIX)])
    return TASKS[name]


def trained_in(run: "Run") -> Trainable:
    """Return what the training in a run folder is of; errors as `trainable`."""
    return trainable(run.task())


def problem_of_run(run: "Run") -> "Problem":
    """Return what a run learned, without the circuit it began with, which may be gone: its netlist has what matters."""
    trained = trained_in(run)
    settings = run.settings(type(trained.settings))
    run.require_files_allowed(settings, given=["start"])
    return trained.problem(replace(settings, start=""), run.path)
