"""What are many trees, and their slopes, at many points? Compiled once a structure, whatever numbers stand in it.

A law is a tree whose names are the numbers of its controls, "0", "1" ...: voltages, of which it is a function.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ebana_like.expressions.evaluate import array
from ebana_like.expressions.tree import Call, Name, Number, Tree

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

SIZES = (1, 16, 128, 1024)
"""Points are filled up to the next of these, as every number of them is compiled anew."""

MOST_COMPILED = 64

_SHAPING = frozenset({"pwl", "table"})
"""Functions whose numbers are part of a structure."""

_POWERS = frozenset({"power of magnitude", "signed power", "whole power", "**"})
"""Functions of whose two arguments the second, where it is a number, is part of a structure."""


@dataclass(frozen=True, eq=False)
class _Alike:
    """Laws of one structure.

    structure: with names "#0", "#1" ... for numbers. elements: which laws these are, (n,).
    controls: where theirs stand among all, (controls, n). constants: their numbers, (numbers, n).
    """

    structure: Tree
    elements: IntArray
    controls: IntArray
    constants: FloatArray


class Laws:
    """Trees, and how many controls each has."""

    def __init__(self, trees: Sequence[Tree], controls: Sequence[int]) -> None:
        self.trees = tuple(trees)
        self.controls = tuple(controls)

    @cached_property
    def _alike(self) -> tuple[_Alike, ...]:
        first = np.cumsum([0, *self.controls])
        found: dict[Tree, list[tuple[int, list[float]]]] = {}
        for k, tree in enumerate(self.trees):
            constants: list[float] = []
            found.setdefault(_structure(tree, constants), []).append((k, constants))
        groups = []
        for structure, members in found.items():
            elements = np.array([k for k, _ in members], dtype=np.intp)
            count = self.controls[members[0][0]]
            constants_ = np.array([numbers for _, numbers in members], dtype=float).reshape(len(members), -1).T
            groups.append(_Alike(structure, elements, first[elements] + np.arange(count)[:, None], constants_))
        return tuple(groups)

    def at(self, controls: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the values, (points, n), and slopes by each control, (points, all controls).

        controls: of all laws one after the other, (points, all controls). What has no value is nan.
        """
        import jax  # half a second that circuits without such laws do not need

        points = len(controls)
        size = next((size for size in SIZES if size >= points), points)
        filled = controls if size == points else np.concatenate([controls, np.repeat(controls[-1:], size - points, 0)])
        values, slopes = np.zeros((points, len(self.trees))), np.zeros((points, sum(self.controls)))
        if not points or not self.trees:
            return values, slopes
        with jax.enable_x64(True):
            found = _compiled(tuple((group.structure, len(group.controls)) for group in self._alike))(
                [filled[:, group.controls] for group in self._alike], [group.constants for group in self._alike]
            )
        for group, (value, slope) in zip(self._alike, found, strict=True):
            values[:, group.elements] = np.asarray(value)[:points]
            slopes[:, group.controls] = np.asarray(slope)[:points]
        return values, slopes


def _structure(tree: Tree, constants: list[float]) -> Tree:
    """Return a tree with names for its numbers, which are added to the constants."""
    if isinstance(tree, Number):
        constants.append(tree.value)
        return Name(f"#{len(constants) - 1}")
    if not isinstance(tree, Call):
        return tree
    if tree.function in _SHAPING:
        at, *points = tree.arguments
        return Call(tree.function, (_structure(at, constants), *points))
    if tree.function in _POWERS and isinstance(tree.arguments[1], Number):
        return Call(tree.function, (_structure(tree.arguments[0], constants), tree.arguments[1]))
    return Call(tree.function, tuple(_structure(argument, constants) for argument in tree.arguments))


@lru_cache(maxsize=MOST_COMPILED)
def _compiled(structures: tuple[tuple[Tree, int], ...]) -> Any:
    """Return what computes values (points, n) and slopes (points, controls, n) of laws of these structures.

    It takes controls (points, controls, n) and constants (numbers, n) of each.
    """
    import jax
    import jax.numpy as jnp

    def one(structure: Tree, count: int, controls: Any, constants: Any) -> tuple[Any, Any]:
        shape = controls.shape[0], controls.shape[2]

        def law(*each: Any) -> Any:
            def leaf(name: Any) -> Any:
                number = name.name
                return constants[int(number[1:])] if number[0] == "#" else each[int(number)]

            return jnp.broadcast_to(array(structure, leaf, jnp), shape) + 0.0

        each = tuple(controls[:, k] for k in range(count))
        zeros = tuple(jnp.zeros_like(control) for control in each)
        slopes = []
        for k in range(count):
            direction = (*zeros[:k], jnp.ones(shape), *zeros[k + 1 :])
            slopes.append(jax.jvp(law, each, direction)[1])
        return law(*each), jnp.stack(slopes, axis=1) if slopes else jnp.zeros((shape[0], 0, shape[1]))

    @jax.jit
    def every(controls: Any, constants: Any) -> Any:
        return [one(*structure, c, n) for structure, c, n in zip(structures, controls, constants, strict=True)]

    return every
