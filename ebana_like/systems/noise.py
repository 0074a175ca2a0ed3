"""What does a circuit do that is shaken? At the right noise it visits every state as often as exp(-P / T) says.

A current of white noise beside every capacitor,

    C dV = -dP/dV dt + sqrt(2 T C) dB    (a capacitor of weight w in the co-content: sqrt(2 T C / w)),

has p(V) proportional to exp(-P(V) / T) as its distribution at rest, with P the weighted co-content and T, in watts, its
temperature (thesis 6.2, where C = 1). The noise follows the capacitances and no conductance: that of resistors
themselves is another one, whose distribution is that of the stored energy, k T / C whatever the conductances, and says
nothing of them.
"""

from dataclasses import dataclass, replace

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import CurrentSources, FloatArray, Resistors
from ebana_like.elements.labels import free_name
from ebana_like.elements.waveform import Waveform
from ebana_like.energy import coenergy_weights
from ebana_like.errors import CircuitError

NOISE, PROBE = "noise", "probe"
SLIGHT = 1e-15
"""Siemens of what asks for a capacitor's weight."""


@dataclass(frozen=True, eq=False)
class Shaken:
    """A circuit with a source of noise beside every capacitor.

    address: of the sources. densities: sqrt(2 T C / w), (capacitors,), amperes by the root of a second.
    """

    circuit: Circuit
    address: str
    densities: FloatArray

    def amperes(self, times: FloatArray, batch: int, rng: np.random.Generator) -> FloatArray:
        """Draw what the sources feed at the times of steps of Euler's rule, (batch, times, capacitors)."""
        h = np.diff(times, prepend=2 * times[0] - times[1])
        drawn = rng.standard_normal((batch, len(times), len(self.densities)))
        return np.asarray(drawn * self.densities / np.sqrt(h)[:, None])

    def with_waveforms(self, step: float) -> Circuit:
        """Return the circuit with the noise of SPICE in place of ours: it changes every so many seconds."""
        labels = self.circuit.named(NOISE).labels
        waves = {
            label: Waveform("trnoise", (float(density / np.sqrt(step)), step, 0.0, 0.0))
            for label, density in zip(labels, self.densities, strict=True)
        }
        return replace(self.circuit, storage=replace(self.circuit.storage, waveforms=waves))


def shaken(circuit: Circuit, temperature: float) -> Shaken:
    """Return a circuit with noise of a temperature, watts.

    Raises CircuitError where it has no capacitors, or no co-content.
    """
    own = circuit.storage.capacitors
    if not len(own):
        raise CircuitError("noise moves what capacitors hold, and this circuit has none; put some at its nodes")
    names, taken = {bank.name for bank in circuit.banks}, {label for bank in circuit.banks for label in bank.labels}
    probe = free_name(PROBE, names)
    labels = tuple(free_name(f"r{probe}{k}", taken) for k in range(len(own)))
    asking = Resistors(probe, labels, own.positive, own.negative, np.full(len(own), SLIGHT))
    weights = coenergy_weights(replace(circuit, banks=(*circuit.banks, asking)))[probe]
    labels = tuple(free_name(f"i{NOISE}{k}", {*taken, *own.labels}) for k in range(len(own)))
    bank = free_name(NOISE, names)
    sources = CurrentSources(bank, labels, own.negative, own.positive, np.zeros(len(own)))
    return Shaken(
        replace(circuit, banks=(*circuit.banks, sources)),
        f"{bank}.amperes",
        np.sqrt(2 * temperature * own.capacitance / weights),
    )
