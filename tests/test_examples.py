"""The netlists kept in git are those the package writes today."""

import runpy
from pathlib import Path

import pytest

from ebana_like import load_netlist, write_netlist

FOLDER = Path(__file__).parents[1] / "netlists"
EXAMPLES = runpy.run_path(str(FOLDER / "make.py"))["examples"]()


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.glob("*.cir")))
def test_netlist_is_current(name):
    assert write_netlist(EXAMPLES[name]) == (FOLDER / name).read_text()
    assert write_netlist(load_netlist(FOLDER / name)) == (FOLDER / name).read_text()


def test_no_netlist_is_missing():
    assert set(EXAMPLES) == {path.name for path in FOLDER.glob("*.cir")}
