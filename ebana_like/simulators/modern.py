"""Where does a modern Hopfield network settle? By steps to what memories hold, and by Newton's method at the end."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from ebana_like.elements import FloatArray
from ebana_like.simulators.at_rest import AtRest
from ebana_like.systems.modern import ModernHopfield
from ebana_like.systems.settled import HeldForces, Settled
from ebana_like.values import Values

STEPS, POLISH, STILL = 200, 8, 1e-13
"""Steps to what memories hold, Newton steps behind them, and the largest move of an output that is none."""


class ModernEngine(AtRest):
    """Settles a modern Hopfield network from outputs at zero; see `Engine`."""

    restless: ClassVar[str] = "the outputs come to no rest"
    system: ModernHopfield

    def stepped(self, values: Values, features: FloatArray, states: FloatArray) -> FloatArray:
        """Return outputs after one step, (batch, outputs): what memories hold, by how well each fits."""
        held = self._all(values)
        return np.asarray(self.system.activity(held, features, states) @ self.system.matrices(held)[1])

    def adjoint(self, points: Settled, currents: FloatArray) -> FloatArray:
        """Return lambda for forces -dC/dy, (batch, outputs): E'' lambda = force."""
        bend = self._bend(points.values, points.features, points.states[0])
        return np.asarray(np.linalg.solve(bend, currents[..., None])[..., 0])

    def rest(
        self, values: Values, features: FloatArray, start: FloatArray | None, drives: Mapping[str, FloatArray]
    ) -> FloatArray:
        y = np.zeros((len(features), self.system.outputs)) if start is None else start
        force = drives.get(HeldForces.ADDRESS, 0.0)
        for _ in range(STEPS):
            y, before = self.stepped(values, features, y) + force, y
            if abs(y - before).max() < 1e-6:
                break
        for _ in range(POLISH):
            left = self.stepped(values, features, y) + force - y
            move = np.linalg.solve(self._bend(values, features, y), left[..., None])[..., 0]
            y = y + move
            if abs(move).max() < STILL:
                break
        left = self.stepped(values, features, y) + force - y
        return np.where(abs(left).max(axis=1, keepdims=True) < 1e-11, y, np.nan)

    def _bend(self, values: Values, features: FloatArray, y: FloatArray) -> FloatArray:
        """Return E'' of each sample, (batch, outputs, outputs)."""
        system = self.system
        V, p = system.matrices(values)[1], system.activity(values, features, y)
        mean = p @ V
        spread = np.einsum("bm,mo,mq->boq", p, V, V) - mean[:, :, None] * mean[:, None, :]
        return np.asarray(np.eye(system.outputs) - system.sharpness * spread)
