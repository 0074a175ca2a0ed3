"""Discrete-time networks: each step of the nudged phase is a step of backpropagation through time."""

from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ebana_like.learning import Adjoint, Centered, SquaredError
from ebana_like.simulators.hopfield import HopfieldEngine
from ebana_like.simulators.hopfield.steps import course, step, through_time, updates
from ebana_like.simulators.native.runtime import doubles
from ebana_like.systems.hopfield import Hopfield

SIZES, STEPS = (4, 7, 6, 3), 8
COST = SquaredError()


def network(activation, asymmetry=0.0, drive=1.0, lift=0.0):
    """Weights, weights down, features, rest, and dC/ds at rest."""
    rng = np.random.default_rng(2)
    weights = [rng.uniform(-0.3, 0.3, (n, m)) for m, n in pairwise(SIZES)]
    weights[0] *= drive
    down = [weight.T + asymmetry * rng.uniform(-0.3, 0.3, weight.T.shape) for weight in weights[1:]]
    above = [*(each.sum(axis=1) for each in down), 0.0]
    layers = [  # all units are at 0.5 where the features are
        (jnp.asarray(weight), jnp.asarray(0.5 - (weight.sum(axis=1) + back) / 2))
        for weight, back in zip(weights, above, strict=True)
    ]
    layers[-1] = layers[-1][0], layers[-1][1] + lift
    features = jnp.asarray(rng.uniform(0, 1, (5, 4)))
    arriving = features @ layers[0][0].T + layers[0][1]
    rest = [
        each[-1]
        for each in course([jnp.zeros((5, n)) for n in SIZES[1:]], arriving, layers[1:], down, None, 1000, activation)
    ]
    again = step(rest, arriving, layers[1:], down, None, activation)
    assert max(float(abs(a - b).max()) for a, b in zip(rest, again, strict=True)) < 1e-14
    slopes = rest[-1] - jnp.asarray(rng.uniform(0, 1, (5, 3)))
    return layers, [jnp.asarray(each) for each in down], features, arriving, rest, slopes


def off(activation, beta, **how):
    """Largest deviation of updates from backpropagation's, over its largest; the largest of each step; the rest."""
    with doubles():
        layers, down, features, drive, rest, slopes = network(activation, **how)
        nudged = [
            updates(course(rest, drive, layers[1:], down, -b * slopes, STEPS, activation), features, b)
            for b in (beta, -beta)
        ]
        found = jax.tree.map(lambda plus, minus: (plus + minus) / 2, *nudged)
        truth = through_time(rest, features, layers, down, slopes, STEPS, activation)
        found, truth, rest = jax.tree.map(np.asarray, (found, truth, rest))
    size = max(float(abs(each).max()) for each in jax.tree.leaves(truth))
    pairs = zip(jax.tree.leaves(found), jax.tree.leaves(truth), strict=True)
    worst = max(float(abs(one - other).max()) for one, other in pairs) / size
    return worst, [float(abs(truth.up[0][t]).max()) for t in range(STEPS)], rest


@pytest.mark.parametrize("activation", ["clip", "logistic", pytest.param("tanh", marks=pytest.mark.thorough)])
def test_every_step_of_the_nudged_phase_is_a_step_of_backpropagation_through_time(activation):
    """Bias of order beta squared; the force takes two steps to the first hidden layer."""
    worst, first, _ = off(activation, 1e-4)
    assert worst < 1e-8
    assert first[0] == first[1] == 0
    assert first[2] > 0
    if activation != "clip":
        assert worst / off(activation, 5e-5)[0] == pytest.approx(4.0, rel=0.05)


def vector_field(activation):
    """The network with ways back far from its ways up as a system, and values of it."""
    with doubles():
        layers, down, features, drive, rest, slopes = network(activation, asymmetry=0.3)
    system = Hopfield(SIZES, activation, vector_field=True)
    own = [layers[0], *((*layer, back) for layer, back in zip(layers[1:], down, strict=True))]
    pairs = zip(system.addresses, own, strict=True)
    values = {at: np.asarray(each).ravel() for names, layer in pairs for at, each in zip(names, layer, strict=True)}
    return system, values, (layers, down, features, drive, rest, slopes)


def estimated(engine, values, features, targets, estimator):
    return estimator.estimate(engine, values, features, targets, COST, np.random.default_rng(0))


@pytest.mark.parametrize("activation", ["clip", "logistic", "tanh"])
def test_the_signals_of_a_vector_field_are_what_its_nudged_steps_add_up_to(activation):
    system, values, (layers, down, features, drive, rest, slopes) = vector_field(activation)
    with doubles():
        courses = {b: course(rest, drive, layers[1:], down, -b * slopes, STEPS, activation) for b in (0.01, -0.01)}
        steps = [jax.tree.map(np.asarray, updates(path, features, b)) for b, path in courses.items()]
    wanted = jax.tree.map(lambda plus, minus: (plus + minus).sum(axis=0) / 2, *steps)
    targets = np.asarray(rest[-1] - slopes)
    for free in (1000, 0):  # steps, or sweeps to the same rest
        engine = HopfieldEngine(system, steps=(free, STEPS))
        found = estimated(engine, values, np.asarray(features), targets, Centered(0.01))
        assert found.points.states[0] == pytest.approx(np.concatenate(rest, axis=-1), abs=1e-11)
        for k, names in enumerate(system.addresses):
            told = wanted.up[k], wanted.bias[k], *wanted.down[max(k - 1, 0) :]
            for at, each in zip(names, told, strict=False):
                assert -len(targets) * found.gradients[at] == pytest.approx(each.ravel(), abs=1e-10)


def test_recurrent_backpropagation_is_exact_in_a_vector_field_where_equilibrium_propagation_is_not():
    system, values, (*_, features, _, rest, slopes) = vector_field("logistic")
    engine, features, targets = HopfieldEngine(system), np.asarray(features), np.asarray(rest[-1] - slopes)

    def cost(at, k, move):
        changed = {**values, at: values[at] + move * np.eye(len(values[at]))[k]}
        return float(COST.value(engine.solve(changed, features).scores, targets).mean())

    found = estimated(engine, values, features, targets, Adjoint()).gradients
    pulled = estimated(engine, values, features, targets, Centered(1e-4)).gradients
    for at in system.parameters:
        for k in (0, len(values[at]) - 1):
            slope = (8 * (cost(at, k, 1e-4) - cost(at, k, -1e-4)) - cost(at, k, 2e-4) + cost(at, k, -2e-4)) / 12e-4
            assert found[at][k] == pytest.approx(slope, abs=1e-10)
    assert np.linalg.norm(pulled["layer1.weight"] - found["layer1.weight"]) > 0.1 * np.linalg.norm(
        found["layer1.weight"]
    )
    assert "vector field has no energy" in Centered(0.1).departure(system)
    assert not Adjoint().departure(system)


def test_a_vector_field_begins_where_a_symmetric_network_does():
    """Weights up and back then share what the symmetric weight is told, but for beta squared."""
    _, _, (*_, features, _, rest, slopes) = vector_field("tanh")
    features, targets, apart = np.asarray(features), np.asarray(rest[-1] - slopes), []
    engines = [HopfieldEngine(Hopfield(SIZES, "tanh", spread=0.5, vector_field=is_one)) for is_one in (True, False)]
    for beta in (1e-2, 5e-3):
        found, whole = (estimated(engine, {}, features, targets, Centered(beta)) for engine in engines)
        assert found.points.states[0] == pytest.approx(whole.points.states[0], abs=1e-12)
        up, back = (
            found.gradients[at].reshape(shape) for at, shape in (("layer2.weight", (6, 7)), ("layer2.back", (7, 6)))
        )
        assert abs(up - back.T).max() > 0.1 * abs(up).max()
        apart.append(abs((up + back.T).ravel() - whole.gradients["layer2.weight"]).max())
    assert apart[0] < 0.01 * abs(up).max()
    assert apart[0] / apart[1] == pytest.approx(4.0, rel=0.05)


def test_steps_end_early_where_nothing_moves():
    system, values, (*_, features, _, rest, _) = vector_field("tanh")
    features, whole = np.asarray(features), np.concatenate(rest, axis=-1)
    early = HopfieldEngine(system, still=1e-3, steps=(1000, STEPS)).solve(values, features).states[0]
    assert 1e-6 < abs(early - whole).max() < 3e-3
    assert not np.isnan(early).any()


def test_units_at_the_ends_of_their_range_do_not_spoil_it():
    """The force acts inside the clip."""
    worst, first, rest = off("clip", 1e-3, drive=8.0)
    ends = np.concatenate([np.asarray((each <= 0) | (each >= 1)).ravel() for each in rest])
    assert 0.3 < ends.mean() < 0.9
    assert max(first) > 0
    assert worst < 1e-11


def test_a_vector_field_departs_as_its_weights_do():
    """Without symmetry the updates follow the wrong way back, by as much as it is missing."""
    found = {asymmetry: off("logistic", 1e-4, asymmetry=asymmetry)[0] for asymmetry in (0.0, 0.01, 0.02)}
    assert found[0.0] < 1e-8
    assert found[0.01] > 1e-4
    assert found[0.02] / found[0.01] == pytest.approx(2.0, rel=0.1)


def test_a_force_outside_of_the_clip_moves_units_that_backpropagation_does_not():
    """s <- rho(sums) - beta dC/ds, as the thesis has it (5.10): an output at its end moves, without a slope."""
    with doubles():
        layers, down, features, drive, rest, slopes = network("clip", lift=0.7)
        at_end = (rest[-1] <= 0) | (rest[-1] >= 1)
        truth = through_time(rest, features, layers, down, jnp.where(at_end, slopes, 0), 1, "clip")
        outside = step(rest, drive, layers[1:], down, None, "clip")[-1] - 1e-3 * jnp.where(at_end, slopes, 0)
    assert np.asarray(at_end).all()
    assert abs(np.asarray(truth.bias[-1])).max() == 0
    assert abs(np.asarray(outside) - np.asarray(rest[-1])).max() > 1e-4
