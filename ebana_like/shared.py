"""Which values do elements of several banks follow? Those with a name of their own, as `.param` lines give them.

A quantity q of an element is a formula of shared values; dC/dvalue = sum over elements of dC/dq dq/dvalue.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from ebana_like.expressions import Leaf, Name, Tree, array, by_name, evaluate, names
from ebana_like.values import SHARED, FloatArray, Parameter, Values

PREFIX = f"{SHARED}."
"""How the addresses of shared values begin, as in "param.pos"."""


@dataclass(frozen=True, eq=False)
class Shared:
    """Values of their own, and what follows from them.

    parameters: by address, of one value each, (1,).
    formulas: by the address of a bank's quantity, one for each of its elements; the names in them are those of values.

    Raises ValueError where a formula has a name that is none of them.
    """

    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    formulas: Mapping[str, tuple[Tree, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = {at.removeprefix(PREFIX) for at in self.parameters}
        for at, trees in self.formulas.items():
            for name in frozenset().union(*map(names, trees)) - known:
                raise ValueError(f'the formula of {at} asks for "{name}", which is no shared value')

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what is compiled, which each process compiles for itself."""
        return {name: each for name, each in self.__dict__.items() if name != "_pulled"}

    def own(self, given: Values) -> dict[str, FloatArray]:
        """Return the shared values, (1,) by address: those given, else as they are."""
        return {at: np.asarray(given.get(at, each.value), dtype=float) for at, each in self.parameters.items()}

    def with_values(self, given: Values) -> "Shared":
        """Return the same with the values that are given for some of them."""
        if not self.parameters.keys() & given.keys():
            return self
        own = self.own(given)
        return replace(self, parameters={at: replace(each, value=own[at]) for at, each in self.parameters.items()})

    def followed(self, own: Values) -> dict[str, FloatArray]:
        """Return the quantities that follow from shared values, (n,) by address.

        Raises ValueError where a formula has no finite value there.
        """
        leaf = by_name(lambda name: float(own[PREFIX + name][0]))
        return {at: np.array([evaluate(tree, leaf) for tree in trees]) for at, trees in self.formulas.items()}

    def pulled_back(self, slopes: Mapping[str, FloatArray], own: Values) -> dict[str, FloatArray]:
        """Return derivatives by shared values, (1,) by address, given those by what follows from them, (n,) by address.

        own: the shared values at which the slopes were taken.
        """
        found = self._pulled([float(own[at][0]) for at in self.parameters], slopes)
        return {at: np.array([slope]) for at, slope in zip(self.parameters, found, strict=True)}

    @cached_property
    def _pulled(self) -> Callable[[list[float], Mapping[str, FloatArray]], FloatArray]:
        import jax  # half a second that circuits without shared values do not need
        import jax.numpy as jnp

        order = [at.removeprefix(PREFIX) for at in self.parameters]

        def follow(values: Any) -> list[Any]:
            def leaf(found: Leaf) -> Any:
                assert isinstance(found, Name)
                return values[order.index(found.name)]

            of = [[array(tree, leaf, jnp) for tree in trees] for trees in self.formulas.values()]
            return [jnp.stack([jnp.asarray(each, float) for each in trees]) for trees in of]

        compiled = jax.jit(jax.jacfwd(follow))

        def pulled(values: list[float], slopes: Mapping[str, FloatArray]) -> FloatArray:
            with jax.enable_x64(True):
                parts = compiled(jnp.asarray(values, float))
                total = sum(
                    np.asarray(slopes[at]) @ np.asarray(part) for at, part in zip(self.formulas, parts, strict=True)
                )
            return np.asarray(total, float)

        return pulled


NOTHING_SHARED = Shared()
"""Every quantity has its own value."""
