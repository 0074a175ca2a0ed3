"""Tasks, by name; each in a file of its own."""

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

__all__ = ["TASKS", "Task", "cost_of", "layers", "problem_of", "simulator_of"]
