"""How does a person's netlist learn by itself? Its resistors become twin edges, a table's rows the patterns in turn.

Sources that carry columns are inputs; other sources between a node and ground hold that node; the voltage between two
further nodes is the answer.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ebana_like.data.table import read_table
from ebana_like.elements import Bank, CurrentSources, Resistors, VoltageSources
from ebana_like.errors import SettingError, meant
from ebana_like.fitting.columns import carriers, columns, input_columns, output_columns
from ebana_like.netlist import load_netlist
from ebana_like.networks.graph import Graph
from ebana_like.networks.selflearn import SelfLearner


def learner_of(netlist: Path, data: Path, inputs: str, outputs: str) -> SelfLearner:
    """Return the learner of a netlist of resistors and sources.

    data: CSV with a column for every input and for the output, a row a pattern, volts. inputs: sources that carry
    columns, `v1,v2=x`. outputs: the pair `a-b`, or `a-b=y`.
    Raises SettingError for what is not there, and for elements that are no resistors and no sources.
    """
    circuit, table = load_netlist(netlist).circuit, read_table(str(data))
    if stranger := circuit.stranger(Resistors, VoltageSources, CurrentSources):
        raise SettingError(f"{stranger}; edges that learn are resistors")
    held = _held(circuit.of_kind(VoltageSources))
    wanted, ((pair, _),) = carriers(inputs), _one(columns(outputs))
    if missing := [source for source, _, _ in wanted if source not in held]:
        raise SettingError(f'"{missing[0]}" is no source between a node and ground; {meant(missing[0], list(held))}')
    ends = [end.strip().lower() for end in pair.split("-")]
    if len(ends) != 2 or not set(ends) <= set(circuit.nodes[1:]):
        raise SettingError(f'outputs is "{pair}"; give two nodes as in a-b: {", ".join(circuit.nodes[1:9])}')
    patterns = {name: table.numbers(name) for name in input_columns(table, inputs)}
    edges = np.concatenate([np.stack([b.positive, b.negative], axis=1) for b in circuit.of_kind(Resistors)])
    used = np.unique(edges)
    place = {int(node): k for k, node in enumerate(used)}
    nodes = {name: place.get(circuit.nodes.index(name), -1) for name in ends}
    carrying = [source for source, _, _ in wanted]
    rails = {place[node]: volts for label, (node, volts) in held.items() if label not in carrying and node in place}
    return SelfLearner(
        Graph(len(used), np.vectorize(place.get)(edges)),
        tuple(place[held[source][0]] for source in carrying),
        (nodes[ends[0]], nodes[ends[1]]),
        np.stack([sign * patterns[name] for _, name, sign in wanted], axis=1),
        table.numbers(*output_columns(table, outputs)),
        {**rails, **({place[0]: 0.0} if 0 in place else {})},
    )


def _one(outputs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    if len(outputs) != 1:
        raise SettingError(f"a netlist that learns alone has one output pair; outputs names {len(outputs)}")
    return outputs


def _held(sources: tuple[VoltageSources, ...]) -> Mapping[str, tuple[int, float]]:
    """Return node and volts of every source between a node and ground, by label."""
    found: dict[str, tuple[int, float]] = {}
    for bank in sources:
        for label, p, n, volts in zip(bank.labels, *_ends(bank), bank.voltage.tolist(), strict=True):
            if (p == 0) == (n == 0):
                raise SettingError(f"{label} is not between a node and ground; a node is held, or carries an input, so")
            found[label] = (p, volts) if n == 0 else (n, -volts)
    return found


def _ends(bank: Bank) -> tuple[list[int], list[int]]:
    return bank.positive.tolist(), bank.negative.tolist()
