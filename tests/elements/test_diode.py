"""Shockley's law as SPICE computes it, its slope and its integral."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import lambertw

from ebana_like.elements import DiodeModel, Diodes
from ebana_like.elements.constants import GMIN
from ebana_like.errors import CircuitError
from ebana_like.netlist import diode_models

MODEL = DiodeModel("silicon", saturation_current=1e-14)
KNEE = -3 * MODEL.scale  # volts; below it SPICE's reverse law is a cubic

scales = st.floats(-40, 28)  # drops in units of N Vt: from -1 V in reverse to 15 mA forward


def diodes(model: DiodeModel, count: int = 1) -> Diodes:
    labels = tuple(f"d{k}" for k in range(count))
    return Diodes("pair", labels, np.arange(1, count + 1), np.zeros(count, dtype=int), model)


@given(scales)
def test_current_is_the_derivative_of_pseudo_power_and_slope_that_of_current(u):
    bank, scale = diodes(MODEL), MODEL.scale
    h = 1e-5 * scale
    below, at, above = (np.array([u * scale + shift]) for shift in (-h, 0, h))
    # A central difference over h errs most where the two laws join, as the second derivative jumps there by
    # IS e^-3 / (3 scale^2): 4e-8 of IS. Elsewhere (h / scale)^2 / 6 is left, and rounding, 1e-16 scale / h.
    error = 1e-7 * MODEL.saturation_current * (np.exp(u) + 1) + 1e-9 * GMIN
    power, current = bank.pseudo_power, bank.current
    assert (power(above) - power(below)) / (2 * h) == pytest.approx(current(at), abs=error)
    assert (current(above) - current(below)) / (2 * h) == pytest.approx(bank.slope(at), abs=error / scale)


def test_forward_and_reverse_law_join_smoothly():
    bank = diodes(MODEL)
    reverse, forward = np.array([np.nextafter(KNEE, -1)]), np.array([KNEE])
    for law in (bank.current, bank.slope, bank.pseudo_power):
        assert law(reverse) == pytest.approx(law(forward), rel=1e-14)  # neighbouring doubles, some ulps apart


def test_deep_in_reverse_the_cubic_has_died_out():
    drop = np.array([-5.0])
    leakage = -MODEL.saturation_current + GMIN * drop
    cubic = (KNEE / (np.e * drop)) ** 3 * MODEL.saturation_current
    assert diodes(MODEL).current(drop) == pytest.approx(leakage - cubic, rel=1e-14)
    assert cubic < 1e-6 * MODEL.saturation_current


@given(st.floats(0.1, 5), st.floats(1e2, 1e7))
def test_a_diode_fed_through_a_resistor_settles_where_lambert_w_says(source, ohms):
    """(E - v) / R = IS (exp(v/s) - 1) + gmin v has the solution v = a - s W(IS exp(a/s) / (G s))."""
    saturation, s = MODEL.saturation_current, MODEL.scale
    G = 1 / ohms + GMIN
    a = (source / ohms + saturation) / G
    drop = np.array([a - s * lambertw(saturation / (G * s) * np.exp(a / s)).real])
    # The drop is a difference of numbers near E: an ulp of E, turned to amperes by both branches' slopes.
    ulp = float(2.3e-16 * source * (1 / ohms + diodes(MODEL).slope(drop)[0]))
    assert diodes(MODEL).current(drop) == pytest.approx((source - drop) / ohms, abs=8 * ulp)


@pytest.mark.parametrize("model", diode_models().values(), ids=lambda model: model.name)
def test_ngspice_computes_the_same_current(model, ngspice):
    drops = model.scale * np.array([-200, -30, -4, -3.01, -3, -2.99, -1, -0.1, 0.1, 1, 10, 25])
    bank = diodes(model, len(drops))
    nodes = ["0", *(f"n{k}" for k in range(len(drops)))]
    sources = [f"v{k} n{k} 0 {drop!r}" for k, drop in enumerate(drops.tolist())]
    lines = ["diodes", "*# set numdgt=16", *sources, *bank.spice_lines(nodes), model.card(), ".op", ".end\n"]
    solved = ngspice("\n".join(lines))
    currents = [-solved[f"v{k}#branch"] for k in range(len(drops))]
    # SPICE solves for g v + (i - g v): the terms that cancel round to an ulp each
    rounding = 4e-16 * (bank.slope(drops) * np.abs(drops) + np.abs(bank.current(drops)))
    assert np.all(np.abs(currents - bank.current(drops)) <= 4 * rounding)


def test_spice_lines_name_the_model_and_the_card_states_it():
    model = DiodeModel("d1n4148", 2.52e-9, 1.752, {"cjo": "4p"})
    assert diodes(model).spice_lines(["0", "h"]) == ["d0 h 0 d1n4148"]
    assert model.card() == ".model d1n4148 d is=2.52e-09 n=1.752 cjo=4p"


@pytest.mark.parametrize(("saturation", "emission"), [(0.0, 1.0), (-1e-14, 1.0), (1e-14, 0.0), (np.nan, 1.0)])
def test_a_model_without_positive_parameters_is_refused(saturation, emission):
    with pytest.raises(CircuitError, match=r"diode model leaky has is=.*both must be above zero"):
        DiodeModel("leaky", saturation, emission)
