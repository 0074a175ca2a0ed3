"""How do a rule and devices move values where an engine holds them? Address by address, piece by piece, in JAX.

Devices take arrays as the engine has them, an address's in several pieces where that spares it a copy; a rule sees
every address in one row.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from ebana_like.simulators.descent import DEVICES, Against, Ends, Moves, Numbers


class Batches(NamedTuple):
    """Fields of `Descent`, (batches, ...); unit: ()."""

    features: Array
    unit: Array
    targets: Array
    counts: Array
    betas: Array
    coefficients: Array
    keys: Array


Pieces = tuple[Array, ...]
"""All numbers of an address, in arrays of any shapes."""

Lasting = dict[str, tuple[Mapping[str, Array], ...]]
"""What devices remember and never changes, by address, of each of its pieces."""


def begun(
    moves: Moves,
    numbers: Numbers,
    values: Mapping[str, Pieces],
    state: Mapping[str, Array],
    ranges: Mapping[str, Ends],
) -> tuple[Lasting, dict[str, Any]]:
    """Return what never changes while values move, and the rest of what is remembered, that of devices in pieces.

    numbers, state, ranges: of `Stepping`. What never changes is no part of what a loop hands from turn to turn; what
    devices remember in singles is held so.
    """
    kept: dict[str, Any] = {name: each for name, each in state.items() if not name.startswith(DEVICES)}
    lasting: Lasting = {}
    if (devices := moves.devices) is None:
        return lasting, kept
    key = jnp.zeros(2, jnp.uint32)
    for address, pieces in values.items():
        held = {name: in_pieces(state[full], pieces) for full, name in _names(state, address).items()}
        of_each = [{name: parts[k] for name, parts in held.items()} for k in range(len(pieces))]
        low, high, *_ = ranges[address]
        changing = jax.eval_shape(devices, numbers, pieces[0], pieces[0], low, high, of_each[0], key)[1]
        kept |= {
            f"{DEVICES}{name}/{address}": tuple(part.astype(_narrower(each, part)) for part in held[name])
            for name, each in changing.items()
        }
        lasting[address] = tuple(
            devices.lasting(numbers, {name: part for name, part in entries.items() if name not in changing})
            for entries in of_each
        )
    return lasting, kept


def moved(
    moves: Moves,
    numbers: Numbers,
    lasting: Lasting,
    values: Mapping[str, Pieces],
    slopes: Mapping[str, Pieces],
    state: Mapping[str, Any],
    ranges: Mapping[str, Ends],
    keys: Array,
) -> tuple[dict[str, Pieces], dict[str, Any]]:
    """Return where values go by their gradients, and what is remembered then.

    lasting, state: of `begun`. keys: of one batch, see `Descent`.
    """
    directions, kept = _directions(moves.against, values, slopes, state, ranges)
    there: dict[str, Pieces] = {}
    for address, pieces in values.items():
        low, high, rate, k = ranges[address]
        names = _names(state, address)
        found, entries = [], []
        for number, value in enumerate(pieces):
            step = (rate * (high - low) * directions[address][number]).astype(value.dtype)
            after, new = jnp.clip(value - step, low, high), dict[str, Array]()
            if moves.devices is not None:
                given = {**lasting[address][number], **{name: state[full][number] for full, name in names.items()}}
                after, new = moves.devices(numbers, value, -step, low, high, given, keys[k])
            found.append(after.astype(value.dtype))
            entries.append({name: each.astype(_narrower(each, value)) for name, each in new.items()})
        there[address] = tuple(found)
        kept |= {f"{DEVICES}{name}/{address}": tuple(each[name] for each in entries) for name in entries[0]}
    return there, {**state, **kept}


def ended(state: Mapping[str, Any], dtype: Any) -> dict[str, Array]:
    """Return what is remembered after a loop, every array in one piece, that of devices in the type it came in."""
    return {name: flat(each).astype(dtype) if isinstance(each, tuple) else each for name, each in state.items()}


def flat(pieces: Pieces) -> Array:
    """Return the numbers in one row."""
    return jnp.concatenate([part.ravel() for part in pieces]) if len(pieces) > 1 else pieces[0].ravel()


def in_pieces(row: Array, like: Pieces) -> Pieces:
    """Return what `flat` made of arrays of these shapes."""
    ends = np.cumsum([part.size for part in like]).tolist()
    return tuple(row[end - part.size : end].reshape(part.shape) for end, part in zip(ends, like, strict=True))


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
    rows, gradients = ({at: flat(pieces) for at, pieces in each.items()} for each in (values, slopes))
    directions, kept = against(rows, gradients, own, ranges)
    return {at: in_pieces(row, values[at]) for at, row in directions.items()}, kept


def _narrower(one: Any, other: Any) -> Any:
    """Return the type of numbers of that array which has the shorter ones."""
    return min(one.dtype, other.dtype, key=lambda kind: int(kind.itemsize))


def _names(state: Mapping[str, Any], address: str) -> dict[str, str]:
    """Return which entries of a state devices of an address have, and how they call them."""
    start, end = DEVICES, f"/{address}"
    return {n: n[len(start) : -len(end)] for n in state if n.startswith(start) and n.endswith(end)}
