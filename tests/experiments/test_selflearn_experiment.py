"""What the recorded results of netlists that learn alone say."""

import csv
from collections import defaultdict
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "experiments" / "selflearn"


@pytest.fixture(scope="module")
def rows():
    found = defaultdict(list)
    with (FOLDER / "results.csv").open() as file:
        for row in csv.DictReader(file):
            found[row["case"]].append(row)
    return found


def test_xor_is_learned_from_every_start(rows):
    assert [row["seed"] for row in rows["xor"]] == [str(k) for k in range(10)]
    assert all(row["right"] == "4" for row in rows["xor"])
    assert all(float(row["frozen_rms_mV"]) < 2 for row in rows["xor"])


def test_a_hump_is_learned_from_four_starts_of_five(rows):
    assert sum(float(row["frozen_rms_mV"]) < 2 for row in rows["regression"]) == 4
    assert len(rows["regression"]) == 5


def test_linear_edges_are_never_closer_than_half_the_step(rows):
    errors = [float(row["frozen_rms_mV"]) for row in rows["xor, linear edges"]]
    assert min(errors) == pytest.approx(15, rel=1e-3)
    assert errors[0] == pytest.approx(30 / 3**0.5, rel=2e-3)  # without the constant term, whose edges are cut off
