"""What cannot be learned is refused before anything is solved, with the argument's name and what to give."""

from dataclasses import replace

import numpy as np
import pytest

from ebana_like.data import Dataset, Split
from ebana_like.errors import SettingError
from ebana_like.learning import SGD, Centered, CrossEntropy, SquaredError

WIDE = Dataset(np.zeros((2, 3)), [0, 1], ("below", "above"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"system": "xor.cir"}, "system is 'xor.cir'; expected a Circuit, as build_network makes it"),
        ({"data": WIDE}, r"data is Dataset\(.*; expected a Split, as in Split\(data\)"),
        ({"data": Split(WIDE)}, "the data has 3 features, the circuit inputs for 1; give both the same"),
        ({"cost": CrossEntropy()}, "the data asks for 2 outputs under this cost, the circuit has 1"),
        ({"cost": SquaredError}, r"cost is the class SquaredError; expected a cost such as SquaredError\(\)"),
        ({"cost": "squared-error"}, "cost is 'squared-error'; expected a cost"),
        ({"estimator": Centered}, r"estimator is the class Centered; expected an estimator such as Centered\(1e-7\)"),
        ({"update": SGD}, r"update is the class SGD; expected an update rule such as SGD\(0.03\)"),
        ({"epochs": 2.5}, "epochs is 2.5; expected a whole number"),
        ({"batch": "4"}, "batch is '4'; expected a whole number"),
        ({"seed": -1}, "seed is -1; it must be at least 0"),
        ({"patience": -1}, "patience is -1; it must be at least 0"),
        ({"stop_loss": float("nan")}, "stop_loss is nan; it must be finite and at least 0"),
        ({"checkpoint_batches": 0}, "checkpoint_batches is 0; it must be at least 1"),
    ],
)
def test_an_argument_that_cannot_be_is_named(change, message, problem):
    with pytest.raises(SettingError, match=message) as caught:
        replace(problem, **change)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("part", ["validation", "test"])
def test_a_part_without_samples_is_refused(part, problem):
    nothing = problem.data.train.take(np.zeros(0, dtype=int))
    with pytest.raises(SettingError, match=f"there are no {part} samples; give None for that part"):
        replace(problem, data=replace(problem.data, **{part: nothing}))


@pytest.mark.parametrize("change", [{"epochs": 10**30}, {"batch": 10**30}, {"checkpoint_batches": 10**30}])
def test_numbers_that_are_huge_without_harm_are_taken(change, problem):
    changed = replace(problem, **change)
    assert sorted(np.concatenate(changed.order(0)).tolist()) == list(range(10))
    assert changed.batches == len(changed.order(0))
