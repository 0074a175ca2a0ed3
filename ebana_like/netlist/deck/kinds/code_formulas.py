"""What is a formula of a code model? A tree of what comes in by its ports, and of its parameters' numbers."""

from collections.abc import Mapping
from dataclasses import dataclass

from ebana_like.expressions import Call, Name, Number, Tree, fold, parse

_HELPERS = {
    "smooth": (
        ("z", "range"),
        "(min(max(z,0-range),range)+range)*(min(max(z,0-range),range)+range)/(4*range)+max(z-range,0)",
    ),
    "limited": (
        ("x", "low", "high", "range"),
        "x<low+range ? low+smooth(x-low,range) : (x>high-range ? high-smooth(high-x,range) : x)",
    ),
    "side": (
        ("v", "edge", "goff", "gon", "most", "range"),
        "v<edge ? v*goff : (v<edge+range ? (v-edge)*(v-edge)*(gon-goff)/(2*range)+v*goff : (most<1e29"
        " ? (most-turned(edge,goff,gon,range))*tanh(gon/most*(v-edge-range))+turned(edge,goff,gon,range)"
        " : edge*goff+(v-edge)*gon))",
    ),
    "turned": (("edge", "goff", "gon", "range"), "(edge+range)*goff+range*(gon-goff)/2"),
}
"""Functions of the formulas. smooth: none below zero, z above, and a parabola between -range and range. side: a current
that bends at an edge from one conductance to another, and there towards the most."""


@dataclass(frozen=True)
class Given:
    """What a model's formula is of.

    ports: what comes in by each port, of which some have many lines. lists: the parameters, each with its numbers.
    """

    ports: Mapping[str, tuple[Tree, ...]]
    lists: Mapping[str, tuple[float, ...]]

    def __getitem__(self, parameter: str) -> float:
        return self.lists[parameter][0]

    def each(self, parameter: str, count: int) -> tuple[float, ...]:
        """Return one number for each of the lines of a port. Raises ValueError where there are too few."""
        numbers = self.lists[parameter]
        if len(numbers) not in (1, count):
            raise ValueError(f"{parameter} has {len(numbers)} numbers; expected {count}, one a line of the port")
        return numbers if len(numbers) == count else numbers * count

    def law(self, formula: str, **further: Tree) -> Tree:
        """Return the tree of a formula of ports, of parameters with one number, and of further names."""
        known = {**further, **{port: lines[0] for port, lines in self.ports.items() if len(lines) == 1}}

        def meant(leaf: object) -> Tree | None:
            assert isinstance(leaf, Name)
            return known.get(leaf.name) or Number(self[leaf.name])

        return _plain(fold(parse(formula, _helper, behaviour=True), meant))


def _helper(name: str, arguments: tuple[Tree, ...]) -> Tree | None:
    if name not in _HELPERS:
        return None
    names, body = _HELPERS[name]
    given = dict(zip(names, arguments, strict=True))
    return fold(parse(body, _helper, behaviour=True), lambda leaf: given.get(leaf.name))  # type: ignore[union-attr]


def _plain(tree: Tree) -> Tree:
    """Return a tree without zeros in sums and ones in products."""
    if not isinstance(tree, Call):
        return tree
    arguments = tuple(map(_plain, tree.arguments))
    kept = tuple(argument for argument in arguments if argument != _NEUTRAL.get(tree.function))
    return kept[0] if len(kept) == 1 and len(arguments) > 1 else Call(tree.function, kept or arguments)


_NEUTRAL = {"+": Number(0.0), "*": Number(1.0)}
