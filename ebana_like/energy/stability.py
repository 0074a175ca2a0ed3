"""Would a real circuit stay at its operating point? Only if it comes back after every small push.

SPICE's equations hold at unstable points too, and its Newton's method finds them: a latch balanced on its edge. What
decides is the small-signal conductance J that the open nodes see, with a capacitor C at every node, whatever it is:

    C M du/dt = -J u;    M: how the capacitors' currents add up at open nodes, through amplifiers too

Stable where every eigenvalue of M^-1 J has a real part above zero (siemens, with the capacitors taken alike).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.linalg import eig

from ebana_like.circuit import Circuit
from ebana_like.elements import (
    CCVS,
    VCCS,
    BehaviouralCurrents,
    Devices,
    EnergyLaw,
    FloatArray,
    SmallSignal,
)
from ebana_like.energy.currents import CurrentEquations

MOST_NODES, MOST_DROPS = 300, 2_000_000
"""Open nodes, and elements times open nodes, up to which the eigenvalues are computed: a tenth of a second."""

SINGULAR = 1e-13
"""Smallest eigenvalue over the largest at which a circuit no longer decides its voltages."""

WIRE = 1e6
"""Times the strongest of all other conductances at which a diode or switch is as good as a wire: more, as the 1e61 S of
a diode without limits, would drown them in rounding."""


@dataclass(frozen=True)
class Stability:
    """How firmly an operating point is held.

    smallest, largest: real parts of eigenvalues of M^-1 J, siemens. node: the one that moves most with the smallest.
    """

    smallest: float
    largest: float
    node: str

    @property
    def singular(self) -> bool:
        """Whether the voltages are not decided, to the digits there are."""
        return abs(self.smallest) <= SINGULAR * abs(self.largest)

    @property
    def warning(self) -> str:
        """What a person should know; empty where the point is stable."""
        if self.singular:
            return (
                f'the circuit does not decide the voltage of node "{self.node}": the smallest eigenvalue of its '
                f"conductances is {self.smallest:.1e} S beside {self.largest:.1e} S; connect it by a resistor"
            )
        if self.smallest < 0:
            return (
                f'the operating point is unstable: a push at node "{self.node}" grows (eigenvalue {self.smallest:.1e} '
                "S), so a real circuit leaves it for another point; feed back less"
            )
        return ""


def stability(
    circuit: Circuit, voltages: FloatArray, devices: Mapping[str, SmallSignal] | None = None
) -> Stability | None:
    """Return how firmly a circuit is held at its operating point; None where that is not known.

    voltages: (nodes,), volts. devices: those only SPICE knows at this one point, by bank. Not known where they are not
    given, nor of circuits with a CCVS, with sources that decide each other in a loop, or too large.
    """
    wiring = CurrentEquations(circuit)
    count = len(wiring.roots)
    drops = count * sum(map(len, circuit.banks))
    slopes = {name: device.slopes[0] for name, device in (devices or {}).items()}
    unknown = any(len(b) and not np.isfinite(slopes.get(b.name, np.nan)).all() for b in circuit.of_kind(Devices))
    if unknown or any(map(len, circuit.of_kind(CCVS))) or not 0 < count <= MOST_NODES or drops > MOST_DROPS:
        return None
    try:
        follow, balances = np.stack([wiring.followers(k) for k in range(count)]), wiring.balances
    except RuntimeError:  # "Factor is exactly singular": sources that decide each other in a loop
        return None
    flowing = {bank.name: bank.current(follow) for bank in circuit.of_kind(VCCS)}
    flowing |= {bank.name: bank.response(voltages, follow) for bank in circuit.of_kind(BehaviouralCurrents)}
    for device in circuit.of_kind(Devices):
        flows = np.einsum("nts,kns->knt", slopes[device.name], device.end_drops(follow))
        flowing[device.name] = flows.reshape(count, -1)
    slopes |= {bank.name: bank.gain for bank in circuit.of_kind(VCCS)}
    slopes |= {bank.name: bank.small_signal(voltages) for bank in circuit.of_kind(EnergyLaw) if bank.linear}
    strongest = max(float(np.abs(each).max(initial=0.0)) for each in slopes.values()) if slopes else 0.0
    for bank in circuit.of_kind(EnergyLaw):
        if bank.linear or not strongest:
            flowing[bank.name] = bank.response(voltages, follow)
        else:
            flowing[bank.name] = np.minimum(bank.small_signal(voltages), WIRE * strongest) * bank.drop(follow)
    conductance = balances @ wiring.node_sums(flowing).T
    values, vectors = eig(conductance, balances @ follow.T)
    rates = np.where(np.isfinite(values), values.real, np.inf)
    least = int(rates.argmin())
    moved = np.abs(vectors[:, least]) @ np.abs(follow)
    largest = float(np.abs(values[np.isfinite(values)]).max(initial=0.0))
    return Stability(float(rates[least]), largest, circuit.nodes[int(moved.argmax())])
