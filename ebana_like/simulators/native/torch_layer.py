"""How is a circuit a layer of a torch model? One autograd function around `circuit_function`; imports torch.

    layer = CircuitLayer(circuit)      # its conductances are parameters
    scores = layer(features)           # (batch, features), volts, to (batch, outputs), volts

Torch does not keep conductances within the range their devices can hold: call `layer.clamp()` after every step.
"""

from typing import Any

import jax
import numpy as np
import torch

from ebana_like.circuit import Circuit
from ebana_like.errors import SettingError
from ebana_like.simulators.native.function import CircuitFunction, circuit_function
from ebana_like.simulators.native.runtime import doubles


class CircuitLayer(torch.nn.Module):
    """A circuit whose conductances, relative to the range of their bank, are parameters named as their banks are."""

    def __init__(self, circuit: Circuit) -> None:
        """Raise SettingError where a bank has no range that its conductances could be relative to."""
        super().__init__()
        for bank in circuit.trainable:
            if not np.isfinite(bank.high):
                raise SettingError(f'bank "{bank.name}" has no largest conductance; give it one with high=')
        self.circuit = circuit
        self._function = circuit_function(circuit)
        self.shares = torch.nn.ParameterDict(
            {
                bank.name: torch.nn.Parameter(torch.from_numpy((bank.conductance - bank.low) / (bank.high - bank.low)))
                for bank in circuit.trainable
            }
        )

    def conductances(self) -> dict[str, torch.Tensor]:
        """Return the conductances by bank, (n,), siemens."""
        return {
            bank.name: bank.low + (bank.high - bank.low) * self.shares[bank.name] for bank in self.circuit.trainable
        }

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Return the scores, (batch, outputs), volts."""
        conductances = self.conductances()
        found: torch.Tensor = _Scores.apply(self._function, tuple(conductances), features, *conductances.values())
        return found

    @torch.no_grad()
    def clamp(self) -> None:
        """Bring every conductance back into its range."""
        for share in self.shares.values():
            share.clamp_(0, 1)


class _Scores(torch.autograd.Function):
    """Scores in doubles, with the adjoint as their backward pass."""

    @staticmethod
    def forward(
        ctx: Any, function: CircuitFunction, names: tuple[str, ...], features: torch.Tensor, *values: torch.Tensor
    ) -> torch.Tensor:
        given = {name: _array(value) for name, value in zip(names, values, strict=True)}
        with doubles():
            scores, ctx.pull_back = jax.vjp(function, given, _array(features))
        ctx.names, ctx.like = names, (features, *values)
        return torch.from_numpy(np.array(scores)).to(features)

    @staticmethod
    def backward(ctx: Any, slopes: torch.Tensor) -> Any:
        with doubles():
            by_bank, by_feature = ctx.pull_back(_array(slopes))
        found = (by_feature, *(by_bank[name] for name in ctx.names))
        return None, None, *(torch.from_numpy(np.array(x)).to(like) for x, like in zip(found, ctx.like, strict=True))


def _array(tensor: torch.Tensor) -> Any:
    return tensor.detach().cpu().double().numpy()
