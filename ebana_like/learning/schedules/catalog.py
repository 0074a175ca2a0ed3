"""Which schedules have names? The command line, help, docs and messages take them from here; optax is imported late."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ebana_like.checks import shown
from ebana_like.errors import SettingError
from ebana_like.learning.schedules.schedule import Constant, Exponential, Schedule
from ebana_like.options import Given, Option, Value, chosen, options_of, table_of
from ebana_like.seams import Seam


class OfAll(NamedTuple):
    """A number of epochs that is one of so many parts of all epochs, rounded down."""

    parts: int

    def __str__(self) -> str:
        return "epochs" if self.parts == 1 else f"epochs/{self.parts}"


@dataclass(frozen=True)
class NamedSchedule:
    """A schedule of optax: the function's name, what it is, what it is always given, and defaults in place of its own.

    scales: the argument that is a table, epoch to factor, of which every option is an entry.
    """

    function: str
    summary: str
    fixed: Mapping[str, float] = field(default_factory=dict)
    defaults: Mapping[str, float | OfAll] = field(default_factory=dict)
    scales: str = ""


_START, _ALL = {"init_value": 1.0}, OfAll(1)

_OWN: dict[str, NamedSchedule | type[Schedule] | str] = {
    "constant": Constant,
    "exponential": Exponential,
    "cosine": NamedSchedule(
        "cosine_decay_schedule", "half a cosine from 1 down to alpha", _START, {"decay_steps": _ALL}
    ),
    "warmup-cosine": NamedSchedule(
        "warmup_cosine_decay_schedule",
        "a straight rise to 1, then half a cosine",
        {"peak_value": 1.0},
        {"init_value": 0.1, "warmup_steps": OfAll(10), "decay_steps": _ALL},
    ),
    "linear": NamedSchedule(
        "linear_schedule", "a straight line from 1", _START, {"end_value": 0.0, "transition_steps": _ALL}
    ),
    "polynomial": NamedSchedule(
        "polynomial_schedule",
        "a power of a straight line from 1",
        _START,
        {"end_value": 0.0, "power": 2.0, "transition_steps": _ALL},
    ),
    "piecewise": NamedSchedule(
        "piecewise_constant_schedule",
        "times a factor from an epoch on, as in 10=0.3,20=0.1",
        _START,
        {},
        "boundaries_and_scales",
    ),
    "cosine-onecycle": NamedSchedule(
        "cosine_onecycle_schedule",
        "up to 1 and down again along cosines",
        {"peak_value": 1.0},
        {"transition_steps": _ALL},
    ),
    "linear-onecycle": NamedSchedule(
        "linear_onecycle_schedule",
        "up to 1 and down again along straight lines",
        {"peak_value": 1.0},
        {"transition_steps": _ALL},
    ),
}

SCHEDULES: Seam[NamedSchedule | type[Schedule]] = Seam(
    "schedules",
    "schedule",
    _OWN,
    "a class with the method `factor` of ebana_like.Schedule",
    lambda thing: isinstance(thing, type) and hasattr(thing, "factor"),
)
"""Schedules by name. Steps of optax are epochs here.

The options of a class are its arguments that are numbers or truth values; `epochs` is how many there are unless given.
"""


def schedule_named(name: str, options: Given = "", epochs: int = 100, decay: float = 1.0) -> Schedule:
    """Return the schedule of a name.

    options: see `schedule_options`; those not given have their defaults. epochs: of the training, which some
        defaults are. decay: of the exponential schedule.
    Raises SettingError for a name, option or value that cannot be.
    """
    table = table_of(options, "schedule_options")
    found = SCHEDULES[name]
    require_decay(name, decay)
    if isinstance(found, NamedSchedule) and found.scales:
        given: dict[str, Any] = {found.scales: _scales(table)}
    else:
        given = chosen(table, schedule_options(name, epochs), name, "schedule_options")
    if found is Exponential:
        return Constant() if decay == 1 else Exponential(decay)
    if isinstance(found, type):
        return found(**given)
    from ebana_like.learning.schedules.optax_schedule import NamedFunction, OptaxSchedule

    try:
        return OptaxSchedule(NamedFunction(found.function, {**found.fixed, **given}))
    except ValueError as error:
        values = ", ".join(f"{key}={value}" for key, value in given.items())
        raise SettingError(f"the schedule {name} cannot be with {values}: {error}") from error


def require_decay(name: str, decay: float) -> None:
    """Raise SettingError where a schedule is given a decay of which it knows nothing."""
    if decay != 1 and name != "exponential":
        raise SettingError(f"decay is {decay:g} but the schedule is {name}; leave decay at 1, or leave {name}")


def schedule_options(name: str, epochs: int) -> dict[str, Option]:
    """Return the options of a schedule for a training of so many epochs."""
    found = SCHEDULES[name]
    if isinstance(found, type):
        return options_of(found, {"epochs": epochs})
    if found.scales:
        return {}
    import optax

    defaults = {key: epochs // part.parts if isinstance(part, OfAll) else part for key, part in found.defaults.items()}
    known = options_of(getattr(optax, found.function), defaults)
    return {key: option for key, option in known.items() if key not in found.fixed}


def ends_with_training(name: str, options: Given) -> bool:
    """Tell whether a schedule's factors depend on how many epochs there are in all."""
    found = SCHEDULES[name]
    if isinstance(found, type):
        parts = [key for key in options_of(found, {"epochs": 1}) if key == "epochs"]
    else:
        parts = [key for key, part in found.defaults.items() if isinstance(part, OfAll)]
    return not set(parts) <= set(table_of(options, "schedule_options"))


def _scales(table: Mapping[str, Any]) -> dict[int, Value]:
    """Return a table of factors by epoch."""
    option = Option("factor", float, 1.0)
    epoch = Option("epoch", int, 0)
    try:
        return {int(epoch.value(key) or 0): option.value(value) for key, value in table.items()}
    except ValueError as error:
        raise SettingError(
            f"schedule_options is {shown(table)}; piecewise takes a factor of at least 0 from each epoch on, as in "
            "10=0.3,20=0.1"
        ) from error
