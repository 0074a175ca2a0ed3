"""What do an inference and an update cost in joules? Power times the time to settle, beside published figures.

It is what resistors, diodes and switches turn into heat while phases are held: what every source and ideal amplifier
delivers. Converters, and what real amplifiers and writing take besides, are not in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ebana_like.analysis.power import NudgedPower, PowerReport
from ebana_like.circuit import Circuit
from ebana_like.values import parts

SETTLING = 1e-6
"""Seconds that a phase takes to settle where nobody says: an op amp of some MHz."""


@dataclass(frozen=True)
class Published:
    """A figure to compare with: joules of one multiplication with its addition."""

    what: str
    joules: float
    source: str


PUBLISHED = (
    Published("32-bit floating point in 45 nm CMOS, no memory", 4.6e-12, "Horowitz, ISSCC 2014: 3.7 + 0.9 pJ"),
    Published("phase-change memory, 14 nm, 8-bit converters", 2 / 2.48e12, "Le Gallo et al. 2023: 2.48 TOPS/W"),
    Published("the same, its fast mode", 2 / 9.76e12, "Le Gallo et al. 2023: 9.76 TOPS/W"),
)
"""Le Gallo et al. 2023: Nature Electronics 6, 680, doi 10.1038/s41928-023-01010-1; two operations a multiplication."""


@dataclass(frozen=True)
class Joules:
    """Energies, of samples in the mean.

    settling: seconds that each phase is held. inference: a free phase. step: what a sample takes in training, a free
        phase and all nudged ones. samples: of an update. cells: conductances that multiply.
    """

    settling: float
    inference: float
    step: float
    samples: int
    cells: int

    @property
    def update(self) -> float:
        """Of a batch's phases."""
        return self.samples * self.step

    @property
    def cell(self) -> float:
        """Of an inference, for each conductance."""
        return self.inference / max(self.cells, 1)


def joules(
    circuit: Circuit, points: Sequence[tuple[PowerReport, NudgedPower]], samples: int, settling: float = SETTLING
) -> Joules:
    """Return the energies of some samples' powers, free and nudged, in a circuit whose trained conductances multiply.

    samples: of a batch.
    """
    cells = sum(len(each.value) for at, each in circuit.parameters.items() if parts(at)[1] == "conductance")
    inference = float(np.mean([free.drawn for free, _ in points]))
    nudged = float(np.mean([nudging.phases * nudging.drawn for _, nudging in points]))
    return Joules(settling, settling * inference, settling * (inference + nudged), samples, cells)
