"""What did a run train, on what, from where, and how did it go? All that is read back from its folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.data import Dataset
from ebana_like.elements import FloatArray
from ebana_like.errors import RunError, SettingError
from ebana_like.runs import Run, TrainingSettings, load_circuit, load_history
from ebana_like.simulators import Simulator
from ebana_like.tasks import TASKS, Trainable, problem_of_run, trained_in
from ebana_like.training import Problem
from ebana_like.training.loop import SAMPLES_AT_ONCE
from ebana_like.values import Values


@dataclass(frozen=True, eq=False)
class Trained:
    """A run, of a task or of a netlist of one's own.

    about: what was recorded when it began. circuit: as trained. history: a row an epoch, at least one.
    """

    run: Run
    task: Trainable
    settings: TrainingSettings
    about: Mapping[str, Any]
    problem: Problem
    circuit: Circuit
    history: list[dict[str, float]]

    @property
    def before(self) -> Values | None:
        """The values before training; None where another run's were taken over, which may have moved on."""
        return None if self.settings.start else self.problem.start().values

    @property
    def judged(self) -> tuple[str, Dataset]:
        """What answers are judged on, and its name: what was held out where there is any."""
        data = self.problem.data
        if data.test is not None:
            return "test", data.test
        return ("validation", data.validation) if data.validation is not None else ("training", data.train)

    def scores(self, simulator: Simulator, features: FloatArray) -> FloatArray:
        """Return the scores (samples, outputs) of features (samples, features), volts; NaN for what is not solved."""
        values = self.circuit.values()
        parts = np.array_split(features, range(SAMPLES_AT_ONCE, len(features), SAMPLES_AT_ONCE))
        return np.concatenate([simulator.solve(values, part).scores for part in parts])


def read_trained(path: Path) -> Trained:
    """Read a run folder, and its task's data. Raises RunError where it is none, or where its files do not agree."""
    run = Run(path)
    about = run.config().get("run", {})
    try:
        task = trained_in(run)
    except SettingError as error:
        raise RunError(f'{path} is a run of "{run.task()}", which is no task; tasks are {", ".join(TASKS)}') from error
    settings, history = run.settings(type(task.settings)), read_history(run)
    problem, circuit = problem_of_run(run), load_circuit(path).circuit
    sizes = [{name: len(g) for name, g in one.values().items()} for one in (problem.circuit, circuit)]
    if sizes[0] != sizes[1]:
        raise RunError(f"{path}: config.toml asks for trainable banks {sizes[0]}, but netlist.cir has {sizes[1]}")
    return Trained(run, task, settings, about, problem, circuit, history)


def read_history(run: Run) -> list[dict[str, float]]:
    """Return a run's history. Raises RunError where it has no epoch, or cannot be read."""
    run.config()
    history = load_history(run)
    if not all({"epoch", "train_loss", "seconds"} <= row.keys() for row in history):
        raise RunError(f"{run.history} is damaged: it has no columns epoch, train_loss and seconds")
    if not history:
        raise RunError(f"{run.path} has no epoch in its history yet; let it train for one at least")
    return history


def measure(history: list[dict[str, float]]) -> str:
    """Return what the history measures beside the loss: "accuracy" or "r2"."""
    return "r2" if "train_r2" in history[0] else "accuracy"
