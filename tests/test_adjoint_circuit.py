"""The adjoint circuit's equations are the transposed ones, whatever the circuit is made of."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_circuits import KINDS, random_circuit

from ebana_like.adjoint import adjoint_circuit
from ebana_like.elements import CCCS, VCVS, Diodes, Resistors, VoltageSources
from ebana_like.netlist import Netlist, read_netlist, write_netlist
from ebana_like.networks import Amplifier, Crossbar, DiodePair, Inputs, OutputPairs, build_network
from ebana_like.simulators import NativeSimulator


@given(seed=st.integers(0, 2**32 - 1), kinds=st.lists(st.sampled_from(KINDS), min_size=2, max_size=14))
def test_its_voltages_solve_the_transposed_equations(seed, kinds):
    circuit, volts = random_circuit(seed, kinds)
    simulator = NativeSimulator(circuit)
    points = simulator.solve({}, np.array([[volts]]))
    current = np.array([1e-6])  # amperes: lets all nodes stay within volts
    transposed = simulator.adjoint(points, current[None])[0]
    mirrored = adjoint_circuit(circuit, points.voltages[0, 0], current)
    # as its own sources stand, the nudging's included: what `ngspice -b` of its netlist solves
    solved = solve_as_it_stands(mirrored)
    # where the current flows into a held node nothing moves, to the rounding of 1e-6 A beside the elements' siemens
    rounding = 1e-11 * np.abs(transposed).max() + 1e-18
    assert solved[: len(circuit.nodes)] == pytest.approx(transposed, rel=1e-9, abs=rounding)


def solve_as_it_stands(circuit):
    class Standing:
        phases = 1

        def drives(self, scores, samples):
            (address,) = circuit.driven.addresses
            return {address: circuit.addressed(address).amperes[None, None]}

    points = NativeSimulator(circuit).solve({}, np.zeros((1, circuit.inputs.count)), Standing())
    assert points.converged.all()
    return points.voltages[1, 0]


def neurons():
    layers = [Inputs(2), Crossbar(3), DiodePair("d1n4148"), Amplifier(4), Crossbar(2), OutputPairs()]
    circuit = build_network(layers)
    features = np.array([[1.0, -0.6]])
    points = NativeSimulator(circuit).solve(circuit.values(), features)
    return circuit, points.voltages[0, 0], NativeSimulator(circuit).adjoint(points, np.ones((1, 1)))[0]


def test_it_is_a_netlist_that_a_person_can_run(ngspice):
    circuit, voltages, transposed = neurons()
    text = write_netlist(Netlist(adjoint_circuit(circuit, voltages, np.ones(1))))
    assert write_netlist(read_netlist(text)) == text
    solved = ngspice(text.replace(".print op", ".print op " + " ".join(f"v({node})" for node in circuit.nodes[1:])))
    largest = np.abs(transposed).max()
    for node, expected in zip(circuit.nodes[1:], transposed[1:].tolist(), strict=True):
        assert solved[node] == pytest.approx(expected, rel=1e-9, abs=1e-12 * largest)


def test_every_kind_of_element_becomes_what_transposes_it():
    circuit, voltages, _ = neurons()
    mirrored = adjoint_circuit(circuit, voltages, np.ones(1))
    assert not mirrored.of_kind(Diodes)
    assert all((bank.voltage == 0).all() for bank in mirrored.of_kind(VoltageSources))
    (forward,), (back,) = circuit.of_kind(VCVS), circuit.of_kind(CCCS)
    (lifted,), (drawn,) = mirrored.of_kind(VCVS), mirrored.of_kind(CCCS)
    assert (drawn.gain == -forward.gain).all()
    assert (lifted.gain == -back.gain).all()
    up = circuit.bank("up1", Diodes)
    assert mirrored.bank("up1", Resistors).conductance.tolist() == up.slope(up.drop(voltages)).tolist()
    assert mirrored.bank("crossbar1", Resistors) is circuit.bank("crossbar1", Resistors)
