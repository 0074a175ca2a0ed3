"""How do clamps nudge? A source holds each pair at s + eta (Y - s) while it is nudged: coupled learning (Stern 2021).

The state in which outputs are held minimises the co-content over all other nodes, so that every element learns from
its own drops in both states, (v_clamped^2 - v_free^2) / (2 eta) for a resistor. What this lowers is another matter
than with currents. For eta -> 0 the clamp is a current of eta Y_out (Y - s), where Y_out is the matrix of the outputs'
own conductance: the rule is equilibrium propagation with the error e replaced by Y_out e. For one output that is a
positive factor a sample. For several, outputs that load each other mix their errors, and the step may even go up the
cost. eta = 1 holds outputs at their targets, which is contrastive learning.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ebana_like.checks import require_number
from ebana_like.elements import Switches, VoltageSources
from ebana_like.elements.switch import SwitchModel
from ebana_like.nudges.nudge import Nudge, Slope
from ebana_like.ports import Driven, OutputPorts
from ebana_like.wiring import Wiring, grounds, labels

SMALLEST = 1e-6
"""Share of the way below which the two states differ by little more than the rounding of voltages."""

HOLDING = SwitchModel("holding_switch", 0.5, 1.0, 1e18)
"""1 Ohm closed, little beside what outputs load a clamp with; its own share of the drop is in the co-content."""


@dataclass(frozen=True)
class Clamped(Nudge):
    """A floating source is switched across each pair, at the free score and a share eta of the way to the target.

    The nudging factor is that share, without a unit, and negative ones hold outputs away from the target. A pair is one
    output: its two nodes stay free to move together.
    """

    name: ClassVar[str] = "clamped"
    phrase: ClassVar[str] = "clamped outputs"
    each: ClassVar[tuple[str, ...]] = ("voltage",)
    common: ClassVar[tuple[str, ...]] = ("voltage",)
    unit: ClassVar[str] = ""
    departure: ClassVar[str] = (
        "clamped outputs follow the errors times the outputs' own conductance, which is the cost's gradient for one "
        "output of a linear circuit alone"
    )

    @classmethod
    def usual(cls, share: float, conductance: float) -> float:
        return 0.1

    @classmethod
    def suited(cls, beta: float) -> "Clamped":
        """Return one. Raises SettingError for a share that is none, or drowns in rounding."""
        fix = "the share of the way to the target at which outputs are held, for example --beta 0.1"
        require_number("beta with clamped outputs", beta, low=SMALLEST, high=1, fix=fix)
        return cls()

    def wire(self, wiring: Wiring, outputs: OutputPorts) -> Driven:
        """Add a source and an open switch to each pair."""
        count, close = outputs.count, wiring.new_nodes(["close"])
        ends = wiring.new_nodes([f"held{k}" for k in range(count)])
        switch_ends = ends.copy(), outputs.positive, np.full(count, close[0], dtype=np.intp), grounds(count)
        wiring.banks += [
            VoltageSources("close", ("vclose",), close, grounds(1), np.zeros(1)),
            VoltageSources("held", labels("v", "held", count), ends, outputs.negative, np.zeros(count)),
            Switches("clamps", labels("s", "clamps", count), *switch_ends, HOLDING),
        ]
        return self.driven("held", "close")

    def drives(self, cost: Slope, scores: Any, targets: Any, betas: Any) -> Sequence[Any]:
        eta = betas[:, :, None]
        return scores - eta * cost.gradient(scores, targets), 1.0 * (eta != 0)
