"""What of a circuit only time knows? What stores charge or flux, and which sources follow a function of time.

All of it stands beside the elements that carry direct current, which are a circuit of their own: whoever solves that
looks no further. Charges of diodes and transistors belong to their models.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from ebana_like.elements import Bank, VoltageSources, of_kind
from ebana_like.elements.capacitor import Capacitors, no_initial
from ebana_like.elements.inductor import Coupling, Inductors
from ebana_like.elements.labels import repeated
from ebana_like.elements.waveform import Waveform
from ebana_like.errors import CircuitError
from ebana_like.values import FloatArray, Values, address

_NONE = np.zeros(0, dtype=np.intp)
NO_CAPACITORS = Capacitors("capacitors", (), _NONE, _NONE, no_initial(0), np.zeros(0))
NO_INDUCTORS = Inductors("inductors", (), _NONE, _NONE, no_initial(0), np.zeros(0))


@dataclass(frozen=True, eq=False)
class Storage:
    """What a circuit stores, and its stimuli in time.

    couplings: of the inductors. waveforms: of sources, by label; at DC each source has a value of its own.
    phasors: magnitude and phase (degrees) of sources in a small-signal analysis, by label.
    unread: what of a text should be here and is not, and why, a line each.

    Raises CircuitError for couplings of inductors that are not there.
    """

    capacitors: Capacitors = NO_CAPACITORS
    inductors: Inductors = NO_INDUCTORS
    couplings: tuple[Coupling, ...] = ()
    waveforms: Mapping[str, Waveform] = field(default_factory=dict)
    phasors: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    unread: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        known = set(self.inductors.labels)
        for coupling in self.couplings:
            missing = {coupling.first, coupling.second} - known
            if missing or not -1 <= coupling.factor <= 1:
                raise CircuitError(
                    f"{coupling.label} couples {coupling.first} and {coupling.second} by {coupling.factor:g}; give two "
                    "inductors of this circuit and a factor between -1 and 1"
                )

    def __bool__(self) -> bool:
        return bool(self.banks or self.waveforms or self.phasors or self.unread)

    @property
    def banks(self) -> tuple[Capacitors | Inductors, ...]:
        """Those that have elements."""
        return tuple(bank for bank in (self.capacitors, self.inductors) if len(bank))

    @cached_property
    def inductances(self) -> FloatArray:
        """Flux of every inductor by every inductor's current, (inductors, inductors), henries."""
        own = self.inductors.inductance
        found, at = np.diag(own), {label: k for k, label in enumerate(self.inductors.labels)}
        for each in self.couplings:
            j, k = at[each.first], at[each.second]
            found[j, k] = found[k, j] = each.factor * np.sqrt(own[j] * own[k])
        return found

    def check(self, nodes: Sequence[str], banks: Sequence[Bank]) -> None:
        """Raise CircuitError where what is stored does not fit a circuit of these nodes and elements."""
        if not self:
            return
        labels = [label for bank in banks for label in bank.labels]
        if (name := repeated([labels, self.capacitors.labels, self.inductors.labels])) is not None:
            raise CircuitError(f'two elements are called "{name}"; names must be unique')
        for bank in self.banks:
            if max(bank.positive.max(), bank.negative.max()) >= len(nodes):
                raise CircuitError(f'bank "{bank.name}" has a node that the circuit of {len(nodes)} nodes has not')
        wires = {
            label: (int(p), int(n), float(volts))
            for bank in of_kind(banks, VoltageSources)
            for label, p, n, volts in zip(bank.labels, bank.positive, bank.negative, bank.voltage, strict=True)
        }
        inductors = self.inductors
        for wire, p, n in zip(inductors.wires, inductors.positive.tolist(), inductors.negative.tolist(), strict=True):
            if wires.get(wire) != (p, n, 0.0):
                raise CircuitError(
                    f'the inductor l{wire} needs a voltage source "{wire}" of 0 V between its nodes, the wire that it '
                    "is at DC"
                )
        for what, known in (("waveform", self.waveforms), ("small signal", self.phasors)):
            for label in known.keys() - set(labels):
                raise CircuitError(f'there is a {what} for "{label}", which is no source of this circuit')

    def with_values(self, values: Values) -> "Storage":
        """Return the same with other capacitances or inductances, (n,) by address: "capacitors.capacitance".

        Raises CircuitError where there is no such value.
        """
        capacitors, inductors = self.capacitors, self.inductors
        for at, value in values.items():
            if at == address(capacitors.name, "capacitance"):
                capacitors = capacitors.with_values({"capacitance": value})
            elif at == address(inductors.name, "inductance"):
                inductors = inductors.with_values({"inductance": value})
            else:
                raise CircuitError(f'"{at}" is no address of what is stored; give capacitors.capacitance, in farads')
        return replace(self, capacitors=capacitors, inductors=inductors)


NOTHING_STORED = Storage()
