"""How do switched targets nudge? A source at the target behind a conductance beta: I = beta (Y - s) at the nudged s."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ebana_like.checks import require_number
from ebana_like.elements import Switches, VoltageSources
from ebana_like.elements.switch import behind_switch, in_series
from ebana_like.errors import SettingError
from ebana_like.nudges.nudge import Nudge, Slope
from ebana_like.ports import Driven, OutputPorts
from ebana_like.wiring import Wiring, grounds, labels


@dataclass(frozen=True)
class SwitchedTargets(Nudge):
    """A switch, a source at the target and a resistor of conductance beta across each pair (Scellier's slides).

    The current follows the nudged score, so the circuit minimises co-content + beta cost exactly.

    beta: siemens, of resistor and closed switch together, until the simulator is told another.
    """

    name: ClassVar[str] = "switch"
    phrase: ClassVar[str] = "switched targets"
    each: ClassVar[tuple[str, ...]] = ("voltage", "conductance")
    common: ClassVar[tuple[str, ...]] = ("voltage",)
    any_arrays: ClassVar[bool] = True

    beta: float = 1e-7

    def __post_init__(self) -> None:
        require_number("SwitchedTargets: beta", self.beta, above=0, fix="in siemens, for example 1e-7")

    @classmethod
    def usual(cls, share: float, conductance: float) -> float:
        """Return one that leaves outputs as they are: a negative nudge takes beta off their own conductance."""
        return min(share, 1e-3) * conductance

    @classmethod
    def suited(cls, beta: float) -> "SwitchedTargets":
        return cls(beta)

    def wire(self, wiring: Wiring, outputs: OutputPorts) -> Driven:
        """Add the branches with open switches."""
        count = outputs.count
        control = wiring.new_nodes(["close"])
        target_nodes = wiring.new_nodes([f"target{k}" for k in range(count)])
        inner = wiring.new_nodes([f"nudge{k}" for k in range(count)])
        switch_ends = inner.copy(), outputs.positive, np.full(count, control[0], dtype=np.intp), grounds(count)
        wiring.banks.append(VoltageSources("close", ("vclose",), control, grounds(1), np.zeros(1)))
        wiring.sources("targets", target_nodes, above=outputs.negative)
        wiring.resistors("nudge", target_nodes, inner, behind_switch(self.beta))
        wiring.banks.append(Switches("switches", labels("s", "switches", count), *switch_ends))
        return self.driven("targets", "nudge", "close")

    def check(self, cost: Slope) -> None:
        if not getattr(cost, "is_squared_distance", False):
            raise SettingError("switched target sources pull towards voltages; they nudge with the squared error only")

    def drives(self, cost: Slope, scores: Any, targets: Any, betas: Any) -> Sequence[Any]:
        xp, closed = betas.__array_namespace__(), betas[:, :, None] != 0
        conductance = in_series(xp.where(closed, betas[:, :, None], self.beta))
        shape = (*betas.shape, targets.shape[-1])
        volts = xp.where(closed, targets, 0.0)
        return volts, xp.broadcast_to(conductance, shape), xp.where(closed, 1.0, xp.zeros_like(betas[:, :, None]))
