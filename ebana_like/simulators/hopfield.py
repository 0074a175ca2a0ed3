"""Where does a Hopfield network settle? Each layer in turn is put at its minimum, until nothing moves.

No weight joins two units of one layer, so that s_l = rho(W_l s_(l-1) + W_(l+1)' s_(l+1) + b_l) is a layer's exact
minimum: every sweep lowers the energy, and ends where small steps of ds/dt = -dE/ds end. Batches and phases are settled
together, in JAX, on the CPU or a GPU; what the inputs contribute is computed once a batch.
"""

import time
from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import Any, Self

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from ebana_like.elements import FloatArray
from ebana_like.errors import SettingError
from ebana_like.simulators.native.runtime import doubles, padded, padded_size
from ebana_like.systems import Seconds
from ebana_like.systems.hopfield import Hopfield
from ebana_like.systems.pulls import Clamps, Springs
from ebana_like.systems.settled import HeldForces, Settled
from ebana_like.values import Values

MOST_SWEEPS = 2000
"""After which a state that still moves is given up."""

STILL = {False: 1e-13, True: 3e-7}
"""Largest move of any unit in a sweep that is none, in double and in single precision."""

ACTIVATION: dict[str, Callable[[Any], Any]] = {
    "clip": lambda u: jnp.clip(u, 0, 1),
    "logistic": lambda u: 1 / (1 + jnp.exp(2 - 4 * u)),
    "tanh": jnp.tanh,
}


class HopfieldEngine:
    """Settles a Hopfield network; see `Engine`.

    single: in single precision, half the memory and on a GPU many times as fast; gradients are then good to 1e-3 where
        nudging factors are a tenth or more.
    """

    reduced = False

    def __init__(self, system: Hopfield, single: bool = False) -> None:
        self.system = system
        self.single = single

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def forget(self) -> None:
        """Every batch starts at zero: there is nothing to forget."""

    def solve(self, values: Values, features: FloatArray, nudging: Any = None) -> Settled:
        """Return where a batch settles, freely and in each phase of a nudging; see `Engine`.

        Raises SettingError for features of another count, and complex nudging factors where the network is not smooth.
        """
        began, system = time.perf_counter(), self.system
        features = np.asarray(features, dtype=float)
        if features.ndim != 2 or features.shape[1] != system.features:
            raise SettingError(f"the features have shape {features.shape}; give (batch, {system.features})")
        values = {at: np.asarray(values.get(at, each.value)) for at, each in system.parameters.items()}
        real = np.float32 if self.single else np.float64
        batch, size = len(features), padded_size(len(features))
        held = padded(features, size).astype(real)
        layers = [(weight.astype(real), bias.astype(real)) for weight, bias in system.matrices(values)]
        with doubles():
            drive = _driven(held, *layers[0])
            start = [jnp.zeros((1, size, units), real) for units in system.sizes[1:]]
            run = partial(_settled, activation=system.activation, still=STILL[self.single])
            free, moved = run(start, drive[None], layers[1:], _pulls(1, size, system.outputs, real))
            phases, moves = [_joined(free)[:, :batch]], [np.asarray(moved)[:, :batch]]
            if nudging is not None:
                pulls = self._pulled(nudging, system.scores(phases[0][0]).astype(float), size, real)
                kind = np.result_type(*(each.dtype for each in pulls))
                start = [jnp.broadcast_to(each, (nudging.phases, *each.shape[1:])).astype(kind) for each in free]
                nudged, moved = run(start, drive[None], layers[1:], pulls)
                phases.append(_joined(nudged)[:, :batch])
                moves.append(np.asarray(moved)[:, :batch])
        states = np.concatenate(phases)
        states = states.astype(np.complex128 if np.iscomplexobj(states) else np.float64)
        lost = np.concatenate(moves) > STILL[self.single]
        states[lost] = np.nan
        messages = {
            int(k): f"the network still moves after {MOST_SWEEPS} sweeps" for k in np.flatnonzero(lost.any(axis=0))
        }
        seconds = Seconds(solving=time.perf_counter() - began)
        return Settled(system, values, states, features, messages, seconds)

    def _pulled(self, nudging: Any, scores: FloatArray, size: int, real: Any) -> list[Any]:
        """Return what pulls at outputs, each (phases, size, outputs): force, stiffness, place held at, whether held."""
        drives = nudging.drives(scores, slice(0, len(scores)))
        pulls = _pulls(nudging.phases, size, self.system.outputs, real)
        for place, at in enumerate((HeldForces.ADDRESS, Springs.STIFFNESS, Clamps.HELD, Clamps.CLOSED)):
            if at in drives:
                value = np.broadcast_to(drives[at], (nudging.phases, len(scores), self.system.outputs))
                kind = np.complex128 if np.iscomplexobj(value) else real
                pulls[place] = padded(value, size, axis=1).astype(kind)
        if any(map(np.iscomplexobj, pulls)) and not self.system.holomorphic:
            raise SettingError(
                f"complex nudging factors need units that are smooth, pulled by held forces; activation is "
                f"{self.system.activation} and pull {self.system.pull}"
            )
        return pulls


def _pulls(phases: int, size: int, outputs: int, real: Any) -> list[Any]:
    """Return what pulls at outputs where nothing does."""
    return [np.zeros((phases, size, outputs), real) for _ in range(4)]


def _joined(states: list[jax.Array]) -> FloatArray:
    """Return the states of all layers side by side, (phases, batch, units)."""
    return np.concatenate([np.asarray(each) for each in states], axis=-1)


@jax.jit
def _driven(features: jax.Array, weight: jax.Array, bias: jax.Array) -> jax.Array:
    """Return what inputs contribute to the first layer, (batch, units)."""
    return features @ weight.T + bias


@partial(jax.jit, static_argnames=("activation", "still"))
def _settled(
    start: list[jax.Array],
    drive: jax.Array,
    layers: list[tuple[jax.Array, jax.Array]],
    pulls: list[jax.Array],
    activation: str,
    still: float,
) -> tuple[list[jax.Array], jax.Array]:
    """Sweep until no unit moves; the states of each layer (phases, batch, units), and last moves, (phases, batch)."""
    rho = ACTIVATION[activation]
    force, stiffness, place, closed = pulls

    def sweep(states: list[jax.Array]) -> list[jax.Array]:
        found = list(states)
        for layer in range(len(found)):
            sums = drive if layer == 0 else found[layer - 1] @ layers[layer - 1][0].T + layers[layer - 1][1]
            if layer < len(layers):
                found[layer] = rho(sums + found[layer + 1] @ layers[layer][0])
            else:
                found[layer] = jnp.where(closed == 0, rho((sums + force) / (1 + stiffness)), place)
        return found

    def go_on(carried: tuple[int, list[jax.Array], jax.Array]) -> jax.Array:
        count, _, moved = carried
        return (count < MOST_SWEEPS) & (moved > still).any()

    def step(carried: tuple[int, list[jax.Array], jax.Array]) -> tuple[int, list[jax.Array], jax.Array]:
        count, states, _ = carried
        found = sweep(states)
        changes = [jnp.abs(one - other).max(axis=-1) for one, other in zip(found, states, strict=True)]
        return count + 1, found, jnp.stack(changes).max(axis=0)

    never = jnp.full(start[0].shape[:2], jnp.inf, drive.dtype)
    _, states, moved = lax.while_loop(go_on, step, (0, start, never))
    return states, moved
