"""How do held currents nudge? I = -beta dC/ds at the free scores flows into each pair while it is nudged."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ebana_like.elements import CurrentSources
from ebana_like.elements.labels import free_name
from ebana_like.nudges.nudge import Nudge, Slope
from ebana_like.ports import Driven, OutputPorts
from ebana_like.wiring import Wiring, labels


@dataclass(frozen=True)
class Currents(Nudge):
    """A current source across each pair, of I = -beta dC/ds at the free state (thesis 4.16)."""

    name: ClassVar[str] = "current"
    phrase: ClassVar[str] = "held currents"
    each: ClassVar[tuple[str, ...]] = ("amperes",)
    any_arrays: ClassVar[bool] = True

    def wire(self, wiring: Wiring, outputs: OutputPorts) -> Driven:
        """Add the sources; they carry nothing in the free phase."""
        wiring.banks.append(sources_across(outputs))
        return self.driven("nudge")

    def drives(self, cost: Slope, scores: Any, targets: Any, betas: Any) -> Sequence[Any]:
        return (-betas[:, :, None] * cost.gradient(scores, targets),)


def sources_across(outputs: OutputPorts, bank: str = "nudge", taken: Collection[str] = ()) -> CurrentSources:
    """Return a bank of sources of no current into the pairs, with labels that are not among those taken."""
    names = tuple(free_name(name, taken) for name in labels("i", bank, outputs.count))
    return CurrentSources(bank, names, outputs.negative, outputs.positive, np.zeros(outputs.count))
