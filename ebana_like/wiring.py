"""How does a circuit grow while it is being built? Nodes and banks are added in the order of the netlist."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ebana_like.circuit import GROUND, InputPorts, OutputPorts
from ebana_like.elements import Bank, IntArray
from ebana_like.errors import CircuitError


@dataclass
class Wiring:
    """What has been built so far. Blocks read `rows`, the nodes the next block connects to, and replace them.

    rng: draws the initial conductances.
    mirrored, constant: of the rows, nodes at the opposite voltages of the others, in their order, and nodes at voltages
        that never change; none unless a block says so (`lead`).
    reference: node against which the rows are read, ground unless a block says so.
    depth: how many crossbars there are, to number names with.
    """

    rng: np.random.Generator
    nodes: list[str] = field(default_factory=lambda: [GROUND])
    banks: list[Bank] = field(default_factory=list)
    rows: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.intp))
    mirrored: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.intp))
    constant: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.intp))
    reference: int = 0
    depth: int = 0
    inputs: InputPorts | None = None
    outputs: OutputPorts | None = None

    def new_nodes(self, names: Sequence[str]) -> IntArray:
        """Add nodes; their indices."""
        first = len(self.nodes)
        self.nodes.extend(names)
        return np.arange(first, len(self.nodes), dtype=np.intp)

    def lead(
        self,
        rows: IntArray,
        mirrored: IntArray | None = None,
        constant: IntArray | None = None,
        reference: int = 0,
    ) -> None:
        """Leave rows for the next block, and say which are mirrored, which constant, and what they are read against."""
        none = np.zeros(0, dtype=np.intp)
        self.rows = rows
        self.mirrored = none if mirrored is None else mirrored
        self.constant = none if constant is None else constant
        self.reference = reference

    def sides(self) -> tuple[IntArray, IntArray, IntArray]:
        """Return the rows that carry signals, those at their opposites, and the constant ones."""
        mirrored, constant = (nodes[np.isin(nodes, self.rows)] for nodes in (self.mirrored, self.constant))
        return self.rows[~np.isin(self.rows, np.concatenate([mirrored, constant]))], mirrored, constant

    def require_rows(self, block: str) -> IntArray:
        """Return the nodes the block connects to. Raises CircuitError when nothing stands before it."""
        if not self.rows.size:
            raise CircuitError(f"the layer {block} has nothing to connect to; begin the list of layers with Inputs")
        return self.rows


def grounds(count: int) -> IntArray:
    """Return `count` times ground."""
    return np.zeros(count, dtype=np.intp)


def labels(letter: str, bank: str, count: int) -> tuple[str, ...]:
    """Return the SPICE names of `count` elements of a bank."""
    return tuple(f"{letter}{bank}_{k}" for k in range(count))
