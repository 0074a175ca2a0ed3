"""How are output pairs pulled towards their targets? By held currents, or by a switch, a source and a resistor."""

from dataclasses import dataclass

import numpy as np

from ebana_like.checks import require_number
from ebana_like.circuit import CurrentNudging, Nudger, OutputPorts, SwitchNudging
from ebana_like.elements import CurrentSources, Resistors, Switches, VoltageSources
from ebana_like.elements.switch import behind_switch
from ebana_like.networks.wiring import Wiring, grounds, labels


@dataclass(frozen=True)
class Currents:
    """A current source across each pair, of I = -beta dC/ds at the free state (thesis 4.16)."""

    def build(self, wiring: Wiring, outputs: OutputPorts) -> Nudger:
        """Add the sources; they carry nothing in the free phase."""
        names = labels("i", "nudge", outputs.count)
        wiring.banks.append(CurrentSources("nudge", names, outputs.negative, outputs.positive, np.zeros(outputs.count)))
        return CurrentNudging("nudge")


@dataclass(frozen=True)
class SwitchedTargets:
    """A switch, a source at the target and a resistor of conductance beta across each pair (Scellier's slides).

    The current follows the nudged score, so the circuit minimises co-content + beta cost exactly.

    beta: siemens, of resistor and closed switch together, until the simulator is told another.
    """

    beta: float = 1e-7

    def __post_init__(self) -> None:
        require_number("SwitchedTargets: beta", self.beta, above=0, fix="in siemens, for example 1e-7")

    def build(self, wiring: Wiring, outputs: OutputPorts) -> Nudger:
        """Add the branches with open switches."""
        count = outputs.count
        control = wiring.new_nodes(["close"])
        target_nodes = wiring.new_nodes([f"target{k}" for k in range(count)])
        inner = wiring.new_nodes([f"nudge{k}" for k in range(count)])
        wiring.banks += [
            VoltageSources("close", ("vclose",), control, grounds(1), np.zeros(1)),
            VoltageSources("targets", labels("v", "targets", count), target_nodes, outputs.negative, np.zeros(count)),
            Resistors(
                "nudge",
                labels("r", "nudge", count),
                target_nodes.copy(),
                inner,
                np.full(count, behind_switch(self.beta)),
            ),
            Switches(
                "switches",
                labels("s", "switches", count),
                inner.copy(),
                outputs.positive,
                np.full(count, control[0], dtype=np.intp),
                grounds(count),
            ),
        ]
        return SwitchNudging("targets", "nudge", "close")
