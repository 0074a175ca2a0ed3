"""Tasks, by name; each in a file of its own."""

from dataclasses import replace

from ebana_like.errors import SettingError, meant
from ebana_like.tasks import (
    breast_cancer,
    csv_table,
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
from ebana_like.tasks.task import Task, cost_of, layers, problem_of, simulator_of
from ebana_like.training import Problem, Run

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
    csv_table,
)

TASKS: dict[str, Task] = {module.TASK.name: module.TASK for module in _MODULES}


def task_named(name: str) -> Task:
    """Return a task. Raises SettingError, naming the nearest, where there is none of that name."""
    if name not in TASKS:
        raise SettingError(f'there is no task "{name}"; {meant(name, TASKS)}')
    return TASKS[name]


def problem_of_run(run: Run) -> Problem:
    """Return what a run learned, without the circuit it began with, which may be gone: its netlist has what matters."""
    return task_named(run.task()).problem(replace(run.settings(), start=""))


__all__ = ["TASKS", "Task", "cost_of", "layers", "problem_of", "problem_of_run", "simulator_of", "task_named"]
