"""Outputs that are held: coupled learning follows errors times the outputs' conductance, contrastive learning a cost of
its own, exactly."""

import numpy as np
import pytest

from ebana_like.data import Dataset, Split
from ebana_like.elements import Diodes
from ebana_like.errors import SettingError
from ebana_like.learning import SGD, Adjoint, Centered, Contrastive, CrossEntropy, SquaredError
from ebana_like.networks import (
    Amplifier,
    Crossbar,
    DiodePair,
    Inputs,
    OutputPairs,
    build_graph,
    build_network,
    random_graph,
)
from ebana_like.nudges import Clamped
from ebana_like.nudges.ways.clamped import HOLDING
from ebana_like.runs import Settings
from ebana_like.simulators import NativeSimulator, NgspiceSimulator
from ebana_like.tasks import TASKS
from ebana_like.training import Problem, train

COST = SquaredError()
ENGINES = [NativeSimulator, NgspiceSimulator]
OPPOSITE = 6


def estimated(engine, circuit, estimator, features, targets):
    arguments = circuit.values(), features, targets, COST, np.random.default_rng(0)
    found = estimator.estimate(engine, *arguments)
    assert found.points.usable.all()
    return np.concatenate(list(found.gradients.values()))


@pytest.mark.parametrize("kind", ENGINES)
def test_coupled_learning_is_equilibrium_propagation_with_the_error_times_the_output_conductance(kind):
    """With Y = (Z_oo + R)^-1, Z_oo the outputs' own resistance at the free state, R that of a closed clamp."""
    layers = [Inputs(2), Crossbar(3), DiodePair("d1n4148"), Crossbar(6), OutputPairs()]
    circuit = build_network(layers, seed=2, nudging=Clamped())
    assert circuit.of_kind(Diodes)
    features, targets = np.array([[1.0, -0.5]]), np.array([[0.3, -0.2, 0.1]])
    with kind(circuit) as engine:
        coupled = estimated(engine, circuit, Centered(1e-4), features, targets)
        points, own = engine.solve(circuit.values(), features), np.eye(3)
        answers = [engine.adjoint(points, own[k : k + 1]) for k in range(3)]
        resistance = np.stack([circuit.outputs.scores(answer)[0] for answer in answers], axis=1)
        admittance = np.linalg.inv(resistance + HOLDING.closed * own)
        currents = -(points.scores - targets) @ admittance.T
        signals = engine.system.adjoint_signals(points, engine.adjoint(points, currents), currents)
    expected = np.concatenate([np.asarray(signal) for signal in map(dense, signals.values())])
    off = np.linalg.norm(coupled - expected) / np.linalg.norm(expected)
    assert off < 1e-7  # the bias falls with eta^2 = 1e-8


def dense(signal):
    return signal if isinstance(signal, np.ndarray) else signal.dense()


def both_directions(outputs, seed):
    """Cosine between coupled learning and the gradient of the squared error, in a linear random graph."""
    graph, rng = random_graph(12, 20, seed), np.random.default_rng(seed)
    ports = {"inputs": [0, 1, 2], "outputs": list(range(3, 3 + outputs)), "held": {11: 0.0}}
    own = {"edges.conductance": 10 ** rng.uniform(-7, -4, 20)}
    features, targets = rng.normal(size=(1, 3)), rng.normal(size=(1, outputs))
    found = []
    for way, estimator in ((Clamped(), Centered(0.1)), (None, Adjoint())):
        circuit = build_graph(graph, **ports, nudging=way).with_values(own)
        with NativeSimulator(circuit) as engine:
            found.append(estimated(engine, circuit, estimator, features, targets))
    one, other = found
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


@pytest.mark.parametrize("seed", [0, 2, 3])
def test_one_output_of_a_linear_circuit_learns_along_the_gradient(seed):
    assert both_directions(1, seed) == pytest.approx(1.0, abs=1e-9)


def test_six_outputs_may_learn_up_the_cost():
    """The seed is one of those, by few, whose outputs load each other so that errors come out reversed."""
    assert both_directions(6, OPPOSITE) < -0.1
    assert both_directions(6, 0) > 0


def co_content(g, graph, held, volts, clamps):
    """P of linear resistors, and of 1 Ohm to the clamped volts, at its minimum; complex g differentiate it."""
    incidence = np.eye(graph.nodes)[graph.edges[:, 0]] - np.eye(graph.nodes)[graph.edges[:, 1]]
    laplacian = incidence.T @ (g[:, None] * incidence)
    pull, source = np.zeros(graph.nodes), np.zeros(graph.nodes)
    for node, target in clamps.items():
        pull[node], source[node] = 1 / HOLDING.closed, target / HOLDING.closed
    V, free = np.zeros(graph.nodes, dtype=complex), np.setdiff1d(np.arange(graph.nodes), held)
    V[held] = volts
    full = laplacian + np.diag(pull)
    V[free] = np.linalg.solve(full[np.ix_(free, free)], source[free] - full[np.ix_(free, held)] @ V[held])
    across = sum((V[node] - target) ** 2 for node, target in clamps.items()) / HOLDING.closed
    return (g @ (incidence @ V) ** 2 + across) / 2


@pytest.mark.parametrize("kind", ENGINES)
def test_contrastive_learning_is_the_slope_of_the_energy_that_clamping_costs(kind):
    graph = random_graph(9, 16, 3)
    circuit = build_graph(graph, [0, 1], [4, 5], held={8: 0.0}, seed=3, nudging=Clamped())
    features, targets, held = np.array([[1.0, -0.4]]), np.array([[0.3, 0.2]]), np.array([0, 1, 8])
    with kind(circuit) as engine:
        found = estimated(engine, circuit, Contrastive(), features, targets)
    g, volts = circuit.values()["edges.conductance"], np.array([1.0, -0.4, 0.0])

    def clamping_costs(g):
        return co_content(g, graph, held, volts, {4: 0.3, 5: 0.2}) - co_content(g, graph, held, volts, {})

    slopes = [clamping_costs(g + 1e-20j * one).imag / 1e-20 for one in np.eye(len(g))]
    assert found == pytest.approx(np.array(slopes), rel=1e-8, abs=1e-8 * np.abs(slopes).max())
    assert clamping_costs(g).real > 0


def test_contrastive_learning_trains_a_network_to_its_targets():
    corners = np.array([[-2, -2], [-2, 2], [2, -2], [2, 2]], dtype=float)
    data = Split(Dataset(corners, np.array([0, 1, 1, 0]), ("same", "different")))
    layers = [Inputs(2), Crossbar(8), DiodePair(), Amplifier(4), Crossbar(2), OutputPairs()]
    circuit = build_network(layers, seed=0, nudging=Clamped())
    problem = Problem(circuit, data, SquaredError(0.3, -0.3), Contrastive(), SGD(1e4), epochs=100, batch=4)
    with NativeSimulator(circuit) as engine:
        records = train(problem, engine).records
    assert records[-1].train.loss < records[0].train.loss / 100


def iris(**settings):
    return TASKS["iris"].problem(Settings(**{**vars(TASKS["iris"].settings), **settings}))


def test_the_command_line_reaches_both_rules():
    assert iris(nudging="clamped", beta=0.1).circuit.driven.way == "clamped"
    assert iris(nudging="clamped", estimator="contrastive", cost="squared-error").estimator == Contrastive()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"nudging": "clamped", "beta": 1e-7}, "the share of the way to the target"),
        ({"nudging": "clamped", "beta": 1.5}, "the share of the way to the target"),
        ({"estimator": "contrastive", "cost": "squared-error"}, "nudge by clamped outputs"),
        ({"nudging": "clamped", "estimator": "contrastive", "cost": "cross-entropy"}, "use the squared error"),
    ],
)
def test_what_does_not_go_together_is_said_before_training(settings, words):
    with pytest.raises(SettingError, match=words):
        iris(**settings)


@pytest.mark.parametrize("estimator", [Centered(0.1), Contrastive()])
def test_training_begins_by_saying_that_this_is_not_the_costs_gradient(estimator):
    layers = [Inputs(2), Crossbar(6), OutputPairs()]
    circuit = build_network(layers, seed=0, nudging=Clamped())
    corners = np.array([[-1.0, 0.5], [0.3, 0.8], [0.6, -0.9]])
    data = Split(Dataset(corners, np.array([0, 1, 2]), ("a", "b", "c")))
    problem = Problem(circuit, data, SquaredError(0.1, -0.1), estimator, SGD(1.0), epochs=1, batch=3)
    with NativeSimulator(circuit) as engine:
        (note,) = train(problem, engine).records[0].messages
    assert estimator.departure(problem.system) in note
    assert 0 < float(note.rpartition(" ")[2]) < 1


def test_cross_entropy_clamps_along_its_own_slope():
    circuit = build_network([Inputs(1), Crossbar(4), OutputPairs()], nudging=Clamped())
    cost, scores, targets = CrossEntropy(0.1), np.array([[0.1, 0.2]]), np.array([[1.0, 0.0]])
    held, close = Clamped().drives(cost, scores, targets, np.array([[0.25]]))
    assert held[0] == pytest.approx(scores - 0.25 * cost.gradient(scores, targets))
    assert close.tolist() == [[[1.0]]]
    assert circuit.driven.addresses == ("held.voltage", "close.voltage")
