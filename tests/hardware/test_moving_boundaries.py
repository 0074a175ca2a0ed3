"""Devices of which physics says what moves answer as their equations have it, stepped through time."""

from math import exp, log, sinh

import numpy as np
import pytest

from ebana_like.hardware import technology_named
from ebana_like.values import Parameter, Range


def ion_drift(r_on=100.0, r_off=16e3, length=10e-9, mobility=1e-14, volts=1.0, seconds=1e-4):
    """Return how w, the doped share, goes on by a pulse, and the resistance at w."""

    def resistance(w):
        return r_on * w + r_off * (1 - w)

    def after(w, sign):
        for _ in range(10):
            speed = mobility * r_on / length**2 * sign * volts / resistance(w) * (1 - (2 * w - 1) ** 2)
            w = w + speed * seconds / 10
        return w

    return after, resistance


def vteam(r_on=50.0, r_off=1e3, length=3e-9, seconds=1e-10):
    """Return how w, the share that does not conduct, goes on by a pulse, and the resistance at w."""

    def after(w, sign):  # a pulse that raises the conductance has the negative voltage
        speed = -10 * (-0.21777 / -0.2 - 1) ** 3 if sign > 0 else 5e-4 * (0.3 / 0.02 - 1)
        return min(max(w + speed * seconds / length, 0.0), 1.0)

    return after, lambda w: r_off * w + r_on * (1 - w)


def of_resistance(r_on, r_off, speed, seconds):
    """Return the same for equations dR/dt = speed(R, sign): w is the share of the way to r_off."""

    def after(w, sign):
        r, left = r_on + (r_off - r_on) * w, seconds[sign > 0]
        while left > 0:  # in steps of at most a thousandth of R
            rate = speed(r, sign)
            step = min(left, 1e-3 * r / abs(rate)) if rate else left
            r = min(max(r + rate * step, r_on), r_off)
            left -= step
        return (r - r_on) / (r_off - r_on)

    return after, lambda w: r_on + (r_off - r_on) * w


def data_driven():
    rising, falling = 29304.82557 - 23692.77225 * 1.18, 16719.0

    def speed(r, sign):
        if sign > 0:
            return -68012.28374 * (exp(0.31645 * 1.18) - 1) * (exp(1.17e-3 * max(r - rising, 0)) - 1)
        return 743.47 * (exp(6.51) - 1) * (exp(5.11e-4 * max(falling - r, 0)) - 1)

    return of_resistance(1280.0, 17e3, speed, (5.4e-9, 57e-6))


def data_driven_2021():
    rising, falling = 2699.2336 - 672.930205 * 1.6, 649.413746 + 1474.32358 * 1.594

    def speed(r, sign):
        if sign > 0:
            return 600.10075 * (exp(-1.6 / 0.0212028) - 1) * (rising - r) ** 2
        return -34.5988399 * (exp(-1.594 / 0.05343997) - 1) * (r - falling) ** 2

    return of_resistance(rising, falling, speed, (45.4e-9, 8.95e-9))


def stanford_pku(volts=1.2, i_0=1e-3, v_0=0.25, g_0=0.25e-9, read=0.1, q=1.6e-19, k=1.3806503e-23, t_ox=12e-9):
    def speed(r, sign):
        gap = g_0 * log(i_0 * sinh(read / v_0) / (read / r))
        kelvin = 298 + 2.1e3 * volts * i_0 * exp(-gap / g_0) * sinh(volts / v_0)
        gamma = 16 - 0.8 * (gap / 1e-9) ** 3
        gamma = gamma if gamma * volts / t_ox >= 1.4e9 else 0
        moving = 10 * exp(-q * 0.6 / k / kelvin) * sinh(gamma * 0.25e-9 / t_ox * q * volts / k / kelvin)
        return -sign * r / g_0 * moving

    return of_resistance(542.0, 218586.0, speed, (1e-10, 1e-10))


@pytest.mark.parametrize(
    ("name", "device", "states", "span"),
    [
        ("ion-drift", ion_drift(), 199, 0.6),
        ("vteam", vteam(), 777, 0.6),
        ("data-driven", data_driven(), 400, 0.38),
        ("data-driven-2021", data_driven_2021(), 250, 0.28),
        ("stanford-pku", stanford_pku(), 400, 0.26),
    ],
)
def test_pulses_lead_where_the_equations_do(name, device, states, span):
    """In the device's own siemens: so many pulses up, as many down, and up and down in turn; they move by the span."""
    after, resistance = device
    low, high = sorted([1 / resistance(0.0), 1 / resistance(1.0)])
    technology = technology_named(name, "rounding=nearest")
    signs = [1] * states + [-1] * states + [1, -1] * (states // 2)
    begun = low + 0.3 * (high - low)
    w = (1 / begun - resistance(0.0)) / (resistance(1.0) - resistance(0.0))
    given = Parameter(np.array([begun]), "siemens", Range(low, high))
    state, g = technology.start({"r.conductance": given}), given.value
    reached = []
    for k, sign in enumerate(signs):
        w = after(w, sign)
        asked = np.array([-sign * technology.step * (high - low)])
        g, new = technology.move("r.conductance", given, g, asked, 1.0, state, np.random.default_rng(k))
        state = {**state, **new}
        reached.append((g[0], 1 / resistance(w)))
    ours, theirs = (np.array(reached).T - low) / (high - low)
    assert abs(ours - theirs).max() < 0.02
    assert np.ptp(theirs) > span
