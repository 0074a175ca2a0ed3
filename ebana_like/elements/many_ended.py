"""What of devices with more terminals than a transistor's four? All their currents are measured against ground.

Heat that flows out of a node of temperature, and what a body contact takes, come back by no one terminal; so the
reference is ground, which stands on no line.
"""

from dataclasses import dataclass
from typing import ClassVar

from ebana_like.elements.device import Devices
from ebana_like.values import IntArray


@dataclass(frozen=True, eq=False)
class ManyEnded(Devices):
    """Devices whose last terminal, `negative`, is ground and is not written."""

    @property
    def written(self) -> tuple[str, ...]:
        return self.terminals[:-1]


@dataclass(frozen=True, eq=False)
class WarmDiodes(ManyEnded):
    """Diodes that warm themselves.

    cathode: nodes, (n,). heat: nodes whose voltage is a temperature, degrees above the circuit's, (n,).
    """

    kind: ClassVar[str] = "warm_diode"
    letter: ClassVar[str] = "d"
    types: ClassVar[tuple[str, ...]] = ("d",)
    terminals: ClassVar[tuple[str, ...]] = ("positive", "cathode", "heat", "negative")
    paths: ClassVar[tuple[tuple[str, str], ...]] = (("positive", "cathode"), ("heat", "negative"))

    cathode: IntArray
    heat: IntArray


@dataclass(frozen=True, eq=False)
class WarmBipolarTransistors(ManyEnded):
    """Bipolar transistors that warm themselves, from collector (positive) to emitter; as `WarmDiodes`.

    control, emitter, bulk: nodes of base, emitter and substrate, (n,).
    """

    kind: ClassVar[str] = "warm_bjt"
    letter: ClassVar[str] = "q"
    types: ClassVar[tuple[str, ...]] = ("npn", "pnp")
    terminals: ClassVar[tuple[str, ...]] = ("positive", "control", "emitter", "bulk", "heat", "negative")
    paths: ClassVar[tuple[tuple[str, str], ...]] = (
        *(("positive", "emitter"), ("control", "emitter"), ("bulk", "positive"), ("heat", "negative")),
    )

    control: IntArray
    emitter: IntArray
    bulk: IntArray
    heat: IntArray


@dataclass(frozen=True, eq=False)
class WarmMOSFETs(ManyEnded):
    """Power transistors (`vdmos`) that warm themselves and their case, from drain (positive) to source.

    control, source: nodes, (n,). heat, case: nodes whose voltages are temperatures, (n,).
    """

    kind: ClassVar[str] = "warm_mosfet"
    letter: ClassVar[str] = "m"
    types: ClassVar[tuple[str, ...]] = ("vdmos",)
    terminals: ClassVar[tuple[str, ...]] = ("positive", "control", "source", "heat", "case", "negative")
    paths: ClassVar[tuple[tuple[str, str], ...]] = (("positive", "source"), ("heat", "case"), ("case", "negative"))

    control: IntArray
    source: IntArray
    heat: IntArray
    case: IntArray


@dataclass(frozen=True, eq=False)
class BodyMOSFETs(ManyEnded):
    """MOS transistors on an insulator, from drain (positive) to source, with one terminal more than others.

    control, source, bulk: nodes, (n,), the last of the substrate below the insulator. fifth: what the model has there.
    """

    kind: ClassVar[str] = "body_mosfet_5"
    letter: ClassVar[str] = "m"
    types: ClassVar[tuple[str, ...]] = ("nmos", "pmos")
    terminals: ClassVar[tuple[str, ...]] = ("positive", "control", "source", "bulk", "fifth", "negative")
    paths: ClassVar[tuple[tuple[str, str], ...]] = (("positive", "source"), ("fifth", "source"))

    control: IntArray
    source: IntArray
    bulk: IntArray
    fifth: IntArray


@dataclass(frozen=True, eq=False)
class BodyMOSFETs6(BodyMOSFETs):
    """As `BodyMOSFETs`, with two terminals more."""

    kind: ClassVar[str] = "body_mosfet_6"
    terminals: ClassVar[tuple[str, ...]] = ("positive", "control", "source", "bulk", "fifth", "sixth", "negative")
    paths: ClassVar[tuple[tuple[str, str], ...]] = (*BodyMOSFETs.paths, ("sixth", "source"))

    sixth: IntArray


@dataclass(frozen=True, eq=False)
class BodyMOSFETs7(BodyMOSFETs6):
    """As `BodyMOSFETs`, with three terminals more, of which the last is its temperature."""

    kind: ClassVar[str] = "body_mosfet_7"
    terminals: ClassVar[tuple[str, ...]] = (*BodyMOSFETs6.terminals[:-1], "heat", "negative")
    paths: ClassVar[tuple[tuple[str, str], ...]] = (*BodyMOSFETs6.paths, ("heat", "negative"))

    heat: IntArray


MANY = {
    ("d", 3): WarmDiodes.kind,
    ("q", 5): WarmBipolarTransistors.kind,
    ("m", 5): BodyMOSFETs.kind,
    ("m", 6): BodyMOSFETs6.kind,
    ("m", 7): BodyMOSFETs7.kind,
}
"""Kinds by letters and numbers of nodes; those of a `vdmos` are another."""
