"""How do experiments train a network? By settings in a file, with the records of every epoch."""

from pathlib import Path

from ebana_like.runs import Settings, load_config, settings_in, simulator_of
from ebana_like.runs.settings import AnySettings
from ebana_like.training import EpochRecord, Problem, train


def configured(path: Path, usual: AnySettings) -> AnySettings:
    """Return the settings that a config file gives; what it leaves out is as usual."""
    return settings_in(load_config(path), "settings", usual, str(path))


def train_one(problem: Problem, settings: Settings) -> list[EpochRecord]:
    """Train a network; the records of its epochs."""
    with simulator_of(problem.circuit, settings) as simulator:
        return list(train(problem, simulator).records)
