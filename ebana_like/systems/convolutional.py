"""How does a convolutional Hopfield network learn? Maps of units that settle in one energy, kernels between them.

    E = sum over units s^2 / 2 - Phi,   Phi = sum over maps s_l . [P(w_l * s_(l-1)) + b_l] + o' (W s_last + b),  s_0 = x

with w * s a convolution and P the largest of each pool: the convolutional network of the thesis, section 5.3. States
are held between 0 and 1, and rest where s = min(max(dPhi/ds, 0), 1): a map hears from below through its kernel, and
from above through that kernel backwards, at the places that were the largest of their pool. A kernel is shared by all
its windows and learns from the sum of what they tell, dE/dw = -dPhi/dw.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

import numpy as np

from ebana_like.checks import require_number
from ebana_like.elements import FloatArray, IntArray, Signal
from ebana_like.errors import SettingError
from ebana_like.nudges.nudge import Slope
from ebana_like.systems.pulls import Drawn, Springs, Way
from ebana_like.systems.settled import HeldForces, Settled
from ebana_like.values import Parameter, Range, Values

LARGEST = 4.0
"""Of weights and biases."""


@dataclass(frozen=True, eq=False)
class ConvolutionalHopfield:
    """A convolutional Hopfield network; see `System`.

    image: channels, height and width of what features show. channels: of each map. kernel, pool: pixels along a side of
    windows, which overlap, and of pools, which do not. outputs: scores, each from all of the last map. pull: "current"
    for forces held at the free scores, "switch" for springs. seed, spread: of the first weights, as in `Hopfield`.

    Raises SettingError for sizes that are none, and maps that pools do not divide.
    """

    image: tuple[int, int, int]
    channels: tuple[int, ...]
    outputs: int
    kernel: int = 5
    pool: int = 2
    pull: Way = "switch"
    seed: int = 0
    spread: float = 0.5
    parameters: Mapping[str, Parameter] = field(init=False)

    def __post_init__(self) -> None:
        for size in (*self.image, *self.channels, self.outputs, self.kernel, self.pool):
            require_number("a size", size, whole=True, low=1)
        if self.pull == "clamped":
            raise SettingError("a convolutional network is pulled by current or switch; its outputs are not clamped")
        rng, limits = np.random.default_rng(self.seed), Range(-LARGEST, LARGEST)
        found = {}
        for name, shape in self.shapes.items():
            reach = self.spread * np.sqrt(6 / (np.prod(shape[1:]) + shape[0] * np.prod(shape[2:])))
            weights = rng.uniform(-reach, reach, int(np.prod(shape)))
            found[f"{name}.weight"] = Parameter(weights, "", limits)
            found[f"{name}.bias"] = Parameter(np.zeros(shape[0]), "", limits)
        object.__setattr__(self, "parameters", found)

    @cached_property
    def maps(self) -> tuple[tuple[int, int, int], ...]:
        """Channels, height and width of the image and of each map."""
        found = [self.image]
        for count in self.channels:
            sides = [side - self.kernel + 1 for side in found[-1][1:]]
            if min(sides) < 1 or any(side % self.pool for side in sides):
                raise SettingError(
                    f"windows of {self.kernel} leave {sides[0]} x {sides[1]} of {found[-1][1:]}, which pools of "
                    f"{self.pool} do not divide; choose another kernel or pool"
                )
            found.append((count, sides[0] // self.pool, sides[1] // self.pool))
        return tuple(found)

    @cached_property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shapes of the weights: kernels (channels, channels before, side, side), and the outputs' (outputs, units)."""
        pairs = zip(self.channels, self.maps, strict=False)
        kernels = {f"kernel{k}": (own, before[0], self.kernel, self.kernel) for k, (own, before) in enumerate(pairs, 1)}
        return {**kernels, "outputs": (self.outputs, int(np.prod(self.maps[-1])))}

    @property
    def features(self) -> int:
        return int(np.prod(self.image))

    @cached_property
    def parts(self) -> list[slice]:
        """Where the units of each map, and the outputs, stand among all, (units,)."""
        ends = np.cumsum([0, *(int(np.prod(each)) for each in self.maps[1:]), self.outputs]).tolist()
        return [slice(*pair) for pair in pairwise(ends)]

    def refusal(self) -> str:
        return ""

    def scores(self, states: FloatArray) -> FloatArray:
        return states[..., self.parts[-1]]

    def drawn(self, cost: Slope) -> Drawn:
        """Return how its outputs are drawn to targets."""
        return Drawn(cost, self.pull)

    def nudging(self, cost: Slope, targets: FloatArray, betas: FloatArray) -> HeldForces | Springs:
        found = self.drawn(cost).nudging(targets, betas)
        assert isinstance(found, HeldForces | Springs)
        return found

    def weights(self, values: Values) -> list[tuple[FloatArray, FloatArray]]:
        """Return weights, shaped, and biases, from the first kernel to the outputs'."""
        return [(values[f"{k}.weight"].reshape(shape), values[f"{k}.bias"]) for k, shape in self.shapes.items()]

    def unflattened(self, states: FloatArray) -> list[FloatArray]:
        """Return states (n, units) as maps (n, channels, height, width), and outputs (n, outputs)."""
        *maps, out = (states[:, part] for part in self.parts)
        return [*(each.reshape(len(states), *shape) for each, shape in zip(maps, self.maps[1:], strict=True)), out]

    def signals(self, points: Settled, coefficients: FloatArray) -> dict[str, Signal]:
        usable = points.usable
        c = (coefficients[:, usable] / max(int(usable.sum()), 1)).reshape(-1)
        states = points.states[:, usable]
        phases = len(states)
        x = np.tile(points.features[usable].reshape(-1, *self.image), (phases, 1, 1, 1))
        *maps, out = self.unflattened(states.reshape(-1, states.shape[-1]))
        found: dict[str, Signal] = {}
        weights = self.weights(points.values)
        for name, (w, _), own, below in zip(self.shapes, weights, maps, [x, *maps], strict=False):
            weighted = c[:, None, None, None] * own
            told = unpooled(weighted, convolved(below, w), self.pool)
            patches = np.lib.stride_tricks.sliding_window_view(below, (self.kernel, self.kernel), axis=(2, 3))
            found[f"{name}.weight"] = -np.tensordot(told, patches, axes=([0, 2, 3], [0, 2, 3])).ravel()
            found[f"{name}.bias"] = -weighted.sum(axis=(0, 2, 3))
        weighted = c[:, None] * out
        found["outputs.weight"] = -(weighted.T @ maps[-1].reshape(len(out), -1)).ravel()
        found["outputs.bias"] = -weighted.sum(axis=0)
        return found

    def input_signal(self, points: Settled, coefficients: FloatArray) -> FloatArray:
        w = self.weights(points.values)[0][0]
        x, found = points.features.reshape(-1, *self.image), np.zeros(points.features.shape)
        for c, states in zip(coefficients, points.states, strict=True):
            told = unpooled(c[:, None, None, None] * self.unflattened(states)[0], convolved(x, w), self.pool)
            found -= spread(told, w).reshape(found.shape)
        return found


def convolved(s: FloatArray, w: FloatArray) -> FloatArray:
    """Return a map (n, channels, height, width) through kernels (own, channels, side, side), before it is pooled."""
    patches = np.lib.stride_tricks.sliding_window_view(s, w.shape[2:], axis=(2, 3))
    return np.moveaxis(np.tensordot(patches, w, axes=([1, 4, 5], [1, 2, 3])), -1, 1)


def spread(u: FloatArray, w: FloatArray) -> FloatArray:
    """Return what kernels bring back of (n, own, height, width) to the map below: `convolved` backwards."""
    side = w.shape[2] - 1
    around = np.pad(u, ((0, 0), (0, 0), (side, side), (side, side)))
    return convolved(around, w[:, :, ::-1, ::-1].swapaxes(0, 1))


def pooled(u: FloatArray, pool: int) -> FloatArray:
    """Return the largest of every pool, (n, own, height / pool, width / pool)."""
    return np.asarray(_pools(u, pool).max(axis=-1))


def unpooled(s: FloatArray, u: FloatArray, pool: int) -> FloatArray:
    """Return s of every pool where u is the largest of it, and zero elsewhere, shaped as u."""
    pools = _pools(u, pool)
    found = np.zeros_like(pools)
    at: IntArray = pools.argmax(axis=-1)
    np.put_along_axis(found, at[..., None], s[..., None], axis=-1)
    shape = found.shape[:-1]
    return found.reshape(*shape, pool, pool).swapaxes(3, 4).reshape(u.shape)


def _pools(u: FloatArray, pool: int) -> FloatArray:
    """Return (n, own, height, width) as (n, own, rows, columns, those of a pool)."""
    n, own, height, width = u.shape
    split = u.reshape(n, own, height // pool, pool, width // pool, pool).swapaxes(3, 4)
    return split.reshape(n, own, height // pool, width // pool, pool * pool)
