"""A deviation is traced to its reason: the laws in which programs differ are removed one by one."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ebana_like.analysis.rerun import compare, solved
from ebana_like.elements import Diodes
from ebana_like.hardware import Mismatch
from ebana_like.netlist import DIALECTS, Netlist, load_netlist
from ebana_like.networks import Amplifier, Crossbar, DiodePair, Inputs, OutputPairs, build_network
from ebana_like.simulators.programs import find_program, run_program

FOREIGN = Path(__file__).parents[2] / "netlists" / "foreign"
LAYERS = [Inputs(3), Crossbar(5), DiodePair("schottky"), Amplifier(gain=4.0), Crossbar(4), OutputPairs()]


@pytest.fixture
def netlist():
    """A network with diodes that conduct and diodes far in reverse, and its recorded outputs."""
    circuit = build_network(LAYERS, seed=3).with_features(np.array([2.0, -1.5, 1.0]))
    voltages = solved(circuit)
    drops = np.concatenate([bank.drop(voltages) for bank in circuit.of_kind(Diodes)])
    assert drops.max() > 0.1
    assert drops.min() < -0.1
    recorded = {circuit.nodes[k]: float(voltages[k]) for k in circuit.outputs.positive}
    return Netlist(circuit, recorded)


def named(circuit, voltages):
    return dict(zip(circuit.nodes[1:], voltages[1:].tolist(), strict=True))


def test_the_same_laws_leave_nothing_to_explain(netlist):
    comparison = compare(netlist, named(netlist.circuit, solved(netlist.circuit)), DIALECTS["ngspice"], None)
    assert comparison.recorded.volts == 0
    assert [step.everywhere.volts for step in comparison.steps] == [0]
    assert "none to look for" in comparison.reason


def test_another_thermal_voltage_is_found_as_the_reason(netlist):
    """Xyce's constants, put in by scaling N in its place: only N Vt stands in the law."""
    circuit, laws = netlist.circuit, DIALECTS["xyce"].laws
    ratio = laws.thermal_voltage(None) / DIALECTS["ngspice"].laws.thermal_voltage(None)

    def warmer(bank):
        return replace(bank, model=replace(bank.model, emission=bank.model.emission * ratio))

    other = replace(circuit, banks=tuple(warmer(b) if isinstance(b, Diodes) else b for b in circuit.banks))
    comparison = compare(netlist, named(circuit, solved(other)), DIALECTS["xyce"], None)
    as_it_stands, explained = (step.outputs.volts for step in comparison.steps)
    assert as_it_stands > 1e-6
    assert explained < 1e-14
    assert comparison.reason.startswith("mostly its thermal voltage")


def test_a_deviation_without_a_known_reason_is_not_given_one(netlist):
    theirs = named(netlist.circuit, solved(netlist.circuit))
    theirs["y1p"] += 1e-3
    for name in ("gnucap", "ltspice"):
        comparison = compare(netlist, theirs, DIALECTS[name], None)
        assert comparison.recorded.node == "y1p"
        assert comparison.recorded.volts == pytest.approx(1e-3)
        assert comparison.reason.startswith("not known: 1.0e-03 V stay")


@pytest.mark.skipif(not shutil.which("gnucap"), reason="gnucap is not installed")
def test_gnucaps_gmin_is_found_as_the_reason(divider):
    """Of 3e-6 S at the divider's output, gmin to ground takes a third of a millionth."""
    netlist = Netlist(divider, {"out": 2.0})
    gnucap = find_program("gnucap")
    comparison = compare(netlist, run_program(gnucap, netlist, None, limit=60).voltages, gnucap.dialect, None)
    as_it_stands, with_gmin, with_series = (step.outputs.volts for step in comparison.steps)
    assert as_it_stands == pytest.approx(2.0 * 1e-12 / 3e-6, rel=1e-3)
    assert with_gmin < 1e-10  # its voltage source has 10 uOhm, in a loop of 1.5 MOhm
    assert with_series < 1e-10
    assert comparison.reason.startswith("mostly its gmin to ground")


@pytest.mark.skipif(not shutil.which("gnucap"), reason="gnucap is not installed")
@pytest.mark.parametrize("equal_vt", [False, True])
def test_gnucap_is_explained_by_its_constants_and_its_reverse_law(netlist, equal_vt):
    gnucap = find_program("gnucap")
    celsius = gnucap.dialect.laws.matching_temperature() if equal_vt else None
    run = run_program(gnucap, netlist, celsius, limit=60)
    comparison = compare(netlist, run.voltages, gnucap.dialect, celsius)
    volts = [step.outputs.volts for step in comparison.steps]
    assert len(volts) == (4 if equal_vt else 5)
    assert volts[0] == pytest.approx(comparison.recorded.volts, rel=1e-6) or not equal_vt
    assert volts[0] > 1e-7
    # what stays is gnucap's ammeters of 10 uOhm: 1e-16 V of rounding over them is 1e-11 A, on some 1e-5 S at a node
    assert volts[-1] < 1e-7


@pytest.mark.skipif(not shutil.which("gnucap"), reason="gnucap is not installed")
@pytest.mark.parametrize("celsius", [0.0, 85.0])
def test_gnucap_is_explained_at_other_temperatures_and_on_a_chip(celsius, netlist):
    """It has another IS(T), which its netlist makes up for."""
    chip = Mismatch(saturation=0.5, gain=0.1, feedback=0.1, offset=0.02).numbered(netlist.circuit, 1).at(celsius)
    made, gnucap = Netlist(chip), find_program("gnucap")
    comparison = compare(made, run_program(gnucap, made, None, limit=60).voltages, gnucap.dialect, None)
    volts = [step.outputs.volts for step in comparison.steps]
    assert volts[0] < 1e-5
    assert volts[-1] < 1e-7


@pytest.mark.skipif(not shutil.which("gnucap"), reason="gnucap is not installed")
@pytest.mark.parametrize(("name", "left"), [("graph", 1e-14), ("ladder", 1e-14), ("xor_stages", 3e-8)])
def test_gnucaps_laws_explain_foreign_netlists(name, left):
    """To the last bit without amplifiers, whose currents it measures over 10 uOhm: 1e-16 V are 1e-11 A there."""
    netlist, gnucap = load_netlist(FOREIGN / f"{name}.cir"), find_program("gnucap")
    comparison = compare(netlist, run_program(gnucap, netlist, None, limit=60).voltages, gnucap.dialect, None)
    first, *_, last = (step.everywhere.volts for step in comparison.steps)
    assert last < left < first


@pytest.mark.skipif(not shutil.which("ngspice"), reason="ngspice is not installed")
def test_what_only_ngspice_knows_is_solved_by_it():
    netlist, ngspice = load_netlist(FOREIGN / "clipper.cir"), find_program("ngspice")
    theirs = dict(run_program(ngspice, netlist, None, limit=60).voltages)
    comparison = compare(netlist, theirs, ngspice.dialect, None)
    assert [step.law for step in comparison.steps] == [""]
    assert comparison.steps[0].everywhere.volts < 1e-12
    theirs["y"] += 1e-3
    assert "models of transistors may be others" in compare(netlist, theirs, DIALECTS["gnucap"], None).reason
