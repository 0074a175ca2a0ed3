"""The transistor circuits trained by the experiment are those written, but for the values that train."""

import csv
from pathlib import Path

import pytest

from ebana_like.netlist import load_netlist

HERE = Path(__file__).parents[2] / "experiments" / "transistors"
TRAINED = {
    "common_emitter": "R",
    "long_tailed_pair": "R",
    "mos_pair": "RM",
    "crossbar_1t1r": "V",
}


@pytest.mark.parametrize("name", TRAINED)
def test_trained_values_alone_have_changed(name):
    old, new = HERE / f"{name}.cir", HERE / f"{name}_fitted.cir"
    pairs = zip(old.read_text().split("\n"), new.read_text().split("\n"), strict=True)
    changed = [(before.split(), after.split()) for before, after in pairs if before != after]
    for before, after in changed:
        differing = [k for k, words in enumerate(zip(before, after, strict=True)) if words[0] != words[1]]
        (place,) = differing
        assert before[0][0] in TRAINED[name]
        assert place == (6 if before[0][0] == "M" else 3)
    with (HERE / "results.csv").open() as file:
        row = next(row for row in csv.DictReader(file) if row["circuit"] == name)
    assert len(changed) == int(row["lines_changed"]) == int(row["trained"])
    assert float(row["gradient_error"]) < 1e-6
    assert float(row["test_r2"]) > 0.99
    load_netlist(new)
