"""Crossbars with wires in netlists: the ladder with all its nodes, or what large ones are reduced to."""

import numpy as np
import pytest

from ebana_like import Amplifier, Crossbar, DiodePair, Inputs, NgspiceSimulator, OutputPairs, build_network
from ebana_like.elements import Resistors, WiredCrossbar, Wires
from ebana_like.errors import NetlistError
from ebana_like.netlist import DIALECTS, Netlist, read_netlist, wires, write_netlist

WIRES = [Wires(1, 2, 0.5, 3), Wires(row=0.1), Wires(column=0.3), Wires(driver=5), Wires(sense=7), Wires(0, 1, 2, 0)]


def network(of):
    layers = [Inputs(2), Crossbar(4, wires=of), DiodePair("d1n4148"), Amplifier(4.0), Crossbar(2, wires=of)]
    return build_network([*layers, OutputPairs()], seed=3)


def assert_same(found, circuit):
    assert found.nodes == circuit.nodes
    for bank, other in zip(found.banks, circuit.banks, strict=True):
        assert type(bank) is type(other)
        assert list(bank.labels) == list(other.labels)
        for name, array in bank.arrays().items():
            assert np.array_equal(array, getattr(other, name)), name
        assert bank.trainable == other.trainable
        if isinstance(bank, WiredCrossbar):
            assert bank.wires == other.wires


@pytest.mark.parametrize("of", WIRES, ids=str)
@pytest.mark.parametrize("reduced", [False, True], ids=["ladder", "reduced"])
def test_a_wired_crossbar_comes_back_bit_for_bit(of, reduced, monkeypatch):
    if reduced:
        monkeypatch.setattr(wires, "MOST_CELLS", 7)
    circuit = network(of)
    text = write_netlist(Netlist(circuit))
    assert ("@cells" in text) == reduced
    assert_same(read_netlist(text).circuit, circuit)


def test_the_ladder_has_the_names_of_rows_and_columns():
    text = write_netlist(Netlist(network(Wires(1, 2, 0.5, 3))))
    assert "\nrw_crossbar1_0_0 x0p w_crossbar1_0_0 1.5\n" in text
    assert "\nrw_crossbar1_0_1 w_crossbar1_0_0 w_crossbar1_0_1 1.0\n" in text
    assert "\nrb_crossbar1_4_3 b_crossbar1_4_3 b_crossbar1_5_3 2.0\n" in text
    assert "\nrb_crossbar1_5_3 b_crossbar1_5_3 h1_3 5.0\n" in text
    assert "\nrcrossbar1_5_3 w_crossbar1_5_3 b_crossbar1_5_3 " in text


@pytest.mark.parametrize("reduced", [False, True], ids=["ladder", "reduced"])
def test_others_read_plain_resistors_that_have_the_same_voltages(reduced, monkeypatch):
    circuit = network(Wires(100, 200, 50, 30)).with_features(np.array([0.7, -0.4]))
    if reduced:
        monkeypatch.setattr(wires, "MOST_CELLS", 7)
    text = "\n".join(line for line in write_netlist(Netlist(circuit)).splitlines() if not line.startswith("* @"))
    foreign = read_netlist(text).circuit
    assert not foreign.of_kind(WiredCrossbar)
    assert sum(map(len, foreign.of_kind(Resistors))) > sum(map(len, circuit.of_kind(WiredCrossbar)))
    with NgspiceSimulator(circuit) as ours, NgspiceSimulator(foreign) as plain:
        expected = dict(zip(circuit.nodes, ours.solve({}, np.array([[0.7, -0.4]])).voltages[0, 0], strict=True))
        found = dict(zip(foreign.nodes, plain.solve({}, np.zeros((1, 0))).voltages[0, 0], strict=True))
    assert {node: found[node] for node in expected} == pytest.approx(expected, abs=1e-9)


def test_every_dialect_has_words_for_it():
    for dialect in DIALECTS.values():
        assert "w_crossbar1_0_1" in write_netlist(Netlist(network(Wires(1, 1))), dialect)


def test_wires_that_do_not_fit_their_lines_are_refused():
    text = write_netlist(Netlist(network(Wires(1, 2))))
    with pytest.raises(NetlistError, match="has rw_crossbar1_0_1 between w_crossbar1_0_0 and w_crossbar1_0_1, of 3 oh"):
        read_netlist(
            text.replace("* @wires crossbar1 row=1.0", "* @wires crossbar1 row=3.0").replace("0_0 1.0", "0_0 3")
        )
    with pytest.raises(NetlistError, match="expected ohms as in row=1,column=1"):
        read_netlist(text.replace("row=1.0", "rows=1.0"))
    with pytest.raises(NetlistError, match="does not have one cell rcrossbar1_ROW_COLUMN"):
        read_netlist("\n".join(line for line in text.splitlines() if not line.startswith("rcrossbar1_2_1")))
