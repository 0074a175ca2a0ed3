"""Where does a modern Hopfield network settle? By steps to what memories hold, and by Newton's method at the end."""

import time
from types import TracebackType
from typing import Any, Self

import numpy as np

from ebana_like.elements import FloatArray
from ebana_like.systems import Seconds
from ebana_like.systems.modern import ModernHopfield
from ebana_like.systems.settled import HeldForces, Settled
from ebana_like.values import Values

STEPS, POLISH, STILL = 200, 8, 1e-13
"""Steps to what memories hold, Newton steps behind them, and the largest move of an output that is none."""


class ModernEngine:
    """Settles a modern Hopfield network from outputs at zero; see `Engine`."""

    reduced = False

    def __init__(self, system: ModernHopfield) -> None:
        self.system = system

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def forget(self) -> None:
        """Every sample starts at zero."""

    def solve(self, values: Values, features: FloatArray, nudging: Any = None) -> Settled:
        """Return where outputs settle, (1 + phases, batch, outputs); see `Engine`."""
        began, system = time.perf_counter(), self.system
        held = self._all(values)
        start = np.zeros((len(features), system.outputs))
        phases = [self._settled(held, features, start, start)]
        if nudging is not None:
            for force in nudging.drives(phases[0], slice(0, len(features)))[HeldForces.ADDRESS]:
                phases.append(self._settled(held, features, phases[0], force))
        states = np.stack(phases)
        lost = np.flatnonzero(~np.isfinite(states).all(axis=(0, 2)))
        messages = {int(k): "the outputs come to no rest" for k in lost}
        return Settled(system, held, states, features, messages, Seconds(solving=time.perf_counter() - began))

    def stepped(self, values: Values, features: FloatArray, states: FloatArray) -> FloatArray:
        """Return outputs after one step, (batch, outputs): what memories hold, by how well each fits."""
        held = self._all(values)
        return np.asarray(self.system.activity(held, features, states) @ self.system.matrices(held)[1])

    def adjoint(self, points: Settled, currents: FloatArray) -> FloatArray:
        """Return lambda for forces -dC/dy, (batch, outputs): E'' lambda = force."""
        bend = self._bend(points.values, points.features, points.states[0])
        return np.asarray(np.linalg.solve(bend, currents[..., None])[..., 0])

    def _all(self, values: Values) -> dict[str, FloatArray]:
        return {at: np.asarray(values.get(at, each.value)) for at, each in self.system.parameters.items()}

    def _settled(self, values: Values, features: FloatArray, start: FloatArray, force: FloatArray) -> FloatArray:
        """Return outputs in balance with forces, (batch, outputs); NaN where there is no balance."""
        y = start
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
