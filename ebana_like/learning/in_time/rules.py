"""By which rules does a circuit learn in time? Each gives the gradient of the cost of a course, as far as it sees."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray
from ebana_like.errors import SettingError
from ebana_like.learning.in_time.echo import echo_gradient, lossy
from ebana_like.learning.in_time.reversed_error import departs, reversed_error
from ebana_like.learning.in_time.task import InTimeTask
from ebana_like.simulators.protocol import Backwards, InTime
from ebana_like.systems import AdjointCourse, Start, Trajectories, Transient

CAPACITANCE, INDUCTANCE = "capacitors.capacitance", "inductors.inductance"

PULL = 1e-3
"""Share of the smallest capacitance that pulls an echo: its bias goes with the square."""


@dataclass(frozen=True, eq=False)
class InTimeGradient:
    """The gradient of the cost of a course, (n,) by address, as far as a rule sees it, and the scores that were judged.

    scores: (batch, times, outputs), volts.
    """

    gradients: Mapping[str, FloatArray]
    scores: FloatArray


@dataclass(frozen=True)
class InTimeRule:
    """A rule.

    summary: of it, in words. exact: for which circuits it is the gradient. refusal: why a circuit does not learn by it,
    empty where it does.
    """

    summary: str
    exact: str
    refusal: Callable[[Circuit], str]
    gradient: Callable[[InTime, InTimeTask], InTimeGradient]


def course_of(engine: InTime, task: InTimeTask) -> tuple[Trajectories, Transient]:
    """Follow a task from rest, in steps of Euler's rule, which are their own reverse."""
    circuit, batch = engine.circuit, len(task.features)
    rest = Start(np.zeros((batch, len(circuit.nodes))), np.zeros((batch, len(circuit.storage.inductors))))
    analysis = Transient(task.times - task.times[0], "euler", rest)
    return engine.follow({}, task.features, analysis), analysis


def _read(found: AdjointCourse) -> InTimeGradient:
    gradients = found.gradients() | {CAPACITANCE: found.by_capacitance()}
    if len(found.course.circuit.storage.inductors):
        gradients[INDUCTANCE] = found.by_inductance()
    return InTimeGradient(gradients, found.course.scores)


def _backwards(engine: InTime, task: InTimeTask) -> InTimeGradient:
    if not isinstance(engine, Backwards):
        raise SettingError("this engine carries no gradient back; take native or ngspice")
    course, analysis = course_of(engine, task)
    return _read(engine.backwards(course, analysis, task.slopes(course.scores)))


def _reversed_error(engine: InTime, task: InTimeTask) -> InTimeGradient:
    course, analysis = course_of(engine, task)
    return _read(reversed_error(engine, course, analysis, task.slopes(course.scores)))


def _echo(engine: InTime, task: InTimeTask) -> InTimeGradient:
    beta = PULL * float(engine.circuit.storage.capacitors.capacitance.min())
    found = echo_gradient(engine, task, beta)
    gradients = {CAPACITANCE: found.by_capacitance, INDUCTANCE: found.by_inductance}
    return InTimeGradient(gradients, found.scores)


IN_TIME_RULES = {
    "backwards": InTimeRule(
        "the adjoint circuit, to which the course is played back",
        "every circuit: exact",
        lambda circuit: "",
        _backwards,
    ),
    "reversed-error": InTimeRule(
        "the circuit itself, driven by its error backwards in time",
        "resistors, capacitors, inductors: exact",
        departs,
        _reversed_error,
    ),
    "echo": InTimeRule(
        "the course run back, pulled to the targets by small capacitors",
        "capacitors, inductors, reverse-biased diodes: exact for small pulls",
        lossy,
        _echo,
    ),
}
"""Rules by name."""
