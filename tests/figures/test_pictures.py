"""Pictures hold what they claim to show: every element, every value, in colours that follow the page."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from ebana_like.elements import Diodes, Resistors, VoltageSources
from ebana_like.errors import EbanaError, SettingError
from ebana_like.figures import NOT_DRAWN, heat_map, histogram, is_small, save_schematic, schematic, transfer_curve
from ebana_like.figures.svg import INK
from ebana_like.figures.transfer_curve import transfer
from ebana_like.netlist import diode_model, read_netlist
from ebana_like.networks import Amplifier, Crossbar, DiodePair, Inputs, OutputPairs, Skip, build_network
from ebana_like.pages.circuit_pictures import schematic_section

NEURONS = [DiodePair("d1n4148", 0.2), Amplifier(gain=4)]
SMALL = [Inputs(2), Crossbar(3), *NEURONS, Crossbar(2), OutputPairs()]
DEEP = [Inputs(2), Crossbar(3), *NEURONS, Crossbar(2), DiodePair("schottky"), Crossbar(4), OutputPairs()]


def texts(svg):
    return [text.strip() for text in ElementTree.fromstring(svg).itertext() if text.strip()]


@pytest.mark.parametrize("layers", [SMALL, DEEP], ids=["one hidden layer", "two"])
def test_a_small_circuit_shows_every_resistor_and_every_node(layers, nudging):
    circuit = build_network(layers, seed=2, nudging=nudging)
    shown = " ".join(texts(schematic(circuit)))
    for bank in circuit.of_kind(Resistors)[:2]:
        for ohms in 1 / bank.conductance:
            assert f" {ohms / 1e3:.3g}k " in shown
    for node in ("x0p", "x1n", "biasp", "h1_0", "h1_2", "a1_2", "y0p", "y0n"):
        assert node in shown
    assert shown.count(" 0.2 V") == shown.count(" -0.2 V") == 3  # the rails of the neurons in the first layer


def test_a_large_circuit_is_drawn_in_blocks():
    circuit = build_network([Inputs(10), Crossbar(50), *NEURONS, Crossbar(6), OutputPairs()], "large")
    assert not is_small(circuit)
    shown = " ".join(texts(schematic(circuit)))
    for words in (
        "10 features",
        "22 x 50 resistors",
        "50 neurons",
        "voltage x 4",
        "50 x 6 resistors",
        "3 output pairs",
    ):
        assert words in shown


def test_blocks_say_which_earlier_layers_a_crossbar_sees():
    layers = [Inputs(10), Crossbar(50), *NEURONS, Crossbar(20), *NEURONS, Skip(0), Skip(1), Crossbar(6), OutputPairs()]
    assert "sees the inputs, layer 1 too" in " ".join(texts(schematic(build_network(layers, "large"))))


def test_a_large_circuit_without_layers_is_not_drawn(tmp_path):
    chain = "".join(f"R{k} {k} {k + 1} 1k\n" for k in range(51))
    circuit = read_netlist(f"chain\nV1 0 51 1\n{chain}.end\n").circuit
    assert schematic(circuit) is None
    with pytest.raises(SettingError, match='"chain" is no chain of whole crossbars and has more than 50 parts'):
        save_schematic(circuit, tmp_path / "a.svg")
    (section,) = schematic_section(circuit)
    assert section.paragraphs == [f"The circuit {NOT_DRAWN}."]


@pytest.mark.parametrize(("suffix", "begin"), [(".png", b"\x89PNG"), (".svg", b"<?xml"), (".pdf", b"%PDF")])
def test_a_schematic_is_saved(suffix, begin, tmp_path):
    save_schematic(build_network(SMALL), tmp_path / f"a{suffix}")
    assert (tmp_path / f"a{suffix}").read_bytes().startswith(begin)


@pytest.mark.parametrize("name", ["a.txt", "no/folder/a.svg"])
def test_a_schematic_that_cannot_be_saved_says_why(name, tmp_path):
    with pytest.raises(EbanaError, match=r"^cannot (draw into|write) "):
        save_schematic(build_network(SMALL), tmp_path / name)


def test_pictures_follow_the_pages_colour_and_fetch_nothing():
    circuit = build_network(SMALL)
    bank = circuit.bank("crossbar1", Resistors)
    model = diode_model("silicon")
    curve = transfer_curve(1.17e-3, (model, 0.0), (model, 0.0), "curve")
    assert "linear part 1.17 mS" in texts(curve.svg)
    for svg in (heat_map(bank, circuit.nodes).svg, histogram(bank).svg, curve.svg, schematic(circuit)):
        assert svg.startswith('<svg role="img" aria-label="')
        assert "currentColor" in svg
        assert INK not in svg
        assert "black" not in svg
        assert not re.search(r'(?:href|src)="(?!#|data:)', svg)


@pytest.mark.parametrize(("drive", "clamp"), [(0.4, 0.0), (-0.4, 0.0), (1.0, 0.2), (-1.5, 0.2)])
def test_a_transfer_curve_is_what_the_neuron_does(drive, clamp, divider, operating_point):
    """The divider's output with a pair of diodes in place of its lower resistor, and its input at the drive."""
    model, node = diode_model("d1n4148"), np.array([2])
    rails = VoltageSources("rails", ("vup", "vdown"), np.array([3, 4]), np.zeros(2, int), np.array([clamp, -clamp]))
    pair = (Diodes("up", ("dup",), node, np.array([3]), model), Diodes("down", ("ddown",), np.array([4]), node, model))
    banks = tuple(bank for bank in divider.banks if bank.name != "bottom")
    neuron = replace(divider, nodes=(*divider.nodes, "rail1", "rail2"), banks=(*banks, rails, *pair))
    u, h = transfer(2e-6, (model, clamp), (model, -clamp))
    expected = operating_point(neuron.with_features(np.array([drive])))[2]
    # 401 points over the curve: linear between them to a few 1e-5 V
    assert np.interp(drive, u, h) == pytest.approx(expected, abs=1e-4)
    assert abs(expected) < abs(drive)


def test_a_bank_that_is_no_crossbar_has_no_heat_map():
    bank = build_network(SMALL).bank("crossbar1", Resistors)
    wired = type(bank)("odd", bank.labels, bank.negative[::-1].copy(), bank.positive.copy(), bank.conductance)
    with pytest.raises(ValueError, match="the bank odd is no crossbar"):
        heat_map(wired, ())
