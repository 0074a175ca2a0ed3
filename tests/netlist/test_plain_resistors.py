"""Resistors that are read by the column are what they are when read one by one."""

import numpy as np
import pytest

from ebana_like.errors import NetlistError
from ebana_like.netlist import read_netlist
from ebana_like.netlist.deck import read_deck

PLAIN = "title\nv1 a 0 1\nR1 a B 1k\nr2 b gnd 2.5e3\nr3 b n1 0.1Meg\nr4 n1 0 12345678901234567890123\n"


def resistors(text):
    """Labels, nodes and ohms of the one bank of resistors."""
    circuit = read_netlist(f"{text}.end\n").circuit
    (bank,) = (bank for bank in circuit.banks if bank.kind == "resistor")
    ends = [[circuit.nodes[k] for k in side] for side in (bank.positive, bank.negative)]
    return list(bank.labels), *ends, bank.conductance.tolist()


def test_columns_have_the_values_of_lines():
    labels, near, far, siemens = resistors(PLAIN)
    assert (labels, near, far) == (["r1", "r2", "r3", "r4"], ["a", "b", "b", "n1"], ["b", "0", "n1", "0"])
    assert siemens == [1e-3, 1 / 2.5e3, 1e-5, 1 / 12345678901234567890123]
    one_by_one = PLAIN.replace("1k\n", "1k m=1\n").replace("2.5e3\n", "2.5e3 m=1\n").replace("Meg\n", "Meg m=1\n")
    assert resistors(one_by_one) == (labels, near, far, siemens)


def test_order_and_paths_stay_where_other_resistors_stand_between():
    text = PLAIN + "r5 b 0 {p}\n.param p=7\nr6 b 0 0\nx1 b s\n.subckt s a\nr1 a 0 1k\nr2 a 0 r=2k\n.ends\nr7 n1 b 9\n"
    assert resistors(text)[0] == ["r1", "r2", "r3", "r4", "r5", "r6", "r_x1_r1", "r_x1_r2", "r7"]
    paths = [element.path for element in read_deck(f"{text}.end\n", "text").elements]
    assert paths == ["v1", "r1", "r2", "r3", "r4", "r5", "r6", "x1.r1", "x1.r2", "r7"]
    assert np.allclose(1 / np.array(resistors(text)[3][4:]), [7, 1e-3, 1e3, 2e3, 9])


def test_a_model_may_be_called_by_a_number():
    text = "title\nv1 a 0 1\nr1 a b 50\nr2 b 0 1k\n.model 50 r r=4k\n"
    assert np.allclose(1 / np.array(resistors(text)[3]), [4e3, 1e3])


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("r3 a b 4k7", '"4k7" is not a number; programs disagree about it, write 4.7k'),
        ("r3 a b 1e999", '"1e999" is not'),
        ("r3 a b 1e-320", '"1e-320" is not a resistance above zero'),
        ("r1 a b 2k", "two elements are called"),
        (f"r3 a {'b' * 300} 1", "is longer than 200 characters"),
    ],
)
def test_what_is_wrong_is_named(line, words):
    with pytest.raises(NetlistError) as caught:
        read_netlist(f"title\nv1 a 0 1\nr1 a b 1\nr2 b 0 1\n{line}\n.end\n")
    assert words in str(caught.value)


def test_a_value_that_is_wrong_twice_is_named_where_it_stands_first():
    with pytest.raises(NetlistError, match='line 3: "4k7" is not a number'):
        read_netlist("title\nv1 a 0 1\nr1 a 0 4k7\nr2 a 0 1k\nr3 a 0 4k7\n.end\n")
