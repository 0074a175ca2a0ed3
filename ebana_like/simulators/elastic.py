"""Where do the points of an elastic network come to rest? Down a trust region, and by Newton's steps at the end."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from scipy.optimize import minimize

from ebana_like.elements import FloatArray
from ebana_like.simulators.at_rest import AtRest
from ebana_like.systems.elastic import LENGTH, STIFFNESS, Elastic
from ebana_like.systems.settled import HeldForces
from ebana_like.values import Values

STILL = 1e-11
"""Newtons left on a point, per N/m of the stiffest spring, that are none."""

POLISH = 20
"""Newton steps at most, from where the trust region has led."""


class ElasticEngine(AtRest):
    """Settles an elastic network from where it was built; see `Engine`. It finds the shape near by."""

    restless: ClassVar[str] = "the springs come to no rest"
    system: Elastic

    def __init__(self, system: Elastic) -> None:
        super().__init__(system)
        self.free = np.array(
            [2 * k + axis for k in range(len(system.points)) if k not in system.held for axis in (0, 1)]
        )

    def rest(
        self, values: Values, features: FloatArray, start: FloatArray | None, drives: Mapping[str, FloatArray]
    ) -> FloatArray:
        system = self.system
        if start is None:
            start = np.tile(system.points.ravel(), (len(features), 1))
            start[:, [2 * point + axis for point, axis in system.driven]] += features
        forces = drives.get(HeldForces.ADDRESS, np.zeros((len(features), system.outputs)))
        return np.stack([self._settled(values, *each) for each in zip(start, forces, strict=True)])

    def _settled(self, values: Values, start: FloatArray, pull: FloatArray) -> FloatArray:
        """Return places (2 points,) in balance with forces on the outputs; NaN where there are none."""
        system, free, places = self.system, self.free, start.copy()
        if not np.isfinite(start).all():
            return places
        outside = np.zeros(len(start))
        np.add.at(outside, [2 * point + axis for point, axis in system.read], pull)

        def at(moved: FloatArray) -> FloatArray:
            places[free] = moved
            return places

        def energy(moved: FloatArray) -> float:
            lengths = np.linalg.norm(system.spans(at(moved).reshape(-1, 2)), axis=-1)
            stored = (values[STIFFNESS] * (lengths - values[LENGTH]) ** 2).sum() / 2
            return float(stored - outside @ (places - start))

        def slope(moved: FloatArray) -> FloatArray:
            return np.asarray(-(system.forces(values, at(moved)) + outside)[free])

        def bend(moved: FloatArray) -> FloatArray:
            return self._bend(values, at(moved))

        moved = minimize(energy, start[free], jac=slope, hess=bend, method="trust-exact", tol=1e-8).x
        still = STILL * values[STIFFNESS].max()
        for _ in range(POLISH):
            left = slope(moved)
            if abs(left).max() < still:
                return at(moved).copy()
            moved = moved - np.linalg.lstsq(bend(moved), left, rcond=None)[0]
        return np.full_like(start, np.nan)

    def _bend(self, values: Values, places: FloatArray) -> FloatArray:
        """Return d2E by the free coordinates."""
        system = self.system
        spans = system.spans(places.reshape(-1, 2))
        lengths = np.linalg.norm(spans, axis=-1)
        along = spans[:, :, None] * spans[:, None, :] / lengths[:, None, None] ** 2
        tension = values[STIFFNESS] * (lengths - values[LENGTH]) / lengths
        block = values[STIFFNESS][:, None, None] * along + tension[:, None, None] * (np.eye(2) - along)
        found = np.zeros((len(places), len(places)))
        for (one, other), each in zip(system.springs, block, strict=True):
            for row, column, sign in ((one, one, 1), (other, other, 1), (one, other, -1), (other, one, -1)):
                found[2 * row : 2 * row + 2, 2 * column : 2 * column + 2] += sign * each
        return np.asarray(found[np.ix_(self.free, self.free)])
