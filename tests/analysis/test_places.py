"""A search for places: rounds keep the better quarter, and what is kept learns better than places as drawn."""

import numpy as np
import pytest

from ebana_like.analysis.places import Places, by_training, search_places
from ebana_like.data import RegressionDataset, Split
from ebana_like.errors import CircuitError
from ebana_like.learning import SGD, Adjoint, SquaredError
from ebana_like.networks import build_graph, lattice
from ebana_like.training import Problem

GRAPH = lattice(3, 3, diagonals=True)


def test_each_round_keeps_the_better_quarter_and_tries_harder():
    seen = []

    def judge(places, effort):
        seen.append((effort, places))
        return float(places.inputs[0]) + places.held[0] / 10

    found = search_places(GRAPH, 1, 1, 1, judge, efforts=(1, 5), draws=16, pairs=True, seed=3)
    assert [effort for effort, _ in seen] == [1] * 16 + [5] * 4
    worths = sorted(judge(places, 0) for effort, places in seen[:16])
    assert [each.worth for each in found] == worths[:4]
    for _, places in seen:
        nodes = [*places.inputs, *places.held, *places.outputs[0]]
        assert len(set(nodes)) == 4
    with pytest.raises(CircuitError, match="the graph has 9"):
        search_places(GRAPH, 5, 3, 2, judge, efforts=(1,))


def test_places_are_found_where_a_network_learns():
    """Weights of either sign over two inputs: a resistor network answers to few places alone."""
    features = np.random.default_rng(0).uniform(-1, 1, (20, 2))
    data = Split(RegressionDataset(features, features @ np.array([[0.2], [-0.2]]), ("difference",)))

    def problem_of(places: Places) -> Problem:
        circuit = build_graph(GRAPH, places.inputs, places.outputs, dict.fromkeys(places.held, 0.0), seed=1)
        return Problem(circuit, data, SquaredError(), Adjoint(), SGD(0.5), epochs=1, batch=10)

    found = search_places(GRAPH, 2, 1, 1, by_training(problem_of), efforts=(2, 20), draws=12, pairs=True, seed=0)
    losses = [each.worth for each in found]
    drawn = search_places(GRAPH, 2, 1, 1, by_training(problem_of), efforts=(20,), draws=12, pairs=True, seed=0)
    assert losses[0] == min(losses)
    assert losses[0] <= np.median([each.worth for each in drawn]) / 2
    assert losses[0] == pytest.approx(drawn[0].worth)
