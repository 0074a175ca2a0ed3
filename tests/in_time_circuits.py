"""Circuits that store more than they lose, with what they are to do in time."""

from dataclasses import replace

import numpy as np

from ebana_like.elements import Range, Resistors
from ebana_like.fitting.ports import with_ports
from ebana_like.learning.in_time import CAPACITANCE, INDUCTANCE, InTimeTask
from ebana_like.netlist.deck import read_deck
from ebana_like.netlist.read import foreign_circuit

TANKS = "two tanks\nvin s 0 0\ncin s a 0.5n\nla a 0 1m\nca a 0 1n\ncab a b 0.4n\nlb b 0 0.7m\ncb b 0 0.8n\n"
VARACTOR = "dv 0 b var\n.model var d is=1e-18 cjo=0.5n vj=3 m=0.5\n"


def circuit_of(text, output):
    """A netlist whose source vin is the input, and whose resistors may learn."""
    deck = read_deck(f"{text}.end\n", "netlist", None)
    circuit, _ = with_ports(foreign_circuit(deck), deck, "vin=x", output)
    banks = [
        replace(bank, trainable={"conductance": Range(0.0, np.inf)}) if isinstance(bank, Resistors) else bank
        for bank in circuit.banks
    ]
    return replace(circuit, banks=tuple(banks))


def task_of(steps):
    """A burst, and a later one that is wanted."""
    times = np.linspace(0, 2e-5, steps + 1)
    burst = np.sin(2 * np.pi * times / 9e-6) * np.exp(-(((times - 7e-6) / 4e-6) ** 2))
    wanted = 0.5 * np.sin(2 * np.pi * (times - 2.5e-6) / 9e-6) * np.exp(-(((times - 9.5e-6) / 4e-6) ** 2))
    return InTimeTask(times, burst[None, :, None], wanted[None, :, None])


def stored(circuit, values):
    """The circuit with other capacitances and inductances."""
    return replace(circuit, storage=circuit.storage.with_values(values))


def values_of(circuit):
    """Capacitances and inductances by address."""
    return {CAPACITANCE: circuit.storage.capacitors.capacitance, INDUCTANCE: circuit.storage.inductors.inductance}
