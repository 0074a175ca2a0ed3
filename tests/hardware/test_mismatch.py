"""A chip is its design with other values: every engine and every program solves the same one."""

import re
import shutil
import subprocess

import numpy as np
import pytest

from ebana_like.elements import CCCS, VCVS, Diodes, SpiceDiodes, VoltageSources
from ebana_like.energy import coenergy_weights
from ebana_like.errors import SettingError
from ebana_like.hardware import Mismatch, mismatch
from ebana_like.learning import Adjoint, Centered, SquaredError
from ebana_like.netlist import DIALECTS, Netlist, read_netlist, write_netlist
from ebana_like.networks import (
    Amplifier,
    Convolution,
    Crossbar,
    Currents,
    DiodePair,
    Inputs,
    OutputPairs,
    build_network,
)
from ebana_like.nudges import nudging_of
from ebana_like.simulators import NativeSimulator, NgspiceSimulator
from ebana_like.simulators.native import compiled
from ebana_like.simulators.native.general import GeneralEngine
from ebana_like.simulators.structure import find_layers

EVERYTHING = Mismatch(0.5, 0.01, 0.1, 0.1, 0.02, 0.05, 0.1)


def design(hidden=(5,), clamp=0.3, nudging=None):
    layers = [Inputs(2)]
    for size in hidden:
        layers += [Crossbar(size, (1e-6, 9e-5)), DiodePair("d1n4148", clamp), Amplifier(3.0, 0.5)]
    return build_network([*layers, Crossbar(4), OutputPairs()], nudging=nudging or Currents())


def chip(hidden=(5,), what=EVERYTHING, number=3, **options):
    return what.numbered(design(hidden, **options), number)


def largest(a, b):
    return float(np.abs(a - b).max())


def test_a_chip_is_the_same_wherever_it_is_asked_for():
    one, again, other = chip(), chip(), chip(number=4)
    assert write_netlist(Netlist(one)) == write_netlist(Netlist(again)) != write_netlist(Netlist(other))
    assert [b.labels for b in one.banks] == [b.labels for b in design().banks]


def test_what_differs_does_not_depend_on_what_else_does():
    alone, together = chip(what=Mismatch(gain=0.1)), chip()
    assert np.array_equal(alone.bank("forward1", VCVS).gain, together.bank("forward1", VCVS).gain)
    assert np.array_equal(alone.bank("up1", Diodes).area, np.ones(5))


def test_deviations_are_those_asked_for():
    """Of 4000 elements: the standard error of a standard deviation is 1.1 % of it."""
    circuit = build_network([Inputs(1), Crossbar(4000), DiodePair(), Amplifier(4.0), Crossbar(2), OutputPairs()])
    made = Mismatch(saturation=0.4, gain=0.05, feedback=0.02, offset=0.01, conductance=0.1).numbered(circuit, 0)
    found = {
        0.4: np.log(made.bank("up1", Diodes).area),
        0.05: np.log(made.bank("forward1", VCVS).gain / 4),
        0.02: np.log(made.bank("back1", CCCS).gain * 4),
        0.01: made.bank("meter1", VoltageSources).voltage,
        0.1: np.log(made.values()["crossbar1.conductance"] / circuit.values()["crossbar1.conductance"]),
    }
    for wanted, drawn in found.items():
        assert drawn.std() == pytest.approx(wanted, rel=0.05)
        assert abs(drawn.mean()) < 0.07 * wanted


def test_a_threshold_is_a_saturation_by_the_thermal_voltage():
    circuit = build_network([Inputs(1), Crossbar(4000), DiodePair(), Crossbar(2), OutputPairs()])
    up = Mismatch(threshold=0.01).numbered(circuit, 0).bank("up1", Diodes)
    assert np.log(up.area).std() * up.model.scale == pytest.approx(0.01, rel=0.05)


def test_rails_move_and_nothing_else_does():
    moved, still = chip(what=Mismatch(rail=0.05)), design()
    changed = [
        bank.name
        for bank, other in zip(moved.of_kind(VoltageSources), still.of_kind(VoltageSources), strict=True)
        if not np.array_equal(bank.voltage, other.voltage)
    ]
    assert changed == ["rails1"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("saturatoin=0.4", 'names "saturatoin"; did you mean "saturation"'),
        ("gain", "expected NAME=DEVIATION"),
        ("gain=-1", "mismatch: gain is -1; it must be at least 0"),
        ("gain=1,gain=2", "gain twice"),
    ],
)
def test_what_cannot_be_meant_is_said(text, message):
    with pytest.raises(SettingError, match=message):
        mismatch(text)


def test_words_of_a_mismatch():
    assert mismatch("saturation=0.4, gain=5%,offset=10m") == Mismatch(saturation=0.4, gain=0.05, offset=0.01)
    assert str(Mismatch(gain=0.05, offset=0.01)) == "gain=0.05,offset=0.01"
    with pytest.raises(SettingError, match="gain=0.1.*the circuit has none"):
        Mismatch(gain=0.1).numbered(build_network([Inputs(2), Crossbar(4), OutputPairs()]), 0)


@pytest.mark.parametrize(
    "hidden", [(5,), *(pytest.param(each, marks=pytest.mark.thorough) for each in ((6, 5), (6, 5, 4)))], ids=str
)
def test_layers_with_a_value_an_element_are_solved_as_any_circuit_is(hidden, nudging):
    circuit = chip(hidden, nudging=nudging)
    layers = find_layers(circuit)
    assert layers is not None
    assert layers.even == (len(hidden) == 1)
    features = np.random.default_rng(0).uniform(-3, 3, (7, 2))
    targets, betas = np.ones((7, 2)), np.repeat([[1e-6], [-1e-6]], 7, axis=1)
    pull = nudging_of(circuit, SquaredError(), targets, betas)
    points = NativeSimulator(circuit).solve({}, features, pull)
    expected = GeneralEngine(circuit, compiled.run).solve({}, features, pull)
    assert points.converged.all()
    assert not points.messages  # no point is left to the general engine
    assert largest(points.voltages, expected.voltages) < 1e-12
    with NgspiceSimulator(circuit) as simulator:
        assert largest(points.voltages, simulator.solve({}, features, pull).voltages) < 1e-11


def test_ratios_of_the_first_layer_may_differ_in_a_deep_network():
    base = design((6, 5))
    rng = np.random.default_rng(0)
    circuit = base.with_values({"forward1.gain": rng.uniform(2, 4, 6), "back1.gain": rng.uniform(0.3, 0.6, 6)})
    assert find_layers(circuit) is not None
    assert len(np.unique(coenergy_weights(circuit)["crossbar1"])) == 6
    features = rng.uniform(-3, 3, (7, 2))
    points = NativeSimulator(circuit).solve({}, features)
    assert largest(points.voltages, GeneralEngine(circuit, compiled.run).solve({}, features, None).voltages) < 1e-12


@pytest.mark.parametrize("hidden", [pytest.param((5,), marks=pytest.mark.thorough), (6, 5)], ids=str)
def test_gradients_of_a_chip_are_those_of_finite_differences(hidden):
    circuit = chip(hidden)
    features, targets = np.random.default_rng(0).uniform(-2, 2, (4, 2)), np.full((4, 2), 0.2)
    cost, simulator = SquaredError(), NativeSimulator(circuit)
    given = simulator, circuit.values(), features, targets, cost, np.random.default_rng(0)
    estimators = [(Adjoint(), 1e-6)]
    if len(hidden) == 1:  # behind the first layer no weights fit ratios that differ
        estimators.append((Centered(1e-7), 1e-5))
    for estimator, accuracy in estimators:
        for at, gradient in estimator.estimate(*given).gradients.items():
            for k in (0, len(gradient) // 2, len(gradient) - 1):
                step = 1e-3 * circuit.values()[at][k]
                losses = []
                for sign in (1, -1):
                    values = {name: g.copy() for name, g in circuit.values().items()}
                    values[at][k] += sign * step
                    losses.append(cost.value(simulator.solve(values, features).scores, targets).mean())
                # differences of second order: (1e-3)^2 of the curvature
                assert gradient[k] == pytest.approx(
                    (losses[0] - losses[1]) / (2 * step), rel=accuracy, abs=1e-6 * np.abs(gradient).max()
                )


def test_the_netlist_of_a_chip_comes_back():
    circuit = chip().with_features(np.array([1.5, -2.0]))
    text = write_netlist(Netlist(circuit))
    assert re.search(r"^dup1_3 h1_3 up1 d1n4148 area=\d\.\d+$", text, re.MULTILINE)
    back = read_netlist(text).circuit
    assert write_netlist(Netlist(back)) == text
    assert np.array_equal(back.bank("up1", Diodes).area, circuit.bank("up1", Diodes).area)


@pytest.mark.parametrize(("name", "text"), [("spectre", " area="), ("ltspice", "d1n4148 1"), ("xyce", " area=")])
def test_each_dialect_has_its_words_for_an_area(name, text):
    circuit = design().with_values({"up1.area": np.array([1.5, 1, 1, 1, 1])})
    lines = [line for line in write_netlist(Netlist(circuit), DIALECTS[name]).splitlines() if line.startswith("dup1_")]
    assert [text in line for line in lines] == [True, False, False, False, False]
    assert "1.5" in lines[0]


def test_an_area_in_a_netlist_from_elsewhere_is_ours():
    text = "t\nv1 a 0 1\nr1 a b 100k\nd1 b 0 m {}\n.model m d is=1e-9 n=1.5\n.end\n"
    for size in ("1.37", "area=1.37"):
        (diode,) = read_netlist(text.format(size)).circuit.of_kind(Diodes)
        assert diode.area.tolist() == [1.37]
    assert read_netlist(text.format("m=2")).circuit.of_kind(SpiceDiodes)


def test_ngspice_finds_the_recorded_voltages_of_a_chip(operating_point, ngspice):
    circuit = chip().with_features(np.array([1.5, -2.0]))
    expected = operating_point(circuit)
    solved = ngspice(write_netlist(Netlist(circuit)))
    worst = max(abs(solved[node] - v) for node, v in zip(circuit.nodes[1:], expected[1:], strict=True))
    assert worst < 1e-12  # rounding of volts, as of an ideal circuit


@pytest.mark.skipif(not shutil.which("gnucap"), reason="gnucap is not installed")
def test_gnucap_finds_the_recorded_voltages_of_a_chip(operating_point, tmp_path):
    circuit = chip().with_features(np.array([1.5, -2.0]))
    expected = dict(zip(circuit.nodes, operating_point(circuit).tolist(), strict=True))
    (tmp_path / "circuit.cir").write_text(write_netlist(Netlist(circuit), DIALECTS["gnucap"]))
    done = subprocess.run(
        ["gnucap", "-b", "circuit.cir"],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    found = DIALECTS["gnucap"].voltages(tmp_path, done.stdout)
    # its constants of 1973 shift a diode's voltage by 3e-5 of itself, as of an ideal circuit
    assert max(abs(found[node] - expected[node]) for node in found) < 1e-4


def test_tied_windows_cannot_differ():
    layers = [
        Inputs(9),
        Convolution((1, 3, 3), 2, 1, 2),
        *(DiodePair("d1n4148"), Amplifier(3.0)),
        Crossbar(4),
        OutputPairs(),
    ]
    with pytest.raises(SettingError, match='conductance=0.1, and elements of "crossbar1" share theirs; leave it out'):
        Mismatch(conductance=0.1).numbered(build_network(layers), 3)
