"""Where does a convolutional Hopfield network come to rest? Each map in turn is put where what it hears would have it.

What the image brings to the first map does not change meanwhile, and is convolved once.
"""

import time
from types import TracebackType
from typing import Any, Self

import numpy as np

from ebana_like.elements import FloatArray
from ebana_like.systems import Seconds
from ebana_like.systems.convolutional import ConvolutionalHopfield, convolved, pooled, spread, unpooled
from ebana_like.systems.pulls import Springs
from ebana_like.systems.settled import Settled
from ebana_like.values import Values

MOST_SWEEPS = 500


class ConvolutionalEngine:
    """Settles a convolutional Hopfield network from zero; see `Engine`.

    still: largest move of a unit in a sweep that is taken for none.
    """

    reduced = False

    def __init__(self, system: ConvolutionalHopfield, still: float = 1e-13) -> None:
        self.system, self.still = system, still

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def forget(self) -> None:
        """Every batch starts at zero."""

    def solve(self, values: Values, features: FloatArray, nudging: Any = None) -> Settled:
        """Return where units settle, (1 + phases, batch, units); see `Engine`."""
        began, system = time.perf_counter(), self.system
        held = {at: np.asarray(values.get(at, each.value)) for at, each in system.parameters.items()}
        (w, b), *_ = weights = system.weights(held)
        drive = pooled(convolved(features.reshape(-1, *system.image), w), system.pool) + b[:, None, None]
        nothing = np.zeros((len(features), system.outputs))
        start = np.zeros((len(features), system.parts[-1].stop))
        phases = [self._settled(weights, drive, start, nothing, nothing)]
        if nudging is not None:
            drives = nudging.drives(system.scores(phases[0]), slice(0, len(features)))
            zeros = np.zeros((nudging.phases, *nothing.shape))
            force, stiffness = (
                np.broadcast_to(drives.get(at, zeros), zeros.shape) for at in (Springs.FORCE, Springs.STIFFNESS)
            )
            phases += [self._settled(weights, drive, phases[0], *each) for each in zip(force, stiffness, strict=True)]
        states = np.stack(phases)
        lost = np.flatnonzero(~np.isfinite(states).all(axis=(0, 2)))
        messages = {int(k): f"the network still moves after {MOST_SWEEPS} sweeps" for k in lost}
        return Settled(system, held, states, features, messages, Seconds(solving=time.perf_counter() - began))

    def _settled(
        self,
        weights: list[tuple[FloatArray, FloatArray]],
        drive: FloatArray,
        start: FloatArray,
        force: FloatArray,
        stiffness: FloatArray,
    ) -> FloatArray:
        """Return states at rest, (batch, units); NaN of samples that still move.

        drive: what the image brings to the first map. force, stiffness: of what pulls outputs, (batch, outputs).
        """
        system = self.system
        *kernels, (W, b) = weights
        *maps, out = system.unflattened(start)
        moved = np.full(len(start), np.inf)
        for _ in range(MOST_SWEEPS):
            before = np.concatenate([*(each.reshape(len(start), -1) for each in maps), out], axis=1)
            below = drive
            for k, s in enumerate(maps):
                if k + 1 < len(maps):
                    w, bias = kernels[k + 1]
                    above = spread(unpooled(maps[k + 1], convolved(s, w), system.pool), w)
                else:
                    above = (out @ W).reshape(s.shape)
                maps[k] = np.clip(below + above, 0, 1)
                if k + 1 < len(maps):
                    below = pooled(convolved(maps[k], w), system.pool) + bias[:, None, None]
            out = np.clip((maps[-1].reshape(len(start), -1) @ W.T + b + force) / (1 + stiffness), 0, 1)
            states = np.concatenate([*(each.reshape(len(start), -1) for each in maps), out], axis=1)
            moved = abs(states - before).max(axis=1)
            if (moved <= self.still).all():
                break
        return np.where((moved <= self.still)[:, None], states, np.nan)
