"""Tasks, by name; each in a file of its own."""

from ebana_like.tasks import iris, xor
from ebana_like.tasks.task import Task, layers, problem_of, simulator_of

TASKS: dict[str, Task] = {module.TASK.name: module.TASK for module in (xor, iris)}

__all__ = ["TASKS", "Task", "layers", "problem_of", "simulator_of"]
