"""How does an elastic network learn? Points in the plane joined by springs, whose stiffnesses and lengths learn.

    E = sum over springs of k (r - l)^2 / 2,  r the distance of a spring's ends

is stationary where the free points are in balance: the state is where the points are, not how long the springs are. A
spring learns from its own length alone, dE/dk = (r - l)^2 / 2 and dE/dl = k (l - r) (thesis, section 2.5).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ebana_like.elements import FloatArray, IntArray, Signal
from ebana_like.errors import SettingError
from ebana_like.nudges.nudge import Slope
from ebana_like.systems.settled import HeldForces, Settled
from ebana_like.values import Parameter, Range, Values

STIFFNESS, LENGTH = "springs.stiffness", "springs.length"

Coordinate = tuple[int, int]
"""A point, and 0 for x or 1 for y."""


@dataclass(frozen=True, eq=False)
class Elastic:
    """An elastic network; see `System`.

    points: places at which it is built, (points, 2), metres. springs: pairs of points, (springs, 2); each is built with
    the length between them. held: points that are not free. driven: coordinates of held points that a feature each
    moves, metres. read: coordinates of free points whose displacements are the scores.

    Raises SettingError for coordinates of points that are not so.
    """

    points: FloatArray
    springs: IntArray
    held: Sequence[int]
    driven: Sequence[Coordinate]
    read: Sequence[Coordinate]
    stiffness: float = 1.0
    parameters: dict[str, Parameter] = field(init=False)

    def __post_init__(self) -> None:
        if loose := [at for at, _ in self.driven if at not in self.held]:
            raise SettingError(f"points {loose} are driven but not held; features move held points")
        if stuck := [at for at, _ in self.read if at in self.held]:
            raise SettingError(f"points {stuck} are read but held; scores are displacements of free points")
        length = np.linalg.norm(self.spans(self.points), axis=-1)
        stiffness = Parameter(np.full(len(length), self.stiffness), "N/m", Range(0.01, 100.0))
        object.__setattr__(
            self, "parameters", {STIFFNESS: stiffness, LENGTH: Parameter(length, "m", Range(0.01, 100.0))}
        )

    @property
    def features(self) -> int:
        return len(self.driven)

    @property
    def outputs(self) -> int:
        return len(self.read)

    def refusal(self) -> str:
        return ""

    def spans(self, places: FloatArray) -> FloatArray:
        """Return from where to where springs reach, (..., springs, 2), given places (..., points, 2)."""
        return np.asarray(places[..., self.springs[:, 1], :] - places[..., self.springs[:, 0], :])

    def scores(self, states: FloatArray) -> FloatArray:
        """Return displacements (..., outputs) of places (..., 2 points), point by point."""
        read = [2 * point + axis for point, axis in self.read]
        return np.asarray(states[..., read] - self.points.ravel()[read])

    def nudging(self, cost: Slope, targets: FloatArray, betas: FloatArray) -> HeldForces:
        return HeldForces(cost, targets, betas)

    def signals(self, points: Settled, coefficients: FloatArray) -> dict[str, Signal]:
        usable = points.usable
        states, c = points.states[:, usable], coefficients[:, usable] / max(int(usable.sum()), 1)
        stretch = self._lengths(states) - points.values[LENGTH]
        found = np.einsum("pb,pbe->e", c, stretch)
        return {STIFFNESS: np.einsum("pb,pbe->e", c, stretch**2) / 2, LENGTH: -points.values[STIFFNESS] * found}

    def input_signal(self, points: Settled, coefficients: FloatArray) -> FloatArray:
        forces = self.forces(points.values, points.states)
        driven = [2 * point + axis for point, axis in self.driven]
        return np.asarray(-np.einsum("pb,pbk->bk", coefficients, forces[..., driven]))

    def forces(self, values: Values, states: FloatArray) -> FloatArray:
        """Return -dE/dplace, (..., 2 points), newtons."""
        places = states.reshape(*states.shape[:-1], -1, 2)
        spans = self.spans(places)
        length = np.linalg.norm(spans, axis=-1)
        pull = (values[STIFFNESS] * (length - values[LENGTH]) / length)[..., None] * spans
        found = np.zeros_like(places)
        for end, sign in ((0, 1.0), (1, -1.0)):
            np.add.at(np.moveaxis(found, -2, 0), self.springs[:, end], sign * np.moveaxis(pull, -2, 0))
        return np.asarray(found.reshape(states.shape))

    def _lengths(self, states: FloatArray) -> FloatArray:
        return np.asarray(np.linalg.norm(self.spans(states.reshape(*states.shape[:-1], -1, 2)), axis=-1))
