"""Which elements follow a parameter that is trained? Those whose values name it, by expressions that stay open."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ebana_like.elements import Quantity
from ebana_like.expressions import Name, Tree, fold, names
from ebana_like.expressions.numbers import spice_number
from ebana_like.fitting.chosen import Chosen
from ebana_like.fitting.span import Spans
from ebana_like.netlist.deck import Deck
from ebana_like.netlist.deck.names import Names
from ebana_like.netlist.deck.patch import Places
from ebana_like.shared import PREFIX
from ebana_like.values import Parameter


@dataclass(frozen=True, eq=False)
class Followers:
    """Parameters of a netlist as shared values, and what follows from them.

    parameters: by address. formulas: of elements' quantities, by label and quantity, "" for
    the value; the names in them are those of shared values.
    addresses: of the shared values, by the name of what was chosen.
    """

    parameters: Mapping[str, Parameter]
    formulas: Mapping[tuple[str, str], Tree]
    addresses: Mapping[str, str]


NO_FOLLOWERS = Followers({}, {}, {})
"""No parameter is trained."""


def alike(deck: Deck, wanted: Sequence[Chosen]) -> dict[str, str]:
    """Return the paths of all parameters that one of those wanted stands for, and its path: several where the line of a
    subcircuit gives it."""
    lines = {(deck.parameters[c.parameter], c.parameter.rpartition(".")[2]): c.parameter for c in wanted if c.parameter}
    found = {}
    for path, line in deck.parameters.items():
        chosen = lines.get((line, path.rpartition(".")[2]))
        if chosen is not None:
            found[path] = chosen
    return found


def followers(deck: Deck, places: Places, wanted: Sequence[Chosen], spans: Spans) -> Followers:
    """Return what follows from the parameters that are wanted.

    deck: read with their paths, as of `alike`, open.
    Raises NetlistError naming an element that follows one otherwise than by its value.
    """
    paths = alike(deck, wanted)
    portable = Names("p").portable
    shared = {path: portable(path) for path in dict.fromkeys(paths.values())}
    parameters = {}
    for each in wanted:
        if each.parameter:
            value = spice_number(places.word(places.of_parameter(each.parameter)))
            limits = spans.of(each, Quantity(""), value, np.array([value]))
            parameters[PREFIX + shared[each.parameter]] = Parameter(np.array([value]), "", limits)
    _require_formulas(deck, paths)
    formulas = {
        (element.label, quantity): fold(
            formula, lambda leaf: Name(shared[paths[leaf.name]]) if isinstance(leaf, Name) else None
        )
        for element in deck.elements
        for quantity, formula in element.formulas.items()
    }
    addresses = {each.name: PREFIX + shared[each.parameter] for each in wanted if each.parameter}
    return Followers(parameters, formulas, addresses)


def _require_formulas(deck: Deck, opened: Collection[str]) -> None:
    by_path = {element.path: element for element in deck.elements}
    for path, asked in deck.elements_ask.items():
        following, seen = list(asked), set(asked)
        while following:
            name = following.pop()
            element = by_path.get(path)
            followed = {} if element is None else element.formulas
            if name in opened and element is not None and not any(name in names(each) for each in followed.values()):
                raise element.error(
                    f"{path} follows the parameter {name} otherwise than by its value, in which it cannot be trained; "
                    f"write a number there, or leave {name} out of train"
                )
            more = set(deck.parameters_ask.get(name, ())) - seen
            seen |= more
            following += more
