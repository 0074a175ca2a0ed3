"""What do elements contribute whose law somebody wrote as an expression? A current, as a function of voltages.

Where the expression asks for nothing but the element's own drop, the element is a conductor: it holds co-content as a
resistor does.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Self

import numpy as np

from ebana_like.elements.bank import Bank, Links
from ebana_like.elements.law import CurrentLaw
from ebana_like.elements.term import Flow
from ebana_like.elements.written import Numbered, Written
from ebana_like.errors import CircuitError
from ebana_like.expressions import Call, Name, Tree, Voltage, fold, leaves, spell
from ebana_like.expressions.laws import Laws
from ebana_like.values import FloatArray, IntArray

PANELS, NODES = 24, 12
"""Of the quadrature that pseudo-power is computed by."""

Pair = tuple[int, int]


@dataclass(frozen=True, eq=False)
class BehaviouralCurrents(Bank):
    """Current sources, each controlled by the voltages between any number of pairs of nodes.

    laws: one an element, from positive to negative, amperes; its names "0", "1" ... are its controls.
    controls: pairs of node indices of each, positive and negative. Where its own are among them, it is a way for direct
        current.
    """

    kind: ClassVar[str] = "behavioural_current"
    letter: ClassVar[str] = "b"
    linear: ClassVar[bool] = False
    rising: ClassVar[bool] = False
    paths: ClassVar[tuple[tuple[str, str], ...]] = ()

    laws: tuple[Tree, ...]
    controls: tuple[tuple[Pair, ...], ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        _require_laws(self, self.laws)

    @classmethod
    def read(cls, name: str, elements: Sequence[Written], nodes: Numbered) -> Self:
        ends, laws, controls = nodes.ends(elements), [], []
        for element in elements:
            law = _law(element)
            asked = list(dict.fromkeys(leaf for leaf in leaves(law) if isinstance(leaf, Voltage)))
            number = {voltage: Name(str(k)) for k, voltage in enumerate(asked)}
            laws.append(fold(law, lambda leaf, number=number: number.get(leaf)))  # type: ignore[misc]
            controls.append(tuple((nodes.number(each.positive), nodes.number(each.negative)) for each in asked))
        return cls(name, tuple(e.label for e in elements), *ends, tuple(laws), tuple(controls))

    @property
    def summary(self) -> str:
        return f"{len(set(self.laws))} expressions"

    @property
    def term(self) -> Flow:
        return Flow(np.zeros(len(self)))

    @cached_property
    def _laws(self) -> Laws:
        return Laws(self.laws, [len(pairs) for pairs in self.controls])

    @cached_property
    def pairs(self) -> tuple[IntArray, IntArray, IntArray]:
        """Element, positive and negative node of every control, (controls,) each, element by element."""
        rows = [(k, *pair) for k, pairs in enumerate(self.controls) for pair in pairs]
        element, positive, negative = np.array(rows, dtype=np.intp).reshape(-1, 3).T
        return element, positive, negative

    def connections(self) -> list[tuple[IntArray, IntArray]]:
        element, positive, negative = self.pairs
        ends = self.positive[element], self.negative[element]
        own = ((positive == ends[0]) & (negative == ends[1])) | ((positive == ends[1]) & (negative == ends[0]))
        return [(ends[0][own], ends[1][own])]

    def watched(self) -> IntArray:
        return np.concatenate(self.pairs[1:])

    def control_drops(self, voltages: FloatArray) -> FloatArray:
        """Return the voltages of all controls, (points, controls), given those of the nodes, (points, nodes)."""
        _, positive, negative = self.pairs
        return np.asarray(voltages[:, positive] - voltages[:, negative])

    def at(self, controls: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return currents, (points, n), amperes, and their slopes by every control, (points, controls), siemens.

        controls: their voltages, (points, controls).
        """
        return self._laws.at(controls)

    def by_element(self, of_controls: FloatArray) -> FloatArray:
        """Return sums over the controls of each element, (points, n), of what there is of every control."""
        found = np.zeros((len(self), len(of_controls)))
        np.add.at(found, self.pairs[0], of_controls.T)
        return found.T

    def links(self) -> Links:
        element, above, below = self.pairs
        return Links(self.positive[element], self.negative[element], above, below)

    def slopes(self, voltages: FloatArray) -> FloatArray:
        return self.at(self.control_drops(voltages))[1]

    def current(self, voltages: FloatArray) -> FloatArray:
        """Return the current of each source at the given node voltages (..., nodes); (..., n), amperes."""
        flat = voltages.reshape(-1, voltages.shape[-1])
        return self.at(self.control_drops(flat))[0].reshape(*voltages.shape[:-1], len(self))

    def response(self, voltages: FloatArray, moves: FloatArray) -> FloatArray:
        """Return by how much currents change, (points, n), amperes, where nodes move a little, (points, nodes), volts.

        voltages: where they are, (nodes,), volts.
        """
        return self.by_element(self.slopes(voltages[None]) * self.control_drops(moves))

    def spice_lines(self, nodes: Sequence[str]) -> list[str]:
        ends = zip(self.labels, self.positive.tolist(), self.negative.tolist(), strict=True)
        lines = []
        for (label, p, n), law, pairs in zip(ends, self.laws, self.controls, strict=True):
            words = [f"v({nodes[a]},{nodes[b]})" for a, b in pairs]
            lines.append(f"{label} {nodes[p]} {nodes[n]} i={_text(law, words, label)}")
        return lines


@dataclass(frozen=True, eq=False)
class BehaviouralConductors(CurrentLaw):
    """Two-terminal elements whose current is a written function of their own drop.

    laws: one an element, from positive to negative, amperes, of its drop, whose name is "0".
    """

    kind: ClassVar[str] = "behavioural_conductor"
    letter: ClassVar[str] = "b"
    rising: ClassVar[bool] = False

    laws: tuple[Tree, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        _require_laws(self, self.laws)

    @classmethod
    def read(cls, name: str, elements: Sequence[Written], nodes: Numbered) -> Self:
        laws = [own_law(_law(element), *element.nodes) for element in elements]
        foreign = next((k for k, law in enumerate(laws) if law is None), None)
        if foreign is not None:
            raise elements[foreign].error("this element follows other voltages than its own; it is no conductor")
        return cls(name, tuple(e.label for e in elements), *nodes.ends(elements), tuple(law for law in laws if law))

    @property
    def summary(self) -> str:
        return f"{len(set(self.laws))} expressions"

    @cached_property
    def _laws(self) -> Laws:
        return Laws(self.laws, [1] * len(self))

    def _at(self, drop: FloatArray) -> tuple[FloatArray, FloatArray]:
        shape = np.broadcast_shapes(np.shape(drop), (len(self),))
        values, slopes = self._laws.at(np.broadcast_to(drop, shape).reshape(-1, len(self)))
        return values.reshape(shape), slopes.reshape(shape)

    def current(self, drop: FloatArray) -> FloatArray:
        return self._at(drop)[0]

    def slope(self, drop: FloatArray) -> FloatArray:
        return self._at(drop)[1]

    def pseudo_power(self, drop: FloatArray) -> FloatArray:
        """Return p(v), watts: Gauss's quadrature of the current on equal panels between 0 and v."""
        places, weights = np.polynomial.legendre.leggauss(NODES)
        shares = (np.arange(PANELS)[:, None] + (places + 1) / 2).ravel() / PANELS
        drop = np.asarray(drop, dtype=float)
        total = np.zeros(np.broadcast_shapes(drop.shape, (len(self),)))
        for share, weight in zip(shares.tolist(), np.tile(weights / (2 * PANELS), PANELS).tolist(), strict=True):
            total = total + weight * self.current(share * drop)
        return np.asarray(total * drop)

    def spice_lines(self, nodes: Sequence[str]) -> list[str]:
        ends = zip(self.labels, self.positive.tolist(), self.negative.tolist(), self.laws, strict=True)
        return [
            f"{label} {nodes[p]} {nodes[n]} i={_text(law, [f'v({nodes[p]},{nodes[n]})'], label)}"
            for label, p, n, law in ends
        ]


def own_law(law: Tree, positive: str, negative: str) -> Tree | None:
    """Return a law of voltages as one of an element's own drop, whose name is "0"; None where it asks for others."""
    if any(leaf not in _own(positive, negative) for leaf in leaves(law) if isinstance(leaf, Voltage)):
        return None
    if not any(isinstance(leaf, Voltage) for leaf in leaves(law)):
        return None
    drop = Name("0")
    own: dict[object, Tree] = {Voltage(positive, negative): drop, Voltage(negative, positive): Call("neg", (drop,))}
    return fold(law, lambda leaf: own.get(leaf))


def _own(positive: str, negative: str) -> Iterable[Tree]:
    return Voltage(positive, negative), Voltage(negative, positive)


def _law(element: Written) -> Tree:
    if element.law is None:
        raise element.error('expected a current as in "B1 a b I=V(c)*1m"')
    return element.law


def _require_laws(bank: Bank, laws: Sequence[Tree]) -> None:
    if len(laws) != len(bank):
        raise CircuitError(f'bank "{bank.name}" has {len(bank)} elements but {len(laws)} laws; give each one')


def _text(law: Tree, words: Sequence[str], label: str) -> str:
    try:
        return spell(law, lambda leaf: words[int(leaf.name)] if isinstance(leaf, Name) else "")
    except ValueError as error:
        raise CircuitError(f"{label} cannot be written: {error}") from error
