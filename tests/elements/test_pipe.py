"""Turbulent pipes: their law, their rule against finite differences in both engines, and networks that learn flows."""

import numpy as np
import pytest

from ebana_like.elements.pipe import LAMINAR, Pipes
from ebana_like.learning import Adjoint, Centered, SquaredError
from ebana_like.netlist import Netlist, diode_model, read_netlist, write_netlist
from ebana_like.networks import Graph, build_graph, lattice
from ebana_like.simulators import NativeSimulator, NgspiceSimulator

COST = SquaredError()
FEATURES, TARGETS = np.array([[1.0, -0.4], [0.3, 0.8]]), np.array([[0.3, 0.2], [0.4, 0.5]])


def network(valves=()):
    return build_graph(lattice(3, 3), [0, 8], [4, 5], held={2: 0.0}, seed=3, edge="pipe", valves=valves)


def test_a_pipe_carries_the_square_root_of_its_drop():
    pipes = Pipes("pipes", ("b0", "b1"), np.array([1, 1]), np.array([0, 0]), np.array([2e-6, 5e-6]))
    assert pipes.current(np.array([0.64, -0.25])) == pytest.approx([1.6e-6, -2.5e-6], rel=1e-5)
    assert pipes.current(np.array([1e-6, 0.0])) == pytest.approx([2e-12 / np.sqrt(LAMINAR), 0.0], rel=1e-5)
    at, step = np.array([0.3, -0.7]), 1e-5
    slope = (pipes.pseudo_power(at + step) - pipes.pseudo_power(at - step)) / (2 * step)
    assert slope == pytest.approx(pipes.current(at), rel=1e-9)
    assert pipes.pseudo_power_by("capacity", at) == pytest.approx(2 / 3 * abs(at) ** 1.5, rel=1e-3)


def estimated(engine, values, estimator):
    return estimator.estimate(engine, values, FEATURES, TARGETS, COST, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("kind", "valves"), [(NativeSimulator, ()), (NgspiceSimulator, ()), (NativeSimulator, ((1, 4), (5, 7)))]
)
def test_the_rule_is_the_slope_of_the_cost(kind, valves):
    circuit = network(valves)
    own = circuit.values()["edges.capacity"]
    with kind(circuit) as engine:

        def loss(k, move):
            moved = own.copy()
            moved[k] *= 1 + move
            return float(COST.value(engine.solve({"edges.capacity": moved}, FEATURES).scores, TARGETS).mean())

        h = 1e-3
        truth = np.array(
            [
                (8 * (loss(k, h) - loss(k, -h)) - loss(k, 2 * h) + loss(k, -2 * h)) / (12 * h * own[k])
                for k in range(len(own))
            ]
        )
        for estimator in (Adjoint(), Centered(1e-9)):
            found = estimated(engine, circuit.values(), estimator).gradients["edges.capacity"]
            assert np.linalg.norm(found - truth) < 1e-6 * np.linalg.norm(truth), estimator


@pytest.mark.parametrize("valves", [(), ((1, 4), (5, 7))])
def test_both_engines_find_the_same_pressures(valves):
    circuit = network(valves)
    with NativeSimulator(circuit) as native, NgspiceSimulator(circuit) as ngspice:
        volts = [engine.solve(circuit.values(), FEATURES).voltages for engine in (native, ngspice)]
    assert volts[0] == pytest.approx(volts[1], abs=1e-9)


def test_dissipation_is_least_where_all_laws_have_one_exponent_and_not_where_they_are_mixed():
    """With q = k sqrt|v| power is 3/2 of the pseudo-power; beside a laminar pipe they have different minima.

    Middle of a pipe and of a resistor between 1 V and ground: g (1 - V) = k sqrt V.
    """
    circuit = network()
    pipes, free = circuit.bank("edges", Pipes), [circuit.nodes.index(name) for name in ("n3", "n4", "n5")]
    with NativeSimulator(circuit) as engine:
        volts = engine.solve(circuit.values(), FEATURES[:1]).voltages[0, 0]

    def steepest(of):
        moves = 1e-6 * np.eye(len(volts))[free]
        return max(abs(of(pipes.drop(volts + move)) - of(pipes.drop(volts - move))) / 2e-6 for move in moves)

    flow = np.abs(pipes.current(pipes.drop(volts))).max()
    assert steepest(lambda drop: pipes.pseudo_power(drop).sum()) < 1e-7 * flow
    assert steepest(lambda drop: (pipes.current(drop) * drop).sum()) < 1e-3 * flow  # what is laminar near 0

    g, k = 1.0, 1.0
    settled = ((-k + np.sqrt(k**2 + 4 * g**2)) / (2 * g)) ** 2
    assert g * (1 - settled) == pytest.approx(k * np.sqrt(settled))
    slope_of_power = -2 * g * (1 - settled) + 1.5 * k * np.sqrt(settled)
    assert slope_of_power == pytest.approx(-0.5 * k * np.sqrt(settled))


def test_a_network_of_pipes_comes_back_from_its_netlist():
    text = write_netlist(Netlist(network()))
    assert "* @bank edges pipe trainable" in text
    back = read_netlist(text).circuit
    np.testing.assert_array_equal(back.values()["edges.capacity"], network().values()["edges.capacity"])
    assert write_netlist(Netlist(back)) == text


def test_a_check_valve_lets_flow_pass_one_way():
    circuit = build_graph(Graph(3, np.array([[1, 2]])), [0], [1], held={2: 0.0}, edge="pipe", valves=[(0, 1)])
    capacity, model = 1e-5, diode_model("schottky")
    with NativeSimulator(circuit) as engine:
        forth, back = engine.solve({"edges.capacity": np.array([capacity])}, np.array([[0.8], [-0.8]])).scores[:, 0]
    flow = capacity * forth**0.5
    assert 0.8 - forth == pytest.approx(model.scale * np.log1p(flow / model.saturation), abs=1e-5)
    assert 0.4 < forth < 0.8
    assert 0 > back > -1e-2
