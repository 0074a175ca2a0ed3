"""Trainings begin on a chip and at a temperature by settings, and what they leave is read at another one."""

from dataclasses import replace

import numpy as np
import pytest

from ebana_like.conformance import operating_point_by_laws
from ebana_like.elements import Diodes
from ebana_like.errors import SettingError
from ebana_like.netlist import Netlist, read_netlist, write_netlist
from ebana_like.netlist.deck.reading import Reading, read_with
from ebana_like.simulators import NativeSimulator, NgspiceSimulator
from ebana_like.simulators.structure import find_layers
from ebana_like.tasks import TASKS


def problem(**changes):
    return TASKS["iris"].problem(replace(TASKS["iris"].settings, engine="native", **changes))


def test_settings_draw_the_chip():
    one, again, other = (problem(mismatch="saturation=0.4,gain=5%", chip=chip).circuit for chip in (7, 7, 8))
    areas = [circuit.bank("up1", Diodes).area for circuit in (one, again, other)]
    assert np.array_equal(areas[0], areas[1])
    assert not np.array_equal(areas[0], areas[2])
    with pytest.raises(SettingError, match='mismatch names "gian"'):
        problem(mismatch="gian=1")


@pytest.mark.parametrize("celsius", [0.0, 27.0, 85.0])
def test_layers_follow_the_temperature_as_in_ngspice(celsius):
    circuit = problem(celsius=celsius, mismatch="saturation=0.4,gain=5%,offset=10m").circuit
    assert find_layers(circuit) is not None
    assert circuit.conditions.celsius == celsius
    features = np.random.default_rng(0).uniform(-2, 2, (10, 4))
    ours = NativeSimulator(circuit).solve({}, features)
    with NgspiceSimulator(circuit) as simulator:
        theirs = simulator.solve({}, features)
    assert np.abs(ours.voltages - theirs.voltages).max() < 1e-11
    by_laws = operating_point_by_laws(circuit.with_features(features[0]))
    assert np.abs(ours.voltages[0, 0] - by_laws).max() < 1e-11


def test_the_temperature_matters():
    cold, hot = (NativeSimulator(problem(celsius=c).circuit).solve({}, np.ones((1, 4))).voltages for c in (0, 85))
    assert np.abs(cold - hot).max() > 0.03  # a junction's voltage falls by some 2 mV a degree


def test_a_netlist_is_read_at_another_temperature():
    circuit = problem(celsius=50.0).circuit
    text = write_netlist(Netlist(circuit, {"h1_0": 0.25}))
    assert read_netlist(text).circuit.conditions.celsius == 50
    with read_with(Reading(celsius=85.0)):
        netlist = read_netlist(text)
    assert netlist.circuit.conditions.celsius == netlist.circuit.bank("up1", Diodes).model.conditions.celsius == 85
    assert not netlist.recorded  # which were those at 50 degrees
    assert write_netlist(Netlist(netlist.circuit)) == write_netlist(Netlist(problem(celsius=85.0).circuit))
    with read_with(Reading(celsius=50.0)):
        assert read_netlist(text).recorded == {"h1_0": 0.25}


def test_what_a_netlist_says_of_its_temperature_is_computed_anew():
    text = "t\nv1 a 0 1\nr1 a b 1k tc1=0.01\nd1 b 0 m\n.model m d is=1n\n.temp 37\n.end\n"
    with read_with(Reading(celsius=127.0)):
        circuit = read_netlist(text).circuit
    assert 1 / circuit.named("resistors").conductance[0] == pytest.approx(2000)
    assert circuit.of_kind(Diodes)[0].model.conditions.celsius == 127
