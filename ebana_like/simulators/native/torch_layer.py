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
from ebana_like.values import parts


class CircuitLayer(torch.nn.Module):
    """A circuit whose conductances, relative to the range of their bank, are parameters named as their banks are."""

    def __init__(self, circuit: Circuit) -> None:
        """Raise SettingError where a bank has no range that its conductances could be relative to."""
        super().__init__()
        for address, parameter in circuit.parameters.items():
            if not np.isfinite(parameter.high):
                raise SettingError(f"{address} has no largest value; give it a range that ends")
        self.circuit = circuit
        self._function = circuit_function(circuit)
        self.shares = torch.nn.ParameterDict(
            {
                parts(address)[0]: torch.nn.Parameter(torch.from_numpy((each.value - each.low) / each.span))
                for address, each in circuit.parameters.items()
            }
        )

    def values(self) -> dict[str, torch.Tensor]:
        """Return the conductances by address, (n,), siemens."""
        return {
            address: each.low + each.span * self.shares[parts(address)[0]]
            for address, each in self.circuit.parameters.items()
        }

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Return the scores, (batch, outputs), volts."""
        values = self.values()
        found: torch.Tensor = _Scores.apply(self._function, tuple(values), features, *values.values())
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
            by_address, by_feature = ctx.pull_back(_array(slopes))
        found = (by_feature, *(by_address[name] for name in ctx.names))
        return None, None, *(torch.from_numpy(np.array(x)).to(like) for x, like in zip(found, ctx.like, strict=True))


def _array(tensor: torch.Tensor) -> Any:
    return tensor.detach().cpu().double().numpy()
