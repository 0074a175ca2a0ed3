"""What is the slope of a function of conductances? Five-point differences, one entry after the other: the truth."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ebana_like.elements import FloatArray, IntArray

STEP = 1e-3
"""Relative step. Truncation, (step / scale)^4 at five points, and the rounding of a loss, 1e-14 / step, both stay below
1e-10."""


def differences(
    function: Callable[[Mapping[str, FloatArray]], Any],
    at: Mapping[str, FloatArray],
    chosen: Mapping[str, IntArray] | None = None,
) -> dict[str, FloatArray]:
    """Return the slopes of a function of named arrays, by every entry or by the chosen ones of each array.

    function: gives a number, or an array, whose slopes are then (n, ...) by name. at: where; no entry may be zero.
    chosen: flat positions by name, (n,).
    """

    def changed(name: str, k: int, relative: float) -> Any:
        moved = at[name].copy()
        moved.flat[k] *= 1 + relative
        return function({**at, name: moved})

    def slope(name: str, k: int) -> Any:
        near, far = (changed(name, k, h) - changed(name, k, -h) for h in (STEP, 2 * STEP))
        return (8 * near - far) / (12 * STEP * float(at[name].flat[k]))

    positions = chosen if chosen is not None else {name: np.arange(values.size) for name, values in at.items()}
    return {name: np.array([slope(name, k) for k in own.tolist()]) for name, own in positions.items()}


def flat(gradients: Mapping[str, FloatArray]) -> FloatArray:
    """Return all arrays one after the other, (n,)."""
    return np.concatenate(list(gradients.values()))


def distance(found: FloatArray, truth: FloatArray) -> float:
    """Return the norm of the difference over the norm of the truth."""
    return float(np.linalg.norm(found - truth) / np.linalg.norm(truth))


def cosine_gap(found: FloatArray, truth: FloatArray) -> float:
    """Return 1 - cosine of the angle between two gradients; not a number where one is zero.

    From the distance between unit vectors, |u - v|^2 / 2: a cosine next to 1 tells no gap below 1e-16.
    """
    one, other = _units(found, truth)
    return float(np.linalg.norm(one - other) ** 2 / 2)


def angle(found: FloatArray, truth: FloatArray) -> float:
    """Return the angle between two gradients, degrees; not a number where one is zero."""
    one, other = _units(found, truth)
    return float(np.degrees(2 * np.arctan2(np.linalg.norm(one - other), np.linalg.norm(one + other))))


def _units(*vectors: FloatArray) -> list[FloatArray]:
    with np.errstate(invalid="ignore"):
        return [vector / np.linalg.norm(vector) for vector in vectors]
