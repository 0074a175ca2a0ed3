"""What does a trained circuit answer, sample by sample?"""

from collections.abc import Mapping
from dataclasses import dataclass

from ebana_like.elements import FloatArray
from ebana_like.learning import Cost
from ebana_like.simulators import Simulator
from ebana_like.training import Dataset


@dataclass(frozen=True)
class Answer:
    """One sample's features (volts), targets, scores (volts), the class the circuit says, and whether it is right."""

    features: tuple[float, ...]
    target: tuple[float, ...]
    scores: tuple[float, ...]
    says: str
    right: bool


def answers(simulator: Simulator, conductances: Mapping[str, FloatArray], data: Dataset, cost: Cost) -> list[Answer]:
    """Return the answers to a data set in the free phase; NaN scores where a point did not converge."""
    points = simulator.solve(conductances, data.features)
    targets, said = cost.targets(data.labels, len(data.classes)), cost.labels(points.scores)
    rows = zip(data.features.tolist(), targets.tolist(), points.scores.tolist(), strict=True)
    return [
        Answer(
            tuple(features),
            tuple(target),
            tuple(scores),
            data.classes[said[k]],
            bool(said[k] == data.labels[k]),
        )
        for k, (features, target, scores) in enumerate(rows)
    ]
