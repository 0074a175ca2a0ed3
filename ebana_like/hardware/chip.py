"""How does a chip differ from its design? Every element is made a little other than drawn, and stays so."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from ebana_like.checks import LONGEST, require_number
from ebana_like.circuit import Circuit
from ebana_like.elements import (
    CCCS,
    VCVS,
    Bank,
    Diodes,
    FloatArray,
    SpiceDiodes,
    Synapses,
    VoltageSources,
)
from ebana_like.errors import SettingError, meant
from ebana_like.expressions.numbers import spice_number
from ebana_like.values import address

Draw = Callable[[int], FloatArray]
"""Returns so many standard normal numbers."""

Change = tuple[Bank, str, FloatArray]
"""A bank, one of its quantities, and its new values, (n,)."""


def _spread(what: str) -> Any:
    """Make a field with the text that says of what it is the deviation."""
    return field(default=0.0, metadata={"what": what})


@dataclass(frozen=True)
class Mismatch:
    """How far the elements of a chip are from the design's: standard deviations, each element drawn for itself.

    What is a factor, on IS, A, B and g, is exp(sd xi) with xi standard normal: above zero whatever is drawn, and for
    small ones sd is the relative deviation. What is a voltage is added.

    Raises SettingError for one that is negative or no number.
    """

    saturation: float = _spread("ln IS of every diode, its area factor")
    threshold: float = _spread("voltage at which a diode conducts, V: ln IS by this over N kT/q")
    gain: float = _spread("voltage gain A of every amplifier, relative")
    feedback: float = _spread("current gain B of every amplifier, relative")
    offset: float = _spread("at every amplifier's output, V")
    rail: float = _spread("of every constant source behind diodes, V")
    conductance: float = _spread("of every trainable resistor, relative, within its range")

    def __post_init__(self) -> None:
        for entry in fields(self):
            require_number(f"mismatch: {entry.name}", getattr(self, entry.name), low=0)

    def chip(self, circuit: Circuit, rng: np.random.Generator) -> Circuit:
        """Return one chip of the design: the same names, other values.

        What differs does not depend on what else does: a chip whose gains alone are drawn has the gains of the chip
        where everything is, from the same generator.

        Raises SettingError where the circuit has nothing that could differ so.
        """
        for entry, own in zip(fields(self), rng.spawn(len(fields(self))), strict=True):
            spread = getattr(self, entry.name)
            if not spread:
                continue
            changes = list(_CHANGES[entry.name](circuit, spread, own.standard_normal))
            if not changes:
                raise SettingError(
                    f"mismatch has {entry.name}={spread:g}, {entry.metadata['what']}, and the circuit has none; "
                    "leave it out"
                )
            circuit = circuit.with_values({address(bank.name, quantity): new for bank, quantity, new in changes})
        return circuit

    def numbered(self, circuit: Circuit, number: int) -> Circuit:
        """Return the chip of that number: the same one wherever it is asked for."""
        return self.chip(circuit, np.random.default_rng(number))

    def __str__(self) -> str:
        given = ((entry.name, getattr(self, entry.name)) for entry in fields(self))
        return ",".join(f"{name}={spread:g}" for name, spread in given if spread)


def mismatch(text: str) -> Mismatch:
    """Return what a text such as `saturation=0.4,gain=5%,offset=10m` says. Raises SettingError where it is another."""
    found: dict[str, float] = {}
    names = [entry.name for entry in fields(Mismatch)]
    for word in filter(None, (part.strip() for part in text.lower().split(","))):
        name, _, amount = (part.strip() for part in word.partition("="))
        if name not in names:
            raise SettingError(f'mismatch names "{name[:LONGEST]}"; {meant(name, names)}')
        if name in found:
            raise SettingError(f"mismatch has {name} twice; give it once")
        try:
            found[name] = float(amount[:-1]) / 100 if amount.endswith("%") else spice_number(amount)
        except ValueError:
            raise SettingError(
                f'mismatch has "{word[:LONGEST]}"; expected NAME=DEVIATION as in saturation=0.4,gain=5%,offset=10m'
            ) from None
    return Mismatch(**found)


def _saturation(circuit: Circuit, spread: float, draw: Draw) -> Iterator[Change]:
    banks: list[Diodes | SpiceDiodes] = [*circuit.of_kind(Diodes), *circuit.of_kind(SpiceDiodes)]
    for bank in banks:
        if len(bank):
            yield bank, "area", bank.area * np.exp(spread * draw(len(bank)))


def _threshold(circuit: Circuit, spread: float, draw: Draw) -> Iterator[Change]:
    for bank in circuit.of_kind(Diodes):
        if len(bank):
            yield bank, "area", bank.area * np.exp(spread / bank.model.scale * draw(len(bank)))


def _gain(circuit: Circuit, spread: float, draw: Draw) -> Iterator[Change]:
    for bank in circuit.of_kind(VCVS):
        if len(bank):
            yield bank, "gain", bank.gain * np.exp(spread * draw(len(bank)))


def _feedback(circuit: Circuit, spread: float, draw: Draw) -> Iterator[Change]:
    for bank in circuit.of_kind(CCCS):
        if len(bank):
            yield bank, "gain", bank.gain * np.exp(spread * draw(len(bank)))


def _offset(circuit: Circuit, spread: float, draw: Draw) -> Iterator[Change]:
    """Offsets stand in the source that measures the amplifier's current, from its VCVS to its output: no new node."""
    for bank in circuit.of_kind(VoltageSources):
        metered = np.array([label in circuit.metered for label in bank.labels], dtype=bool)
        if metered.any():
            yield bank, "voltage", bank.voltage - spread * np.where(metered, draw(len(bank)), 0.0)


def _rail(circuit: Circuit, spread: float, draw: Draw) -> Iterator[Change]:
    driven = {circuit.inputs.bank, *circuit.driven.banks()}
    diodes = (*circuit.of_kind(Diodes), *circuit.of_kind(SpiceDiodes))
    ends = [node for bank in diodes for end in (bank.positive, bank.negative) for node in end.tolist()]
    for bank in circuit.of_kind(VoltageSources):
        behind = np.isin(bank.positive, ends) | (np.isin(bank.negative, ends) & (bank.negative != 0))
        if bank.name not in driven and behind.any() and not circuit.metered.intersection(bank.labels):
            yield bank, "voltage", bank.voltage + spread * np.where(behind, draw(len(bank)), 0.0)


def _conductance(circuit: Circuit, spread: float, draw: Draw) -> Iterator[Change]:
    for bank in circuit.of_kind(Synapses):
        if (limits := bank.trainable.get("conductance")) is not None:
            if limits.index is not None:
                raise SettingError(
                    f'mismatch has conductance={spread:g}, and elements of "{bank.name}" share theirs; leave it out'
                )
            moved = bank.conductance * np.exp(spread * draw(len(bank)))
            yield bank, "conductance", np.clip(moved, limits.low, limits.high)


_CHANGES: dict[str, Callable[[Circuit, float, Draw], Iterator[Change]]] = {
    "saturation": _saturation,
    "threshold": _threshold,
    "gain": _gain,
    "feedback": _feedback,
    "offset": _offset,
    "rail": _rail,
    "conductance": _conductance,
}
"""What of which elements each field of `Mismatch` draws."""
