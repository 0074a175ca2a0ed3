"""Netlists in the styles of many programs are read, and get the volts that `ngspice -b` gives them."""

import json
import runpy
from collections import Counter
from pathlib import Path

import pytest

from ebana_like.errors import EbanaError
from ebana_like.netlist import Netlist, read_netlist, write_netlist
from ebana_like.simulators.catalog import engine_for

RUN = runpy.run_path(str(Path(__file__).parents[2] / "experiments" / "any_netlist" / "run.py"), run_name="corpus")
CORPUS = RUN["corpus"]()
VOLTAGES = json.loads((RUN["CORPUS"] / "voltages.json").read_text())
SHARE = 0.95
ASKED = 12
"""Of the netlists that only ngspice solves, and of those that ngspice itself is asked for again, one in so many."""
SOLVED = 3
"""Of those that the native engine solves, one in so many; `make thorough` solves all of them."""


@pytest.fixture(scope="module")
def circuits():
    """Every netlist's circuit, by its key; what is refused is none."""
    found = {}
    for sample in CORPUS:
        try:
            found[sample.key] = RUN["read"](sample)[1]
        except EbanaError:
            continue
    return found


def test_there_are_enough_of_every_style():
    styles = Counter(sample.style for sample in CORPUS)
    assert len(CORPUS) >= 300
    assert len({sample.key for sample in CORPUS}) == len({sample.text for sample in CORPUS}) == len(CORPUS)
    assert {"short", "kicad", "ltspice", "pyspice", "qucs", "ngspice", "vendor", "made"} == set(styles)
    assert all(VOLTAGES[sample.key] for sample in CORPUS)


def test_nearly_all_are_read(circuits):
    assert len(circuits) >= SHARE * len(CORPUS)


@pytest.mark.parametrize(
    ("engine", "one_in"),
    [("native", SOLVED), ("ngspice", ASKED), pytest.param("native", 1, marks=pytest.mark.thorough)],
)
def test_solved_ones_have_the_volts_of_ngspice(circuits, engine, one_in):
    ours = [s for s in CORPUS if s.key in circuits and engine_for(circuits[s.key]) == engine]
    for sample in ours[::one_in]:
        volts, _, said = RUN["solved"](sample)
        assert RUN["deviation"](volts, VOLTAGES[sample.key]) <= RUN["WITHIN"], (sample.key, said)


@pytest.mark.parametrize("sample", CORPUS[::ASKED], ids=lambda sample: sample.key)
def test_the_recorded_volts_are_those_of_ngspice(sample):
    assert RUN["deviation"](RUN["ngspice"](sample), VOLTAGES[sample.key]) <= 1e-12


def test_what_is_read_comes_back_as_it_was_once_written(circuits):
    for key, circuit in circuits.items():
        text = write_netlist(Netlist(circuit))
        assert write_netlist(read_netlist(text)) == text, key
