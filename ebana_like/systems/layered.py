"""What have networks of layers, whose units settle in one energy, in common? Their values, their units, what pulls."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors.numpy import save

from ebana_like.elements import FloatArray, Signal
from ebana_like.nudges.nudge import Slope
from ebana_like.nudges.ways.clamped import Clamped
from ebana_like.systems.pulls import Clamps, Drawn, Springs, Way
from ebana_like.systems.settled import HeldForces, Settled
from ebana_like.values import Parameter, Range, Values, address

if TYPE_CHECKING:
    from ebana_like.systems.joints import Joint

LARGEST = 4.0
"""Of weights and biases, as of anything that is built."""

WEIGHTS = "weights.safetensors"
"""File of a run folder that holds the values."""


class Layered(ABC):
    """A network of layers, inputs not among them; see `System`.

    activation: of units. pull: how outputs are nudged. vector_field: whether weights back are values of their own. See
    `Hopfield`.
    """

    activation: str
    pull: Way
    vector_field: bool = False
    parameters: Mapping[str, Parameter]

    @property
    @abstractmethod
    def features(self) -> int:
        """How many inputs there are."""

    @property
    @abstractmethod
    def holomorphic(self) -> bool:
        """Whether states go on into the complex plane, as nudging factors may."""

    @property
    @abstractmethod
    def line(self) -> str:
        """Its sizes in a line, inputs first: 784-500-10."""

    @property
    @abstractmethod
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """Of the weights, layer by layer; as many biases as the first number says."""

    @property
    @abstractmethod
    def units(self) -> tuple[int, ...]:
        """How many each layer has."""

    @property
    @abstractmethod
    def joints(self) -> "tuple[Joint, ...]":
        """How each layer hears the one below."""

    def begun(self, seed: int, spread: float, largest: float) -> dict[str, Parameter]:
        """Return first values: weights uniform within spread sqrt(6 / (heard + told)) (Glorot), biases 0."""
        rng, limits, found = np.random.default_rng(seed), Range(-largest, largest), {}
        for names, shape in zip(self.addresses, self.shapes, strict=True):
            ends = np.prod(shape[1:]) + shape[0] * np.prod(shape[2:])
            reach = min(spread * np.sqrt(6 / ends), largest)
            weights = rng.uniform(-reach, reach, shape)
            for at, value in zip(names, (weights, np.zeros(shape[0]), weights.T), strict=False):
                found[at] = Parameter(value.ravel(), "", limits)
        return found

    @property
    def clamps(self) -> bool:
        """Whether outputs are held where the nudging factor says, 1 at their targets."""
        return self.pull == "clamped"

    @property
    def departure(self) -> str:
        """Why pulled states do not differ by the cost's gradient; empty where they do."""
        back = "weights back are not those up, and a vector field has no energy" if self.vector_field else ""
        return "; ".join(filter(None, (Clamped.departure if self.clamps else "", back)))

    def refusal(self) -> str:
        return ""

    @cached_property
    def addresses(self) -> tuple[tuple[str, ...], ...]:
        """Addresses of what `matrices` returns."""
        layers = range(1, len(self.shapes) + 1)
        names = [("weight", "bias", "back")[: 3 if self.vector_field and k > 1 else 2] for k in layers]
        return tuple(tuple(address(f"layer{k}", each) for each in own) for k, own in zip(layers, names, strict=True))

    def matrices(self, values: Values) -> list[tuple[FloatArray, ...]]:
        """Return weights as `shapes` says, biases (units,) and in a vector field, but for the first layer, weights back
        (units before, units), layer by layer."""
        found = []
        for names, shape in zip(self.addresses, self.shapes, strict=True):
            shapes = shape, shape[:1], shape[::-1]
            found.append(tuple(values[at].reshape(each) for at, each in zip(names, shapes, strict=False)))
        return found

    @cached_property
    def parts(self) -> list[slice]:
        """Where each layer's units stand among all, (units,)."""
        ends = np.cumsum((0, *self.units)).tolist()
        return [slice(*pair) for pair in pairwise(ends)]

    def scores(self, states: FloatArray) -> FloatArray:
        return states[..., self.parts[-1]].real

    def drawn(self, cost: Slope) -> Drawn:
        """Return how its outputs are drawn to targets; see `ebana_like.simulators.descent.Draws`."""
        return Drawn(cost, self.pull)

    def nudging(self, cost: Slope, targets: FloatArray, betas: FloatArray) -> HeldForces | Springs | Clamps:
        return self.drawn(cost).nudging(targets, betas)

    def signals(self, points: Settled, coefficients: FloatArray) -> dict[str, Signal]:
        return self.told(points, coefficients)

    def upward_signals(self, points: Settled, coefficients: FloatArray) -> dict[str, Signal]:
        """Return the signals were the unit that each weight leads from free in every phase; see `GeneRec`."""
        return self.told(points, coefficients, np.broadcast_to(points.states[:1], points.states.shape))

    def told(
        self,
        points: Settled,
        coefficients: FloatArray,
        heard: FloatArray | None = None,
        change: FloatArray | None = None,
    ) -> dict[str, Signal]:
        """Return what `joints.gradients` says of points. heard: states that weights lead up from, as those of points.
        change: of free states, (batch, units), along which the gradients' own change is asked."""
        import jax

        from ebana_like.systems.joints import along, gradients

        usable = points.usable
        factors: Any = np.where(usable, coefficients, 0.0) / max(int(usable.sum()), 1)
        x: Any = np.where(usable[:, None], points.features, 0.0)

        def layers(states: FloatArray) -> list[Any]:
            known = np.where(usable[:, None], states, 0.0)
            return [known[..., part] for part in self.parts]

        given = self.joints, self.matrices(points.values)
        with jax.enable_x64(True):
            if change is not None:
                found = along(*given, layers(points.states[:1]), layers(change[None]), factors, x)
            else:
                found = gradients(*given, layers(points.states), factors, x, heard if heard is None else layers(heard))
        layer_by_layer = zip(self.addresses, found, strict=True)
        each_value = (pair for names, own in layer_by_layer for pair in zip(names, own, strict=True))
        return {at: np.asarray(value).real.ravel() for at, value in each_value}

    def weights(self) -> dict[str, FloatArray]:
        """Return how much every layer's energy weighs: 1."""
        return {f"layer{layer}": np.ones(1) for layer in range(1, len(self.shapes) + 1)}

    def files(self, values: Values) -> dict[str, bytes]:
        """Return what a run folder holds of it, by name: the weights and biases."""
        return {WEIGHTS: save({name: np.ascontiguousarray(value) for name, value in sorted(values.items())})}
