"""Tasks, by name; each in a file of its own."""

from ebana_like.tasks import digits, fashion_mnist, iris, mnist, xor
from ebana_like.tasks.task import Task, layers, problem_of, simulator_of

TASKS: dict[str, Task] = {module.TASK.name: module.TASK for module in (xor, iris, digits, mnist, fashion_mnist)}

__all__ = ["TASKS", "Task", "layers", "problem_of", "simulator_of"]
