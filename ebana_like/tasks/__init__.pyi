"""Tasks, by name; each in a file of its own."""

from .assembly import cost_of, layers, problem_of, problem_of_run, simulator_of
from .catalog import TASKS, task_named
from .task import Task

__all__ = ["TASKS", "Task", "cost_of", "layers", "problem_of", "problem_of_run", "simulator_of", "task_named"]
