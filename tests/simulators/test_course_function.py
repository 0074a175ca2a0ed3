"""A course is differentiated as differences say, by its values and by its start, and settles into the adjoint."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ebana_like.conformance.in_time import random_netlist
from ebana_like.learning import Adjoint, SquaredError
from ebana_like.loading import loaded
from ebana_like.netlist import read_netlist
from ebana_like.networks import Amplifier, Crossbar, DiodePair, Inputs, OutputPairs, build_network
from ebana_like.simulators import NativeSimulator
from ebana_like.simulators.native.courses.course_function import course_function
from ebana_like.simulators.native.runtime import doubles
from ebana_like.systems import Start, Transient

FEATURES, TARGETS = np.array([[1.0, -2.0], [2.0, 1.5]]), np.array([[0.3], [-0.3]])


def differences(function, at, which):
    found = []
    for k in which:
        step = 1e-4 * max(abs(at.flat[k]), 1e-3)
        moved = [at.copy() for _ in range(4)]
        for each, by in zip(moved, (-2, -1, 1, 2), strict=True):
            each.flat[k] += by * step
        low, lower, upper, high = map(function, moved)
        found.append((low - 8 * lower + 8 * upper - high) / (12 * step))
    return np.array(found)


def test_gradients_by_conductances_capacitances_and_the_start_are_those_of_differences():
    circuit = read_netlist(random_netlist(np.random.default_rng(2), "diode")).circuit
    analysis, nothing = Transient.even(2e-6, 60), np.zeros((1, 0))
    with doubles():
        course = course_function(circuit, analysis, nothing)
        start = np.random.default_rng(0).uniform(-0.2, 0.2, (1, len(circuit.nodes)))
        start[:, 0] = 0.0
        g, c = circuit.named("resistors").conductance, circuit.storage.capacitors.capacitance
        target = circuit.nodes.index("n2")

        @jax.jit
        def loss(g, c, start):
            volts = course({"resistors.conductance": g, "capacitors.capacitance": c}, start)
            return (volts[0, -1, target] - 0.1) ** 2 + (volts[0, :, target] ** 2).mean()

        own = [jnp.asarray(part) for part in (g, c, start)]
        by_g, by_c, by_start = jax.grad(loss, (0, 1, 2))(*own)
        assert np.array(by_g)[:4] == pytest.approx(
            differences(lambda v: float(loss(v, c, start)), g, range(4)), rel=1e-6, abs=1e-9 * np.abs(by_g).max()
        )
        scaled = differences(lambda v: float(loss(g, v * 1e-9, start)), c * 1e9, range(3)) * 1e9
        assert np.array(by_c)[:3] == pytest.approx(scaled, rel=1e-6, abs=1e-8 * np.abs(by_c).max())
        free = [circuit.nodes.index(name) for name in ("n0", "n1", "n3")]
        found = differences(lambda v: float(loss(g, c, v)), start, free)
        assert np.array(by_start)[0, free] == pytest.approx(found, rel=1e-6, abs=1e-9 * np.abs(by_start).max())
        simulated = NativeSimulator(circuit).follow(
            {}, nothing, Transient(analysis.times, start=Start(start, np.zeros((1, 2))))
        )
        assert np.array(course({}, start))[0, 1:] == pytest.approx(simulated.voltages[0, 1:], abs=1e-9)


def test_a_long_course_has_the_gradient_of_where_it_settles():
    layers = [Inputs(2), Crossbar(3), DiodePair(), Amplifier(4.0), Crossbar(2), OutputPairs()]
    circuit = loaded(build_network(layers), 1e-12)
    cost, values = SquaredError(), circuit.values()
    scale = float(cost.gradient(np.ones((1, 1)), np.zeros((1, 1)))[0, 0])  # of half a square
    with NativeSimulator(circuit) as simulator:
        settled = simulator.solve({}, FEATURES)
        truth = Adjoint().estimate(simulator, values, FEATURES, TARGETS, cost, np.random.default_rng(0)).gradients
    with doubles():
        course = course_function(circuit, Transient.even(1e-5, 150, "euler"), FEATURES)

        def loss(values):
            volts = course(values, settled.voltages[0])[:, -1]
            scores = volts[:, circuit.outputs.positive] - volts[:, circuit.outputs.negative]
            return scale * ((scores - TARGETS) ** 2).sum(axis=1).mean() / 2

        found = jax.grad(loss)({at: jnp.asarray(value) for at, value in values.items()})
    for at, value in truth.items():
        assert np.array(found[at]) == pytest.approx(value, rel=1e-5, abs=1e-5 * np.abs(value).max())
