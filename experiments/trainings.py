"""How do experiments train a network? With the records of every epoch."""

from ebana_like.runs import Settings, simulator_of
from ebana_like.training import EpochRecord, Problem, train


def train_one(problem: Problem, settings: Settings) -> list[EpochRecord]:
    """Train a network; the records of its epochs."""
    with simulator_of(problem.circuit, settings) as simulator:
        return list(train(problem, simulator).records)
