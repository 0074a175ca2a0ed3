"""How does a Hopfield network move? To rest, or for so many steps of all units at once."""

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
from jax import Array, lax

from ebana_like.simulators.hopfield.settle import SLOPE, Pulls, Rest, Weights, adjoint_sweep, settle, settle_adjoint
from ebana_like.simulators.hopfield.steps import stepped


@dataclass(frozen=True)
class Motion:
    """What the engine asks, as it is compiled.

    activation: by its name. steps: of the free and of the nudged phase in discrete time, whose end is taken for rest;
    None for sweeps until nothing moves.
    """

    activation: str
    steps: tuple[int, int] | None = None

    def free(self, drive: Array, layers: Weights, still: Any) -> Rest:
        """Return where states (1, batch, units) come from zero. drive: (1, batch, units). layers: behind the first."""
        sizes = [drive.shape[-1], *(len(layer[1]) for layer in layers)]
        start = [jnp.zeros((*drive.shape[:-1], size), drive.dtype) for size in sizes]
        return self._moved(0, start, drive, layers, None, still)

    def nudged(self, start: list[Array], drive: Array, layers: Weights, pulls: Pulls, still: Any) -> Rest:
        """Return where states (phases, batch, units) come from the free ones."""
        return self._moved(1, start, drive, layers, pulls, still)

    def _moved(
        self, phase: int, start: list[Array], drive: Array, layers: Weights, pulls: Pulls | None, still: Any
    ) -> Rest:
        if self.steps is None:
            return settle(start, drive, layers, pulls, still, self.activation)
        return stepped(start, drive, layers, pulls, self.steps[phase], self.activation)

    def adjoint(self, states: list[Array], slopes: Array, layers: Weights, still: Any) -> Rest:
        """Return lambda; see `settle_adjoint`. After as many steps as a nudged phase has it is that of backpropagation
        through so many steps, truncated."""
        if self.steps is None:
            return settle_adjoint(states, slopes, layers, still, self.activation)
        gains = [SLOPE[self.activation](each) for each in states]
        zeros = [jnp.zeros_like(each) for each in states]
        found: list[Array] = lax.fori_loop(
            0, self.steps[1], lambda _, old: adjoint_sweep(old, gains, slopes, layers, 1.0, at_once=True), zeros
        )
        return Rest(found, jnp.zeros(slopes.shape[:-1], slopes.dtype), jnp.asarray(self.steps[1]))
