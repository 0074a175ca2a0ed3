"""Where does a sample enter a circuit, where is its answer read, and what pulls the answer to its target?"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from ebana_like.values import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class InputPorts:
    """Which voltage sources carry a sample's features.

    bank: name of the `VoltageSources` bank the stimulus drives.
    feature: index of the feature each source carries, (sources,).
    polarity: +1 or -1, (sources,): doubled inputs carry every feature with both signs.
    """

    bank: str
    feature: IntArray
    polarity: FloatArray

    @property
    def count(self) -> int:
        """Number of features."""
        return int(self.feature.max()) + 1 if self.feature.size else 0

    def voltages(self, features: Annotated[FloatArray, "batch features"]) -> Annotated[FloatArray, "batch sources"]:
        """Return source voltages (batch, sources) for features (batch, count), volts."""
        return np.ascontiguousarray(features[:, self.feature] * self.polarity)


@dataclass(frozen=True, eq=False)
class OutputPorts:
    """Where the circuit's answer is read: score_k = V(positive_k) - V(negative_k).

    positive, negative: node indices, (outputs,); a single-ended output has ground as its negative node.
    """

    positive: IntArray
    negative: IntArray

    @property
    def count(self) -> int:
        """Number of scores."""
        return len(self.positive)

    def scores(self, voltages: Annotated[FloatArray, "... nodes"]) -> Annotated[FloatArray, "... outputs"]:
        """Return scores (..., outputs) for node voltages (..., nodes), volts."""
        return np.asarray(voltages[..., self.positive] - voltages[..., self.negative])


@dataclass(frozen=True)
class Driven:
    """What is varied from phase to phase to nudge the output pairs, by address: "nudge.amperes" of the bank "nudge".

    way: name of the way to nudge (`ebana_like.nudges`) that knows how; to all who solve circuits it is of no interest.
    each: addresses in banks of one element an output pair. common: in banks of one element for all pairs.
    """

    way: str
    each: tuple[str, ...]
    common: tuple[str, ...] = ()

    @property
    def addresses(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.each, *self.common)

    def banks(self, *fields: str) -> tuple[str, ...]:
        """Return the names of the banks of which such a field is driven; of all banks unless given."""
        parts = [address.rpartition(".") for address in self.addresses]
        return tuple(bank for bank, _, field in parts if not fields or field in fields)
