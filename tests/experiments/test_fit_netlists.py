"""The netlists fitted by the experiment are those somebody wrote, but for the values of their resistors."""

import csv
import re
from pathlib import Path

import pytest

from ebana_like.netlist import load_netlist

ROOT = Path(__file__).parents[2]
HERE, WRITTEN = ROOT / "experiments" / "fit_netlists", ROOT / "netlists" / "foreign"
DRAWN = {"linear": "graph", "iris": "graph", "ladder": "ladder", "clipper": "clipper", "xor_stages": "xor_stages"}
RESISTOR = r"((?:Ra|Rb|R)\w*\s+\S+\s+\S+\s+)(\S+)(.*)"


@pytest.mark.parametrize("name", DRAWN)
def test_trained_values_alone_have_changed(name):
    old, new = WRITTEN / f"{DRAWN[name]}.cir", HERE / f"{name}_fitted.cir"
    changed = [
        (before, after)
        for before, after in zip(old.read_text().split("\n"), new.read_text().split("\n"), strict=True)
        if before != after
    ]
    for before, after in changed:
        (head, _, tail), (new_head, value, new_tail) = (
            re.fullmatch(RESISTOR, line, re.IGNORECASE).groups() for line in (before, after)
        )
        assert (head, tail) == (new_head, new_tail)
        assert float(value) > 0
    with (HERE / "results.csv").open() as file:
        first = next(row for row in csv.DictReader(file) if row["case"] == name)
    assert len(changed) == int(first["lines_changed"])
    load_netlist(new)
