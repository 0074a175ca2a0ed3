"""What of devices whose law is not ours? They are carried with their model card, and only SPICE solves them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self

from ebana_like.elements.bank import Bank
from ebana_like.elements.written import Numbered, Written, one_card
from ebana_like.errors import CircuitError
from ebana_like.values import IntArray

CHARGES = frozenset(
    {
        *("cjo", "cj0", "cj", "cjp", "cjsw", "tt"),  # diodes
        *("cje", "cjc", "cjs", "tf", "tr", "xtf", "vtf", "itf", "ptf"),  # bipolar transistors
        *("cgs", "cgd", "cbd", "cbs", "cgso", "cgdo", "cgbo", "cgdmax", "cgdmin"),  # field-effect transistors
    }
)
"""Capacitances and transit times by their names in cards: they store charge, and no direct current knows of them."""


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

    types: ClassVar[tuple[str, ...]]
    """Model types this kind of device can have."""

    model: ModelCard
    sizes: tuple[str, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.sizes) != len(self):
            raise CircuitError(f'bank "{self.name}" has {len(self)} elements but {len(self.sizes)} sizes')
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
        labels, sizes = tuple(e.label for e in elements), tuple(e.sizes for e in elements)
        order = [cls.terminals.index(terminal) for terminal in ("positive", "negative")]
        ends = nodes.ends(elements, order[1])
        others: dict[str, Any] = {t: nodes.column(elements, k) for k, t in enumerate(cls.terminals) if k not in order}
        return cls(name, labels, *ends, card, sizes, **others)

    @property
    def written(self) -> tuple[str, ...]:
        """Terminals in the order SPICE lists them."""
        return self.terminals

    def spice_lines(self, nodes: Sequence[str]) -> list[str]:
        ends = zip(*(self.nodes_of(terminal).tolist() for terminal in self.written), strict=True)
        return [
            " ".join([label, *(nodes[k] for k in at), self.model.name, *([size] if size else [])])
            for label, at, size in zip(self.labels, ends, self.sizes, strict=True)
        ]


@dataclass(frozen=True, eq=False)
class SpiceDiodes(Devices):
    """Diodes whose card says more than IS and N: series resistance, breakdown, recombination."""

    kind: ClassVar[str] = "spice_diode"
    letter: ClassVar[str] = "d"
    types: ClassVar[tuple[str, ...]] = ("d",)


@dataclass(frozen=True, eq=False)
class JFETs(Devices):
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
class BipolarTransistors(Devices):
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
    terminals: ClassVar[tuple[str, ...]] = ("positive", "control", "negative", "bulk")
    paths: ClassVar[tuple[tuple[str, str], ...]] = (("positive", "negative"), ("bulk", "negative"))

    control: IntArray
    bulk: IntArray

    @property
    def written(self) -> tuple[str, ...]:
        return self.terminals[:3] if self.model.type == "vdmos" else self.terminals
