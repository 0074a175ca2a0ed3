"""Model cards: all that are shipped parse, and what the diode law leaves out is refused."""

import pytest

from ebana_like.errors import NetlistError, SettingError
from ebana_like.netlist import Netlist, diode_model, diode_models, parse_diode_model, read_netlist, write_netlist
from ebana_like.netlist.deck.cards import number
from ebana_like.netlist.models import models_folder
from ebana_like.networks import Crossbar, DiodePair, Inputs, OutputPairs, build_network


def test_every_shipped_card_is_read_and_comes_back():
    cards = [
        line
        for path in models_folder().glob("*.mod")
        for line in path.read_text().splitlines()
        if line.startswith(".model")
    ]
    assert len(cards) == len(diode_models()) > 0
    for name, model in diode_models().items():
        assert model.name == name
        assert parse_diode_model(model.card(), "card") == model


def test_the_vendor_card_of_the_1n4148():
    model = diode_model("d1n4148")
    assert (model.saturation_current, model.emission) == (2.52e-9, 1.752)
    assert dict(model.other) == {"cjo": "4p", "m": "0.4", "tt": "20n"}


def test_parameters_left_out_have_spices_values():
    model = parse_diode_model(".MODEL Plain D()", "card")
    assert (model.name, model.saturation_current, model.emission) == ("plain", 1e-14, 1.0)


def test_an_unknown_model_names_the_known_ones():
    with pytest.raises(SettingError, match=r'no diode model "germanium".*silicon, d1n4148'):
        diode_model("germanium")


@pytest.mark.parametrize("name", ["1N4148", "D1N4148", "d1n4184"])
def test_a_misspelt_model_suggests_the_one_that_was_meant(name):
    with pytest.raises(SettingError, match=f'no diode model "{name}"; did you mean "d1n4148"'):
        diode_model(name)


OWN = """* from a data sheet
.MODEL 1N5711 D(IS=3.1n ; measured
+ N=1.1 CJO=2p)
.model other npn bf=100
"""


def test_a_diode_of_ones_own_file(tmp_path):
    path = tmp_path / "my.mod"
    path.write_text(OWN)
    model = diode_model(str(path))
    assert (model.name, model.saturation_current, model.emission) == ("1n5711", 3.1e-9, 1.1)
    layers = [Inputs(1), Crossbar(2), DiodePair(str(path)), Crossbar(2), OutputPairs()]
    text = write_netlist(Netlist(build_network(layers)))
    assert ".model 1n5711 d is=3.1e-09 n=1.1 cjo=2p" in text.splitlines()
    assert write_netlist(read_netlist(text)) == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (OWN + ".model more d is=1n\n", r"my.mod has 2 diode models \(1n5711, more\); expected one line"),
        ("* nothing\n", "my.mod has 0 diode models;"),
        (".model x d is=1n rs=2\n", "my.mod, line 1: parameter rs of model x acts at DC"),
        ("\x00", "my.mod: it is not text"),
    ],
)
def test_a_file_without_one_diode_that_is_known_here_is_refused(text, message, tmp_path):
    (tmp_path / "my.mod").write_text(text)
    with pytest.raises(NetlistError, match=message):
        diode_model(str(tmp_path / "my.mod"))


@pytest.mark.parametrize("path", ["none.mod", "/dev/zero", "."])
def test_what_is_no_file_of_models_is_refused(path, tmp_path):
    with pytest.raises(NetlistError, match="cannot read"):
        diode_model(str(tmp_path / path))


@pytest.mark.parametrize(
    ("card", "message"),
    [
        (".model x d is=1e-14 rs=0.5", "parameter rs of model x acts at DC"),
        (".model x d is=1e-14 bv=100", "parameter bv of model x acts at DC"),
        (".model x d is=1e-14 n", 'not all written as "name=value"'),
        (".model x d is=many", '"many" is not a number'),
        (".model x d is=1e999", '"1e999" is not a number'),
        (".model x d cjo={c}", '"{c}" is not a number'),
        (".model x d is=-1e-14", "is=-1e-14 n=1; both must be above zero"),
        (".model x npn bf=100", "is not a diode model"),
        (".model {x} d", "is not a model card"),
        (".model x", "is not a model card"),
    ],
)
def test_a_card_that_is_not_the_diode_law_is_refused(card, message):
    with pytest.raises(NetlistError, match=f"vendor.mod: .*{message}"):
        parse_diode_model(card, "vendor.mod")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2.52n", 2.52e-9),
        ("4pF", 4e-12),
        ("1meg", 1e6),
        ("1m", 1e-3),
        ("-3K", -3e3),
        ("1e-9", 1e-9),
        (".5u", 5e-7),
        ("1f", 1e-15),
        ("2t", 2e12),
        ("7g", 7e9),
        ("10V", 10.0),
    ],
)
def test_spice_suffixes(text, value):
    assert number(text, "here") == pytest.approx(value, rel=3e-16)  # the product with the suffix rounds once
