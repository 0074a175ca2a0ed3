"""The five networks of ideal diodes of Scellier 2024, "A fast algorithm to simulate nonlinear resistive networks".

Every setting is the paper's, whose numbers are without units: one siemens of his is 10 µS here, one ampere 10 µA, and
volts are volts. What is lowest for a conductance is a millionth of that unit instead of nothing; ranges end at ten
units, of which no rate depends, for rates are given relative to them.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ebana_like.runs.settings import Settings
from ebana_like.tasks.mnist import load
from ebana_like.tasks.task import Task

if TYPE_CHECKING:
    from collections.abc import Sequence

UNIT = 1e-5
"""Siemens, and amperes, that the paper calls 1."""

RANGE = 10.0
"""Of conductances, and of bias currents in either direction, in such units."""

PIXELS = 784


@dataclass(frozen=True)
class Published:
    """A network as the paper has it. Errors are of the test digits after training, in percent.

    volts: of a white pixel. beta, rates: nudging factor, and learning rates of the crossbars, in the paper's units.
    bias_share: of those, the rates of the biases. hours: on an A100. reached: what was reached here, and in what time.
    """

    name: str
    hidden: tuple[int, ...]
    volts: float
    beta: float
    rates: tuple[float, ...]
    epochs: int
    error: float
    error_of_backpropagation: float
    hours: float
    bias_share: float = 1.0
    reached: tuple[str, str] = ("", "")


PUBLISHED = (
    Published(
        "drn-xs", (100,), 100.0, 1.0, (0.006, 0.006), 10, 3.46, 3.30, 0.5, reached=("3.5 % test error", "1 minute")
    ),
    Published("drn-1h", (1024,), 480.0, 1.0, (0.006, 0.006), 50, 1.57, 1.54, 2.6),
    Published("drn-2h", (1024, 1024), 2000.0, 1.0, (0.002, 0.006, 0.018), 50, 1.48, 1.45, 4.48),
    Published("drn-3h", (1024, 1024, 1024), 4000.0, 2.0, (0.005, 0.02, 0.08, 0.005), 50, 1.66, 1.50, 6.95, 0.1),
    Published("drn-xl", (32768,), 800.0, 1.0, (0.006, 0.006), 100, 1.33, 1.30, 10.45),
)


def settings_of(network: Published) -> Settings:
    """Return the settings of `train-circuit` that train a network as it was published."""
    fans = (2 * PIXELS, *network.hidden)
    return Settings(
        engine="native",
        epochs=network.epochs,
        batch=4,
        hidden=network.hidden,
        neurons="halves",
        outputs="single",
        diode="perfect",
        volts=network.volts,
        bias=0.0,
        bias_limit=RANGE * UNIT,
        g_low=1e-6 * UNIT,
        g_high=RANGE * UNIT,
        g_start=tuple(sign * UNIT / fan**0.5 for fan in fans for sign in (-1, 1)),
        estimator="centered",
        nudging="switch",
        beta=network.beta * UNIT,
        lr=_relative(network.rates, RANGE),
        lr_bias=_relative([network.bias_share * rate for rate in network.rates], 2 * RANGE),
        decay=0.99,
    )


def _relative(rates: "Sequence[float]", span: float) -> tuple[float, ...]:
    """Return rates relative to the square of a range."""
    return tuple(rate / span**2 for rate in rates)


TASKS = tuple(
    Task(
        name=network.name,
        summary=f"digits by ideal diodes as published: 784-{'-'.join(map(str, network.hidden))}-10",
        size=f"70000 samples, 784-{'-'.join(map(str, network.hidden))}-10",
        expect=network.reached[0] or f"published: {network.error:g} % error",
        time=network.reached[1] or f"{network.hours:g} h on an A100",
        settings=settings_of(network),
        load=load,
        white=255,
        heeds=("data",),
    )
    for network in PUBLISHED
)
