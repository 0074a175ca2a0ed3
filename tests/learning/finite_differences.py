"""What is the slope of a function of some arrays? Five-point differences, one entry after the other: the truth."""

from collections.abc import Callable, Mapping

import numpy as np

STEP = 1e-3
"""Relative step. Truncation, (step / scale)^4 at five points, and the rounding of a loss, 1e-14 / step, both stay below
1e-10."""


def differences(function: Callable[[Mapping[str, np.ndarray]], float], at: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return the slopes by every entry of every array, in order."""

    def changed(name, k, relative):
        moved = at[name].copy()
        moved.flat[k] *= 1 + relative
        return function({**at, name: moved})

    slopes = []
    for name, values in at.items():
        for k, value in enumerate(values.ravel()):
            near, far = (changed(name, k, h) - changed(name, k, -h) for h in (STEP, 2 * STEP))
            slopes.append((8 * near - far) / (12 * STEP * value))
    return np.array(slopes)


def flat(gradients: Mapping[str, np.ndarray]) -> np.ndarray:
    return np.concatenate(list(gradients.values()))


def distance(found: np.ndarray, truth: np.ndarray) -> float:
    """Norm of the difference over the norm of the truth."""
    return float(np.linalg.norm(found - truth) / np.linalg.norm(truth))
