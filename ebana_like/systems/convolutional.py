"""How does a convolutional Hopfield network learn? Maps of units that settle in one energy, kernels between them.

    E = sum over units s^2 / 2 - Phi,   Phi = sum over maps s_l . [P(w_l * s_(l-1)) + b_l] + o' (W s_last + b),  s_0 = x

with w * s a convolution and P the largest of each pool, or its mean: the convolutional network of the thesis, section
5.3. States are held between 0 and 1, and rest where s = min(max(dPhi/ds, 0), 1): a map hears from below through its
kernel, and from above through that kernel backwards, at the places that were the largest of their pool. A kernel is
shared by all its windows and learns from the sum of what they tell, dE/dw = -dPhi/dw.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ebana_like.checks import require_number
from ebana_like.elements import FloatArray, Signal
from ebana_like.errors import SettingError
from ebana_like.systems.layered import LARGEST, Layered
from ebana_like.systems.pulls import Way
from ebana_like.systems.settled import Settled
from ebana_like.values import Parameter

if TYPE_CHECKING:
    from ebana_like.systems.joints import Joint, Pooling


@dataclass(frozen=True, eq=False)
class ConvolutionalHopfield(Layered):
    """A convolutional Hopfield network; see `System`.

    image: channels, height and width of what features show. channels: of each map. kernel, pool: pixels along a side of
    windows, which overlap, and of pools, which do not. outputs: scores, each from all of the last map. pooling: "max"
    for the largest of a pool, "mean". pull, seed, spread, largest: as in `Hopfield`.

    Raises SettingError for sizes that are none, and maps that pools do not divide.
    """

    image: tuple[int, int, int]
    channels: tuple[int, ...]
    outputs: int
    kernel: int = 5
    pool: int = 2
    pooling: "Pooling" = "max"
    pull: Way = "switch"
    seed: int = 0
    spread: float = 0.5
    largest: float = LARGEST
    parameters: Mapping[str, Parameter] = field(init=False)

    activation: str = field(default="clip", init=False)

    def __post_init__(self) -> None:
        for size in (*self.image, *self.channels, self.outputs, self.kernel, self.pool):
            require_number("a size", size, whole=True, low=1)
        if self.pooling not in ("max", "mean"):
            raise SettingError(f'pooling is {self.pooling!r}; choose "max" or "mean"')
        object.__setattr__(self, "parameters", self.begun(self.seed, self.spread, self.largest))

    @cached_property
    def maps(self) -> tuple[tuple[int, int, int], ...]:
        """Channels, height and width of the image and of each map."""
        found = [self.image]
        for count in self.channels:
            sides = [side - self.kernel + 1 for side in found[-1][1:]]
            if min(sides) < 1:
                raise SettingError(
                    f"windows of {self.kernel} do not fit into {found[-1][1]} x {found[-1][2]}; choose a smaller kernel"
                )
            if any(side % self.pool for side in sides):
                raise SettingError(
                    f"windows of {self.kernel} leave {sides[0]} x {sides[1]} of {found[-1][1:]}, which pools of "
                    f"{self.pool} do not divide; choose another kernel or pool"
                )
            found.append((count, sides[0] // self.pool, sides[1] // self.pool))
        return tuple(found)

    @property
    def line(self) -> str:
        return "-".join("x".join(map(str, each)) for each in (*self.maps, (self.outputs,)))

    @cached_property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """Kernels (channels, channels before, side, side), then (outputs, units)."""
        pairs = pairwise(self.maps)
        kernels = [(own[0], before[0], self.kernel, self.kernel) for before, own in pairs]
        return (*kernels, (self.outputs, int(np.prod(self.maps[-1]))))

    @property
    def units(self) -> tuple[int, ...]:
        return (*(int(np.prod(each)) for each in self.maps[1:]), self.outputs)

    @property
    def features(self) -> int:
        return int(np.prod(self.image))

    @property
    def holomorphic(self) -> bool:
        return False

    @property
    def joints(self) -> "tuple[Joint, ...]":
        from ebana_like.systems.joints import Dense, Kernels  # with JAX, which naming a network does not need

        return (*(Kernels(below, self.pool, self.pooling) for below in self.maps[:-1]), Dense())

    def adjoint_signals(self, points: Settled, adjoint: FloatArray, currents: FloatArray) -> dict[str, Signal]:
        """Return the mean over samples of dC/dtheta, lambda' d(dE/ds)/dtheta, by address; see `Hopfield`."""
        return self.told(points, np.ones((1, len(adjoint))), change=adjoint)

    def input_signal(self, points: Settled, coefficients: FloatArray) -> FloatArray:
        return self._inputs(points, np.einsum("pb,pbk->bk", coefficients, points.states[..., self.parts[0]]))

    def adjoint_input_signal(self, points: Settled, adjoint: FloatArray, currents: FloatArray) -> FloatArray:
        """Return dC/dx of each sample, (batch, features)."""
        return self._inputs(points, adjoint[:, self.parts[0]])

    def _inputs(self, points: Settled, change: FloatArray) -> FloatArray:
        """Return how the energy's slope by the inputs changes with the first map, (batch, features)."""
        import jax

        with jax.enable_x64(True):
            *layer, first, x = map(jax.numpy.asarray, (*self.matrices(points.values)[0], change, points.features))
            return -np.asarray(self.joints[0].down(tuple(layer), first, x))
