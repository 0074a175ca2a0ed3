"""How does a circuit grow while it is being built? Nodes and banks are added in the order of the netlist."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ebana_like.circuit import GROUND, Circuit
from ebana_like.elements import Bank, FloatArray, IntArray, Range, Resistors, VoltageSources
from ebana_like.errors import CircuitError
from ebana_like.ports import Driven, InputPorts, OutputPorts


@dataclass(frozen=True, eq=False)
class Led:
    """Rows that a layer left, with those of them that are mirrored and constant; see `Wiring.lead`."""

    rows: IntArray
    mirrored: IntArray
    constant: IntArray


@dataclass
class Wiring:
    """What has been built so far. Blocks read `rows`, the nodes the next block connects to, and replace them.

    rng: draws the initial conductances.
    mirrored, constant: of the rows, nodes at the opposite voltages of the others, in their order, and nodes at voltages
        that never change; none unless a block says so (`lead`).
    reference: node against which the rows are read, ground unless a block says so.
    depth: how many crossbars there are, to number names with.
    led: what each layer left last, by how many crossbars there were.
    """

    rng: np.random.Generator
    nodes: list[str] = field(default_factory=lambda: [GROUND])
    banks: list[Bank] = field(default_factory=list)
    rows: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.intp))
    mirrored: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.intp))
    constant: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.intp))
    reference: int = 0
    depth: int = 0
    led: dict[int, Led] = field(default_factory=dict)
    inputs: InputPorts | None = None
    outputs: OutputPorts | None = None

    def new_nodes(self, names: Sequence[str]) -> IntArray:
        """Add nodes; their indices."""
        first = len(self.nodes)
        self.nodes.extend(names)
        return np.arange(first, len(self.nodes), dtype=np.intp)

    def resistors(
        self,
        name: str,
        positive: IntArray,
        negative: IntArray | int,
        siemens: FloatArray | float,
        *,
        learned: Range | None = None,
        names: Sequence[str] | None = None,
    ) -> None:
        """Add a bank of resistors, as many as positive ends; one node or conductance stands for all.

        learned: the range in which they learn; None for fixed ones. names: theirs in SPICE, if not the bank's numbered.
        """
        count = len(positive)
        named = labels("r", name, count) if names is None else names
        trainable = {} if learned is None else {"conductance": learned}
        ends = positive, _each(negative, count, np.intp)
        self.banks.append(Resistors(name, named, *ends, _each(siemens, count, np.float64), trainable=trainable))

    def sources(
        self,
        name: str,
        nodes: IntArray,
        volts: FloatArray | float = 0.0,
        *,
        above: IntArray | int = 0,
        learned: Range | None = None,
    ) -> None:
        """Add a bank of voltage sources that hold nodes above others, above ground unless said."""
        count, trainable = len(nodes), {} if learned is None else {"voltage": learned}
        ends, held = (nodes, _each(above, count, np.intp)), _each(volts, count, np.float64)
        self.banks.append(VoltageSources(name, labels("v", name, count), *ends, held, trainable=trainable))

    def circuit(self, title: str, driven: Driven) -> Circuit:
        """Return what has been built, with the nudge that has been wired to its outputs."""
        assert self.inputs is not None
        assert self.outputs is not None
        return Circuit(title, tuple(self.nodes), tuple(self.banks), self.inputs, self.outputs, driven)

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
        self.led[self.depth] = Led(self.rows, self.mirrored, self.constant)

    def sides(self) -> tuple[IntArray, IntArray, IntArray]:
        """Return the rows that carry signals, those at their opposites, and the constant ones."""
        mirrored, constant = (nodes[np.isin(nodes, self.rows)] for nodes in (self.mirrored, self.constant))
        return self.rows[~np.isin(self.rows, np.concatenate([mirrored, constant]))], mirrored, constant

    def require_rows(self, block: str) -> IntArray:
        """Return the nodes the block connects to. Raises CircuitError when nothing stands before it."""
        if not self.rows.size:
            raise CircuitError(f"the layer {block} has nothing to connect to; begin the list of layers with Inputs")
        return self.rows


def _each(values: npt.ArrayLike, count: int, dtype: type) -> npt.NDArray[Any]:
    """Return values, (count,), of which one alone stands for all."""
    return np.full(count, values, dtype=dtype) if np.ndim(values) == 0 else np.asarray(values, dtype=dtype)


def grounds(count: int) -> IntArray:
    """Return `count` times ground."""
    return np.zeros(count, dtype=np.intp)


def labels(letter: str, bank: str, count: int) -> tuple[str, ...]:
    """Return the SPICE names of `count` elements of a bank."""
    return tuple(f"{letter}{bank}_{k}" for k in range(count))
