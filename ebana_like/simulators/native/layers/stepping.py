"""How does an update rule move conductances where they are? By bank, each a row of numbers, in the network's order.

What a rule remembers of every element stays on the device between two stretches of training, as the conductances do.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import Array

from ebana_like.elements import FloatArray
from ebana_like.simulators.descent import Ends, Moves, Numbers
from ebana_like.simulators.moving import Lasting, Pieces, in_pieces, moved
from ebana_like.simulators.moving import flat as joined
from ebana_like.simulators.native.layers.layered import LayeredCircuit
from ebana_like.simulators.native.layers.network import Conductances


def flat(g: Conductances) -> list[Array]:
    """Return every crossbar's numbers, (elements,), then those of the feeds."""
    feeds = (part for part in g.feeds if part is not None)
    return [joined((g.plus, g.minus, g.bias)), *(part.ravel() for part in g.behind), *feeds]


def shaped(crossbars: Sequence[Any], like: Conductances) -> Conductances:
    """Return what `flat` made of arrays such as these."""
    first, *behind = crossbars
    return _together(in_pieces(first, like[:3]), behind, like)


def _together(first: Pieces, others: Sequence[Any], like: Conductances) -> Conductances:
    """Return the sides of the first crossbar and all that follows in `flat` in the shape of arrays such as these."""
    plus, minus, bias = first
    behind = tuple(part.reshape(old.shape) for part, old in zip(others, like.behind, strict=False))
    feeds = iter(others[len(behind) :])
    return Conductances(plus, minus, bias, behind, tuple(old if old is None else next(feeds) for old in like.feeds))


def pieces_of(g: Conductances, addresses: Iterable[str], in_rows: bool) -> dict[str, Pieces]:
    """Return every crossbar's numbers by address, in rows or as they are."""
    if in_rows:
        return {address: (row,) for address, row in zip(addresses, flat(g), strict=True)}
    alone = (*g.behind, *(part for part in g.feeds if part is not None))
    return dict(zip(addresses, [(g.plus, g.minus, g.bias), *((part,) for part in alone)], strict=True))


def stepped(
    moves: Moves,
    numbers: Numbers,
    lasting: Lasting,
    g: Conductances,
    gradient: Conductances,
    state: dict[str, Any],
    ranges: Mapping[str, Ends],
    keys: Array,
    filled: bool,
) -> tuple[Conductances, dict[str, Any]]:
    """Return where a rule and devices lead, and what they remember then; arguments as for `moving.moved`.

    filled: whether there are elements that only fill arrays, of no conductance: for rule and devices they stand at the
        low end with no gradient, and stay there.
    """
    in_rows = moves.devices is None
    before, slopes = (pieces_of(part, ranges, in_rows) for part in (g, gradient))
    values = before
    crossbars = list(ranges)[: 1 + len(g.behind)]
    if filled:
        fillable = {at: before[at] for at in crossbars}  # what feeds a place that only fills has no gradient
        values = {
            **before,
            **{at: tuple(jnp.where(p > 0, p, ranges[at].low) for p in each) for at, each in fillable.items()},
        }
        slopes = {
            **slopes,
            **{
                at: tuple(jnp.where(p > 0, s, 0) for p, s in zip(each, slopes[at], strict=True))
                for at, each in fillable.items()
            },
        }
    there, state = moved(moves, numbers, lasting, values, slopes, state, ranges, keys)
    if filled:
        there |= {
            at: tuple(jnp.where(p > 0, t, 0) for p, t in zip(before[at], there[at], strict=True)) for at in crossbars
        }
    if in_rows:
        return shaped([row for (row,) in there.values()], g), state
    first, *behind = there.values()
    return _together(first, [part for (part,) in behind], g), state


class ResidentState(Mapping[str, FloatArray]):
    """What a rule remembers, as named arrays, as a training left it on the device.

    of_address: the entries with a number for every value of an address, and which.
    """

    def __init__(self, layered: LayeredCircuit, arrays: Mapping[str, Array], of_address: Mapping[str, str]) -> None:
        self.layered, self.arrays, self.of_address = layered, arrays, of_address

    @cached_property
    def _joined(self) -> dict[str, FloatArray]:
        found = {name: np.asarray(array) for name, array in self.arrays.items()}
        like = self.layered.split(self.layered.circuit.values())
        for group in _groups(self.of_address):
            rows = zip(_addresses(self.layered), flat(like), strict=True)
            parts = [found[group[bank]] if bank in group else np.zeros(row.shape) for bank, row in rows]
            joined = self.layered.joined(shaped(parts, like))
            found |= {name: joined[bank] for bank, name in group.items()}
        return found

    def __getitem__(self, name: str) -> FloatArray:
        return self._joined[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.arrays)

    def __len__(self) -> int:
        return len(self.arrays)


def on_device(
    layered: LayeredCircuit, state: Mapping[str, FloatArray], of_address: Mapping[str, str]
) -> dict[str, Any]:
    """Return what a rule remembers with the elements in the network's order. Within `doubles`."""
    if isinstance(state, ResidentState) and state.layered is layered:
        return dict(state.arrays)
    found: dict[str, Any] = dict(state)
    nothing = {bank: np.zeros_like(g) for bank, g in layered.circuit.values().items()}
    for group in _groups(of_address):
        parts = flat(layered.split({**nothing, **{bank: state[name] for bank, name in group.items()}}))
        rows = dict(zip(_addresses(layered), parts, strict=True))
        found |= {name: rows[bank] for bank, name in group.items()}
    return found


def _addresses(layered: LayeredCircuit) -> list[str]:
    return layered.learned


def _groups(of_address: Mapping[str, str]) -> list[dict[str, str]]:
    """Return entries that are called the same but for their address, by address."""
    found: dict[str, dict[str, str]] = {}
    for name, bank in of_address.items():
        found.setdefault(name.removesuffix(bank), {})[bank] = name
    return list(found.values())
