"""How does an update rule move conductances where they are? By bank, each a row of numbers, in the network's order.

What a rule remembers of every element stays on the device between two stretches of training, as the conductances do.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from ebana_like.elements import FloatArray
from ebana_like.simulators.descent import DEVICES, Against, Ends, Moves, Numbers
from ebana_like.simulators.native.layered import LayeredCircuit
from ebana_like.simulators.native.network import Conductances


def flat(g: Conductances) -> list[Array]:
    """Return every crossbar's numbers, (elements,)."""
    return [_flat((g.plus, g.minus, g.bias)), *(part.ravel() for part in g.behind)]


def shaped(crossbars: Sequence[Any], like: Conductances) -> Conductances:
    """Return what `flat` made of arrays such as these."""
    first, *behind = crossbars
    plus, minus, bias = _in_pieces(first, like[:3])
    others = (part.reshape(old.shape) for part, old in zip(behind, like.behind, strict=True))
    return Conductances(plus, minus, bias, tuple(others))


Pieces = tuple[Array, ...]
"""A crossbar's numbers as the network holds them, which devices take as they are, or all of them in one row."""

Lasting = dict[str, tuple[Mapping[str, Array], ...]]
"""What devices remember and never changes, by address, of each of its pieces."""


def begun(
    moves: Moves, numbers: Numbers, g: Conductances, state: Mapping[str, Array], ranges: Mapping[str, Ends]
) -> tuple[Lasting, dict[str, Any]]:
    """Return what never changes while values move, and the rest of what is remembered, that of devices in pieces.

    Arguments as for `descend`. What never changes is no part of what a loop hands from turn to turn.
    """
    kept: dict[str, Any] = {name: each for name, each in state.items() if not name.startswith(DEVICES)}
    lasting: Lasting = {}
    if (devices := moves.devices) is None:
        return lasting, kept
    key = jax.ShapeDtypeStruct((2,), jnp.uint32)
    for address, pieces in _pieces(g, ranges, in_rows=False).items():
        held = {name: _in_pieces(state[full], pieces) for full, name in _names(state, address).items()}
        of_each = [{name: parts[k] for name, parts in held.items()} for k in range(len(pieces))]
        low, high, *_ = ranges[address]
        changing = jax.eval_shape(devices, numbers, pieces[0], pieces[0], low, high, of_each[0], key)[1]
        kept |= {f"{DEVICES}{name}/{address}": held[name] for name in changing}
        lasting[address] = tuple(
            devices.lasting(numbers, {name: part for name, part in entries.items() if name not in changing})
            for entries in of_each
        )
    return lasting, kept


def ended(state: Mapping[str, Any]) -> dict[str, Array]:
    """Return what is remembered after a loop, every array in one piece."""
    return {name: _flat(each) if isinstance(each, tuple) else each for name, each in state.items()}


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
    """Return where a rule and devices lead, and what they remember then.

    lasting, state: of `begun`. ranges: by address, in the order of the crossbars. keys: see `Descent`.
    filled: whether there are elements that only fill arrays, of no conductance: for rule and devices they stand at the
        low end with no gradient, and stay there.
    """
    in_rows = moves.devices is None
    before, slopes = (_pieces(part, ranges, in_rows) for part in (g, gradient))
    values = before
    if filled:
        values = {at: tuple(jnp.where(p > 0, p, ranges[at].low) for p in each) for at, each in before.items()}
        slopes = {
            at: tuple(jnp.where(p > 0, s, 0) for p, s in zip(before[at], each, strict=True))
            for at, each in slopes.items()
        }
    directions, kept = _directions(moves.against, values, slopes, state, ranges)
    moved: list[Pieces] = []
    for address, pieces in values.items():
        low, high, rate, k = ranges[address]
        found, entries = [], []
        for number, value in enumerate(pieces):
            step = (rate * (high - low) * directions[address][number]).astype(value.dtype)
            there = value - step
            new: dict[str, Array] = {}
            if moves.devices is not None:
                own = {name: state[full][number] for full, name in _names(state, address).items()}
                given = {**lasting[address][number], **own}
                there, new = moves.devices(numbers, value, -step, low, high, given, keys[k])
            there = jnp.clip(there, low, high).astype(value.dtype)
            found.append(jnp.where(before[address][number] > 0, there, 0) if filled else there)
            entries.append({name: each.astype(value.dtype) for name, each in new.items()})
        moved.append(tuple(found))
        kept |= {f"{DEVICES}{name}/{address}": tuple(each[name] for each in entries) for name in entries[0]}
    if in_rows:
        return shaped([row for (row,) in moved], g), {**state, **kept}
    first, *behind = moved
    return Conductances(first[0], first[1], first[2], tuple(part for (part,) in behind)), {**state, **kept}


def _directions(
    against: Against | None,
    values: Mapping[str, Pieces],
    slopes: Mapping[str, Pieces],
    state: Mapping[str, Any],
    ranges: Mapping[str, Ends],
) -> tuple[Mapping[str, Pieces], dict[str, Any]]:
    """Return what values go against, by address, in units of spans, and what the rule remembers then."""
    if against is None:
        spans = {address: ranges[address].high - ranges[address].low for address in slopes}
        return {address: tuple(spans[address] * part for part in pieces) for address, pieces in slopes.items()}, {}
    own = {name: each for name, each in state.items() if not name.startswith(DEVICES)}
    rows, gradients = ({at: _flat(pieces) for at, pieces in each.items()} for each in (values, slopes))
    directions, kept = against(rows, gradients, own, ranges)
    return {at: _in_pieces(row, values[at]) for at, row in directions.items()}, kept


def _pieces(g: Conductances, addresses: Iterable[str], in_rows: bool) -> dict[str, Pieces]:
    """Return every crossbar's numbers by address."""
    if in_rows:
        return {address: (row,) for address, row in zip(addresses, flat(g), strict=True)}
    return dict(zip(addresses, [(g.plus, g.minus, g.bias), *((part,) for part in g.behind)], strict=True))


def _flat(pieces: Pieces) -> Array:
    return jnp.concatenate([part.ravel() for part in pieces]) if len(pieces) > 1 else pieces[0].ravel()


def _in_pieces(row: Array, like: Pieces) -> Pieces:
    """Return what `_flat` made of arrays of these shapes."""
    ends = np.cumsum([part.size for part in like]).tolist()
    return tuple(row[end - part.size : end].reshape(part.shape) for end, part in zip(ends, like, strict=True))


def _names(state: Mapping[str, Any], address: str) -> dict[str, str]:
    """Return which entries of a state devices of an address have, and how they call them."""
    start, end = DEVICES, f"/{address}"
    return {n: n[len(start) : -len(end)] for n in state if n.startswith(start) and n.endswith(end)}


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
    return [crossbar.address for crossbar in layered.layers.crossbars]


def _groups(of_address: Mapping[str, str]) -> list[dict[str, str]]:
    """Return entries that are called the same but for their address, by address."""
    found: dict[str, dict[str, str]] = {}
    for name, bank in of_address.items():
        found.setdefault(name.removesuffix(bank), {})[bank] = name
    return list(found.values())
