"""The netlist is the model: what is written comes back, bit for bit."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ebana_like.elements import Bank, Range
from ebana_like.errors import NetlistError
from ebana_like.netlist import Netlist, diode_models, read_netlist, write_netlist
from ebana_like.networks import (
    Amplifier,
    Crossbar,
    Currents,
    DiodePair,
    Inputs,
    OutputPairs,
    SwitchedTargets,
    build_network,
)

sizes = st.integers(1, 4)
gains = st.floats(0.1, 10)
volts = st.floats(-5, 5)
words = st.from_regex(r"[a-z0-9_.=+/-]{1,8}", fullmatch=True)


@st.composite
def blocks(draw):
    """One hidden layer."""
    neurons = [Crossbar(draw(sizes)), DiodePair(draw(st.sampled_from(sorted(diode_models()))), draw(volts))]
    amplifier = [Amplifier(draw(gains), draw(st.none() | gains))]
    return neurons + amplifier if draw(st.booleans()) else neurons


@st.composite
def netlists(draw):
    """A network of one to three hidden layers with everything a netlist can hold drawn at random."""
    inputs = Inputs(draw(sizes), draw(volts), draw(st.booleans()))
    hidden = [block for layer in draw(st.lists(blocks(), min_size=1, max_size=3)) for block in layer]
    nudging = draw(st.sampled_from([Currents(), SwitchedTargets(beta=3e-8)]))
    circuit = build_network([inputs, *hidden, Crossbar(2 * draw(sizes)), OutputPairs()], nudging=nudging)
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    decades = {name: 10 ** rng.uniform(-9, 0, g.shape) for name, g in circuit.values().items()}
    features = np.array(draw(st.lists(volts, min_size=inputs.features, max_size=inputs.features)))
    outputs = [circuit.nodes[k] for k in circuit.outputs.positive]
    return Netlist(
        circuit.with_values(decades).with_features(features),
        recorded=dict(zip(outputs, rng.normal(size=len(outputs)), strict=True)),
        settings=draw(st.dictionaries(words, st.lists(words, max_size=3).map(" ".join))),
    )


def contents(bank: Bank) -> dict[str, object]:
    """Everything a bank holds; arrays as bytes, so that equal means bit-identical."""
    values = {**bank.contents(), "labels": tuple(bank.labels)}
    return {name: v.tobytes() if isinstance(v, np.ndarray) else v for name, v in values.items()}


@settings(max_examples=50)
@given(netlists())
def test_a_netlist_comes_back_bit_for_bit(netlist):
    text = write_netlist(netlist)
    back = read_netlist(text)
    assert write_netlist(back) == text
    assert back.recorded == netlist.recorded
    assert back.settings == netlist.settings
    there, here = netlist.circuit, back.circuit
    assert (here.title, here.nodes, here.driven) == (there.title, there.nodes, there.driven)
    assert [type(bank) for bank in here.banks] == [type(bank) for bank in there.banks]
    for bank, original in zip(here.banks, there.banks, strict=True):
        assert contents(bank) == contents(original)
    for port, original in ((here.inputs, there.inputs), (here.outputs, there.outputs)):
        for name, value in vars(original).items():
            assert np.array_equal(getattr(port, name), value)


def test_numbers_of_other_types_are_written_as_plain_numbers(divider):
    """An int limit or a numpy scalar must not leave its type's name in the text."""
    top = replace(divider.banks[1], trainable={"conductance": Range(np.float64(1e-7), 1)})
    circuit = replace(divider, banks=(divider.banks[0], top, *divider.banks[2:]))
    text = write_netlist(Netlist(circuit, {"out": np.float64(2.0)}))
    assert "* @bank top resistor trainable 1e-07 1.0\n" in text
    assert "* @recorded out 2.0\n" in text


def test_the_text_has_the_portable_frame(divider):
    lines = write_netlist(Netlist(divider)).splitlines()
    assert lines[:2] == ["divider", "*# set numdgt=16"]
    assert lines[-8:-3] == [
        "*# if $?batchmode - $?rawfile",
        "*# op",
        "*# print v(out)",
        "*# quit $sim_status",
        "*# end",
    ]
    assert lines[-3:] == [".print op v(out)", ".op", ".end"]  # gnucap wants .print before .op
    assert "rtop in out 500000.0" in lines


def test_a_netlist_of_the_release_before_is_read(divider):
    text = write_netlist(Netlist(divider))
    older = "".join(line for line in text.splitlines(True) if line[:2] != "*#" or line == "*# set numdgt=16\n")
    assert older != text
    assert write_netlist(read_netlist(older)) == text


@pytest.mark.parametrize(
    ("part", "name"), [("node", "Out"), ("node", "2nd"), ("bank", "to p"), ("label", "r-top"), ("label", "r;")]
)
def test_a_name_that_some_spice_program_does_not_take_is_refused(divider, part, name):
    inputs, top, *others = divider.banks
    if part == "node":
        circuit = replace(divider, nodes=("0", "in", name))
    else:
        top = replace(top, name=name) if part == "bank" else replace(top, labels=(name,))
        circuit = replace(divider, banks=(inputs, top, *others))
    with pytest.raises(NetlistError, match=f'the name "{name}" is not one every SPICE program takes'):
        write_netlist(Netlist(circuit))


@pytest.mark.parametrize("setting", [("task", "xor\n.include x"), ("my task", "xor"), ("", "xor"), ("task", "a  b")])
def test_a_setting_that_does_not_fit_on_a_line_is_refused(divider, setting):
    with pytest.raises(NetlistError, match="does not fit on one line"):
        write_netlist(Netlist(divider, settings=dict([setting])))
