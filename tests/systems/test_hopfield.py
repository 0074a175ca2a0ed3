"""Hopfield networks: where they settle, what they learn by each rule, and the same in ngspice."""

import jax.numpy as jnp
import numpy as np
import pytest

from ebana_like.data import Dataset, Split
from ebana_like.errors import SettingError
from ebana_like.learning import (
    SGD,
    Adjoint,
    Centered,
    Contrastive,
    CrossEntropy,
    Exponential,
    HigherOrder,
    Holomorphic,
    Negative,
    RandomSign,
    SquaredError,
    update_named,
)
from ebana_like.simulators import NgspiceSimulator
from ebana_like.simulators.hopfield import HopfieldEngine
from ebana_like.simulators.hopfield.settle import settle
from ebana_like.simulators.native.runtime import doubles
from ebana_like.systems.hopfield import Hopfield
from ebana_like.systems.joints import Dense
from ebana_like.training import Callback, Problem, train
from ebana_like.training.stretch import stretches_of

SIZES = (4, 7, 5, 3)
COST = SquaredError()
RNG = np.random.default_rng(5)
FEATURES, TARGETS = RNG.uniform(0, 1, (6, 4)), RNG.uniform(0.1, 0.9, (6, 3))
RHO = {"clip": lambda u: np.clip(u, 0, 1), "logistic": lambda u: 1 / (1 + np.exp(2 - 4 * u)), "tanh": np.tanh}


def network(activation="clip", pull="current", sizes=SIZES, scale=0.5):
    """A network and values of it at which most units are near the middle of their range."""
    system, rng = Hopfield(sizes, activation, pull, seed=3), np.random.default_rng(8)
    values = {at: scale * each.value for at, each in system.parameters.items()}
    layers = system.matrices(values)
    for k, (weight, bias) in enumerate(layers):
        above = layers[k + 1][0].sum(axis=0) if k + 1 < len(layers) else 0.0
        bias += 0.5 - (weight.sum(axis=1) + above) / 2 + rng.uniform(-0.1, 0.1, len(bias))
    return system, values


def estimated(system, values, estimator, **data):
    given = data.get("features", FEATURES), data.get("targets", TARGETS), COST, np.random.default_rng(0)
    found = estimator.estimate(HopfieldEngine(system), values, *given)
    assert found.points.usable.all()
    return found


def slopes(of, values, step=1e-5):
    """Finite differences of order four of a function of the values, all addresses in a row."""
    found = []
    for at, value in values.items():
        for k in range(len(value)):

            def moved(multiple, at=at, k=k):
                changed = values[at].copy()
                changed[k] += multiple * step
                return of({**values, at: changed})

            found.append((8 * (moved(1) - moved(-1)) - (moved(2) - moved(-2))) / (12 * step))
    return np.array(found)


def flat(found, values):
    return np.concatenate([found.gradients[at] for at in values])


@pytest.mark.parametrize("activation", RHO)
def test_it_settles_where_small_steps_down_the_energy_end(activation):
    system, values = network(activation)
    layers, rho = system.matrices(values), RHO[activation]
    states = [np.zeros((6, size)) for size in SIZES[1:]]
    for _ in range(3000):  # the thesis's way: s <- s + 0.2 (rho(sums) - s)
        sums = [(FEATURES if k == 0 else states[k - 1]) @ W.T + b for k, (W, b) in enumerate(layers)]
        for k, (W, _) in enumerate(layers[1:]):
            sums[k] = sums[k] + states[k + 1] @ W
        states = [s + 0.2 * (rho(u) - s) for s, u in zip(states, sums, strict=True)]
    found = HopfieldEngine(system).solve(values, FEATURES).states[0]
    inside = (abs(found) > 0.01) & (abs(found) < 0.99)
    assert inside.mean() > 0.5
    assert found == pytest.approx(np.hstack(states), abs=1e-10)


def test_a_stiff_network_settles_in_few_sweeps_where_whole_steps_take_hundreds():
    """Weights between two layers of singular values up to 0.99, and all units away from their ends."""
    rng, count = np.random.default_rng(0), 20
    turned = [np.linalg.qr(rng.normal(size=(count, count)))[0] for _ in range(2)]
    between = turned[0] @ np.diag(np.linspace(0.1, 0.99, count)) @ turned[1]
    middle = np.full(count, 0.5)
    drive = rng.uniform(-0.001, 0.001, (5, count)) + middle - middle @ between
    bias = middle - between @ middle
    first, second, sweeps, moved = middle[None], middle[None], 0, 1.0
    while moved > 1e-13:
        old = first
        first = np.clip(drive + second @ between, 0, 1)
        second = np.clip(first @ between.T + bias, 0, 1)
        sweeps, moved = sweeps + 1, abs(first - old).max()
    with doubles():
        start, layers = [jnp.full((5, count), 0.5)] * 2, [(jnp.asarray(between), jnp.asarray(bias))]
        found = settle((Dense(),), start, jnp.asarray(drive), layers, None, 1e-13, "clip")
    assert ((first > 0) & (first < 1)).all()
    assert found.states[0] == pytest.approx(first, abs=1e-10)
    assert found.states[1] == pytest.approx(second, abs=1e-10)
    assert sweeps > 500
    assert int(found.sweeps) < sweeps / 3


def test_single_precision_settles_at_the_same_place():
    system, values = network()
    found = [HopfieldEngine(system, single).solve(values, FEATURES).states for single in (False, True)]
    assert found[1] == pytest.approx(found[0], abs=1e-5)


@pytest.mark.parametrize(
    ("activation", "pull"), [("clip", "current"), ("clip", "switch"), ("logistic", "current"), ("tanh", "current")]
)
def test_the_gradient_is_that_of_finite_differences(activation, pull):
    system, values = network(activation, pull)
    engine = HopfieldEngine(system)
    expected = slopes(lambda v: float(COST.value(engine.solve(v, FEATURES).scores, TARGETS).mean()), values)
    for estimator in (HigherOrder(1e-4), Adjoint()):
        found = flat(estimated(system, values, estimator), values)
        assert np.linalg.norm(found - expected) < 1e-7 * np.linalg.norm(expected)


def test_recurrent_backpropagation_is_where_nudging_tends():
    """Also of features: bias of order beta squared."""
    system, values = network("logistic", scale=1.0)
    truth = estimated(system, values, Adjoint())
    off = []
    for beta in (0.1, 0.05):
        found = estimated(system, values, Centered(beta))
        off.append(np.linalg.norm(flat(found, values) - flat(truth, values)))
        assert found.inputs == pytest.approx(truth.inputs, abs=0.02 * abs(truth.inputs).max())
    assert off[0] / off[1] == pytest.approx(4.0, rel=0.05)


WAYS = [
    ("current", "clip", RandomSign(0.5), SGD(0.003), CrossEntropy(0.3)),
    (
        "switch",
        "clip",
        Centered(0.5),
        SGD({"layer1": 0.003, "layer2": 0.001, "layer3": 0.001}, Exponential(0.5)),
        SquaredError(),
    ),
    ("clamped", "clip", Contrastive(), SGD(0.003), SquaredError()),
    ("clamped", "clip", Negative(0.25), SGD(0.003), SquaredError()),
    ("current", "tanh", Adjoint(), SGD(0.003), SquaredError()),
    ("current", "logistic", HigherOrder(0.1), update_named("momentum", 0.001), SquaredError()),
    ("field", "clip", Centered(0.1), SGD(0.003), SquaredError()),
    ("field", "tanh", Adjoint(), update_named("momentum", 0.001), SquaredError()),
]


class Seen(Callback):
    """Sees every batch, so that an engine does not take steps by itself."""

    def on_batch(self, progress):
        return


REST = 3, 5, 7
"""Of the ways, what others cover nearly as well."""


@pytest.mark.parametrize(
    ("pull", "activation", "estimator", "update", "cost"),
    [pytest.param(*way, marks=pytest.mark.thorough) if k in REST else way for k, way in enumerate(WAYS)],
)
def test_steps_taken_by_the_engine_are_those_of_solving_estimating_and_updating(
    pull, activation, estimator, update, cost
):
    data = three_bands(47)  # the last batch has 7
    way = {"vector_field": True} if pull == "field" else {"pull": pull}
    system = Hopfield((2, 9, 6, 3), activation, seed=1, **way)
    problem = Problem(system, Split(data, None, data), cost, estimator, update, epochs=2, batch=10)
    engine = HopfieldEngine(system)
    assert stretches_of(problem, engine) is not None
    together, apart = (train(problem, engine, callbacks=each) for each in ((), (Seen(),)))
    for at, value in apart.values.items():
        assert together.values[at] == pytest.approx(value, abs=1e-10)
        assert not np.array_equal(value, system.parameters[at].value)
    for one, other in zip(together.records, apart.records, strict=True):
        assert one.train.loss == pytest.approx(other.train.loss, rel=1e-9)
        assert one.test.accuracy == other.test.accuracy
        assert one.gradient_norm == pytest.approx(other.gradient_norm, rel=1e-9)


def test_in_discrete_time_it_takes_so_many_steps_of_all_units_and_ends_where_sweeps_do():
    system, values = network()
    layers, states = system.matrices(values), [np.zeros((6, size)) for size in SIZES[1:]]
    for _ in range(3):
        below, above = [FEATURES, *states[:-1]], [*states[1:], None]
        states = [
            np.clip(old @ W.T + b + (0 if up is None else up @ layers[k + 1][0]), 0, 1)
            for k, ((W, b), old, up) in enumerate(zip(layers, below, above, strict=True))
        ]
    assert HopfieldEngine(system, steps=(3, 1)).solve(values, FEATURES).states[0] == pytest.approx(np.hstack(states))
    at_rest = HopfieldEngine(system).solve(values, FEATURES).states[0]
    assert HopfieldEngine(system, steps=(300, 1)).solve(values, FEATURES).states[0] == pytest.approx(at_rest, abs=1e-9)


@pytest.mark.parametrize("steps", [2, 3, 6])
def test_a_nudged_phase_of_k_steps_is_backpropagation_through_k_steps(steps):
    system, values = network("logistic")
    engine = HopfieldEngine(system, steps=(400, steps))
    found = [
        flat(each.estimate(engine, values, FEATURES, TARGETS, COST, np.random.default_rng(0)), values)
        for each in (Centered(1e-4), Adjoint())
    ]
    assert np.linalg.norm(found[0] - found[1]) < 1e-7 * np.linalg.norm(found[1])
    whole = flat(estimated(system, values, Adjoint()), values)
    assert np.linalg.norm(whole - found[1]) > 1e-3 * np.linalg.norm(whole)


def test_a_looser_rest_is_near_the_rest():
    system, values = network()
    exact, loose = (HopfieldEngine(system, still=still).scores(values, FEATURES).scores for still in (0.0, 1e-4))
    assert 0 < abs(exact - loose).max() < 1e-3
    assert exact == pytest.approx(HopfieldEngine(system).solve(values, FEATURES).scores, abs=1e-12)


def test_inputs_have_their_gradient_too():
    system, values = network("tanh")
    engine, step, features = HopfieldEngine(system), 1e-4, FEATURES[:1]
    found = estimated(system, values, HigherOrder(1e-3), features=features, targets=TARGETS[:1]).inputs[0]
    for k in range(4):
        loss = [
            float(COST.value(engine.solve(values, features + move * np.eye(4)[k]).scores, TARGETS[:1])[0])
            for move in (step, -step)
        ]
        assert found[k] == pytest.approx((loss[0] - loss[1]) / (2 * step), rel=1e-6)


@pytest.mark.parametrize("points", [2, 4, 6])
def test_a_circle_of_n_points_has_a_bias_of_order_n(points):
    system, values = network("logistic", scale=1.0)
    exact = flat(estimated(system, values, Holomorphic(0.2, points=24)), values)
    assert exact == pytest.approx(flat(estimated(system, values, HigherOrder(1e-4)), values), abs=1e-9)
    off = [
        np.linalg.norm(flat(estimated(system, values, Holomorphic(beta, points=points)), values) - exact)
        for beta in (0.2, 0.1)
    ]
    assert off[0] / off[1] == pytest.approx(2.0**points, rel=0.15)


def test_two_points_on_the_circle_are_centered_nudging():
    system, values = network("tanh")
    found = [flat(estimated(system, values, each), values) for each in (Holomorphic(0.1, points=2), Centered(0.1))]
    assert found[0] == pytest.approx(found[1], abs=1e-12)


def energy(system, values, states):
    """E of clipped units, mean over the samples."""
    layers, before, total = system.matrices(values), FEATURES, 0.0
    for (W, b), own in zip(layers, system.parts, strict=True):
        s = states[:, own]
        total = total + (s**2 / 2).sum(axis=1) - ((before @ W.T + b) * s).sum(axis=1)
        before = s
    return total.mean()


def test_contrastive_hebbian_learning_is_the_slope_of_the_energy_that_clamping_costs():
    system, values = network(pull="clamped")
    engine = HopfieldEngine(system)

    def clamping_costs(changed):
        free, clamped = estimated(system, changed, Contrastive()).points.states
        return energy(system, changed, clamped) - energy(system, changed, free)

    expected = slopes(clamping_costs, values)
    found = flat(estimated(system, values, Contrastive()), values)
    assert np.linalg.norm(found - expected) < 1e-8 * np.linalg.norm(expected)
    assert clamping_costs(values) > 0
    nudging = system.nudging(COST, TARGETS, np.ones((1, 6)))
    assert engine.solve(values, FEATURES, nudging).states[1][:, -3:] == pytest.approx(TARGETS, abs=1e-15)


def three_bands(count):
    features = np.random.default_rng(1).uniform(0, 1, (count, 2))
    labels = (features.sum(axis=1) > 0.7).astype(int) + (features.sum(axis=1) > 1.3)
    return Dataset(features, labels, ("low", "middle", "high"))


@pytest.mark.parametrize(
    ("pull", "estimator", "cost"),
    [
        ("current", Centered(0.5), CrossEntropy(0.3)),
        ("switch", Centered(0.5), SquaredError()),
        ("clamped", Contrastive(), SquaredError()),
        ("clamped", Centered(0.5), SquaredError()),
    ],
)
def test_it_learns_by_every_rule(pull, estimator, cost):
    data = Split(three_bands(90))
    problem = Problem(Hopfield((2, 20, 3), pull=pull, seed=1), data, cost, estimator, SGD(0.003), epochs=60, batch=10)
    records = train(problem, HopfieldEngine(problem.system)).records
    assert records[-1].train.accuracy > 0.8
    assert records[-1].train.loss < 0.8 * records[0].train.loss


def trained(activation):
    """A network of 30 units, some epochs into telling three bands apart."""
    rng = np.random.default_rng(1)
    features = rng.uniform(0, 1, (60, 5))
    labels = (features.sum(axis=1) > 2.2).astype(int) + (features.sum(axis=1) > 2.8)
    data = Split(Dataset(features, labels, ("low", "middle", "high")))
    system = Hopfield((5, 15, 12, 3), activation, seed=1, spread=0.5)
    problem = Problem(system, data, SquaredError(), Centered(0.1), SGD(0.002), epochs=10, batch=10)
    return system, train(problem, HopfieldEngine(system)).values, features[:4]


@pytest.mark.parametrize("activation", RHO)
def test_ngspice_finds_the_volts_of_a_trained_network_of_30_units(activation):
    system, values, features = trained(activation)
    states = HopfieldEngine(system).solve(values, features).states[0]
    circuit = system.circuit(values)
    at = [node for node, name in enumerate(circuit.nodes) if name.startswith("s")]
    assert len(at) == 30
    with NgspiceSimulator(circuit) as ngspice:
        points = ngspice.solve({}, features)
    assert points.usable.all()
    assert points.voltages[0][:, at] == pytest.approx(states, abs=1e-9)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (lambda: Hopfield((4, 3)), "too few sizes"),
        (lambda: Hopfield((4, 0, 3)), "a layer's size"),
        (lambda: Hopfield((4, 5, 3), "relu"), "choose one of clip, logistic, tanh"),
        (lambda: Hopfield((4, 5, 3), "tanh", "switch"), "springs pull units that are clipped"),
        (lambda: HopfieldEngine(network()[0]).solve({}, np.zeros((2, 3))), r"give \(batch, 4\)"),
        (lambda: estimated(*network(), Holomorphic(0.1)), "complex nudging factors need units that are smooth"),
        (lambda: network(pull="switch")[0].nudging(CrossEntropy(), TARGETS, np.ones((1, 6))), "squared error only"),
    ],
)
def test_what_cannot_be_is_said(asked, words):
    with pytest.raises(SettingError, match=words):
        asked()


@pytest.mark.parametrize(
    ("pull", "activation", "estimator", "words"),
    [
        ("current", "clip", Holomorphic(0.1), "smooth Hopfield networks alone"),
        ("current", "tanh", Contrastive(), "nudge by clamped outputs"),
    ],
)
def test_a_rule_that_is_not_defined_for_it_is_refused_before_training(pull, activation, estimator, words):
    data = Split(Dataset(FEATURES, np.arange(6) % 3, ("a", "b", "c")))
    with pytest.raises(SettingError, match=words):
        Problem(Hopfield(SIZES, activation, pull), data, COST, estimator, SGD(0.1), epochs=1, batch=3)
