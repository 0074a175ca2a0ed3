"""Both engines give the same phasors, those of circuit theory where it has a formula, and the adjoint where asked."""

import numpy as np
import pytest

from ebana_like.conformance.in_time import random_netlist
from ebana_like.errors import SettingError
from ebana_like.loading import loaded
from ebana_like.netlist import read_netlist
from ebana_like.networks import Amplifier, Crossbar, DiodePair, Inputs, OutputPairs, build_network
from ebana_like.simulators import NativeSimulator, NgspiceSimulator
from ebana_like.systems import own_phasors

NONE = np.zeros((1, 0))


@pytest.mark.parametrize("engine", [NativeSimulator, NgspiceSimulator])
def test_a_resonance_has_its_formula(engine):
    circuit = read_netlist("t\nv1 a 0 dc 0 ac 2 90\nr1 a b 50\nl1 b c 1m\nc1 c 0 1n\n.end\n").circuit
    hertz = np.array([1e3, 1.5e5, 1.6e5, 1e6])
    with engine(circuit) as simulator:
        found = simulator.respond(simulator.solve({}, NONE), own_phasors(circuit), hertz).of("c")[:, 0]
    s = 2j * np.pi * hertz
    assert found == pytest.approx(2j / (1 + 50e-9 * s + 1e-12 * s**2), rel=1e-9)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_engines_agree_on_random_circuits_with_diodes(seed):
    text = random_netlist(np.random.default_rng(seed), "diode").replace("sin(", "ac 1 30 dc 0.8 sin(")
    circuit = read_netlist(text).circuit
    hertz = np.geomspace(1e4, 1e7, 5)
    found = []
    for engine in (NativeSimulator, NgspiceSimulator):
        with engine(circuit) as simulator:
            points = simulator.solve({}, NONE)
            phasors = {**own_phasors(circuit), "current_sources.amperes": np.array([1e-3j])}
            found.append(simulator.respond(points, phasors, hertz).voltages)
    assert np.abs(found[0] - found[1]).max() < 1e-9 * np.abs(found[1]).max()


@pytest.mark.parametrize("engine", [NativeSimulator, NgspiceSimulator])
def test_at_low_frequency_an_error_injected_at_the_outputs_is_the_adjoint(engine):
    layers = [Inputs(2), Crossbar(3), DiodePair(), Amplifier(gain=4), Crossbar(2), OutputPairs()]
    circuit = loaded(build_network(layers), 1e-12)
    features, error = np.array([[1.0, -2.0], [0.5, 0.5]]), np.array([[1e-3], [-2e-3]])
    with engine(circuit) as simulator:
        points = simulator.solve({}, features)
        adjoint = simulator.adjoint(points, error)
        # the amplifiers' gains A and 1/A make J symmetric but for weights, which are 1 at the outputs
        found = simulator.respond(points, {"nudge.amperes": error}, np.array([1.0])).scores[0]
    assert found.real == pytest.approx(circuit.outputs.scores(adjoint), rel=1e-8)
    assert np.abs(found.imag).max() < 1e-6 * np.abs(found.real).max()


def test_what_does_not_swing_is_refused():
    circuit = read_netlist("t\nv1 a 0 1\nr1 a 0 1\n.end\n").circuit
    with NativeSimulator(circuit) as simulator:
        points = simulator.solve({}, NONE)
        with pytest.raises(SettingError, match='"r1.voltage" is no address'):
            simulator.respond(points, {"r1.voltage": np.ones(1)}, np.ones(1))
        with pytest.raises(SettingError, match="have shape"):
            simulator.respond(points, {"voltage_sources.voltage": np.ones(2)}, np.ones(1))
