"""Tolerances follow a circuit's own volts and siemens, down to what doubles can hold."""

import pytest

from ebana_like.netlist import read_netlist, tolerances, write_netlist

EPS = 2.0**-52


def circuit(*lines):
    return read_netlist("\n".join(["title", "v1 in 0 2", *lines, ".end"]), "x").circuit


def test_small_conductances_are_solved_as_strictly_as_nudges_need():
    found = tolerances(circuit("r1 in out 10k", "r2 out 0 1k"))
    assert (found.relative, found.volts, found.amperes) == (1e-12, 1e-15, 1e-18)
    assert found.note == ""


def test_a_wire_of_one_ohm_asks_for_no_more_than_rounding_leaves():
    assert tolerances(circuit("r1 in out 1", "r2 out 0 1k")).amperes == EPS * 2 * 1


def test_a_larger_stimulus_counts():
    assert tolerances(circuit("r1 in out 1k", "r2 out 0 1k"), volts=64).volts == EPS * 64


def test_a_series_resistance_beside_a_weak_node_costs_digits_and_says_so():
    weak = circuit("r1 in out 100k", "d1 out 0 dm", ".model dm d(is=1n rs=0.01)")
    found = tolerances(weak)
    assert found.relative == pytest.approx(4 * EPS * 100 / 1e-5)
    assert "relaxed to 9e-09" in found.note
    assert "reltol=8.88e-09" in write_netlist(
        read_netlist("t\nv1 in 0 2\nr1 in out 100k\nd1 out 0 dm\n.model dm d(is=1n rs=0.01)\n.end", "x")
    )


def test_six_digits_are_the_least():
    assert tolerances(circuit("r1 in out 1g", "d1 out 0 dm", ".model dm d(is=1n rs=1u)")).relative == 1e-6
