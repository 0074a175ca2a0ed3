"""How does a Hopfield network move? To rest, or for so many steps of all units at once."""

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
from jax import Array, lax

from ebana_like.simulators.hopfield.settle import Pulls, Rest, adjoint_sweep, settle, settle_adjoint
from ebana_like.simulators.hopfield.steps import stepped
from ebana_like.systems.joints import Joint, Layers


@dataclass(frozen=True)
class Motion:
    """What the engine asks, as it is compiled.

    joints: from the inputs up. units: of each layer. activation: by its name. steps: of the free and of the
    nudged phase in discrete time, whose end is taken for rest; None, or no free ones, for sweeps until nothing moves.
    """

    joints: tuple[Joint, ...]
    units: tuple[int, ...]
    activation: str
    steps: tuple[int, int] | None = None

    def driven(self, features: Array, layers: Layers) -> Array:
        """Return what inputs contribute to the first layer, (batch, units)."""
        return self.joints[0].up(layers[0], features)

    def free(self, drive: Array, layers: Layers, still: Any) -> Rest:
        """Return where states (1, batch, units) come from zero. drive: (1, batch, units). layers: behind the first."""
        start = [jnp.zeros((*drive.shape[:-1], size), drive.dtype) for size in self.units]
        return self._moved(0, start, drive, layers, None, still)

    def nudged(self, start: list[Array], drive: Array, layers: Layers, pulls: Pulls, still: Any) -> Rest:
        """Return where states (phases, batch, units) come from the free ones."""
        return self._moved(1, start, drive, layers, pulls, still)

    def _moved(
        self, phase: int, start: list[Array], drive: Array, layers: Layers, pulls: Pulls | None, still: Any
    ) -> Rest:
        if self.steps is None or not self.steps[phase]:
            return settle(self.joints[1:], start, drive, layers, pulls, still, self.activation)
        return stepped(self.joints[1:], start, drive, layers, pulls, self.steps[phase], still, self.activation)

    def adjoint(self, states: list[Array], slopes: Array, layers: Layers, still: Any) -> Rest:
        """Return lambda; see `settle_adjoint`. After as many steps as a nudged phase has it is that of backpropagation
        through so many steps, truncated."""
        given = self.joints[1:], states, slopes, layers
        if self.steps is None:
            return settle_adjoint(*given, still, self.activation)
        sweep = adjoint_sweep(*given, self.activation, at_once=True)
        zeros = [jnp.zeros_like(each) for each in states]
        found: list[Array] = lax.fori_loop(0, self.steps[1], lambda _, old: sweep(old, 1.0), zeros)
        return Rest(found, jnp.zeros(slopes.shape[:-1], slopes.dtype), jnp.asarray(self.steps[1]))
