"""At other temperatures, and with another gmin, circuits answer as ngspice has them answer."""

import numpy as np
import pytest

from ebana_like.elements import Diodes, Resistors
from ebana_like.elements.conditions import Conditions
from ebana_like.errors import CircuitError, NetlistError
from ebana_like.netlist import DIALECTS, Netlist, read_netlist, write_netlist
from ebana_like.simulators import NativeSimulator, NgspiceSimulator

FED = "title\nv1 a 0 1\nr1 a b 1k\n"
OPTIONS = [
    "",
    ".temp 50",
    ".temp -20\n.options tnom=17",
    ".options temp=100\n.temp 60",
    ".options TEMP = 25°C TNOM = 25°C",
]
CARDS = ["", "is=1n n=1.7", "is=1n n=1.7 eg=.69 xti=2", "is=1n tnom=50", "is=1n tref=10 eg=1.2"]


def volts(circuit, simulator):
    with simulator(circuit) as engine:
        points = engine.solve({}, np.zeros((1, 0)))
    assert points.usable.all()
    return dict(zip(circuit.nodes, points.voltages[0, 0], strict=True))


@pytest.mark.parametrize("options", OPTIONS)
def test_a_diodes_current_follows_the_temperature_as_in_ngspice(options):
    cards = "".join(f"r{k}b a n{k} 1k\nd{k} n{k} 0 m{k}\n.model m{k} d {card}\n" for k, card in enumerate(CARDS))
    circuit = read_netlist(f"{FED}{cards}{options}\n").circuit
    ours, theirs = volts(circuit, NativeSimulator), volts(circuit, NgspiceSimulator)
    assert ours == pytest.approx(theirs, rel=0, abs=1e-12)
    again = read_netlist(write_netlist(Netlist(circuit))).circuit
    assert again.conditions == circuit.conditions
    assert volts(again, NativeSimulator) == pytest.approx(ours, rel=0, abs=1e-15)


def test_saturation_current_is_spices_own_law():
    (diodes,) = read_netlist(f"{FED}d1 b 0 dd\n.model dd d is=1n n=2 eg=.8 xti=4\n.temp 77\n").circuit.of_kind(Diodes)
    ratio, volts = 350.15 / 300.15, 1.38064852e-23 * 350.15 / 1.6021766208e-19
    expected = 1e-9 * np.exp((ratio - 1) * 0.8 / (2 * volts) + 4 / 2 * np.log(ratio))
    assert diodes.model.saturation == pytest.approx(expected, rel=1e-14)
    assert diodes.model.scale == pytest.approx(2 * volts, rel=1e-15)


@pytest.mark.parametrize(
    ("line", "ohms"),
    [
        ("1k tc1=.01 tc2=1e-4", 1e3 * (1 + 0.4 + 0.16)),
        ("1k tc=.01 1e-4", 1e3 * (1 + 0.4 + 0.16)),
        ("1k tc=.01,1e-4 temp=37", 1e3 * (1 + 0.2 + 0.04)),
        ("1k tc1=.01 dtemp=3", 1e3 * 1.43),
        ("1k tce=1", 1e3 * 1.01**40),
        ("1k rr", 1e3 * 1.2),
        ("rr 2k tc1=.1", 2e3 * 3),
    ],
)
def test_resistances_at_another_temperature(line, ohms):
    text = f"{FED}r2 b 0 {line}\n.model rr r tc1=.01 tnom=37\n.options temp=57 tnom=17\n"
    resistors = read_netlist(text).circuit.bank("resistors", Resistors)
    assert 1 / resistors.conductance[1] == pytest.approx(ohms, rel=1e-14)


def test_another_gmin_is_spices_matter_and_reaches_it():
    circuit = read_netlist(f"{FED}d1 0 b dd\n.model dd d is=1f\n.options gmin=1e-4 temp=40\n").circuit
    assert not circuit.of_kind(Diodes)
    assert volts(circuit, NgspiceSimulator)["b"] == pytest.approx(1 / 1.1, rel=1e-9)


@pytest.mark.parametrize("name", DIALECTS)
def test_every_dialect_names_the_conditions(name):
    circuit = read_netlist(f"{FED}d1 b 0 dd\n.model dd d\n.options temp=50 tnom=20\n").circuit
    text = write_netlist(Netlist(circuit), DIALECTS[name])
    assert "temp=50.0 tnom=20.0" in text
    with pytest.raises(NetlistError, match="stands at 50 degrees itself"):
        write_netlist(Netlist(circuit), DIALECTS[name], celsius=26.9)


@pytest.mark.parametrize("words", [".temp -300", ".options gmin=-1", ".options tnom=warm", ".options temp"])
def test_conditions_that_cannot_be_are_refused(words):
    with pytest.raises(NetlistError, match=r"my\.cir, line 4: (temp|tnom|gmin) is"):
        read_netlist(f"{FED}{words}\nr2 b 0 1\n", "my.cir")
    with pytest.raises(CircuitError):
        Conditions(celsius=-300.0)
