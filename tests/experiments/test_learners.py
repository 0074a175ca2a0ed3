"""The experiment on learning rules in small, and what its recorded results say."""

import csv
import runpy
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from ebana_like.hardware import Ideal, technology_named
from ebana_like.learning import SGD, Sign

FOLDER = Path(__file__).parents[2] / "experiments" / "learners"
RUN = runpy.run_path(str(FOLDER / "run.py"), run_name="learners")


CASES = [(rule, steps) for rule in RUN["IRIS"] for steps in (False, True) if (rule, steps) != ("contrastive", True)]


@pytest.mark.parametrize(("rule", "steps"), CASES)
def test_every_rule_lowers_the_loss_on_the_lattice(rule, steps):
    ports, rule = RUN["Ports"](np.random.default_rng(8).permutation(9)), RUN["IRIS"][rule]
    update = Sign(1 / RUN["LEVELS"]) if steps else SGD(rule.rates[0])
    technology = technology_named("levels", f"count={RUN['LEVELS']}", 0) if steps else Ideal()
    losses = [RUN["iris"](ports, rule, update, technology, 0, epochs)["loss"] for epochs in (1, 8)]
    assert losses[1] < 0.8 * losses[0]


def means(name, *group):
    found = defaultdict(list)
    with (FOLDER / name).open() as file:
        for row in csv.DictReader(file):
            found[tuple(row[each] for each in group)].append(float(row["test"]))
    return {key: (len(values), np.mean(values)) for key, values in found.items()}


def test_iris_is_learned_by_every_rule_on_all_splits():
    found = means("iris.csv", "rule", "devices")
    assert len(found) == 2 * len(RUN["IRIS"])
    assert {count for count, _ in found.values()} == {10}
    stalled = found.pop(("contrastive", "steps"))
    assert stalled[1] < 0.95 < min(mean for _, mean in found.values())
