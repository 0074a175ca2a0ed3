"""Which update rules have names? Command line, help, docs and messages take them from here; optax is imported late."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ebana_like.learning.schedules import Schedule
from ebana_like.options import Given, Option, Value, chosen, options_of, table_of
from ebana_like.seams import Seam

if TYPE_CHECKING:
    from ebana_like.learning.updates.update import Update


@dataclass(frozen=True)
class NamedUpdate:
    """An update rule of optax: what it is, the function it comes from, and defaults in place of its own."""

    summary: str
    function: str
    defaults: Mapping[str, float] = field(default_factory=dict)


def _of_optax(function: str, summary: str) -> dict[str, NamedUpdate]:
    return {function: NamedUpdate(summary, function)}


_OWN: "dict[str, NamedUpdate | type[Update] | str]" = {
    "sgd": "ebana_like.learning.updates.sgd:SGD",
    "sign": "ebana_like.learning.updates.sign:Sign",
    "momentum": NamedUpdate("gradient descent with momentum", "sgd", {"momentum": 0.9}),
    **_of_optax("adam", "steps scaled by running moments of the gradient (Kingma and Ba 2015)"),
    **_of_optax("adamw", "Adam with decay of the weights"),
    **_of_optax("nadam", "Adam with Nesterov's momentum"),
    **_of_optax("adamax", "Adam with the largest gradient in place of its square's mean"),
    **_of_optax("amsgrad", "Adam whose second moment never falls"),
    **_of_optax("adabelief", "Adam scaled by how far gradients are from their mean"),
    **_of_optax("radam", "Adam with its first steps rectified"),
    **_of_optax("lamb", "Adam with steps of a layer scaled by its weights"),
    **_of_optax("rmsprop", "steps scaled by a running mean of the gradient's square"),
    **_of_optax("adagrad", "steps scaled by the sum of the gradient's squares"),
    **_of_optax("lion", "the sign of a mixed momentum"),
}


def _is_update(thing: object) -> bool:
    from ebana_like.learning.updates.update import Update

    return isinstance(thing, type) and issubclass(thing, Update)


UPDATES: "Seam[NamedUpdate | type[Update]]" = Seam(
    "updates", "update rule", _OWN, "a subclass of ebana_like.Update", _is_update
)
"""Update rules by name; those of optax have its name but `momentum`, which is its `sgd` with that option.

The options of a class are its own fields that are numbers or truth values.
"""


def update_named(
    name: str, rate: float | Mapping[str, float], schedule: Schedule | None = None, options: Given = ""
) -> "Update":
    """Return the update rule of a name.

    options: see `update_options`, as a table or as text; those not given have their defaults.
    Raises SettingError for a name, option or value that cannot be.
    """
    values = chosen(table_of(options, "update_options"), update_options(name), name, "update_options")
    found = UPDATES[name]
    if isinstance(found, type):
        from ebana_like.learning.schedules.schedule import Constant

        return found(rate, schedule or Constant(), **values)
    from ebana_like.learning.updates.optax_rule import Optax

    return Optax(transformation_named(found.function, tuple(values.items())), rate, schedule)


def update_options(name: str) -> dict[str, Option]:
    """Return the options of an update rule. Raises SettingError where there is none of that name."""
    found = UPDATES[name]
    if isinstance(found, type):
        return options_of(found, {})
    import optax

    return options_of(getattr(optax, found.function), found.defaults)


@lru_cache(maxsize=64)
def transformation_named(function: str, options: tuple[tuple[str, Value], ...] = ()) -> Any:
    """Return a transformation of optax with rate 1; the same one always, so that it is compiled once."""
    import optax

    return getattr(optax, function)(learning_rate=1.0, **dict(options))
