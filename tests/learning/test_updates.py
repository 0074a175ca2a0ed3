"""Two steps of every rule, by hand, on a bank from 0 to 10 S: rates are relative to the range r = 10 S."""

from math import sqrt

import numpy as np
import pytest

from ebana_like.circuit import Circuit, InputPorts, OutputPorts
from ebana_like.elements import CurrentSources, Resistors, VoltageSources
from ebana_like.errors import SettingError
from ebana_like.learning import SGD, UPDATES, Adam, Constant, Cosine, Exponential, Momentum, Sign
from ebana_like.nudges import Currents


def resistors(name, conductance):
    ends = np.array([1, 1]), np.array([2, 0])
    return Resistors(name, (f"r{name}0", f"r{name}1"), *ends, np.array(conductance), trainable=True, low=0, high=10)


GROUND, IN, OUT = (np.array([k]) for k in range(3))
CIRCUIT = Circuit(
    "two banks",
    ("0", "in", "out"),
    (
        VoltageSources("inputs", ("vin",), IN, GROUND, np.zeros(1)),
        resistors("first", [5.0, 5.0]),
        resistors("second", [5.0, 0.5]),
        CurrentSources("nudge", ("inudge",), GROUND, OUT, np.zeros(1)),
    ),
    InputPorts("inputs", np.array([0]), np.array([1.0])),
    OutputPorts(OUT, GROUND),
    Currents.driven("nudge"),
)
FIRST, SECOND = np.array([1.0, -2.0]), np.array([3.0, 1.0])
SMALL = Adam(1.0).small
# Moments after gradients 10 and 30 (1 and 3 V^2/S times r): m = 0.1 (0.9 * 10 + 30), v = 0.001 (0.999 * 100 + 900),
# divided by 1 - 0.9^2 and 1 - 0.999^2.
SECOND_STEP_OF_ADAM = (3.9 / 0.19) / (sqrt(0.9999 / 0.001999) + SMALL)

STEPS = {
    # rule: changes of one conductance by gradients 1 and then 3
    SGD(0.01): (-0.01 * 100 * 1, -0.01 * 100 * 3),
    Momentum(0.01, momentum=0.5): (-0.01 * 100 * 1, -0.01 * 100 * (0.5 * 1 + 3)),
    Sign(0.01): (-0.01 * 10, -0.01 * 10),
    Adam(0.01): (-0.01 * 10 * 10 / (10 + SMALL), -0.01 * 10 * SECOND_STEP_OF_ADAM),
}


def walk(rule, gradients, epoch=0, names=("first", "second")):
    conductances, state = CIRCUIT.conductances(), rule.start(CIRCUIT)
    for gradient in gradients:
        conductances, state = rule.step(CIRCUIT, conductances, dict.fromkeys(names, gradient), state, epoch)
        yield conductances


@pytest.mark.parametrize("rule", STEPS, ids=lambda rule: type(rule).__name__)
def test_two_steps_by_hand(rule):
    one, two = (found["first"][0] for found in walk(rule, [FIRST, SECOND]))
    # sums and quotients of a few doubles
    assert (one - 5, two - one) == pytest.approx(STEPS[rule], rel=1e-13)


def test_every_rule_on_offer_is_among_these():
    assert {type(rule) for rule in STEPS} == set(UPDATES.values())


@pytest.mark.parametrize("rule", STEPS, ids=lambda rule: type(rule).__name__)
def test_conductances_stay_in_their_range_and_arguments_as_they_are(rule):
    strong = type(rule)(100.0)
    given, state = CIRCUIT.conductances(), strong.start(CIRCUIT)
    copies = [{name: array.copy() for name, array in arrays.items()} for arrays in (given, state)]
    found, new_state = strong.step(CIRCUIT, given, dict.fromkeys(given, FIRST), state, 0)
    assert found["first"].tolist() == [0, 10]
    for after, before in zip((given, state), copies, strict=True):
        assert after.keys() == before.keys()
        assert all(np.array_equal(after[name], before[name]) for name in before)
    assert {name: array.shape for name, array in new_state.items()} == {
        name: array.shape for name, array in state.items()
    }


def test_a_gradient_of_zero_changes_nothing():
    for rule in STEPS:
        (found,) = walk(rule, [np.zeros(2)])
        assert found["second"].tolist() == [5.0, 0.5], rule


def test_a_bank_has_its_own_rate():
    (found,) = walk(SGD({"first": 0.01, "second": 0.02}), [FIRST])
    assert [g[0] - 5 for g in found.values()] == [-1, -2]


def test_a_bank_without_a_rate_is_named():
    with pytest.raises(SettingError, match='no learning rate for bank "second"; rates are given for first'):
        list(walk(SGD({"first": 0.01}), [FIRST]))


@pytest.mark.parametrize(
    ("schedule", "factors"),
    [
        (Constant(), [1, 1, 1, 1]),
        (Exponential(0.5), [1, 0.5, 0.25, 0.125]),
        (Cosine(2), [1, 0.5, 0, 0]),
    ],
)
def test_the_schedule_multiplies_the_rate(schedule, factors):
    changes = [next(walk(SGD(0.01, schedule), [FIRST], epoch))["first"][0] - 5 for epoch in range(4)]
    assert changes == pytest.approx([-factor for factor in factors], abs=1e-15)  # cos(pi / 2) rounds


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SGD(0.0), "learning rate is 0; it must be above zero"),
        (lambda: Sign(float("nan")), "learning rate is nan"),
        (lambda: Adam({"first": 0.1, "second": -1.0}), "learning rate of second is -1"),
        (lambda: Momentum(0.1, momentum=1.0), "momentum is 1; it must be at least 0 and below 1"),
        (lambda: Momentum(-0.1), "learning rate is -0.1"),
        (lambda: Exponential(0.0), "decay of the learning rate is 0; it must be above zero and at most 1"),
        (lambda: SGD("fast"), "learning rate is 'fast'; expected a number"),
        (lambda: SGD(True), "learning rate is True; expected a number"),
        (lambda: SGD(0.1, Exponential), "schedule is the class Exponential; expected one such as Constant"),
        (lambda: SGD(0.1, 0.9), "schedule is 0.9; expected one such as"),
        (lambda: Adam(0.1, first=1), "first is 1; it must be at least 0 and below 1"),
        (lambda: Adam(0.1, small=0), "small is 0; it must be above zero"),
        (lambda: Exponential(float("nan")), "decay of the learning rate is nan; it must be finite and above zero"),
        (lambda: Cosine(0), "epochs is 0; it must be at least 1"),
        (lambda: SGD({"first": 1.0}).rate_of("frist"), 'no learning rate for bank "frist"; did you mean "first"'),
        (lambda: Exponential(1.5), "decay of the learning rate is 1.5"),
    ],
)
def test_rates_that_make_no_sense_are_refused(make, message):
    with pytest.raises(SettingError, match=message):
        make()
