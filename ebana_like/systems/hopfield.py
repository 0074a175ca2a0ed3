"""How does a Hopfield network learn? Layers of units that settle in one energy, weights from layer to layer.

    E(s; W, b, x) = sum over units K(s) - sum over layers [s_(l-1)' W_l s_l + b_l' s_l],  s_0 = x,  K' = rho^-1

is stationary where s_l = rho(W_l s_(l-1) + W_(l+1)' s_(l+1) + b_l). With rho(u) = u between 0 and 1 and clipped there,
K(s) is s^2 / 2, and this is the network of the thesis (section 3.2), whose states are held between 0 and 1. Every
weight learns from the two units that it joins, dE/dW = -s s', and every bias from its own, -s.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from ebana_like.checks import require_number
from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray, Signal
from ebana_like.errors import SettingError
from ebana_like.limits import require_at_most
from ebana_like.netlist import Netlist, write_netlist
from ebana_like.networks.hopfield import ACTIVATIONS, hopfield_circuit
from ebana_like.systems.layered import LARGEST, Layered
from ebana_like.systems.pulls import Way
from ebana_like.systems.settled import Settled
from ebana_like.values import Parameter, Values

if TYPE_CHECKING:
    from ebana_like.systems.joints import Dense

WRITTEN = 5000
"""Weights up to which a run folder holds the network as a circuit too."""


@dataclass(frozen=True, eq=False)
class Hopfield(Layered):
    """A layered Hopfield network; see `System`.

    sizes: of the layers, inputs first and outputs last: (784, 500, 10).
    activation: rho; "clip" as in the thesis, "logistic" or "tanh", which are smooth.
    pull: how outputs are nudged. "current": forces -beta dC/ds held at the free scores; "switch": springs to the
        targets, of stiffness beta, whose force follows the nudged score (clip only); "clamped": outputs held at a share
        beta of the way, with all of it contrastive Hebbian learning.
    seed: of the first weights, uniform within spread sqrt(6 / (rows + columns)) (Glorot); biases are 0.
    largest: that a weight or bias can be.
    vector_field: whether weights back from a layer to the one before are values of their own, which begin as those up
        and learn by themselves (Scellier et al. 2018): there is no energy then.

    Raises SettingError for sizes or names that are none.
    """

    sizes: tuple[int, ...]
    activation: str = "clip"
    pull: Way = "current"
    seed: int = 0
    spread: float = 1.0
    largest: float = LARGEST
    vector_field: bool = False
    parameters: Mapping[str, Parameter] = field(init=False)

    def __post_init__(self) -> None:
        if len(self.sizes) < 3:
            raise SettingError(
                f"a Hopfield network has inputs, hidden units and outputs; {self.sizes} are too few sizes"
            )
        for size in self.sizes:
            require_number("a layer's size", size, whole=True, low=1)
        require_at_most(
            "elements", sum(a * b for a, b in self.shapes), f"the sizes {self.sizes} ask for too many weights"
        )
        if self.activation not in ACTIVATIONS:
            raise SettingError(f"activation is {self.activation!r}; choose one of {', '.join(ACTIVATIONS)}")
        if self.pull == "switch" and self.activation != "clip":
            raise SettingError("springs pull units that are clipped; pull smooth ones by --nudging current or clamped")
        object.__setattr__(self, "parameters", self.begun(self.seed, self.spread, self.largest))

    @property
    def line(self) -> str:
        return "-".join(map(str, self.sizes))

    @property
    def shapes(self) -> tuple[tuple[int, int], ...]:
        """Of the weights, (units, units of the layer before) for every layer but the inputs."""
        return tuple(zip(self.sizes[1:], self.sizes, strict=False))

    @property
    def units(self) -> tuple[int, ...]:
        return self.sizes[1:]

    @property
    def joints(self) -> "tuple[Dense, ...]":
        from ebana_like.systems.joints import BothWays, Dense  # with JAX, which naming a network does not need

        behind = BothWays() if self.vector_field else Dense()
        return (Dense(), *[behind] * (len(self.units) - 1))

    @property
    def features(self) -> int:
        return self.sizes[0]

    @property
    def outputs(self) -> int:
        return self.sizes[-1]

    @property
    def holomorphic(self) -> bool:
        """Whether states go on into the complex plane, as nudging factors may."""
        return self.activation != "clip" and self.pull == "current"

    def adjoint_signals(self, points: Settled, adjoint: FloatArray, currents: FloatArray) -> dict[str, Signal]:
        """Return the mean over samples of dC/dtheta, lambda' d(dE/ds)/dtheta, by address.

        adjoint: lambda, (batch, units), as `HopfieldEngine.adjoint` returns it for forces (batch, outputs).
        """
        mirrored, signs = _mirrored(points, adjoint)
        free = np.broadcast_to(points.states[:1], mirrored.states.shape)
        return self.told(mirrored, signs, free if self.vector_field else None)

    def adjoint_input_signal(self, points: Settled, adjoint: FloatArray, currents: FloatArray) -> FloatArray:
        """Return dC/dx of each sample, (batch, features)."""
        return self.input_signal(*_mirrored(points, adjoint))

    def input_signal(self, points: Settled, coefficients: FloatArray) -> FloatArray:
        weight, _ = self.matrices(points.values)[0]
        moved = np.einsum("pb,pbk->bk", coefficients, points.states[..., self.parts[0]])
        return np.asarray(-moved.real @ weight)

    def circuit(self, values: Values) -> Circuit:
        """Return the network as a circuit of amplifiers, whose node voltages are the units' states; see `networks`."""
        return hopfield_circuit(self.matrices(values), self.activation)

    def files(self, values: Values) -> dict[str, bytes]:
        """Return what a run folder holds of it: the weights, and where they are few, the circuit."""
        found = super().files(values)
        if sum(a * b for a, b in self.shapes) <= WRITTEN:
            found["netlist.cir"] = write_netlist(Netlist(self.circuit(values))).encode()
        return found


def _mirrored(points: Settled, adjoint: FloatArray) -> tuple[Settled, FloatArray]:
    """Return made-up phases s + lambda/2 and s - lambda/2 and their coefficients: the energy is of degree two in what
    weights join, so that the difference of its derivatives between them is lambda' d(dE/ds)/dtheta, to rounding.
    """
    free = points.states[0]
    signs = np.array([1.0, -1.0])
    states = free + signs[:, None, None] * adjoint / 2
    return replace(points, states=states), np.repeat(signs[:, None], len(free), axis=1)
