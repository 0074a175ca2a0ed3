"""Where does a convolutional Hopfield network come to rest? Each map in turn is put where what it hears would have it.

What the image brings to the first map does not change meanwhile, and is convolved once.
"""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from ebana_like.elements import FloatArray
from ebana_like.simulators.at_rest import AtRest
from ebana_like.systems.convolutional import ConvolutionalHopfield, convolved, pooled, spread, unpooled
from ebana_like.systems.pulls import Springs
from ebana_like.values import Values

MOST_SWEEPS = 500


class ConvolutionalEngine(AtRest):
    """Settles a convolutional Hopfield network from zero; see `Engine`.

    still: largest move of a unit in a sweep that is taken for none.
    """

    restless: ClassVar[str] = f"the network still moves after {MOST_SWEEPS} sweeps"
    system: ConvolutionalHopfield

    def __init__(self, system: ConvolutionalHopfield, still: float = 1e-13) -> None:
        super().__init__(system)
        self.still = still

    def rest(
        self, values: Values, features: FloatArray, start: FloatArray | None, drives: Mapping[str, FloatArray]
    ) -> FloatArray:
        system = self.system
        *kernels, (W, b) = system.weights(values)
        drive = pooled(convolved(features.reshape(-1, *system.image), kernels[0][0]), system.pool)
        drive = drive + kernels[0][1][:, None, None]
        start = np.zeros((len(features), system.parts[-1].stop)) if start is None else start
        force, stiffness = (drives.get(at, 0.0) for at in (Springs.FORCE, Springs.STIFFNESS))
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
