"""Every dialect describes the same circuit; what differs is how a program wants it said."""

import numpy as np
import pytest

from ebana_like.elements import Resistors
from ebana_like.elements.constants import THERMAL_VOLTAGE
from ebana_like.elements.numbers import conductance
from ebana_like.errors import NetlistError
from ebana_like.netlist import DIALECTS, Netlist, write_netlist
from ebana_like.netlist.dialects.rawfile import read_rawfile
from ebana_like.networks import Amplifier, Crossbar, DiodePair, Inputs, OutputPairs, build_network

LAYERS = [Inputs(2), Crossbar(3), DiodePair("d1n4148"), Amplifier(gain=2.0), Crossbar(4), OutputPairs()]


def element_lines(text):
    return [line for line in text.splitlines()[1:] if line[0].isalpha() and line.split()[1:2] and "_" in line]


@pytest.mark.parametrize("name", ["gnucap", "xyce", "ltspice"])
def test_spice_programs_share_the_element_lines(name, nudging):
    netlist = Netlist(build_network(LAYERS, nudging=nudging))
    assert element_lines(write_netlist(netlist, DIALECTS[name])) == element_lines(write_netlist(netlist))


def test_spectre_joins_the_same_nodes_by_the_same_values(nudging):
    circuit = build_network(LAYERS, nudging=nudging)
    lines = write_netlist(Netlist(circuit), DIALECTS["spectre"]).splitlines()
    written = {line.split()[0]: line for line in lines if "(" in line and not line.startswith("//")}
    assert set(written) == {label for bank in circuit.banks for label in bank.labels}
    for bank in circuit.banks:
        for k, line in enumerate(bank.spice_lines(circuit.nodes)):
            label, *words = line.split()
            inside, master = written[label].partition("(")[2].split(") ")
            assert inside.split() == words[: len(inside.split())]
            if isinstance(bank, Resistors):
                assert conductance(master.partition("r=")[2]) == bank.conductance[k]


def test_spectre_has_no_words_for_a_kind_it_does_not_know(divider):
    class Memristors(Resistors):
        kind = "memristor"

    banks = tuple(Memristors(**bank.contents()) if bank.name == "bottom" else bank for bank in divider.banks)
    circuit = type(divider)(**{**vars(divider), "banks": banks})
    with pytest.raises(NetlistError, match='bank "bottom" holds memristor elements, which are not written for spectre'):
        write_netlist(Netlist(circuit), DIALECTS["spectre"])


@pytest.mark.parametrize("name", [name for name, dialect in DIALECTS.items() if dialect.laws is not None])
def test_at_the_matching_temperature_thermal_voltages_are_equal(name):
    laws = DIALECTS[name].laws
    # the temperature is written with all its digits; what is lost is the rounding of kelvin to degrees
    assert laws.thermal_voltage(laws.matching_temperature()) == pytest.approx(THERMAL_VOLTAGE, rel=1e-15)
    assert laws.thermal_voltage(None) == laws.thermal_voltage(27.0)


@pytest.mark.parametrize("name", DIALECTS)
def test_a_given_temperature_is_nominal_too(name, divider):
    """Else the saturation current would move with it."""
    text = write_netlist(Netlist(divider), DIALECTS[name], 31.25)
    assert text.count("31.25") == 2
    assert "tnom=31.25" in text
    assert "31.25" not in write_netlist(Netlist(divider), DIALECTS[name])


HEADER = "Title: t\nPlotname: Operating Point\nFlags: real\nNo. Variables: 3\nNo. Points: 1\nVariables:\n"
VARIABLES = "\t0\tV(Out)\tvoltage\n\t1\ti(vin)\tcurrent\n\t2\tin\tvoltage\n"
ASCII = HEADER + VARIABLES + "Values:\n0\t1.5000000000000002e+00\n\t-1e-6\n\t2.5\n\n"


@pytest.mark.parametrize(
    "raw",
    [
        ASCII.encode(),
        ASCII.replace("\n", "\r\n").encode("utf-16-le"),
        f"{HEADER}{VARIABLES}Binary:\n".encode() + np.array([1.5000000000000002, -1e-6, 2.5]).tobytes(),
        ASCII.replace("Variables:\n\t0", "Variables:\t0").encode(),
    ],
    ids=["ascii", "LTspice", "binary", "first variable on the line"],
)
def test_raw_files_give_voltages_by_name(raw, tmp_path):
    (tmp_path / "a.raw").write_bytes(raw)
    assert read_rawfile(tmp_path / "a.raw") == {"out": 1.5000000000000002, "in": 2.5}


CUT_OFF = ["", "Title: t\n", ASCII[:-8], HEADER + VARIABLES + "Binary:\n123", HEADER + "\t0 Values:\n1"]


@pytest.mark.parametrize("raw", CUT_OFF)
def test_a_raw_file_that_is_cut_off_is_refused(raw, tmp_path):
    (tmp_path / "a.raw").write_bytes(raw.encode())
    with pytest.raises(NetlistError, match=r"a\.raw is not a raw file"):
        read_rawfile(tmp_path / "a.raw")


def test_a_raw_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(NetlistError, match=r"there is no result file a\.raw"):
        read_rawfile(tmp_path / "a.raw")
