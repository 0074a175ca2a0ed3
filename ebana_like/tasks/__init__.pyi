"""Tasks, by name; each in a file of its own."""

from .catalog import TASKS, problem_of_run
from .task import Task

__all__ = ["TASKS", "Task", "problem_of_run"]
