"""What does a trained circuit answer, sample by sample?"""

from dataclasses import dataclass

from ebana_like.data import Dataset
from ebana_like.learning import Cost
from ebana_like.pages.page import PageTable
from ebana_like.simulators import Simulator
from ebana_like.training import Problem, evaluate
from ebana_like.values import Values

TRUTH_TABLE_ROWS = 16
"""Training samples up to which every answer is listed."""


@dataclass(frozen=True)
class SampleAnswer:
    """One sample's features (volts), targets, scores (volts), what the circuit says, and the credit it earns."""

    features: tuple[float, ...]
    target: tuple[float, ...]
    scores: tuple[float, ...]
    says: str
    credit: float


def answers(simulator: Simulator, values: Values, data: Dataset, cost: Cost) -> list[SampleAnswer]:
    """Return the answers to a data set in the free phase; NaN scores where a point did not converge."""
    volts = data.volts()
    points = simulator.solve(values, volts)
    targets, says = data.targets(cost), data.names(data.said(cost, points.scores))
    credit = data.credit(cost, slice(None), points.scores).tolist()
    rows = zip(volts.tolist(), targets.tolist(), points.scores.tolist(), strict=True)
    return [
        SampleAnswer(
            tuple(features),
            tuple(target),
            tuple(scores),
            says[k],
            credit[k],
        )
        for k, (features, target, scores) in enumerate(rows)
    ]


def answer_table(answers: list[SampleAnswer]) -> PageTable:
    """Return a truth table: features, target, score, and whether the answer is right."""
    features = [f"x{k}" for k in range(len(answers[0].features))]
    return PageTable(
        "truth table",
        (*features, "target", "score", "answer", ""),
        [
            (
                *(f"{volts:+.2f} V" for volts in answer.features),
                " ".join(f"{target:+.3f}" for target in answer.target),
                " ".join(f"{score:+.3f}" for score in answer.scores),
                answer.says,
                {1.0: "right", 0.0: "wrong"}.get(answer.credit, ""),
            )
            for answer in answers
        ],
    )


def answer_tables(simulator: Simulator, values: Values, problem: Problem) -> list[PageTable]:
    """Return the truth table where there are few samples, and loss and accuracy on every part of the data."""
    data = problem.data
    tables = []
    if len(data.train) <= TRUTH_TABLE_ROWS:
        tables.append(answer_table(answers(simulator, values, data.train, problem.cost)))
    rows = []
    for name, part in (("train", data.train), ("validation", data.validation), ("test", data.test)):
        if part:
            found = evaluate(simulator, values, part, problem.cost)
            rows.append((name, str(len(part)), f"{found.loss:.3e}", str(found)))
    return [*tables, PageTable("answers", ("data", "samples", "loss", "measure"), rows)]
