"""Names of a crossbar are made when they are asked for, and are those that lists of them would hold."""

import numpy as np
import pytest

from ebana_like.elements import Resistors
from ebana_like.elements.labels import GridLabels, repeated
from ebana_like.networks import Amplifier, Crossbar, DiodePair, Inputs, OutputPairs, build_network

NAMES = GridLabels("rcrossbar1", rows=3, columns=2)
LISTED = tuple(f"rcrossbar1_{i}_{j}" for j in range(2) for i in range(3))


def test_names_are_those_of_rows_and_columns_column_by_column():
    assert tuple(NAMES) == LISTED
    assert len(NAMES) == 6
    assert NAMES[-1] == "rcrossbar1_2_1"
    assert NAMES[1:5:2] == LISTED[1:5:2]
    with pytest.raises(IndexError):
        NAMES[6]


@pytest.mark.parametrize("name", ["rcrossbar1_3_0", "rcrossbar1_0_2", "rcrossbar1_00_1", "rcrossbar_0_1", "0_1", 7])
def test_other_names_are_not_among_them(name):
    assert name not in NAMES
    assert all(name in NAMES for name in LISTED)


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        ([NAMES, ("ra", "rcrossbar1_2_1")], "rcrossbar1_2_1"),
        ([NAMES, GridLabels("rcrossbar1", 1, 1)], "rcrossbar1_0_0"),
        ([("ra", "rb"), ("rc", "ra")], "ra"),
        ([NAMES, GridLabels("rcrossbar1_1", 3, 2), ("ra", "rcrossbar1_3_0")], None),
        ([NAMES, GridLabels("rcrossbar1", 0, 2)], None),
    ],
)
def test_a_name_given_twice_is_found(parts, name):
    assert repeated(parts) == name


def test_a_network_of_as_many_nodes_is_as_connected_as_one_whose_resistors_are_counted_singly():
    blocks = [Inputs(3), Crossbar(4), DiodePair(), Amplifier(4), Crossbar(2), OutputPairs()]
    circuit = build_network(blocks)
    singly = [
        Resistors(bank.name, tuple(bank.labels), bank.positive, bank.negative, bank.conductance).take(
            np.random.default_rng(0).permutation(len(bank))
        )
        for bank in circuit.of_kind(Resistors)
    ]
    assert all(bank.grid is None for bank in singly)
    found, wanted = (circuit.components(banks) for banks in (circuit.of_kind(Resistors), singly))
    assert [(found == k).nonzero()[0].tolist() for k in found] == [(wanted == k).nonzero()[0].tolist() for k in wanted]
