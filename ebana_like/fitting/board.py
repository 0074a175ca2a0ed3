"""Which netlist is a board with its ports at these places? Resistors along the edges of a graph, sources at nodes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ebana_like.fitting.settings import NOTE
from ebana_like.networks.graph import Graph


@dataclass(frozen=True)
class Board:
    """A graph of resistors, and what its ports carry.

    inputs: columns of a table. held: volts of further sources. outputs: columns, or classes. labels: the column of
    these classes, or "". ohms: range of the first resistances. settings: of `fit`, that the netlist keeps too.
    """

    graph: Graph
    inputs: tuple[str, ...]
    held: tuple[float, ...]
    outputs: tuple[str, ...]
    labels: str = ""
    ohms: tuple[float, float] = (8e4, 2.5e5)
    settings: Mapping[str, str] = field(default_factory=dict)

    def text(
        self, inputs: Sequence[int], held: Sequence[int], outputs: Sequence[int | tuple[int, int]], seed: int
    ) -> str:
        """Return the netlist with its ports at these nodes, and in comment lines what `fit` has to know.

        seed: of the resistances.
        """
        read = [f"n{node}" if isinstance(node, int) else f"n{node[0]}-n{node[1]}" for node in outputs]
        ohms = np.random.default_rng(seed).uniform(*self.ohms, len(self.graph.edges))
        carried = [f"v{k}={name}" for k, name in enumerate(self.inputs)]
        named = read if self.labels else [f"{node}={name}" for node, name in zip(read, self.outputs, strict=True)]
        return "\n".join(
            [
                f"board of {self.graph.nodes} nodes and {len(self.graph.edges)} resistors",
                f"{NOTE} inputs {','.join(carried)}",
                f"{NOTE} outputs {','.join(named)}",
                *([f"{NOTE} labels {self.labels}"] if self.labels else []),
                *(f"{NOTE} {name} {value}" for name, value in self.settings.items()),
                *(f"v{k} n{node} 0 0" for k, node in enumerate(inputs)),
                *(f"vheld{k} n{node} 0 {volts:g}" for k, (node, volts) in enumerate(zip(held, self.held, strict=True))),
                *(f"r{k} n{a} n{b} {r:.6g}" for k, ((a, b), r) in enumerate(zip(self.graph.edges, ohms, strict=True))),
                ".op",
                ".end",
                "",
            ]
        )
