"""A spoiled netlist is refused with file, line, text and reason; nothing else ever happens."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ebana_like.errors import NetlistError
from ebana_like.netlist import Netlist, load_netlist, read_netlist, write_netlist
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


def text_of(nudging):
    layers = [Inputs(2), Crossbar(2), DiodePair(), Amplifier(), Crossbar(2), OutputPairs()]
    circuit = build_network(layers, nudging=nudging).with_features(np.array([0.5, -0.25]))
    return write_netlist(Netlist(circuit, {"y0p": 0.125}, {"task": "xor"}))


SWITCHED = text_of(SwitchedTargets())
VALID = {"currents": text_of(Currents()), "switches": SWITCHED}

A_RESISTOR = r"(rcrossbar1_1_1 \S+ \S+) \S+"

SPOILED_LINES = [
    (r"\* @inputs inputs", "* @inputz inputs", "unknown directive @inputz; known are @format, @"),
    (r"\* @inputs inputs", "* @inputs", "@inputs is not written as expected"),
    (
        r"\* @nudging switch targets",
        "* @nudging button targets",
        'no way to nudge "button"; known are ',
    ),
    (r"\* @feature 1", "* @feature 3", "features must be numbered in order; expected 1"),
    (r"\* @feature 0 \+", "* @feature 0 ", "@feature is not written as expected"),
    (r"\* @recorded y0p .*", "* @recorded y0p nan", "@recorded is not written as expected"),
    (r"\* @bank bias \w+", "* @bank bias battery", "unknown kind of element; known are behavioural_"),
    (r"\* @bank bias", "* @bank inputs", 'bank "inputs" stands twice'),
    (r"\* @bank bias", "* @bank BIAS", "@bank is not written as expected"),
    (r"(\* @bank crossbar1 .*) \S+", r"\1", "@bank is not written as expected"),
    (r"(\* @bank crossbar1 .*) trainable", r"\1 rainable", "@bank is not written as expected"),
    (r"\* @bank inputs \w+", "*", 'an element before the first "* @bank" line'),
    (r"(vbias_1 \S+ \S+) \S+", r"\1 one", '"one" is not a number'),
    (r"(vbias_1 \S+ \S+) \S+", r"\1 inf", '"inf" is not a number'),
    (r"(vbias_1 \S+ \S+) \S+", r"\1 1_0", '"1_0" is not a number'),
    (A_RESISTOR, r"\1 -5", '"-5" is not a resistance above zero'),
    (A_RESISTOR, r"\1 4k7", '"4k7" is not a number'),
    (A_RESISTOR, r"\1 1 q=2", 'the parameter "q" is not understood'),
    (A_RESISTOR, r"\1 1 2", 'expected 4 words as in "R1 a b 1k"'),
    (r"vbias_1", "rbias_1", 'expected a voltage_source, whose name begins with "v"'),
    (r"dup1_0 (.*) silicon", r"dup1_0 \1 germanium", "there is no .model line for germanium"),
    (r"(sswitches_0 .*) nudge_switch", r"\1 other", "there is no .model line for other"),
    (r"\.op$", ".alter r 1", "this kind of line is not known"),
    (r"\.op$", ".include /etc/passwd", "a text without a folder of its own can include no file"),
    (r"\.op$", "*# shell touch spoiled", "ngspice would execute this line"),
]


@pytest.mark.parametrize(("pattern", "replacement", "reason"), SPOILED_LINES)
def test_a_spoiled_line_is_named_with_file_number_text_and_reason(pattern, replacement, reason):
    spoiled = re.sub(pattern, replacement, SWITCHED, count=1, flags=re.MULTILINE)
    pairs = zip(spoiled.splitlines(), SWITCHED.splitlines(), strict=True)
    where, line = next((k, new) for k, (new, old) in enumerate(pairs, start=1) if new != old)
    if replacement == "*":  # what is wrong is the line behind
        where, line = where + 1, spoiled.splitlines()[where]
    with pytest.raises(NetlistError, match=rf"^my\.cir, line {where}: ") as caught:
        read_netlist(spoiled, "my.cir")
    assert reason in str(caught.value)
    assert line in str(caught.value)


SPOILED_CARDS = [
    (".model silicon d is=1e-14 rs=2", "parameter rs of model silicon acts at DC"),
    (".model silicon d is=0", "is=0 n=1; both must be above zero"),
    (".model silicon npn bf=100", "model silicon is of type npn"),
    (".model silicon d is=1e-14 n", 'not all written as "name=value"'),
]


@pytest.mark.parametrize(("card", "reason"), SPOILED_CARDS)
def test_a_spoiled_card_is_refused_where_it_is_used(card, reason):
    spoiled = re.sub(r"\.model silicon d .*", card, SWITCHED)
    with pytest.raises(NetlistError, match=rf"^my\.cir, line \d+: .*{re.escape(reason)}"):
        read_netlist(spoiled, "my.cir")


SPOILED_FILES = [
    (r"(?s)\.options.*", "", "has no .end line: it is cut off"),
    (r"(?s).*", "", "is empty"),
    (r"\* @format 1", "* @format 2", 'has no line "* @format 1"'),
    (r"\* @inputs inputs", "* @inputs knobs", 'the input bank "knobs" is not in the netlist'),
    (r"\* @inputs inputs", "* @inputs crossbar1", 'feature" lines do not name the sources of bank "crossbar1"'),
    (r"-vinputs_1", "", 'feature" lines do not name the sources of bank "inputs"'),
    (r"-vinputs_1", "-vbias_0", 'feature" lines do not name the sources of bank "inputs"'),
    (r"-vinputs_1", "-vinputs_1 +vinputs_1", 'feature" lines do not name the sources of bank "inputs"'),
    (r"\* @output y0p y0n", "* @output y0p y7n", 'output node "y7n" is not in the netlist'),
    (r"\* @output y0p y0n\n", "", '"targets" nudges 1 outputs but the circuit has 0'),
    (r"\* @recorded y0p", "* @recorded y7p", 'recorded node "y7p" is not in the netlist'),
    (r"\* @nudging .*", "*", 'has no "* @nudging" line'),
    (
        r"\* @nudging .*",
        "* @nudging current bias",
        '"bias.amperes" is no address; it is a bank and one of voltage',
    ),
    (r"\bh1_0\b", "`h`", "ngspice runs what stands in backquotes"),
    (r"vbias_1", "vbias_0", 'two elements are called "vbias_0"'),
    (r"(fback1_0 .*) vmeter1_0", r"\1 vlost", "fback1_0 copies the current of vlost, which is no voltage source"),
    (r"trainable 1e-07 0.0001", "trainable 1e-04 1e-07", 'bank "crossbar1" has the conductance range'),
    (r"\Aresistive network", "*ng_script", "ngspice would execute this file as a script"),
]


@pytest.mark.parametrize(("pattern", "replacement", "reason"), SPOILED_FILES)
def test_what_no_single_line_is_to_blame_for_is_named_with_the_file(pattern, replacement, reason):
    spoiled = re.sub(pattern, replacement, SWITCHED)
    with pytest.raises(NetlistError, match=r"^my\.cir\b") as caught:
        read_netlist(spoiled, "my.cir")
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path: None, "No such file"),
        (lambda path: path.mkdir(), "Is a directory"),
        (lambda path: path.write_bytes(b"\x93NUMPY\x01\x00\xff"), "it is not text"),
        (lambda path: path.write_text(""), "is empty"),
        (lambda path: path.write_text("a title\nr1 a 0\n"), r"line 2: expected 4 words"),
    ],
)
def test_a_file_that_is_no_netlist_is_refused_by_name(make, reason, tmp_path):
    path = tmp_path / "my.cir"
    make(path)
    with pytest.raises(NetlistError, match=f"{re.escape(str(path))}.*{reason}"):
        load_netlist(path)


edits = st.tuples(
    st.sampled_from(["line", "character"]),
    st.sampled_from(["delete", "double", "replace"]),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.characters() | st.sampled_from("0123456789.-+e* @\n"),
)


def edited(text, edit):
    """Delete, double or replace one line (by another line) or one character."""
    unit, action, position, other, character = edit
    parts = text.splitlines(keepends=True) if unit == "line" else list(text)
    k = position % len(parts)
    new = parts[other % len(parts)] if unit == "line" else character
    parts[k] = {"delete": "", "double": 2 * parts[k], "replace": new}[action]
    return "".join(parts)


@pytest.mark.parametrize("form", VALID)
@settings(max_examples=300)
@given(changes=st.lists(edits, min_size=1, max_size=3))
def test_a_damaged_text_is_read_or_refused_and_what_is_read_can_be_written(form, changes):
    text = VALID[form]
    for change in changes:
        text = edited(text, change)
    try:
        netlist = read_netlist(text)
    except NetlistError:
        return
    written = write_netlist(netlist)
    assert write_netlist(read_netlist(written)) == written
