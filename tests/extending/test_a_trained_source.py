"""What is learned need not be a conductance: rails, bias currents, gains, values that elements share."""

from dataclasses import replace

import numpy as np
import pytest

from ebana_like.elements import CurrentSources, Range, Resistors
from ebana_like.errors import CircuitError
from ebana_like.learning import SGD, Adjoint, Centered, SquaredError
from ebana_like.netlist import Netlist, read_netlist, write_netlist
from ebana_like.networks import Amplifier, Crossbar, DiodePair, Inputs, OutputPairs, build_network

LAYERS = [Inputs(2), Crossbar(4), DiodePair("d1n4148"), Amplifier(4), Crossbar(2), OutputPairs()]
FEATURES, TARGETS = np.array([[0.6, -0.3], [0.2, 0.9], [-0.8, 0.5]]), np.array([[0.1], [-0.1], [0.2]])
COST, RNG = SquaredError(), np.random.default_rng(0)
BETA = 1e-7


def trains(circuit, **banks):
    """The circuit with other ranges, or other elements, in the named banks."""
    return replace(circuit, banks=tuple(banks.get(bank.name, bank) for bank in circuit.banks))


PLAIN = build_network(LAYERS, seed=2)
RAIL = next(bank for bank in PLAIN.banks if bank.name not in ("inputs", "bias") and bank.kind == "voltage_source")
HIDDEN = PLAIN.bank("crossbar2", Resistors).positive[:4]
FEED = CurrentSources(
    "feed",
    ("ifeed0", "ifeed1"),
    HIDDEN[:2],
    0 * HIDDEN[:2],
    np.array([1e-7, -2e-7]),
    trainable={"amperes": Range(-1e-5, 1e-5)},
)
SHARED = PLAIN.bank("crossbar2", Resistors)
INDEX = np.array([0, 1, 1, 0, 2, 3, 3, 2])
CIRCUITS = {
    f"{RAIL.name}.voltage": trains(PLAIN, **{RAIL.name: replace(RAIL, trainable={"voltage": Range(-1, 1)})}),
    "feed.amperes": replace(PLAIN, banks=(*PLAIN.banks, FEED)),
    "crossbar2.conductance": trains(
        PLAIN,
        crossbar2=replace(
            SHARED,
            conductance=SHARED.conductance[:4][INDEX],
            trainable={"conductance": Range(1e-7, 1e-4, INDEX)},
        ),
    ),
}


def slopes(engine, values, address):
    """Five-point differences of the mean cost."""
    found = []
    for k, value in enumerate(values[address]):
        step = 1e-3 * abs(value) or 1e-3

        def loss(move, k=k, step=step):
            moved = values[address].copy()
            moved[k] += move * step
            return float(COST.value(engine.solve({**values, address: moved}, FEATURES).scores, TARGETS).mean())

        found.append((8 * (loss(1) - loss(-1)) - (loss(2) - loss(-2))) / (12 * step))
    return np.array(found)


@pytest.mark.parametrize("address", CIRCUITS)
def test_its_gradient_is_exact_in_every_engine(address, engine_of):
    circuit = CIRCUITS[address]
    engine, values = engine_of(circuit), circuit.values()
    truth = slopes(engine, values, address)
    assert truth.shape == circuit.parameters[address].value.shape
    for estimator, error in ((Adjoint(), 1e-7), (Centered(BETA), 1e-4)):
        found = estimator.estimate(engine, values, FEATURES, TARGETS, COST, RNG).gradients[address]
        assert np.linalg.norm(found - truth) < error * np.linalg.norm(truth), estimator


@pytest.mark.parametrize("address", CIRCUITS)
def test_it_learns_beside_the_conductances(address, engine_of):
    circuit = CIRCUITS[address]
    engine, rule = engine_of(circuit), SGD(0.03)
    values, state, losses = circuit.values(), rule.start(circuit.parameters), []
    for _ in range(10):
        found = Centered(BETA).estimate(engine, values, FEATURES, TARGETS, COST, RNG)
        losses.append(float(COST.value(found.points.scores, TARGETS).mean()))
        values, state = rule.step(circuit.parameters, values, found.signals, state, 0)
    assert losses[-1] < losses[0]
    assert (values[address] != circuit.values()[address]).all()


@pytest.mark.parametrize("address", CIRCUITS)
def test_its_range_comes_back_from_the_netlist(address):
    text = write_netlist(Netlist(CIRCUITS[address]))
    back = read_netlist(text).circuit
    assert back.parameters[address].range == CIRCUITS[address].parameters[address].range
    assert write_netlist(Netlist(back)) == text


def test_a_gain_is_trained_by_the_adjoint_alone(engine_of):
    forward = next(bank for bank in PLAIN.banks if bank.kind == "vcvs")
    circuit = trains(PLAIN, **{forward.name: replace(forward, trainable={"gain": Range(1, 8)})})
    engine, values, address = engine_of(circuit), circuit.values(), f"{forward.name}.gain"
    truth = slopes(engine, values, address)
    found = Adjoint().estimate(engine, values, FEATURES, TARGETS, COST, RNG).gradients[address]
    assert np.linalg.norm(found - truth) < 1e-7 * np.linalg.norm(truth)
    with pytest.raises(CircuitError, match="the gain of eforward1_0 is trained, and .* by the adjoint estimator"):
        Centered(BETA).estimate(engine, values, FEATURES, TARGETS, COST, RNG)
