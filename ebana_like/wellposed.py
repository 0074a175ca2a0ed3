"""Do these elements, wired like this, have one answer? What no simulator could solve is refused by name."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ebana_like.elements import Bank, CurrentControlled, VoltageLaw, VoltageSources, of_kind
from ebana_like.elements.labels import repeated
from ebana_like.elements.loops import undecided
from ebana_like.errors import CircuitError
from ebana_like.values import IntArray

MOST_LISTED = 5


def require_unique(what: str, *names: Sequence[str]) -> None:
    """Raise CircuitError where a name is there twice."""
    if (name := repeated(names)) is not None:
        raise CircuitError(f'two {what}s are called "{name}"; names must be unique')


def require_well_posed(nodes: Sequence[str], banks: Sequence[Bank]) -> None:
    """Raise CircuitError where voltages or currents have no answer, or more than one."""
    _require_meters(banks)
    _require_grounded(nodes, banks)
    _require_no_source_loop(nodes, banks)
    require_decided(nodes, banks)


def _require_meters(banks: Sequence[Bank]) -> None:
    """Every current that is copied is that of a voltage source that is there."""
    sources = {label for bank in of_kind(banks, VoltageSources) for label in bank.labels}
    for bank in of_kind(banks, CurrentControlled):
        for label, control in zip(bank.labels, bank.control, strict=True):
            if control not in sources:
                raise CircuitError(
                    f"{label} copies the current of {control}, which is no voltage source of this circuit"
                )


def _require_grounded(nodes: Sequence[str], banks: Sequence[Bank]) -> None:
    """Every node needs a path of elements to ground, else its voltage is not determined.

    Nodes that controlled currents flow to, and whose voltages control others, may be determined by both.
    """
    component = components(len(nodes), banks)
    watched = [bank.watched() for bank in banks]
    following = (b for b in banks if not b.paths and (isinstance(b, CurrentControlled) or b.watched().size))
    fed = [np.concatenate(bank.flows()) for bank in following]
    decided, asked = (component[np.concatenate([[0], *ends]).astype(np.intp)] for ends in (fed, watched))
    floating = np.flatnonzero(~np.isin(component, np.intersect1d(decided, asked)))
    if floating.size:
        raise CircuitError(
            f'node "{nodes[floating[0]]}" floats: no resistor, diode or voltage source connects it to '
            "ground; wire it up or remove it"
        )


def _require_no_source_loop(nodes: Sequence[str], banks: Sequence[Bank]) -> None:
    """Voltage sources in a loop contradict each other, or share a current that nothing determines."""
    sources = list(of_kind(banks, VoltageLaw))
    while sum(map(len, sources)) + components(len(nodes), sources).max() >= len(nodes):
        bank = sources.pop()
        if sum(map(len, sources)) + components(len(nodes), sources).max() < len(nodes):
            raise CircuitError(
                f'voltage source {bank.labels[0]} or another of bank "{bank.name}" closes a loop of voltage '
                "sources; put a resistor into the loop"
            )


def require_decided(nodes: Sequence[str], banks: Sequence[Bank]) -> None:
    """Raise CircuitError where gains are such that voltage-controlled sources in a loop leave each other open."""
    if loop := undecided(banks, len(nodes)):
        raise CircuitError(
            f"{', '.join(loop[:MOST_LISTED])}{' ...' if len(loop) > MOST_LISTED else ''}: these voltage-controlled "
            "sources decide each other's voltages, and nothing decides them; change a gain, or put a resistor into "
            "the loop"
        )


def components(nodes: int, banks: Sequence[Bank]) -> IntArray:
    """Return the number of the connected component of every node, (nodes,), when only these banks conduct."""
    none = np.zeros(0, dtype=np.intp)
    paths = [pair for bank in banks for pair in bank.connections()]
    rows = np.concatenate([none, *(a for a, _ in paths)])
    columns = np.concatenate([none, *(b for _, b in paths)])
    graph = coo_array((np.ones(len(rows)), (rows, columns)), shape=(nodes, nodes))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.intp)
