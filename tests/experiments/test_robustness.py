"""The experiment on robustness in small: the rule it reproduces, its cures, and what the co-content says."""

import runpy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

RUN = runpy.run_path(str(Path(__file__).parents[2] / "experiments" / "robustness" / "run.py"), run_name="robustness")
PUBLISHED, ALL, RATE = RUN["RULES"][0], RUN["RULES"][4], RUN["RULES"][5]


@pytest.mark.parametrize("start", range(4))
def test_the_operating_point_makes_the_weighted_sum_stationary_and_not_the_plain_one(start):
    plain, weighted = RUN["slopes"](RUN["circuit_of"](3e-3, start))
    assert np.abs(plain).max() > 0.1
    assert np.abs(weighted).max() < 1e-9  # the solver stops below 1e-12 V a node


@pytest.mark.parametrize(
    ("rule", "beta", "expected"), [(PUBLISHED, 1e-6, False), (RATE, 1e-6, True), (ALL, 1e-1, True)]
)
def test_the_rate_relative_to_the_conductances_decides(rule, beta, expected):
    assert RUN["converged"](RUN["train"](RUN["Case"](rule, 3e-3, beta, 0))) == expected


def test_published_and_weighted_rule_share_their_last_layer_only():
    """One update: the weight A/B = 16 multiplies the first crossbar's step and leaves the second's alone."""
    circuit = RUN["circuit_of"](1e-2, 0)
    weights = RUN["coenergy_weights"](circuit)
    assert weights["crossbar1"] == pytest.approx(16)
    assert weights["crossbar2"] == pytest.approx(1)
    first = RUN["train"](RUN["Case"](PUBLISHED, 1e-2, 1e-5, 0), iterations=2)
    second = RUN["train"](RUN["Case"](replace(PUBLISHED, weighted=True), 1e-2, 1e-5, 0), iterations=2)
    assert first[0] == second[0]
    assert first[1] != second[1]
