"""The ranking of learning rules: every rule has a row for every seed, and they say what the README says."""

import csv
import runpy
from collections import defaultdict
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parents[2] / "experiments" / "ranking"
RUN = runpy.run_path(str(FOLDER / "run.py"), run_name="ranking")


def test_every_rule_was_run_with_every_seed_and_five_are_alike():
    found = defaultdict(list)
    with (FOLDER / "hopfield.csv").open() as file:
        for row in csv.DictReader(file):
            found[row["rule"]].append(float(row["test_error"]))
    assert set(found) == set(RUN["RULES"])
    assert {len(each) for each in found.values()} == {len(RUN["SEEDS"])}
    means = {rule: np.mean(errors) for rule, errors in found.items()}
    assert min(means, key=means.get) == "coupled, negative"
    assert means["EP, centered"] < means["EP, positive"] < means["EP, negative"]
    assert sum(mean < min(means.values()) + 1.25 for mean in means.values()) == 5


def test_rates_make_first_steps_as_long_as_those_of_the_gradient():
    kind = RUN["KINDS"]["hopfield"]
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (100, RUN["SIDE"] ** 2))
    data = RUN["Dataset"](pictures, rng.integers(0, 10, 100), tuple("0123456789"), unit=kind.unit)
    exact, contrastive = (RUN["rates_of"](kind, rule, data) for rule in ("backpropagation", "contrastive"))
    assert exact == kind.rates
    assert all(contrastive[bank] != rate for bank, rate in kind.rates.items())
