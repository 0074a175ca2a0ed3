"""Tasks, by name; each in a file of its own."""

from .catalog import TASKS, problem_of_run, trainable, trained_in
from .task import Task, Trainable

__all__ = ["TASKS", "Task", "Trainable", "problem_of_run", "trainable", "trained_in"]
