"""Which tasks are there? By name; each is described in a file of its own."""

from dataclasses import replace
from typing import TYPE_CHECKING

from ebana_like.seams import Seam
from ebana_like.tasks import (
    breast_cancer,
    csv,
    diabetes,
    digits,
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
from ebana_like.tasks.task import Task

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
    {module.TASK.name: module.TASK for module in _MODULES},
    "an ebana_like.tasks.Task",
    lambda thing: isinstance(thing, Task),
)


def problem_of_run(run: "Run") -> "Problem":
    """Return what a run learned, without the circuit it began with, which may be gone: its netlist has what matters."""
    run.require_files_allowed(given=["start"])
    return TASKS[run.task()].problem(replace(run.settings(), start=""))
