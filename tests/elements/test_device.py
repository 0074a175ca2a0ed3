"""Devices known by their card alone are written as SPICE lists their terminals."""

import numpy as np
import pytest

from ebana_like.elements import BipolarTransistors, ModelCard, MOSFETs
from ebana_like.errors import CircuitError

NODES = ("0", "d", "g", "s", "b")
AT = {name: np.array([k]) for k, name in enumerate(NODES)}


def mosfet(model, sizes=("w=1e-05",)):
    return MOSFETs("m", ("m1",), AT["d"], AT["s"], model, sizes, AT["g"], AT["b"])


def test_terminals_stand_in_the_order_of_spice():
    assert mosfet(ModelCard("n", "nmos")).spice_lines(NODES) == ["m1 d g s b n w=1e-05"]
    assert mosfet(ModelCard("n", "vdmos", {"pchan": ""}), ("",)).spice_lines(NODES) == ["m1 d g s n"]
    transistor = BipolarTransistors("q", ("q1",), AT["d"], AT["s"], ModelCard("t", "npn"), ("",), AT["g"], AT["0"])
    assert transistor.spice_lines(NODES) == ["q1 d g s 0 t"]


def test_a_card_is_written_with_its_flags():
    assert ModelCard("n", "vdmos", {"pchan": "", "kp": "2.0"}).card() == ".model n vdmos pchan kp=2.0"


def test_a_card_of_another_kind_is_refused():
    with pytest.raises(CircuitError, match="has a model of type npn; it needs nmos or pmos or vdmos"):
        mosfet(ModelCard("n", "npn"))
    with pytest.raises(CircuitError, match="has 1 elements but 2 sizes"):
        mosfet(ModelCard("n", "nmos"), ("", ""))
