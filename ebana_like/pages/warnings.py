"""What in a circuit deserves a second look? Things that are allowed, but seldom meant.

Floating nodes and loops of voltage sources are not among them: such a circuit is refused when it is read.
"""

import numpy as np

from ebana_like.analysis.branches import Branches
from ebana_like.circuit import Circuit
from ebana_like.elements import Diodes
from ebana_like.energy import stability
from ebana_like.values import parts

OFTEN_CLAMPED = 0.05
"""Share of a bank's conductances at an end of its range from which the range may be too narrow."""

BURNT = 0.01
"""Amperes through a diode from which its series resistance, left out here, matters."""


def warnings(circuit: Circuit, branches: Branches, ranges: bool = True) -> list[str]:
    """Return what is odd, a sentence each. ranges: whether values at the ends of theirs are."""
    return [*_unstable(branches), *(_clamped(circuit) if ranges else []), *_dangling(circuit), *_burnt(branches)]


def _unstable(branches: Branches) -> list[str]:
    found = stability(branches.circuit, branches.voltages)
    return [found.warning] if found is not None and found.warning else []


def _clamped(circuit: Circuit) -> list[str]:
    found = (
        [] if circuit.parameters else ["nothing here is trainable; `train-circuit fit` trains a netlist of one's own"]
    )
    for address, parameter in circuit.parameters.items():
        for end, name in ((parameter.low, "lower"), (parameter.high, "upper")):
            share = float((parameter.value == end).mean())
            if share >= OFTEN_CLAMPED:
                found.append(
                    f"{100 * share:.0f} % of {parts(address)[0]} sit at the {name} end of their range, "
                    f"{end:g} {parameter.unit}: "
                    "the device's range may be too narrow"
                )
    return found


def _dangling(circuit: Circuit) -> list[str]:
    """Nodes with a single element end carry no current."""
    ends = [bank.nodes_of(terminal) for bank in circuit.banks for terminal in bank.terminals]
    touching = np.bincount(np.concatenate(ends), minlength=len(circuit.nodes))
    alone = [circuit.nodes[k] for k in np.flatnonzero(touching == 1) if k]
    if not alone:
        return []
    verb = "is" if len(alone) == 1 else "are"
    return [f"{_listed(alone)} {verb} touched by one element only: no current flows there"]


def _burnt(branches: Branches) -> list[str]:
    found = []
    for bank in branches.circuit.of_kind(Diodes):
        largest = float(np.abs(branches.currents[bank.name]).max())
        if largest > BURNT:
            found.append(
                f"up to {1e3 * largest:.3g} mA flow through the diodes {bank.name}, more than their model is for"
            )
    return found


def _listed(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
