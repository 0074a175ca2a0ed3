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
    values = {0: ("0.9", "1.0"), 1: ("0.8", "0.9")}
    rows = [
        ["iris", "accuracy", "circuit", seed, k, value] for seed, of in values.items() for k, value in enumerate(of)
    ]
    # the means of the two seeds are 0.95 and 0.85
    assert RUN["summary"](rows)["iris"]["circuit"] == pytest.approx((0.9, 0.05))
