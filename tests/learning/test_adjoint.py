"""The adjoint estimate is the gradient for every circuit, in both engines, for conductances and for inputs."""

from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from ebana_like.analysis.differences import differences, distance, flat
from ebana_like.energy import symmetry
from ebana_like.errors import CircuitError
from ebana_like.learning import Adjoint, Centered, CrossEntropy, HigherOrder, Positive, SquaredError
from ebana_like.networks import Amplifier, Crossbar, DiodePair, Inputs, OutputPairs, SwitchedTargets, build_network
from ebana_like.simulators import NativeSimulator, NgspiceSimulator
from ebana_like.tasks import TASKS

SQUARED, ENTROPY = SquaredError(0.3, 0.0), CrossEntropy(0.1)
SAMPLES = 4


def network(amplifier, depth=1, nudging=None, outputs=2):
    """Layers of three neurons whose diodes conduct; at two volts the slopes of neurons differ by ten."""
    hidden = [Crossbar(3, (4e-6, 4e-5)), DiodePair("d1n4148"), amplifier] * depth
    layers = [Inputs(2), *hidden, Crossbar(2 * outputs, (4e-6, 4e-5)), OutputPairs()]
    return build_network(layers, seed=1, nudging=nudging)


def one_way(circuit):
    """The circuit whose first amplifiers carry voltage forward but no current back: VCVS without their CCCS."""
    return replace(circuit, banks=tuple(bank for bank in circuit.banks if bank.name != "back1"))


CIRCUITS = {
    "xor": TASKS["xor"].problem(TASKS["xor"].settings).circuit,
    "iris": TASKS["iris"].problem(TASKS["iris"].settings).circuit,
    "three layers": network(Amplifier(4), depth=3),
    "three ideal transformers": network(Amplifier(4, 4), depth=3),
    "A=4 B=1/4": network(Amplifier(4)),
    "A=B=4": network(Amplifier(4, 4)),
    "switches": network(Amplifier(4), nudging=SwitchedTargets()),
    "one way": one_way(network(Amplifier(4))),
    "one way, deep": one_way(network(Amplifier(4, 1), depth=2)),
}


def batch(circuit):
    rng = np.random.default_rng(3)
    return rng.uniform(-2.3, 2.3, (SAMPLES, circuit.inputs.count)), rng.uniform(
        -0.3, 0.3, (SAMPLES, circuit.outputs.count)
    )


def targets_for(cost, targets):
    return np.abs(targets) if cost is ENTROPY else targets


def estimate(estimator, simulator, cost=SQUARED, conductances=None, features=None):
    own, targets = batch(simulator.circuit)
    found = estimator.estimate(
        simulator,
        conductances or simulator.circuit.values(),
        own if features is None else features,
        targets_for(cost, targets),
        cost,
        np.random.default_rng(0),
    )
    assert found.points.usable.all()
    return found


def loss(simulator, cost, conductances, features):
    scores = simulator.solve(conductances, features).scores
    return cost.value(scores, targets_for(cost, batch(simulator.circuit)[1]))


def slopes(simulator, cost):
    features, _ = batch(simulator.circuit)
    return flat(differences(lambda g: loss(simulator, cost, g, features).mean(), simulator.circuit.values()))


@pytest.fixture(scope="module")
def ngspice():
    """Simulators by the circuit's name; each is started once."""
    with ExitStack() as running:
        yield cache(lambda name: running.enter_context(NgspiceSimulator(CIRCUITS[name])))


@pytest.mark.parametrize(
    ("name", "cost"),
    # the softmax of XOR's single score is always one
    [*((name, SQUARED) for name in CIRCUITS), *((name, ENTROPY) for name in CIRCUITS if name != "xor")],
)
def test_it_is_the_slope_of_the_loss(name, cost):
    simulator = NativeSimulator(CIRCUITS[name])
    # the differences themselves are good to some 1e-9
    assert distance(flat(estimate(Adjoint(), simulator, cost).gradients), slopes(simulator, cost)) < 1e-7


@pytest.mark.parametrize("name", ["A=4 B=1/4", "one way"])
def test_it_is_the_slope_of_the_loss_that_ngspice_has(name, ngspice):
    found = estimate(Adjoint(), ngspice(name))
    assert distance(flat(found.gradients), slopes(ngspice(name), SQUARED)) < 1e-6


@pytest.mark.parametrize("name", CIRCUITS)
def test_spices_adjoint_circuit_and_the_transposed_equations_agree(name, ngspice):
    cost = ENTROPY if name == "three layers" else SQUARED
    spice, native = (estimate(Adjoint(), s, cost) for s in (ngspice(name), NativeSimulator(CIRCUITS[name])))
    for bank, gradient in native.gradients.items():
        assert distance(spice.gradients[bank], gradient) < 1e-9, bank
    assert distance(spice.inputs, native.inputs) < 1e-9


def test_conductances_may_change_between_batches(ngspice):
    """The adjoint circuit must follow the conductances that training gives it."""
    name = "A=4 B=1/4"
    moved = {bank: 1.5 * g for bank, g in CIRCUITS[name].values().items()}
    estimate(Adjoint(), ngspice(name))
    found = estimate(Adjoint(), ngspice(name), conductances=moved)
    truth = estimate(Adjoint(), NativeSimulator(CIRCUITS[name]), conductances=moved)
    assert distance(flat(found.gradients), flat(truth.gradients)) < 1e-9


@pytest.mark.parametrize(
    ("name", "estimator"),
    [
        *((name, Adjoint()) for name in CIRCUITS),
        *((name, Centered(1e-8)) for name in ("xor", "iris", "three ideal transformers", "switches")),
        # where B = 1/A thrice, a nudge of 1e-8 S moves the first layer by some 1e-11 V: it takes a larger one
        ("three layers", HigherOrder(1e-6)),
    ],
)
def test_the_same_points_hold_the_slope_by_the_inputs(name, estimator):
    """Thesis 2.19: what the input sources feed, weighted, differentiated by the nudging."""
    simulator = NativeSimulator(CIRCUITS[name])
    features, _ = batch(simulator.circuit)
    conductances = simulator.circuit.values()
    truth = differences(lambda x: loss(simulator, SQUARED, conductances, x["x"]).sum(), {"x": features})["x"]
    # bias and rounding of nudges are both some 1e-7
    assert distance(estimate(estimator, simulator).inputs.ravel(), truth) < 1e-6


@pytest.mark.parametrize("name", ["one way", "one way, deep"])
def test_a_one_way_circuit_has_no_equilibrium_propagation_but_an_adjoint(name):
    simulator = NativeSimulator(CIRCUITS[name])
    with pytest.raises(CircuitError, match="eforward1_0 carries voltage forward but no current source returns"):
        estimate(Centered(1e-8), simulator)
    assert not symmetry(CIRCUITS[name]).exact
    truth = slopes(simulator, SQUARED)
    first = len(CIRCUITS[name].values()["crossbar1.conductance"])
    assert np.linalg.norm(truth[:first]) > 0.1 * np.linalg.norm(truth[first:]), "the first crossbar matters"
    assert distance(flat(estimate(Adjoint(), simulator).gradients), truth) < 1e-7


def test_a_one_way_circuit_trains_by_the_adjoint():
    simulator = NativeSimulator(CIRCUITS["one way"])
    features, _ = batch(simulator.circuit)
    conductances, losses = simulator.circuit.values(), []
    for _ in range(10):
        found = estimate(Adjoint(), simulator, conductances=conductances)
        losses.append(loss(simulator, SQUARED, conductances, features).mean())
        conductances = {n: np.clip(g - 1e-10 * found.gradients[n], 1e-7, 1e-4) for n, g in conductances.items()}
    assert all(after < before for before, after in pairwise(losses))


def test_a_sample_that_was_not_solved_enters_neither_gradient():
    circuit = CIRCUITS["xor"]
    simulator = NativeSimulator(circuit)

    class Failing(NativeSimulator):
        def solve(self, *arguments):
            points = super().solve(*arguments)
            points.converged[0, 1] = False
            points.voltages[0, 1] = np.nan
            return points

    features, targets = batch(circuit)
    found = Adjoint().estimate(Failing(circuit), circuit.values(), features, targets, SQUARED, None)
    kept = np.array([0, 2, 3])
    truth = Adjoint().estimate(simulator, circuit.values(), features[kept], targets[kept], SQUARED, None)
    assert distance(flat(found.gradients), flat(truth.gradients)) < 1e-14
    assert np.isnan(found.inputs[1]).all()
    assert distance(found.inputs[kept], truth.inputs) < 1e-14


def test_a_one_sided_estimate_comes_closer_to_it_with_beta():
    simulator = NativeSimulator(CIRCUITS["iris"])
    truth = flat(estimate(Adjoint(), simulator).gradients)
    far, near = (distance(flat(estimate(Positive(beta), simulator).gradients), truth) for beta in (1e-6, 1e-7))
    # a bias of order beta falls by ten, up to that of order beta^2
    assert far / near == pytest.approx(10, rel=0.2)
