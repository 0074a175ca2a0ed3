"""Where on a graph should inputs, held nodes and outputs be? Places are drawn and tried, and the best tried longer.

In a circuit without layers the places matter as much as the elements. What a place is worth is for the caller to say:
the loss after some epochs of training, or the error of a netlist that learned alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ebana_like.checks import require_number
from ebana_like.errors import CircuitError, TrainingError
from ebana_like.networks.graph import Graph
from ebana_like.simulators import NativeSimulator
from ebana_like.systems import CircuitSystem
from ebana_like.training import Problem, train


@dataclass(frozen=True)
class Places:
    """Nodes of the inputs, of what is held, and those that are read, each alone or a pair."""

    inputs: tuple[int, ...]
    held: tuple[int, ...]
    outputs: tuple[int | tuple[int, int], ...]


@dataclass(frozen=True)
class Judged:
    """Places, and what was told of them last: less is better, infinite where they cannot be."""

    places: Places
    worth: float


def search_places(
    graph: Graph,
    inputs: int,
    held: int,
    outputs: int,
    judge: Callable[[Places, int], float],
    efforts: Sequence[int],
    draws: int = 32,
    pairs: bool = False,
    seed: int = 0,
) -> list[Judged]:
    """Draw places and try them, of each round the better quarter with the next effort; the last round's, best first.

    inputs, held, outputs: how many nodes, or pairs of nodes, there are. judge: tells the worth of places after an
    effort, which is one of `efforts`: of epochs, say. pairs: whether outputs are pairs. seed: of the draws.
    Raises CircuitError where the graph has fewer nodes.
    """
    for name, count in (("draws", draws), ("rounds of efforts", len(efforts))):
        require_number(name, count, whole=True, low=1, error=CircuitError)
    wanted = inputs + held + outputs * (2 if pairs else 1)
    if wanted > graph.nodes:
        raise CircuitError(f"{wanted} different nodes are asked for, and the graph has {graph.nodes}")
    rng = np.random.default_rng(seed)
    left = []
    for _ in range(draws):
        nodes = rng.choice(graph.nodes, wanted, replace=False).tolist()
        first, second, rest = nodes[:inputs], nodes[inputs : inputs + held], nodes[inputs + held :]
        read = tuple(zip(rest[::2], rest[1::2], strict=True)) if pairs else tuple(rest)
        left.append(Places(tuple(first), tuple(second), read))
    judged: list[Judged] = []
    for effort in efforts:
        judged = sorted((Judged(places, judge(places, effort)) for places in left), key=lambda each: each.worth)
        left = [each.places for each in judged[: max(len(left) // 4, 1)]]
    return judged


def by_training(problem_of: Callable[[Places], Problem]) -> Callable[[Places, int], float]:
    """Return a judge: the loss after so many epochs, natively, of validation samples where there are any; infinite
    where training diverges or `problem_of` raises CircuitError."""

    def judge(places: Places, epochs: int) -> float:
        try:
            problem = replace(problem_of(places), epochs=epochs)
            assert isinstance(problem.system, CircuitSystem)
            with NativeSimulator(problem.system.circuit) as simulator:
                return train(problem, simulator).records[-1].judged
        except (CircuitError, TrainingError):
            return float("inf")

    return judge
