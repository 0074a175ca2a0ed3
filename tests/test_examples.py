"""The netlists kept in git are those the package writes today."""

import runpy
from pathlib import Path

import pytest

from ebana_like import load_netlist, write_netlist

FOLDER = Path(__file__).parents[1] / "netlists"
MAKE = runpy.run_path(str(FOLDER / "make.py"))
EXAMPLES = MAKE["examples"]()
ALONE = "selflearn_xor.cir"  # it learns in ngspice, and is no circuit of ours at DC


@pytest.mark.parametrize("name", EXAMPLES)
def test_netlist_is_current(name):
    assert write_netlist(EXAMPLES[name]) == (FOLDER / name).read_text()
    assert write_netlist(load_netlist(FOLDER / name)) == (FOLDER / name).read_text()


def test_no_netlist_is_missing():
    assert {*EXAMPLES, ALONE} == {path.name for path in FOLDER.glob("*.cir")}
