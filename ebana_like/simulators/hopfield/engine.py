"""Which engine settles a Hopfield network? One in JAX, on the CPU or a GPU, that also trains without leaving it."""

import time
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ebana_like.checks import require_number
from ebana_like.elements import FloatArray
from ebana_like.errors import SettingError
from ebana_like.simulators.at_rest import Forgetful
from ebana_like.simulators.descent import Descended, Descent
from ebana_like.simulators.hopfield.descent import Bounds, descend, pulls_of
from ebana_like.simulators.hopfield.motion import Motion
from ebana_like.simulators.hopfield.settle import MOST_SWEEPS, Pulls, Rest
from ebana_like.simulators.moving import Batches
from ebana_like.simulators.native.runtime import as_jax, doubles, make_room, padded, padded_size
from ebana_like.simulators.scoring import Scored
from ebana_like.systems import Seconds
from ebana_like.systems.joints import Layer
from ebana_like.systems.layered import Layered
from ebana_like.systems.settled import Settled
from ebana_like.values import Values

STILL = {False: 1e-13, True: 3e-7}
"""Largest move of any unit in a sweep that is none, in double and in single precision."""

CHUNK = 100
"""Samples scored together: one that takes many sweeps keeps the others of its chunk alone waiting."""


class HopfieldEngine(Forgetful):
    """Settles a Hopfield network; see `Engine`.

    single: in single precision, half the memory and on a GPU many times as fast; gradients are then good to 1e-3 where
        nudging factors are a tenth or more.
    still: largest move of any unit in a sweep that is taken for none; 0 for what the precision allows.
    steps: of the free and the nudged phase, in discrete time (Ernoult et al. 2019): all units at once, and the end is
        taken for rest. No free ones: sweeps, which come where many steps do. None for sweeps in both phases.
    """

    descends = True
    system: Layered

    def __init__(
        self, system: Layered, single: bool = False, still: float = 0.0, steps: tuple[int, int] | None = None
    ) -> None:
        require_number("still", still, low=0, fix="the largest move of a unit at rest, for example 1e-4")
        make_room()
        self.system = system
        self.single = single
        self.still = max(still, STILL[single])
        for low, count in enumerate(steps or ()):
            require_number("steps", count, whole=True, low=low, fix="of the free and nudged phase, for example 30,10")
        self.motion = Motion(system.joints, tuple(system.units), system.activation, steps)

    @property
    def _real(self) -> Any:
        return np.float32 if self.single else np.float64

    def solve(self, values: Values, features: FloatArray, nudging: Any = None) -> Settled:
        """Return where a batch settles, freely and in each phase of a nudging; see `Engine`.

        Raises SettingError for features of another count, and complex nudging factors where the network is not smooth.
        """
        began, system = time.perf_counter(), self.system
        features = self._checked(features)
        values = self._all(values)
        batch, size = len(features), padded_size(len(features))
        with doubles():
            layers = self._layers(values)
            drive = _driven(self.motion, padded(features, size).astype(self._real), layers)
            free = _free(self.motion, drive[None], layers[1:], self.still)
            phases, moves = [_joined(free)[:, :batch]], [np.asarray(free.moved)[:, :batch]]
            if nudging is not None:
                drives = nudging.drives(system.scores(phases[0][0]).astype(float), slice(0, batch))
                pulls = pulls_of(self._typed(drives, batch, size), (nudging.phases, size, system.units[-1]), self._real)
                kind = jnp.result_type(*pulls)
                start = [jnp.broadcast_to(s, (nudging.phases, *s.shape[1:])).astype(kind) for s in free.states]
                nudged = _nudged(self.motion, start, drive[None], layers[1:], pulls, self.still)
                phases.append(_joined(nudged)[:, :batch])
                moves.append(np.asarray(nudged.moved)[:, :batch])
        states = np.concatenate(phases)
        states = states.astype(np.complex128 if np.iscomplexobj(states) else np.float64)
        lost = np.concatenate(moves) > self.still
        states[lost] = np.nan
        seconds = Seconds(solving=time.perf_counter() - began)
        return Settled(system, values, states, features, _messages(lost.any(axis=0)), seconds)

    def scores(self, values: Values, features: FloatArray) -> Scored:
        """Return free scores; see `Scores`."""
        began, features = time.perf_counter(), self._checked(features)
        batch, size = len(features), padded_size(min(len(features), CHUNK))
        chunks = -(-batch // size)
        filled = padded(features, chunks * size).astype(self._real).reshape(chunks, size, -1)
        with doubles():
            found, moved = _scored(self.motion, as_jax(filled), self._layers(self._all(values)), self.still)
            lost = np.asarray(moved).ravel()[:batch] > self.still
            scores = np.array(found, float).reshape(chunks * size, -1)[:batch]
        scores[lost] = np.nan
        return Scored(scores, ~lost, _messages(lost), Seconds(solving=time.perf_counter() - began))

    def adjoint(self, points: Settled, currents: FloatArray) -> FloatArray:
        """Return lambda of every unit for forces -dC/ds on the outputs, (batch, units); NaN where a point is none.

        That is recurrent backpropagation (Almeida, Pineda 1987), at the rest that it does not change.
        """
        system, usable = self.system, points.converged[0]
        batch, size = len(currents), padded_size(len(currents))
        states = padded(np.where(usable[:, None], points.states[0].real, 0.0), size).astype(self._real)
        with doubles():
            parts = [jnp.asarray(states[:, part]) for part in system.parts]
            slopes = as_jax(padded(-currents, size).astype(self._real))
            layers = self._layers(self._all(points.values))[1:]
            found = _adjoint(self.motion, parts, slopes, layers, self.still)
            mirrored = _joined(found)[:batch].astype(float)
            mirrored[~usable | (np.asarray(found.moved)[:batch] > self.still)] = np.nan
        return mirrored

    def descend(self, values: Values, descent: Descent, batches: int) -> Descended:
        """Take the first so many steps of a descent; see `ebana_like.simulators.descent`."""
        system, real = self.system, self._real
        parameters, stepping = system.parameters, descent.stepping

        def typed(arrays: Any) -> Any:
            def number(a: Any) -> Any:
                a = np.asarray(a)
                return a.astype(real) if a.dtype.kind == "f" else a

            return jax.tree.map(number, arrays)

        given = descent.features, descent.unit, descent.targets, descent.counts, descent.betas, descent.coefficients
        bounds = {at: Bounds(descent.steps[at], each.low, each.high) for at, each in parameters.items()}
        rest: tuple[Any, ...] = ()
        if stepping is not None:
            rest = stepping.moves, *typed((stepping.numbers, dict(stepping.state), dict(stepping.ranges)))
        with doubles():
            done = descend(
                self.motion,
                descent.pull,
                system.addresses,
                typed(self.still),
                self._layers(self._all(values)),
                typed(bounds),
                Batches(*typed((*given, descent.keys))),
                as_jax(np.array(batches, np.int32)),
                *rest,
            )
            count = int(done.done)
            found = {
                at: np.asarray(each, float).ravel()
                for names, pair in zip(system.addresses, done.layers, strict=True)
                for at, each in zip(names, pair, strict=True)
            }
            before = stepping.state if stepping is not None else {}
            state = {**before, **{name: np.asarray(each, float) for name, each in done.state.items()}}
            scores, norms = np.asarray(done.scores[:count], float), np.asarray(done.norms[:count], float)
        return Descended(count, found, scores, norms, state)

    def _checked(self, features: FloatArray) -> FloatArray:
        features = np.asarray(features, dtype=float)
        if features.ndim != 2 or features.shape[1] != self.system.features:
            raise SettingError(f"the features have shape {features.shape}; give (batch, {self.system.features})")
        return features

    def _layers(self, values: Values) -> list[Layer]:
        return [tuple(jnp.asarray(each, self._real) for each in layer) for layer in self.system.matrices(values)]

    def _typed(self, drives: dict[str, Any], batch: int, size: int) -> dict[str, Any]:
        """Return what pulls at outputs for all samples that fill arrays, in the precision of states."""
        found = {}
        for at, each in drives.items():
            value = np.broadcast_to(each, (len(each) if each.ndim == 3 else 1, batch, self.system.units[-1]))
            if np.iscomplexobj(value) and not self.system.holomorphic:
                raise SettingError(
                    "complex nudging factors need units that are smooth, pulled by held forces; activation is "
                    f"{self.system.activation} and pull {self.system.pull}"
                )
            kind = np.complex128 if np.iscomplexobj(value) else self._real
            found[at] = padded(value, size, axis=1).astype(kind)
        return found


def _messages(lost: Any) -> dict[int, str]:
    return {int(k): f"the network still moves after {MOST_SWEEPS} sweeps" for k in np.flatnonzero(lost)}


def _joined(rest: Rest) -> FloatArray:
    """Return the states of all layers side by side, (..., batch, units)."""
    return np.concatenate([np.asarray(each) for each in rest.states], axis=-1)


@partial(jax.jit, static_argnums=0)
def _driven(motion: Motion, features: jax.Array, layers: list[Layer]) -> jax.Array:
    return motion.driven(features, layers)


@partial(jax.jit, static_argnums=0)
def _free(motion: Motion, drive: jax.Array, layers: list[Layer], still: Any) -> Rest:
    return motion.free(drive, layers, still)


@partial(jax.jit, static_argnums=0)
def _nudged(
    motion: Motion, start: list[jax.Array], drive: jax.Array, layers: list[Layer], pulls: Pulls, still: Any
) -> Rest:
    return motion.nudged(start, drive, layers, pulls, still)


@partial(jax.jit, static_argnums=0)
def _adjoint(motion: Motion, states: list[jax.Array], slopes: jax.Array, layers: list[Layer], still: Any) -> Rest:
    return motion.adjoint(states, slopes, layers, still)


@partial(jax.jit, static_argnums=0)
def _scored(motion: Motion, features: jax.Array, layers: list[Layer], still: Any) -> tuple[jax.Array, jax.Array]:
    """Return free scores of chunks of samples, (chunks, samples, outputs), and last moves, (chunks, samples)."""

    def chunk(x: jax.Array) -> tuple[jax.Array, jax.Array]:
        found = motion.free(motion.driven(x, layers)[None], layers[1:], still)
        return found.states[-1][0], found.moved[0]

    scored: tuple[jax.Array, jax.Array] = jax.lax.map(chunk, features)
    return scored
