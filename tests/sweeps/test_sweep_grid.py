"""What a person writes for a grid is what is trained; what makes no sense is said before anything is trained."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebana_like.errors import SettingError
from ebana_like.sweeps import Goal, make_grid, parse_axis, parse_goal, usual_goal
from ebana_like.tasks import TASKS

XOR = TASKS["xor"].settings


@pytest.mark.parametrize(
    ("setting", "text", "points"),
    [
        ("beta", "1e-7", ("1e-7",)),
        ("beta", "1e-9:1e-1:log9", tuple(f"{10.0**k:.6g}" for k in range(-9, 0))),
        ("volts", "0.5:2:lin4", ("0.5", "1", "1.5", "2")),
        ("seed", "0:4,9", ("0", "1", "2", "3", "9")),
        ("hidden", "4:6,10/5", ("4", "5", "10/5")),
        ("data", "a:b", ("a:b",)),
    ],
)
def test_values_of_a_setting(setting, text, points):
    assert parse_axis(setting, text).points == points


@given(
    low=st.floats(1e-12, 1e3), ratio=st.floats(1.1, 1e9), count=st.integers(2, 30), kind=st.sampled_from(["log", "lin"])
)
def test_a_range_goes_from_end_to_end_in_equal_steps(low, ratio, count, kind):
    high = low * ratio
    values = np.array([float(point) for point in parse_axis("beta", f"{low!r}:{high!r}:{kind}{count}").points])
    assert len(values) == count
    # values are written with six digits
    np.testing.assert_allclose(values[[0, -1]], [low, high], rtol=5e-6)
    steps = np.diff(np.log(values) if kind == "log" else values)
    np.testing.assert_allclose(steps, steps.mean(), rtol=0, atol=1e-5 * (1 if kind == "log" else high))


def test_cells_are_all_combinations_and_single_values_are_settings_of_all():
    grid = make_grid("xor", XOR, {"lr": "0.1,0.2/0.3", "epochs": "7", "seed": "0:3"})
    assert [cell.number for cell in grid.cells] == list(range(6))
    assert [cell.point for cell in grid.cells[:4]] == [("0.1", "0"), ("0.1", "1"), ("0.1", "2"), ("0.2/0.3", "0")]
    assert {(cell.settings.lr, cell.settings.seed) for cell in grid.cells} == {
        (lr, seed) for lr in [(0.1,), (0.2, 0.3)] for seed in range(3)
    }
    assert all(cell.settings.epochs == 7 for cell in grid.cells)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({"beta": "1e-9:1e-1:9"}, "beta is '1e-9:1e-1:9', which is no range; write values as .*log9"),
        ({"beta": "-1:1:log3"}, "which is no range"),
        ({"seed": "5:5"}, "seed is '5:5', which has no values in it"),
        ({"seed": "0:3,2"}, "seed has the value 2 twice in '0:3,2'"),
        ({"beta": "1e-7,-1e-7"}, "grid: beta is -1e-07; it must be at least 0"),
        ({"epochs": "1,many"}, "grid: epochs is 'many'; expected a whole number"),
        ({"hidden": "5,6", "lr": "0.1/0.2/0.3"}, "lr has 3 values; give one for all, or 2"),
    ],
)
def test_a_grid_that_makes_no_sense_is_refused(texts, message):
    with pytest.raises(SettingError, match=message):
        assert make_grid("xor", XOR, texts).cells


def test_a_goal_is_met_in_the_first_epoch_that_meets_it():
    history = [{"epoch": float(k), "train_loss": loss} for k, loss in enumerate([0.3, 0.05, 0.2, 0.01], start=1)]
    assert parse_goal("train_loss < 0.1") == Goal("train_loss", above=False, limit=0.1)
    assert parse_goal("train_loss<0.1").reached(history) == 2
    assert parse_goal("train_loss<0.01").reached(history) is None
    assert parse_goal("train_loss>0.25").reached(history) == 1
    assert parse_goal("train_loss<1").reached([]) is None
    with pytest.raises(
        SettingError, match='"test_loss<1", but the histories have only epoch, train_loss; give another'
    ):
        parse_goal("test_loss<1").reached(history)


@pytest.mark.parametrize("text", ["fast", "train_loss", "train_loss<", "train_loss<small", "train_loss<=1"])
def test_a_text_that_is_no_goal_is_refused(text):
    with pytest.raises(SettingError, match="write a column of the history, < or >, and a number"):
        parse_goal(text)


def test_the_usual_goal_is_the_loss_to_stop_at_or_else_an_accuracy():
    assert str(usual_goal(XOR)) == "train_loss<0.0001"
    assert str(usual_goal(TASKS["iris"].settings)) == "train_accuracy>0.95"


def test_options_of_rules_are_lists_of_a_grid_with_slashes():
    grid = make_grid("xor", XOR, {"update": "adam,lion", "update_options": "b1=0.8/b2=0.9,b1=0.5"})
    rules = [(cell.settings.update, cell.settings.update_options) for cell in grid.cells]
    assert rules == [(rule, text) for rule in ("adam", "lion") for text in ("b1=0.8,b2=0.9", "b1=0.5")]


def test_options_that_a_cell_would_not_know_are_refused_before_any_is_trained():
    with pytest.raises(SettingError, match="update_options has 'b1', which sgd does not know"):
        make_grid("xor", XOR, {"update": "adam,sgd", "update_options": "b1=0.8"})
    grid = make_grid("xor", XOR, {"readout": "bits=8/noise=1e-4,bits=10"})
    assert [cell.settings.readout for cell in grid.cells] == ["bits=8,noise=1e-4", "bits=10"]
    with pytest.raises(SettingError, match="readout has 'bit', which a readout does not know; its options are bits=0"):
        make_grid("xor", XOR, {"readout": "bit=8"})
    with pytest.raises(SettingError, match="schedule_options has 'alpha', which linear does not know"):
        make_grid("xor", XOR, {"schedule": "cosine,linear", "schedule_options": "alpha=0.1"})


def test_options_that_are_given_as_to_a_task_are_one_value():
    grid = make_grid("xor", XOR, {"readout": "bits=8,noise=1e-4", "mismatch": "gain=0.3,offset=10m,gain=0.1"})
    found = [(cell.settings.readout, cell.settings.mismatch) for cell in grid.cells]
    assert found == [("bits=8,noise=1e-4", "gain=0.3,offset=10m"), ("bits=8,noise=1e-4", "gain=0.1")]
