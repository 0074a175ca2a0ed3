"""Circuits without layers: lattices, random graphs and ports at chosen nodes."""

import numpy as np
import pytest

from ebana_like.errors import CircuitError
from ebana_like.networks import Graph, build_graph, lattice, random_graph
from ebana_like.simulators import NativeSimulator


def degrees(graph):
    return np.bincount(graph.edges.ravel(), minlength=graph.nodes)


def test_the_torus_of_4_by_4_nodes_has_32_edges_four_at_every_node():
    graph = lattice(4, 4, periodic=True)
    assert len(graph.edges) == 32
    assert set(degrees(graph)) == {4}


def test_a_3_by_3_lattice_with_diagonals_has_9_nodes_and_16_edges():
    graph = lattice(3, 3, diagonals=True)
    assert (graph.nodes, len(graph.edges)) == (9, 16)
    assert len({tuple(sorted(edge)) for edge in graph.edges.tolist()}) == 16
    assert degrees(graph).tolist() == [3, 4, 2, 4, 6, 4, 2, 4, 3]


@pytest.mark.parametrize("seed", range(5))
def test_a_random_graph_is_connected_and_has_no_edge_twice(seed):
    graph = random_graph(9, 16, seed)
    assert len({tuple(sorted(edge)) for edge in graph.edges.tolist()}) == 16
    reach = np.eye(9, dtype=int)
    reach[graph.edges[:, 0], graph.edges[:, 1]] = reach[graph.edges[:, 1], graph.edges[:, 0]] = 1
    assert (np.linalg.matrix_power(reach, 8) > 0).all()


def test_its_voltages_are_those_of_the_graph_laplacian():
    graph, inputs, features = lattice(3, 3, diagonals=True), [0, 8], np.array([[1.0, -0.5]])
    circuit = build_graph(graph, inputs, [4, (2, 6)], held={1: 0.0, 3: 0.25}, seed=4)
    g = circuit.values()["edges.conductance"]
    incidence = np.eye(9)[graph.edges[:, 0]] - np.eye(9)[graph.edges[:, 1]]
    laplacian = incidence.T @ (g[:, None] * incidence)
    known = np.array([0, 1, 3, 8])
    volts, free = np.zeros(9), np.setdiff1d(np.arange(9), known)
    volts[known] = [1.0, 0.0, 0.25, -0.5]
    volts[free] = np.linalg.solve(laplacian[np.ix_(free, free)], -laplacian[np.ix_(free, known)] @ volts[known])
    with NativeSimulator(circuit) as simulator:
        scores = simulator.solve(circuit.values(), features).scores
    assert scores[0] == pytest.approx([volts[4], volts[2] - volts[6]], abs=1e-12)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (lambda: Graph(3, np.array([[0, 3]])), "ends at node 3"),
        (lambda: Graph(3, np.array([[1, 1]])), "joins node 1 to itself"),
        (lambda: random_graph(9, 7), "has 8 to 36 edges"),
        (lambda: build_graph(lattice(2, 2), [0, 1], [4]), "there is no node 4"),
        (lambda: build_graph(lattice(2, 2), [0], [2], held={0: 0.0}), "node 0 is held twice"),
        (lambda: build_graph(lattice(2, 2), [0], [0]), "node 0 is an output"),
    ],
)
def test_what_cannot_be_is_named(asked, words):
    with pytest.raises(CircuitError, match=words):
        asked()
