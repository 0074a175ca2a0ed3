"""A shaken circuit visits states as its co-content says, and its fluctuations are the gradient of its mean cost."""

import numpy as np
import pytest

from ebana_like.elements.constants import GMIN
from ebana_like.errors import CircuitError
from ebana_like.learning import Adjoint, SquaredError, Stochastic
from ebana_like.learning.estimators.continual import Continual
from ebana_like.learning.estimators.one_sided import Positive
from ebana_like.netlist import Netlist, read_netlist, write_netlist
from ebana_like.networks import Amplifier, Crossbar, DiodePair, Inputs, OutputPairs, build_network
from ebana_like.nudges import SwitchedTargets
from ebana_like.simulators import NativeSimulator, NgspiceSimulator
from ebana_like.systems import CircuitSystem, Start, Transient
from ebana_like.systems.noise import shaken

NONE = np.zeros((1, 0))
FEATURES, TARGETS = np.array([[1.0, -2.0], [2.0, 1.5]]), np.array([[0.3], [-0.3]])

# two nodes, coupled, a diode that bends the wells
BENT = """t
i1 0 a 20u
r1 a 0 10k
r2 a b 20k
r3 b 0 20k
d1 a b m
c1 a 0 1n
c2 b 0 2n
c3 a b 0.3n
.model m d is=1e-7 n=1.5
.end
"""
KELVIN = 2e-9  # watts: T / g is (4 mV)^2 to (6 mV)^2


def boltzmann(circuit, temperature, cost, by):
    """Return means, covariance and E[C] with its derivatives by quadrature of exp(-P / T)."""
    with NativeSimulator(circuit) as simulator:
        middle = simulator.solve({}, NONE).voltages[0, 0]
    side = np.linspace(-0.06, 0.06, 601)
    a, b = np.meshgrid(middle[1] + side, middle[2] + side, indexing="ij")
    volts = np.stack([np.zeros_like(a), a, b], axis=-1)
    resistors, diodes = circuit.named("resistors"), next(bank for bank in circuit.banks if bank.kind == "diode")
    power = resistors.own_pseudo_power(volts).sum(-1) + diodes.own_pseudo_power(volts).sum(-1) - 20e-6 * a
    weight = np.exp(-(power - power.min()) / temperature)
    weight /= weight.sum()

    def mean(values):
        return float((weight * values).sum())

    moments = np.array([mean(a), mean(b), mean(a * a), mean(b * b), mean(a * b)])
    costs = cost(volts)
    slopes = resistors.drop(volts) ** 2 / 2
    covariances = [mean((slopes[..., k] - mean(slopes[..., k])) * (costs - mean(costs))) for k in by]
    return moments, -np.array(covariances) / temperature, power, a, b, costs, slopes


def states(engine, circuit, temperature, batch, rng, seconds=4e-4, steps=1000):
    noise = shaken(circuit, temperature)
    times = np.linspace(0, seconds, steps + 1)
    with engine(circuit) as simulator:
        middle = simulator.solve({}, NONE).voltages[0]
    start = Start(np.repeat(middle, batch, axis=0), np.zeros((batch, 0)))
    with engine(noise.circuit) as simulator:
        driven = {noise.address: noise.amperes(times, batch, rng)}
        course = simulator.follow({}, np.zeros((batch, 0)), Transient(times, "euler", start), driven)
    return course.voltages


def seen_moments(found):
    a, b = found[:, 1], found[:, 2]
    return np.stack([a, b, a * a, b * b, a * b])


def test_by_quadrature_a_nudge_and_the_fluctuations_say_the_same():
    # one node: d/dbeta E_beta[dP/dg] = -Cov(dP/dg, C) / T, to rounding
    v = np.linspace(-0.4, 0.6, 20001)
    conductance, amperes, temperature = 1e-4, 1e-5, 1e-8
    cost = (v - 0.2) ** 2 / 2 + v**4

    def mean(values, beta=0.0):
        power = conductance * v**2 / 2 + 1e-5 * v**4 - amperes * v + beta * cost
        weight = np.exp(-(power - power.min()) / temperature)
        return float((weight * values).sum() / weight.sum())

    fluctuations = -(mean(v**2 / 2 * cost) - mean(v**2 / 2) * mean(cost)) / temperature
    h = 1e-8
    near, far = ((mean(v**2 / 2, k * h) - mean(v**2 / 2, -k * h)) for k in (1, 2))
    assert (8 * near - far) / (12 * h) == pytest.approx(fluctuations, rel=1e-8)


@pytest.mark.parametrize(("engine", "batch"), [(NativeSimulator, 3000), (NgspiceSimulator, 60)])
def test_states_are_visited_as_the_cocontent_says(engine, batch):
    circuit = read_netlist(BENT).circuit
    moments, *_ = boltzmann(circuit, KELVIN, lambda volts: volts[..., 1] ** 2, [0])
    course = states(engine, circuit, KELVIN, batch, np.random.default_rng(0), 2e-4, 500)
    if engine is NativeSimulator:
        found = seen_moments(course[:, -1])
    else:  # few courses: means over time of each, after six time constants
        found = np.stack([seen_moments(course[:, at]) for at in range(250, 501, 10)]).mean(axis=0)
    error = found.std(axis=1) / np.sqrt(batch)
    assert np.abs((found.mean(axis=1) - moments) / error).max() < 3
    assert (np.abs(error[2:]) < 0.1 * np.abs(moments[2:])).all()


def test_the_fluctuations_are_the_gradient_of_the_mean_cost():
    circuit = read_netlist(BENT).circuit
    target = 0.08

    def cost(volts):
        return (volts[..., 2] - target) ** 2 / 2

    _, truth, *_ = boltzmann(circuit, KELVIN, cost, [0, 1, 2])
    found = []
    rng = np.random.default_rng(1)
    for _ in range(8):
        volts = states(NativeSimulator, circuit, KELVIN, 2000, rng, 2e-4, 400)[:, -1]
        slopes, costs = circuit.named("resistors").drop(volts) ** 2 / 2, cost(volts)
        found.append(-((slopes - slopes.mean(0)) * (costs - costs.mean())[:, None]).sum(0) / (1999 * KELVIN))
    error = np.std(found, axis=0) / np.sqrt(len(found))
    assert np.abs((np.mean(found, axis=0) - truth) / error).max() < 3
    assert (error < 0.2 * np.abs(truth).max()).all()


def network(nudging=None):
    layers = [Inputs(2), Crossbar(3), DiodePair(), Amplifier(4.0), Crossbar(2), OutputPairs()]
    return build_network(layers) if nudging is None else build_network(layers, nudging=nudging)


def estimates(estimator, circuit, times=1):
    rng = np.random.default_rng(0)
    with NativeSimulator(circuit) as simulator:
        arguments = circuit.values(), FEATURES, TARGETS, SquaredError(), rng
        found = [estimator.estimate(simulator, *arguments).gradients for _ in range(times)]
    return [np.concatenate(list(each.values())) for each in found]


def test_a_network_with_amplifiers_is_shaken_with_the_weights_of_its_cocontent():
    (truth,) = estimates(Adjoint(), network())
    found = np.stack(estimates(Stochastic(0.005, chains=64, states=64), network(), 6))
    error = np.linalg.norm(found.std(axis=0)) / np.sqrt(len(found))
    assert np.linalg.norm(found.mean(axis=0) - truth) < 3 * error
    assert error < 0.3 * np.linalg.norm(truth)
    assert found.mean(axis=0) @ truth == pytest.approx(truth @ truth, rel=0.2)


def test_values_that_move_while_the_circuit_settles_end_where_they_should():
    (truth,) = estimates(Positive(1e-6), network())
    slow, faster = (np.linalg.norm(estimates(Continual(1e-6, speed), network())[0] - truth) for speed in (1e-5, 1e-4))
    assert slow < 0.01 * np.linalg.norm(truth)
    assert faster / slow == pytest.approx(10, rel=0.25)  # more than ten, for what moves feeds back


def test_the_noise_of_spice_takes_the_place_of_ours():
    noise = shaken(read_netlist(BENT).circuit, KELVIN)
    text = write_netlist(Netlist(noise.with_waveforms(1e-7)))
    assert text.count("trnoise(") == 3
    amplitude = np.sqrt(2 * KELVIN * 1e-9 / 1e-7)
    assert f"trnoise({float(amplitude)!r} 1e-07 0.0 0.0)" in text


def test_what_cannot_be_shaken_or_moved_is_refused():
    bare = read_netlist("t\nv1 a 0 1\nr1 a b 1k\nr2 b 0 1k\n.end\n").circuit
    with pytest.raises(CircuitError, match="this circuit has none; put some at its nodes"):
        shaken(bare, 1e-9)
    switched = CircuitSystem(network(SwitchedTargets()))
    assert "set nudging to current" in Continual(1e-6).refusal(switched, SquaredError())
    assert GMIN < 1e-11  # of the diode, in its pseudo-power too
