"""Which circuit does a graph describe? Trainable elements along its edges, and ports at nodes of one's choice.

Crossbars are one way to join nodes. Physical learning machines are lattices and random graphs, whose every node may be
an input, an output or neither (Stern et al. 2021; Dillavou et al. 2022).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np

from ebana_like.checks import require_number
from ebana_like.circuit import Circuit
from ebana_like.elements import IntArray, Pipes, Range
from ebana_like.errors import CircuitError, meant
from ebana_like.limits import require_at_most
from ebana_like.netlist import diode_model
from ebana_like.networks.blocks import diodes_between
from ebana_like.nudges import Currents, Nudge
from ebana_like.ports import InputPorts, OutputPorts
from ebana_like.wiring import Wiring, labels

Edge = Literal["resistor", "pipe"]
"""What stands along the edges."""


@dataclass(frozen=True, eq=False)
class Graph:
    """Nodes, from 0, and the edges between them, (edges, 2); two edges may join the same pair of nodes."""

    nodes: int
    edges: IntArray

    def __post_init__(self) -> None:
        edges = np.asarray(self.edges, dtype=np.intp)
        object.__setattr__(self, "edges", edges)
        if edges.ndim != 2 or edges.shape[1:] != (2,) or not len(edges):
            raise CircuitError(f"the edges of a graph have shape {edges.shape}; give (edges, 2), two nodes each")
        if edges.min() < 0 or edges.max() >= self.nodes:
            raise CircuitError(f"an edge ends at node {edges.max()}, but the graph has nodes 0 to {self.nodes - 1}")
        if (loops := np.flatnonzero(edges[:, 0] == edges[:, 1])).size:
            raise CircuitError(f"edge {loops[0]} joins node {edges[loops[0], 0]} to itself; remove it")


def lattice(rows: int, columns: int, periodic: bool = False, diagonals: bool = False) -> Graph:
    """Return a square lattice; node `row * columns + column`.

    periodic: whether its borders are joined: a torus, on which 4 x 4 nodes have 32 edges (Dillavou et al. 2023).
    diagonals: whether a diagonal crosses each cell too; 3 x 3 nodes then have 16 edges, as the board of Dillavou et
        al. 2022
        has 9 nodes and 16 edges.
    """
    for name, count in (("rows", rows), ("columns", columns)):
        require_number(f"lattice: {name}", count, whole=True, low=2, error=CircuitError)
    require_at_most("elements", 3 * rows * columns, f"the lattice has {rows * columns:,} nodes", CircuitError)
    at = np.arange(rows * columns, dtype=np.intp).reshape(rows, columns)
    steps = [(0, 1), (1, 0), *([(1, 1)] if diagonals else [])]
    if periodic:
        pairs = [(at, np.roll(at, (-down, -right), (0, 1))) for down, right in steps]
    else:
        pairs = [(at[: rows - down, : columns - right], at[down:, right:]) for down, right in steps]
    return Graph(rows * columns, np.concatenate([np.stack([a.ravel(), b.ravel()], axis=1) for a, b in pairs]))


def random_graph(nodes: int, edges: int, seed: int = 0) -> Graph:
    """Return a connected graph: a random tree, and further pairs of nodes drawn from those that are left.

    Raises CircuitError for fewer edges than a tree has, or more than there are pairs.
    """
    require_at_most("elements", edges, f"the graph has {edges:,} edges", CircuitError)
    most = nodes * (nodes - 1) // 2
    if not nodes - 1 <= edges <= most:
        raise CircuitError(
            f"a connected graph of {nodes} nodes has {nodes - 1} to {most} edges; {edges} were asked for"
        )
    rng = np.random.default_rng(seed)
    order = rng.permutation(nodes)
    tree = [(order[rng.integers(k)], order[k]) for k in range(1, nodes)]
    have = {(min(pair), max(pair)) for pair in tree}
    left = [pair for pair in zip(*np.triu_indices(nodes, 1), strict=True) if pair not in have]
    more: list[int] = rng.choice(len(left), edges - len(tree), replace=False).tolist() if left else []
    return Graph(nodes, np.array([*sorted(have), *(left[k] for k in sorted(more))], dtype=np.intp))


def build_graph(
    graph: Graph,
    inputs: Sequence[int],
    outputs: Sequence[int | tuple[int, int]],
    held: Mapping[int, float] = MappingProxyType({}),
    title: str = "resistive graph",
    seed: int | np.random.Generator = 0,
    nudging: Nudge | None = None,
    initial: tuple[float, float] = (4e-6, 1.2e-5),
    limits: tuple[float, float] = (1e-7, 1e-4),
    edge: Edge = "resistor",
    valves: Sequence[tuple[int, int]] = (),
    valve: str = "schottky",
) -> Circuit:
    """Return a circuit of a trainable resistor or pipe an edge, the bank "edges".

    inputs: nodes whose voltages the features are, one each. held: volts of further nodes, by node; 0 for those at
        ground.
    outputs: nodes whose voltages the scores are, or pairs of nodes whose difference one is.
    seed: of the first conductances, uniform in `initial`, or a generator. limits: of the conductances, siemens.
    nudging: `Currents()` unless given.
    edge: "resistor", or "pipe" for turbulent ones, whose capacities `initial` and `limits` then are, A/V^(1/2).
    valves: pairs of nodes between which a check valve lets flow pass, from the first to the second alone: a diode.
    valve: its model, in `models/` or a file; "ideal" is one that opens at no pressure.
    Raises CircuitError naming the node that is none, or is asked to be two things.
    """
    pairs = [each if isinstance(each, tuple) else (each, None) for each in outputs]
    fixed = [*inputs, *held]
    read = [node for pair in pairs for node in pair if node is not None]
    ends_of_valves = [node for pair in valves for node in pair]
    for node in (*fixed, *read, *ends_of_valves):
        if not 0 <= node < graph.nodes:
            raise CircuitError(f"there is no node {node}; {meant(str(node), map(str, range(graph.nodes)), 'it has')}")
    if (twice := next((node for node in fixed if fixed.count(node) > 1), None)) is not None:
        raise CircuitError(f"node {twice} is held twice; give every input and every held voltage a node of its own")
    if (source := next((p for p, n in pairs if p in fixed), None)) is not None:
        raise CircuitError(f"node {source} is an output, and its voltage is held; read another one")
    rng = seed if isinstance(seed, np.random.Generator) else np.random.default_rng(seed)
    wiring = Wiring(rng)
    grounded = [node for node, volts in held.items() if volts == 0]
    kept = [node for node in range(graph.nodes) if node not in grounded]
    at = np.zeros(graph.nodes, dtype=np.intp)
    at[kept] = wiring.new_nodes([f"n{node}" for node in kept])
    wiring.inputs = InputPorts("inputs", np.arange(len(inputs), dtype=np.intp), np.ones(len(inputs)))
    wiring.sources("inputs", at[list(inputs)])
    if live := {node: volts for node, volts in held.items() if volts != 0}:
        wiring.sources("held_nodes", at[list(live)], np.array(list(live.values()), dtype=np.float64))
    one, other = at[graph.edges[:, 0]], at[graph.edges[:, 1]]
    limited, first = Range(*limits), rng.uniform(*initial, len(one))
    if edge == "pipe":
        pipes = labels(Pipes.letter, "edges", len(one))
        wiring.banks.append(Pipes("edges", pipes, one, other, first, trainable={"capacity": limited}))
    else:
        wiring.resistors("edges", one, other, first, learned=limited)
    if valves:
        from_, to = (np.array([at[pair[end]] for pair in valves], dtype=np.intp) for end in (0, 1))
        wiring.banks.append(diodes_between("valves", from_, to, diode_model(valve)))
    wiring.outputs = OutputPorts(
        np.array([at[p] for p, _ in pairs], dtype=np.intp),
        np.array([0 if n is None else at[n] for _, n in pairs], dtype=np.intp),
    )
    driven = (nudging or Currents()).wire(wiring, wiring.outputs)
    return wiring.circuit(title, driven)
