"""The comparison with scikit-learn in small: every model is tested on every fold, and the table says what came."""

import runpy
from pathlib import Path

import numpy as np
import pytest

FILE = Path(__file__).parents[2] / "experiments" / "sklearn_tasks" / "run.py"
RUN = runpy.run_path(str(FILE), run_name="sklearn_tasks")


def test_no_sample_is_both_learned_from_and_tested_on():
    for name in ("iris", "diabetes"):
        tested = [fold.test.features for fold in RUN["splits"](name, 0)]
        assert len(tested) == 5
        for fold in RUN["splits"](name, 0):
            together = np.concatenate([fold.train.features, fold.test.features])
            # no row is lost or doubled; Iris itself has two pairs of like flowers
            assert sorted(map(tuple, together)) == sorted(map(tuple, np.concatenate(tested)))


def test_no_line_tells_xor_and_a_circuit_does():
    values = {model: float(value) for _, _, model, _, _, value in RUN["one"](("xor", 0))}
    assert values["circuit"] == 1
    assert values["linear"] <= 0.75


def test_the_table_gives_mean_and_spread():
    rows = [["iris", "accuracy", "circuit", 0, fold, value] for fold, value in enumerate(("0.9", "1.0"))]
    assert RUN["summary"](rows)["iris"]["circuit"] == pytest.approx((0.95, 0.05))
