"""Devices in which a boundary moves answer as their equations have it, stepped through time in ohms and volts."""

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


@pytest.mark.parametrize(("name", "device"), [("ion-drift", ion_drift()), ("vteam", vteam())])
def test_pulses_lead_where_the_equations_do(name, device):
    """In the device's own siemens: as many pulses up as it has states, as many down, and up and down in turn."""
    after, resistance = device
    low, high = sorted([1 / resistance(0.0), 1 / resistance(1.0)])
    technology = technology_named(name, "rounding=nearest")
    states = round(1 / technology.step)
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
    assert np.ptp(theirs) > 0.6  # it has moved
