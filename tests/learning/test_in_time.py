"""Circuits learn in time: by an echo, by their own error played backwards, and not by a pull on the way forwards."""

import numpy as np
import pytest

from ebana_like.analysis.differences import differences, distance
from ebana_like.errors import CircuitError, SettingError
from ebana_like.learning import update_named
from ebana_like.learning.in_time import (
    CAPACITANCE,
    IN_TIME_RULES,
    INDUCTANCE,
    InTimeTask,
    echo_gradient,
    forward_contrast,
)
from ebana_like.learning.in_time.echo import Courses
from ebana_like.learning.in_time.rules import course_of
from ebana_like.simulators import NativeSimulator, NgspiceSimulator
from ebana_like.training.in_time import learn_in_time
from tests.in_time_circuits import TANKS, VARACTOR, circuit_of, stored, task_of, values_of

STEPS = 2000
BETA = 1e-14  # farads, beside 0.4 nF


def flat(gradients, circuit):
    return np.concatenate([value * gradients[at] for at, value in values_of(circuit).items()])


def truth(circuit, task):
    def loss(values):
        with NativeSimulator(stored(circuit, values)) as simulator:
            courses = Courses(simulator, task)
            return task.cost(courses.run(courses.at_rest(), task.features).scores)

    return flat(differences(loss, values_of(circuit)), circuit)


@pytest.mark.parametrize("more", ["", VARACTOR])
def test_an_echo_is_the_gradient_and_a_pull_on_the_way_forwards_is_none(more):
    circuit, task = circuit_of(TANKS + more, "b=y"), task_of(STEPS)
    with NativeSimulator(circuit) as simulator:
        echo = echo_gradient(simulator, task, BETA)
        forward = forward_contrast(simulator, task, BETA)
    wanted = truth(circuit, task)
    found, wrong = (
        flat({CAPACITANCE: g.by_capacitance, INDUCTANCE: g.by_inductance}, circuit) for g in (echo, forward)
    )
    # the trapezoids' share: it goes with the square of the steps, 7e-6 at 4000
    assert distance(found, wanted) < 4e-5
    assert distance(wrong, wanted) > 1
    assert echo.retraced < 1e-6


@pytest.mark.parametrize("engine", [NativeSimulator, NgspiceSimulator])
def test_the_error_played_backwards_is_the_gradient_where_a_circuit_is_linear(engine):
    circuit, task = circuit_of(TANKS + "r1 a 0 5k\nr2 b 0 20k\n", "b=y"), task_of(200)

    def loss(values, more):
        with engine(stored(circuit, values)) as simulator:
            return task.cost(simulator.follow(more, task.features, course_of(simulator, task)[1]).scores)

    with engine(circuit) as simulator:
        found = IN_TIME_RULES["reversed-error"].gradient(simulator, task).gradients
        same = IN_TIME_RULES["backwards"].gradient(simulator, task).gradients
    first = {at: np.arange(1) for at in values_of(circuit)}
    slopes = differences(lambda values: loss(values, {}), values_of(circuit), first)
    slopes |= differences(lambda values: loss({}, values), circuit.values())
    for at, slope in slopes.items():
        assert found[at][: len(slope)] == pytest.approx(slope, rel=1e-6)
        assert found[at] == pytest.approx(same[at], rel=1e-6)


def test_ngspice_hears_the_same_echo():
    circuit, task = circuit_of(TANKS, "b=y"), task_of(500)
    found = []
    for engine in (NativeSimulator, NgspiceSimulator):
        with engine(circuit) as simulator:
            found.append(flat(IN_TIME_RULES["echo"].gradient(simulator, task).gradients, circuit))
    assert found[1] == pytest.approx(
        found[0], abs=1e-4 * np.abs(found[0]).max()
    )  # nine digits, of which a pull leaves 5


def test_a_filter_is_learned_by_echoes():
    teacher, task = circuit_of(TANKS, "b=y"), task_of(300)
    with NativeSimulator(teacher) as simulator:
        courses = Courses(simulator, task)
        task = InTimeTask(task.times, task.features, courses.run(courses.at_rest(), task.features).scores)
    values = values_of(teacher)
    begins = stored(
        teacher, {at: value * np.exp(0.1 * (-1.0) ** np.arange(len(value))) for at, value in values.items()}
    )
    trained = {CAPACITANCE: np.array([1, 3]), INDUCTANCE: np.array([0])}
    epochs = list(learn_in_time(begins, task, "echo", update_named("adam", 0.003), 25, NativeSimulator, trained))
    assert epochs[-1].cost < 0.05 * epochs[0].cost
    last = values_of(epochs[-1].circuit)
    assert last[CAPACITANCE][[0, 2]] == pytest.approx(values_of(begins)[CAPACITANCE][[0, 2]], rel=0)
    assert (last[CAPACITANCE][[1, 3]] != values_of(begins)[CAPACITANCE][[1, 3]]).all()


def test_what_does_not_go_together_is_refused():
    task = task_of(50)
    lossy, curved = circuit_of(f"{TANKS}r1 a 0 5k\n", "b=y"), circuit_of(TANKS + VARACTOR, "b=y")
    adam = update_named("adam", 0.01)
    with pytest.raises(CircuitError, match="r1 is a resistor: an echo retraces the course of capacitors and inductors"):
        next(learn_in_time(lossy, task, "echo", adam, 1, NativeSimulator))
    with pytest.raises(CircuitError, match="dv is a diode: a circuit is its own adjoint where it is linear"):
        next(learn_in_time(curved, task, "reversed-error", adam, 1, NativeSimulator))
    with pytest.raises(SettingError, match='there is no rule "eco"; did you mean "echo"'):
        next(learn_in_time(curved, task, "eco", adam, 1, NativeSimulator))
    with pytest.raises(SettingError, match="evenly spaced"):
        InTimeTask(np.array([0.0, 1.0, 3.0]), np.zeros((1, 3, 1)), np.zeros((1, 3, 1)))
