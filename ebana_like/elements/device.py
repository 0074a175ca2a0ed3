"""What of devices whose law is not ours? They are carried with their model card, and only SPICE solves them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self

import numpy as np

from ebana_like.elements.bank import Bank, Links, Quantity
from ebana_like.elements.views import AdjointView
from ebana_like.elements.written import Numbered, Written, one_card
from ebana_like.errors import CircuitError
from ebana_like.values import FloatArray, IntArray

CHARGES = frozenset(
    {
        *("cjo", "cj0", "cj", "cjp", "cjsw", "tt"),  # diodes
        *("cje", "cjc", "cjs", "tf", "tr", "xtf", "vtf", "itf", "ptf"),  # bipolar transistors
        *("cgs", "cgd", "cbd", "cbs", "cgso", "cgdo", "cgbo", "cgdmax", "cgdmin"),  # field-effect transistors
    }
)
"""Capacitances and transit times by their names in cards: they store charge, and no direct current knows of them."""

AREA = "area"
"""The one size that may stand on a line without its name."""

WARM = "thermal"
"""Says on a line that a device warms itself."""

UNSTATED: Mapping[str, float] = {AREA: 1.0, "w": 1e-4, "l": 1e-4}
"""What ngspice takes where a line states no size, metres; of MOS transistors beyond level 3 it may be another."""


@dataclass(frozen=True)
class ModelCard:
    """A `.model` line as it stands: `d`, `npn`, `pnp`, `nmos`, `pmos`, `vdmos`, `njf` or `pjf`, and its parameters.

    parameters: values as text; empty for a flag such as `pchan`.
    """

    name: str
    type: str
    parameters: Mapping[str, str] = field(default_factory=dict)

    def card(self) -> str:
        """Return the `.model` line."""
        pairs = [f"{name}={value}" if value else name for name, value in self.parameters.items()]
        return " ".join([f".model {self.name} {self.type}", *pairs])

    @property
    def static(self) -> "ModelCard":
        """The same device at DC, without what it stores."""
        return replace(self, parameters={n: value for n, value in self.parameters.items() if n not in CHARGES})


@dataclass(frozen=True, eq=False)
class Devices(Bank):
    """Devices of one model, known by their card alone: no engine but ngspice has their law.

    model: the card.
    sizes: what stands behind the model on each element's line (`w=1e-5 l=1e-6`), length n.
    """

    linear: ClassVar[bool] = False
    rising: ClassVar[bool] = False
    types: ClassVar[tuple[str, ...]]
    """Model types this kind of device can have."""

    model: ModelCard
    sizes: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.sizes) != len(self):
            raise CircuitError(f'bank "{self.name}" has {len(self)} elements but {len(self.sizes)} sizes')
        super().__post_init__()
        for quantity in self.trainable:
            self._require_stated(quantity)
        if self.model.type not in self.types:
            raise CircuitError(
                f'bank "{self.name}" of kind {self.kind} has a model of type {self.model.type}; '
                f"it needs {' or '.join(self.types)}"
            )

    @property
    def models(self) -> tuple[ModelCard, ...]:
        return (self.model,)

    @property
    def summary(self) -> str:
        return self.model.name

    @classmethod
    def read(cls, name: str, elements: Sequence[Written], nodes: Numbered) -> Self:
        card = one_card(name, cls.kind, elements).device_card()
        labels = tuple(e.label for e in elements)
        sizes = tuple(_text(sizes_of(e.sizes)) for e in elements)  # ngspice wants a diode's area by its name
        order = [cls.terminals.index(terminal) for terminal in ("positive", "negative")]
        ends = nodes.ends(elements, order[1])
        others: dict[str, Any] = {t: nodes.column(elements, k) for k, t in enumerate(cls.terminals) if k not in order}
        return cls(name, labels, *ends, card, sizes, **others)

    def _require_stated(self, quantity: str) -> None:
        for label, text in zip(self.labels, self.sizes, strict=True):
            if quantity != AREA and quantity not in sizes_of(text):
                raise CircuitError(
                    f"the {quantity} of {label} is to be trained, but its line states none; write {quantity}=... there"
                )

    @property
    def written(self) -> tuple[str, ...]:
        """Terminals in the order SPICE lists them."""
        return self.terminals

    @property
    def ends(self) -> tuple[str, ...]:
        """Terminals whose currents tell all: those that are written, but for the reference, `negative`."""
        return tuple(terminal for terminal in self.written if terminal != "negative")

    def flows(self) -> tuple[IntArray, IntArray]:
        ends = np.stack([self.nodes_of(end) for end in self.ends], axis=-1)
        return ends.ravel(), np.repeat(self.negative, ends.shape[1])

    def links(self) -> Links:
        """Return what flows into every end, and by the voltage of every end, both above the reference."""
        ends = np.stack([self.nodes_of(end) for end in self.ends], axis=-1)
        count = ends.shape[1]
        reference = np.repeat(self.negative, count * count)
        return Links(np.repeat(ends, count, axis=1).ravel(), reference, np.tile(ends, (1, count)).ravel(), reference)

    def end_drops(self, voltages: FloatArray) -> FloatArray:
        """Return the voltages of all ends above the reference, (..., n, ends), given those of nodes, (..., nodes)."""
        ends = np.stack([self.nodes_of(end) for end in self.ends], axis=-1)
        return np.asarray(voltages[..., ends] - voltages[..., self.negative, None])

    def sensitivity(self, quantity: str, view: AdjointView) -> FloatArray:
        by = view.current_by(self.name, quantity)
        return np.asarray((self.end_drops(view.adjoint) * by).sum(axis=-1))

    def with_values(self, values: Mapping[str, FloatArray]) -> Self:
        """Return the devices with other sizes, (n,), by quantity, in the words of their lines."""
        sizes = [sizes_of(text) for text in self.sizes]
        for name, value in values.items():
            limits = self.trainable.get(name)
            each = np.array(value if limits is None else limits.of_each(value), dtype=float)
            if name not in self.quantities or each.shape != (len(self),):
                raise CircuitError(f'bank "{self.name}" of {len(self)} {self.many} has no {name} of shape {each.shape}')
            for size, number in zip(sizes, each.tolist(), strict=True):
                size[name] = repr(number)
        return replace(self, sizes=tuple(map(_text, sizes)))

    def _size(self, quantity: str) -> FloatArray:
        """Return what the lines state, or ngspice takes where they state nothing, (n,)."""
        return np.array([float(sizes_of(text).get(quantity, UNSTATED[quantity])) for text in self.sizes])

    def spice_lines(self, nodes: Sequence[str]) -> list[str]:
        ends = zip(*(self.nodes_of(terminal).tolist() for terminal in self.written), strict=True)
        return [
            " ".join([label, *(nodes[k] for k in at), self.model.name, *([size] if size else [])])
            for label, at, size in zip(self.labels, ends, self.sizes, strict=True)
        ]


@dataclass(frozen=True, eq=False)
class AreaDevices(Devices):
    """Devices that are so many of their model side by side."""

    quantities: ClassVar[Mapping[str, Quantity]] = {AREA: Quantity("", floor=0.0)}

    @property
    def area(self) -> FloatArray:
        """How many of the model each is, (n,)."""
        return self._size(AREA)


@dataclass(frozen=True, eq=False)
class SpiceDiodes(AreaDevices):
    """Diodes whose card says more than IS and N: series resistance, breakdown, recombination."""

    kind: ClassVar[str] = "spice_diode"
    letter: ClassVar[str] = "d"
    types: ClassVar[tuple[str, ...]] = ("d",)


@dataclass(frozen=True, eq=False)
class JFETs(AreaDevices):
    """Junction field-effect transistors from drain (positive) to source (negative).

    control: gate nodes, (n,).
    """

    kind: ClassVar[str] = "jfet"
    letter: ClassVar[str] = "j"
    types: ClassVar[tuple[str, ...]] = ("njf", "pjf")
    terminals: ClassVar[tuple[str, ...]] = ("positive", "control", "negative")
    paths: ClassVar[tuple[tuple[str, str], ...]] = (("positive", "negative"), ("control", "negative"))

    control: IntArray


@dataclass(frozen=True, eq=False)
class MESFETs(JFETs):
    """Metal-semiconductor field-effect transistors from drain (positive) to source (negative)."""

    kind: ClassVar[str] = "mesfet"
    letter: ClassVar[str] = "z"
    types: ClassVar[tuple[str, ...]] = ("nmf", "pmf", "nhfet", "phfet")


@dataclass(frozen=True, eq=False)
class BipolarTransistors(AreaDevices):
    """Bipolar transistors from collector (positive) to emitter (negative).

    control, bulk: base and substrate nodes, (n,).
    """

    kind: ClassVar[str] = "bjt"
    letter: ClassVar[str] = "q"
    types: ClassVar[tuple[str, ...]] = ("npn", "pnp")
    terminals: ClassVar[tuple[str, ...]] = ("positive", "control", "negative", "bulk")
    paths: ClassVar[tuple[tuple[str, str], ...]] = (("positive", "negative"), ("control", "negative"))

    control: IntArray
    bulk: IntArray


@dataclass(frozen=True, eq=False)
class MOSFETs(Devices):
    """MOS transistors from drain (positive) to source (negative). A `vdmos` has its bulk at its source.

    control, bulk: gate and bulk nodes, (n,).
    """

    kind: ClassVar[str] = "mosfet"
    letter: ClassVar[str] = "m"
    types: ClassVar[tuple[str, ...]] = ("nmos", "pmos", "vdmos")
    quantities: ClassVar[Mapping[str, Quantity]] = {"w": Quantity("m", floor=0.0), "l": Quantity("m", floor=0.0)}
    terminals: ClassVar[tuple[str, ...]] = ("positive", "control", "negative", "bulk")
    paths: ClassVar[tuple[tuple[str, str], ...]] = (("positive", "negative"), ("bulk", "negative"))

    control: IntArray
    bulk: IntArray

    @property
    def w(self) -> FloatArray:
        """Widths of the channels, (n,), metres."""
        return self._size("w")

    @property
    def l(self) -> FloatArray:  # noqa: E743 - SPICE's name
        """Lengths of the channels, (n,), metres."""
        return self._size("l")

    @property
    def written(self) -> tuple[str, ...]:
        return self.terminals[:3] if self.model.type == "vdmos" else self.terminals


def sizes_of(text: str) -> dict[str, str]:
    """Return what stands behind a model, by name; a word without one is the area."""
    pairs = (word.partition("=") for word in text.split())
    return {
        name if sign or name == WARM else AREA: value if sign or name == WARM else name for name, sign, value in pairs
    }


def _text(sizes: Mapping[str, str]) -> str:
    return " ".join(f"{name}={value}" if value else name for name, value in sizes.items())
