"""Two steps of rules, by hand, on a bank from 0 to 10 S: rates are relative to the range r = 10 S. Those of optax that
are not computed here are held to what they promise."""

from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
import optax
import pytest

from ebana_like.circuit import Circuit
from ebana_like.elements import CurrentSources, Range, Resistors, VoltageSources
from ebana_like.errors import SettingError
from ebana_like.learning import SGD, UPDATES, Constant, Exponential, Optax, Sign, Update, update_named
from ebana_like.nudges import Currents
from ebana_like.ports import InputPorts, OutputPorts
from ebana_like.values import Parameter


def resistors(name, conductance):
    ends = np.array([1, 1]), np.array([2, 0])
    return Resistors(
        name, (f"r{name}0", f"r{name}1"), *ends, np.array(conductance), trainable={"conductance": Range(0, 10)}
    )


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
DECAYING = ("adamw", "lion")
"""Rules that move conductances to the low end of the range unless told not to."""

FIRST, SECOND = np.array([1.0, -2.0]), np.array([3.0, 1.0])
SMALL = 1e-8
# Moments after gradients 10 and 30 (1 and 3 V^2/S times r): m = 0.1 (0.9 * 10 + 30), v = 0.001 (0.999 * 100 + 900),
# divided by 1 - 0.9^2 and 1 - 0.999^2.
SECOND_STEP_OF_ADAM = (3.9 / 0.19) / (sqrt(0.9999 / 0.001999) + SMALL)

STEPS = {
    # rule: changes of one conductance by gradients 1 and then 3
    SGD(0.01): (-0.01 * 100 * 1, -0.01 * 100 * 3),
    Sign(0.01): (-0.01 * 10, -0.01 * 10),
    update_named("momentum", 0.01): (-0.01 * 100 * 1, -0.01 * 100 * (0.9 * 1 + 3)),
    update_named("momentum", 0.01, options="momentum=0.5"): (-0.01 * 100 * 1, -0.01 * 100 * (0.5 * 1 + 3)),
    update_named("momentum", 0.005, options={"momentum": 0.5, "nesterov": True}): (
        -0.005 * 100 * (0.5 * 1 + 1),
        -0.005 * 100 * (0.5 * (0.5 * 1 + 3) + 3),
    ),
    update_named("adam", 0.01): (-0.01 * 10 * 10 / (10 + SMALL), -0.01 * 10 * SECOND_STEP_OF_ADAM),
    update_named("rmsprop", 0.01): tuple(-0.01 * 10 * step for step in (10 / sqrt(10 + SMALL), 30 / sqrt(99 + SMALL))),
    # the sign of 0.9 m + 0.1 dC/dp, and the place in the range times 0.1
    update_named("lion", 0.01, options="weight_decay=0.1"): (-0.1 * (1 + 0.1 * 0.5), -0.1 * (1 + 0.1 * 0.4895)),
    # a chain of one's own: slopes of at most 20 V^2
    Optax(optax.chain(optax.clip(20.0), optax.scale(-1.0)), 0.01): (-0.01 * 10 * 10, -0.01 * 10 * 20),
}


def walk(rule, gradients, epoch=0, names=tuple(CIRCUIT.parameters)):
    conductances, state = CIRCUIT.values(), rule.start(CIRCUIT.parameters)
    for gradient in gradients:
        conductances, state = rule.step(CIRCUIT.parameters, conductances, dict.fromkeys(names, gradient), state, epoch)
        yield conductances


EVERY = {name: update_named(name, 0.01) for name in UPDATES}


@pytest.mark.parametrize("rule", STEPS, ids=lambda rule: type(rule).__name__)
def test_two_steps_by_hand(rule):
    one, two = (found["first.conductance"][0] for found in walk(rule, [FIRST, SECOND]))
    # sums and quotients of a few doubles
    assert (one - 5, two - one) == pytest.approx(STEPS[rule], rel=1e-13)


@pytest.mark.parametrize("rule", EVERY.values(), ids=EVERY)
def test_every_rule_goes_down_by_steps_that_scale_with_the_range_alone(rule):
    """In units of the range, a technology of a thousandth of the conductances takes the same steps."""
    finer = tuple(
        replace(b, conductance=b.conductance / 1e3, trainable={"conductance": Range(0, 0.01)})
        for b in CIRCUIT.of_kind(Resistors)
    )
    other = replace(CIRCUIT, banks=(CIRCUIT.banks[0], *finer, CIRCUIT.banks[-1]))
    here, there = CIRCUIT.values(), other.values()
    state, other_state = rule.start(CIRCUIT.parameters), rule.start(other.parameters)
    for slopes in (FIRST, SECOND, FIRST):
        here, state = rule.step(CIRCUIT.parameters, here, dict.fromkeys(here, slopes / 100), state, 0)
        there, other_state = rule.step(other.parameters, there, dict.fromkeys(there, slopes * 10), other_state, 0)
        for name in here:
            assert there[name] * 1e3 == pytest.approx(here[name], rel=1e-12)
    assert here["first.conductance"][0] < 5


@pytest.mark.parametrize("rule", EVERY.values(), ids=EVERY)
def test_conductances_stay_in_their_range_and_arguments_as_they_are(rule):
    strong = replace(rule, rate=100.0)
    given, state = CIRCUIT.values(), strong.start(CIRCUIT.parameters)
    copies = [{name: array.copy() for name, array in arrays.items()} for arrays in (given, state)]
    found, new_state = strong.step(CIRCUIT.parameters, given, dict.fromkeys(given, FIRST), state, 0)
    assert ((found["first.conductance"] >= 0) & (found["first.conductance"] <= 10)).all()
    assert found["first.conductance"][0] == 0
    for after, before in zip((given, state), copies, strict=True):
        assert after.keys() == before.keys()
        assert all(np.array_equal(after[name], before[name]) for name in before)
    assert {name: array.shape for name, array in new_state.items()} == {
        name: array.shape for name, array in state.items()
    }


def test_a_gradient_of_zero_changes_nothing():
    for rule in (rule for name, rule in EVERY.items() if name not in DECAYING):
        (found,) = walk(rule, [np.zeros(2)])
        assert found["second.conductance"].tolist() == [5.0, 0.5], rule


def test_a_bank_has_its_own_rate():
    (found,) = walk(SGD({"first": 0.01, "second": 0.02}), [FIRST])
    assert [g[0] - 5 for g in found.values()] == [-1, -2]


def test_a_bank_without_a_rate_is_named():
    with pytest.raises(SettingError, match='no learning rate for bank "second"; rates are given for first'):
        list(walk(SGD({"first": 0.01}), [FIRST]))


def test_a_rule_steps_alike_whatever_the_sizes():
    """Engines compile it once, for networks of any size that fill arrays of the same shapes."""

    def directing(rule, *sizes):
        parameters = {f"bank{k}.conductance": Parameter(np.ones(n), "S", Range(0, 10)) for k, n in enumerate(sizes)}
        return rule.directing(parameters, rule.start(parameters), 1)

    adam = update_named("adam", 0.01)
    few, more = directing(adam, 3, 4), directing(adam, 5, 1)
    assert few.against == more.against
    assert few.of_address == more.of_address
    assert few.against != directing(update_named("lion", 0.01), 3, 4).against
    assert few.against != directing(adam, 3).against


@pytest.mark.parametrize(
    ("schedule", "factors"),
    [
        (Constant(), [1, 1, 1, 1]),
        (Exponential(0.5), [1, 0.5, 0.25, 0.125]),
    ],
)
def test_the_schedule_multiplies_the_rate(schedule, factors):
    changes = [next(walk(SGD(0.01, schedule), [FIRST], epoch))["first.conductance"][0] - 5 for epoch in range(4)]
    assert changes == pytest.approx([-factor for factor in factors])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SGD(0.0), "learning rate is 0; it must be above zero"),
        (lambda: Sign(float("nan")), "learning rate is nan"),
        (lambda: update_named("adam", {"first": 0.1, "second": -1.0}), "learning rate of second is -1"),
        (
            lambda: update_named("momentum", 0.1, options={"momentum": 1.0}),
            "update_options: momentum of momentum is 1; it must be a number of at least 0 and below 1",
        ),
        (lambda: Optax(optax.adam(1.0), -0.1), "learning rate is -0.1"),
        (lambda: Optax(optax.adam, 0.1), r"transformation is .*; expected one of optax, as optax.adam\(1.0\)"),
        (lambda: Exponential(0.0), "decay of the learning rate is 0; it must be above zero and at most 1"),
        (lambda: SGD("fast"), "learning rate is 'fast'; expected a number"),
        (lambda: SGD(True), "learning rate is True; expected a number"),
        (lambda: SGD(0.1, Exponential), "schedule is the class Exponential; expected one such as Constant"),
        (lambda: SGD(0.1, 0.9), "schedule is 0.9; expected one such as"),
        (lambda: update_named("adam", 0.1, options="b1=1"), "b1 of adam is '1'; it must be a number .* below 1"),
        (lambda: update_named("adam", 0.1, options="eps=0"), "eps of adam is '0'; it must be a number above zero"),
        (
            lambda: update_named("momentum", 0.1, options="nestrov=true"),
            "update_options has 'nestrov', which momentum does not know; its options are momentum=0.9, "
            'nesterov=false; did you mean "nesterov"',
        ),
        (lambda: update_named("sgd", 0.1, options="b1=0.9"), "which sgd does not know; it has no options"),
        (lambda: update_named("adam", 0.1, options="nesterov=2"), "it must be true or false"),
        (lambda: update_named("adam", 0.1, options="b1"), "update_options is 'b1'; expected options as in b1=0.8,"),
        (lambda: update_named("adam", 0.1, options="b1=0,b1=0"), "has 'b1' twice"),
        (lambda: update_named("adm", 0.1), 'there is no update rule "adm"; did you mean "adam"'),
        (lambda: Exponential(float("nan")), "decay of the learning rate is nan; it must be finite and above zero"),
        (
            lambda: SGD({"first": 1.0}).rate_of("frist.conductance"),
            'no learning rate for bank "frist"; did you mean "first"',
        ),
        (lambda: Exponential(1.5), "decay of the learning rate is 1.5"),
    ],
)
def test_rates_that_make_no_sense_are_refused(make, message):
    with pytest.raises(SettingError, match=message):
        make()


def test_what_earlier_versions_remembered_is_understood():
    """They had Momentum and Adam of their own, with entries by bank, velocities in V^2/S."""
    momentum, adam = update_named("momentum", 0.1), update_named("adam", 0.1)
    found = momentum.recalled(CIRCUIT.parameters, {"first": np.array([1.0, 2.0]), "second": np.array([3.0, 4.0])})
    assert {name: values.tolist() for name, values in found.items()} == {
        "0/trace/first.conductance": [10, 20],
        "0/trace/second.conductance": [30, 40],
    }
    entries = {"first": np.array([1.0, 2.0]), "second": np.array([3.0, 4.0]), "steps": np.array([7.0])}
    earlier = {f"{bank}.{entry}": values for bank in ("first", "second") for entry, values in entries.items()}
    found = adam.recalled(CIRCUIT.parameters, earlier)
    assert {name: values.tolist() for name, values in found.items()} == {
        "0/count": [7],
        **{f"0/mu/{address}": [1, 2] for address in CIRCUIT.parameters},
        **{f"0/nu/{address}": [3, 4] for address in CIRCUIT.parameters},
    }
    # 0.9 m + 0.1 r over the root of 0.999 v + 0.001 r^2, each over what is missing after 8 steps
    (first, second), steps = (0.9 * 1 + 0.1 * 10, 0.999 * 3 + 0.001 * 100), 8
    first, second = first / (1 - 0.9**steps), second / (1 - 0.999**steps)
    moved, state = adam.step(
        CIRCUIT.parameters, CIRCUIT.values(), dict.fromkeys(CIRCUIT.values(), np.ones(2)), found, 0
    )
    assert moved["first.conductance"][0] == pytest.approx(5 - 0.1 * 10 * first / sqrt(second), rel=1e-8)
    assert state["0/count"].tolist() == [8]


@pytest.mark.parametrize("rule", EVERY.values(), ids=EVERY)
def test_what_is_of_another_rule_is_refused(rule):
    with pytest.raises(SettingError, match="the update rule remembers .*; begin anew"):
        rule.recalled(CIRCUIT.parameters, {"first": np.zeros(3)})
    with pytest.raises(SettingError, match="remembers"):
        rule.recalled(CIRCUIT.parameters, {**rule.start(CIRCUIT.parameters), "more": np.zeros(1)})


@dataclass(frozen=True)
class Shrinking(Update):
    """A rule of somebody else's: steps that get smaller by the square root of their number."""

    power: float = 0.5

    def start(self, parameters):
        return {address: np.zeros(1) for address in parameters}

    def direction(self, address, parameter, gradient, state):
        steps = state[address] + 1
        return gradient / steps**self.power, {address: steps}


def test_a_rule_of_ones_own_is_a_class_with_a_direction():
    first, second, third = (found["first.conductance"][0] for found in walk(Shrinking(0.01), [FIRST] * 3))
    assert (5 - first, first - second, second - third) == pytest.approx((1, 1 / sqrt(2), 1 / sqrt(3)))
