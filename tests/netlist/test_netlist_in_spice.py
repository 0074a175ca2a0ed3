"""SPICE programs give the written netlist the voltages that the elements' laws give it."""

import re
import shutil
import subprocess

import numpy as np
import pytest

from ebana_like.elements import Diodes
from ebana_like.netlist import Netlist, read_netlist, write_netlist
from ebana_like.netlist.dialects.rawfile import read_rawfile
from ebana_like.networks import Amplifier, Crossbar, DiodePair, Inputs, OutputPairs, build_network

LAYERS = [
    Inputs(2),
    Crossbar(4, initial=(1e-6, 1e-4)),
    DiodePair("d1n4148"),
    Amplifier(gain=2.0),
    Crossbar(4),
    OutputPairs(),
]


def network(nudging, nudged):
    """A network whose diodes conduct; its outputs, when nudged, are pulled by some 0.1 to 1 uA."""
    circuit = build_network(LAYERS, seed=1, nudging=nudging).with_features(np.array([2.0, -1.5]))
    if not nudged:
        return circuit
    if circuit.driven.way == "current":
        return circuit.with_values({"nudge.amperes": np.array([1e-6, -2e-7])})
    return circuit.with_values({"targets.voltage": np.array([0.5, -0.2]), "close.voltage": np.ones(1)})


@pytest.mark.parametrize("nudged", [False, True], ids=["free", "nudged"])
def test_ngspice_agrees(nudging, nudged, operating_point, ngspice):
    circuit = network(nudging, nudged)
    expected = operating_point(circuit)
    solved = ngspice(write_netlist(Netlist(circuit)))
    worst = max(abs(solved[node] - v) for node, v in zip(circuit.nodes[1:], expected[1:], strict=True))
    # A closed switch of 1 mS turns the last digit of its nodes' voltages, 1e-16 V, into 1e-19 A, and the outputs'
    # conductances of 1e-6 S turn that into 1e-13 V; everything else is rounding of volts.
    assert worst < 1e-12


@pytest.mark.parametrize("nudged", [False, True], ids=["free", "nudged"])
@pytest.mark.skipif(not shutil.which("gnucap"), reason="gnucap is not installed")
def test_gnucap_agrees(nudging, nudged, operating_point, tmp_path):
    circuit = network(nudging, nudged)
    expected = operating_point(circuit)
    path = tmp_path / "circuit.cir"
    path.write_text(write_netlist(Netlist(circuit)))
    done = subprocess.run(
        ["gnucap", "-b", str(path)],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    names, values = done.stdout.strip().splitlines()[-2:]
    for name, value in zip(re.findall(r"v\((\w+)\)", names), values.split()[1:], strict=True):
        # gnucap prints five digits, and its constants of 1973 shift a diode's voltage by 3e-5 of itself
        assert float(value) == pytest.approx(expected[circuit.nodes.index(name)], abs=1e-5)


@pytest.mark.parametrize("nudged", [False, True], ids=["free", "nudged"])
def test_the_network_solved_here_is_not_linear(nudging, nudged, operating_point):
    """Without diodes that conduct the comparisons above would say nothing about them."""
    circuit = network(nudging, nudged)
    voltages = operating_point(circuit)
    currents = [np.abs(bank.current(bank.drop(voltages))).max() for bank in circuit.of_kind(Diodes)]
    assert max(currents) > 1e-6


def run_ngspice(folder, text, *options):
    (folder / "circuit.cir").write_text(text)
    return subprocess.run(
        ["ngspice", "-b", "-n", *options, "circuit.cir"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.skipif(not shutil.which("ngspice"), reason="ngspice is not installed")
def test_ngspice_prints_the_answers_and_little_else(divider, tmp_path):
    done = run_ngspice(tmp_path, write_netlist(Netlist(divider)))
    assert (done.returncode, done.stderr) == (0, "")
    assert re.findall(r"^v\(.*$", done.stdout, re.MULTILINE) == ["v(out) = 2.0000000000000000e+00"]
    assert len(done.stdout.splitlines()) < 20
    many = "title\nv1 n0 0 1\n" + "".join(f"r{k} n{k} n{k + 1} 1\n" for k in range(1500)) + "rl n1500 0 1\n"
    done = run_ngspice(tmp_path, write_netlist(read_netlist(many)))
    assert len(re.findall(r"^v\(n\d+\) = ", done.stdout, re.MULTILINE)) == 1501


@pytest.mark.skipif(not shutil.which("ngspice"), reason="ngspice is not installed")
def test_ngspice_still_writes_a_file_of_all_voltages_and_fails_where_it_finds_none(divider, tmp_path):
    text = write_netlist(Netlist(divider))
    assert run_ngspice(tmp_path, text, "-r", "circuit.raw").returncode == 0
    assert read_rawfile(tmp_path / "circuit.raw") == pytest.approx({"in": 3.0, "out": 2.0}, rel=1e-14)
    done = run_ngspice(tmp_path, text.replace("rtop in", "vtop in 0 1\nrtop in"))
    assert done.returncode == 1
    assert "v(out) =" not in done.stdout
