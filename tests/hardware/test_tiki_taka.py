"""A fast bank gathers gradients and hands them on; what asymmetry does to its devices is no error of the slow ones."""

import numpy as np

from ebana_like.hardware import Linear, Pulsed, TikiTaka, technology_named
from ebana_like.values import Parameter, Range

LOW, HIGH, COUNT = 1e-6, 5e-5, 4000
SPAN = HIGH - LOW


def led(technology, changes):
    """Return places of the circuit's devices after each of some wanted changes (n,), shares of the range."""
    given = Parameter(np.full(COUNT, LOW + 0.7 * SPAN), "siemens", Range(LOW, HIGH))
    state = dict(technology.start({"r.conductance": given}))
    value = technology.held({"r.conductance": given}, state)["r.conductance"]
    for k, change in enumerate(changes):
        rng = np.random.default_rng([3, k])
        value, new = technology.move("r.conductance", given, value, -SPAN * change, 1.0, state, rng)
        state |= new
    return (value - LOW) / SPAN, state


def test_gradients_reach_the_circuit():
    devices = Pulsed(law=Linear(0.5, 0.5))
    places, state = led(TikiTaka(devices, every=1, share=0.1), [np.full(COUNT, 0.002)] * 20)
    gathered = (state["fast value/r.conductance"] - state["fast reference/r.conductance"]) / SPAN
    assert abs(gathered.mean() - 0.04) < 0.001
    asked = 0.1 * 0.002 * 210  # 1 + ... + 20
    assert abs(places.mean() - (0.7 + asked * (1 - 0.5 * (2 * 0.716 - 1)))) < 0.002  # by steps as they are on the way


def test_noise_of_gradients_hardly_pulls_the_circuit_to_the_symmetry_point():
    """Pulses up and down at random move a single bank by m (x - 1/2) an update, the slow one of two far less."""
    devices = Pulsed(law=Linear(0.5, 0.5), rounding="nearest")
    noise = 0.005 * np.sign(np.random.default_rng(0).normal(size=(200, COUNT)))
    alone, _ = led(devices, noise)
    beside, _ = led(TikiTaka(devices), noise)
    assert 0.7 - alone.mean() > 0.1
    assert 0 < 0.7 - beside.mean() < 0.25 * (0.7 - alone.mean())


def test_it_is_an_option_of_devices_that_move_by_pulses():
    found = technology_named("ecram", "transfer.every=4")
    assert (type(found), found.every, found.share, found.inner.zero) == (TikiTaka, 4, 0.02, 0.4138)
