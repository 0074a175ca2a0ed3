"""What deserves a second look is said, and nothing else."""

from dataclasses import replace

import numpy as np
import pytest

from ebana_like.analysis.branches import branches
from ebana_like.elements import DiodeModel, Diodes, Resistors
from ebana_like.pages.warnings import warnings


def found(circuit, operating_point):
    return warnings(circuit, branches(circuit, operating_point(circuit)))


def with_bank(circuit, bank):
    return replace(circuit, banks=tuple(bank if old.name == bank.name else old for old in circuit.banks))


def test_a_sound_circuit_has_no_warnings(divider, operating_point):
    assert found(divider, operating_point) == []


@pytest.mark.parametrize(("siemens", "end"), [(1e-7, "lower"), (1e-4, "upper")])
def test_values_at_an_end_of_their_range(divider, operating_point, siemens, end):
    circuit = divider.with_values({"top.conductance": np.array([siemens])})
    (warning,) = found(circuit, operating_point)
    assert warning.startswith(f"100 % of top sit at the {end} end of their range, {siemens:g} S")


def test_a_node_where_no_current_flows(divider, operating_point):
    stub = Resistors("stub", ("rstub",), np.array([2]), np.array([3]), np.array([1e-6]))
    circuit = replace(divider, nodes=(*divider.nodes, "lonely"), banks=(*divider.banks, stub))
    assert found(circuit, operating_point) == ["lonely is touched by one element only: no current flows there"]


def test_diodes_beyond_what_their_model_is_for(divider, operating_point):
    diode = Diodes("clamp", ("dclamp",), np.array([1]), np.array([0]), DiodeModel("strong", 1e-6))
    circuit = replace(divider, banks=(*divider.banks, diode)).with_features(np.array([0.3]))
    (warning,) = found(circuit, operating_point)
    assert "flow through the diodes clamp, more than their model is for" in warning


def test_a_circuit_that_cannot_learn(divider, operating_point):
    fixed = replace(divider.banks[1], trainable={})
    assert found(with_bank(divider, fixed), operating_point) == [
        "nothing here is trainable; `train-circuit fit` trains a netlist of one's own"
    ]
