"""Settings come from strings and TOML files, go back into them, and are checked on the way."""

import re
import tomllib
from dataclasses import fields, replace
from typing import get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebana_like.errors import SettingError
from ebana_like.learning import Centered, CrossEntropy, Stochastic
from ebana_like.runs import Settings, as_table, commented_config, decode, dump_config, load_config, settings_in
from ebana_like.runs.assembly import cost_of, estimator_of
from ebana_like.runs.entries import OPTIONS
from ebana_like.runs.without_effect import without_effect
from ebana_like.tasks import TASKS


@pytest.mark.parametrize(
    ("name", "text", "toml", "value"),
    [
        ("epochs", "20", 20, 20),
        ("epochs", "20", 20.0, 20),
        ("beta", "2e-7", 2e-7, 2e-7),
        ("stop_loss", "1", 1, 1.0),
        ("hidden", "20,10", [20, 10], (20, 10)),
        ("hidden", "20", 20, (20,)),
        ("lr", "0.1, 0.02", [0.1, 0.02], (0.1, 0.02)),
        ("lr", "1", 1, (1.0,)),
        ("cost", "cross-entropy", "cross-entropy", "cross-entropy"),
        ("mismatch", "gain=0.1,offset=0.01", {"gain": 0.1, "offset": 0.01}, "gain=0.1,offset=0.01"),
        ("update_options", " b1 = 0.001, nesterov=true", {"b1": 0.001, "nesterov": True}, "b1=0.001,nesterov=true"),
    ],
)
def test_values_are_read_from_text_and_from_toml(name, text, toml, value):
    for given_value in (text, toml):
        found = getattr(decode({name: given_value}, Settings(), "here"), name)
        assert found == value
        assert type(found) is type(value)


def test_given_values_stand_over_those_of_the_base():
    base = replace(Settings(), epochs=7, batch=3)
    assert decode({"batch": "5"}, base, "here") == replace(base, batch=5)


def values_of(entry):
    """Return values a field allows."""
    if entry.name in OPTIONS:
        return st.sampled_from(["", "b1=0.5", "b1=0.5,nesterov=true"])
    if entry.name == "windows":  # of one hidden layer, as `hidden` has here
        return st.sampled_from(["", "24x7/3"])
    if entry.metadata["choices"]:
        return st.sampled_from(list(entry.metadata["choices"]))
    low, high = entry.metadata["low"] or 0, 256 if entry.metadata["limit"] == "workers" else 2**63 - 1
    kinds = {
        str: st.text(st.characters(exclude_categories=["Cs"])),
        int: st.integers(int(low), high),
        float: st.floats(low, 1e300, exclude_min=low == 0),
    }
    kind = get_type_hints(Settings)[entry.name]
    if kind in kinds:
        return kinds[kind]
    if kind is bool:
        return st.booleans()
    item, count = kind.__args__[0], {"hidden": 1, "lr": 2, "lr_bias": 2, "lr_by_size": 2, "g_start": 4}[entry.name]
    return st.lists(kinds[item], min_size=count, max_size=count).map(tuple)


@given(st.builds(Settings, **({entry.name: values_of(entry) for entry in fields(Settings)} | {"decay": st.just(1.0)})))
def test_settings_come_back_from_a_config_file_and_from_a_command_line_as_they_were(settings):
    table = as_table(settings)
    assert decode(tomllib.loads(dump_config({"settings": table}))["settings"], Settings(), "file") == settings
    typed = {name: ",".join(map(str, v)) if isinstance(v, list) else str(v) for name, v in table.items()}
    assert decode(typed, Settings(), "command line") == settings


@pytest.mark.parametrize(
    ("name", "near"), [("hiden", "hidden"), ("epoch", "epochs"), ("stop-loss", "stop_loss"), ("bta", "beta")]
)
def test_an_unknown_name_is_answered_with_the_nearest(name, near):
    with pytest.raises(SettingError, match=f'here: there is no setting "{name}"; did you mean "{near}"'):
        decode({name: 1}, Settings(), "here")


def test_a_name_like_no_other_is_answered_with_all():
    with pytest.raises(SettingError, match="known are engine, workers, seed"):
        decode({"zzz": 1}, Settings(), "here")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("epochs", True, "epochs is True; expected a whole number"),
        ("epochs", 2.5, "epochs is 2.5; expected a whole number"),
        ("epochs", "2.5", "epochs is '2.5'; expected a whole number"),
        ("epochs", [1], r"epochs is \[1\]; expected a whole number"),
        ("epochs", float("inf"), "epochs is inf; expected a whole number"),
        ("beta", False, "beta is False; expected a number"),
        ("beta", "much", "beta is 'much'; expected a number"),
        pytest.param("beta", 10**400, "beta is 1000.*; expected a number", id="beta-huge"),
        ("hidden", "10,", "hidden is '10,'; expected numbers separated by commas"),
        ("hidden", [10, 2.5], "hidden is .*; expected numbers separated by commas"),
        ("lr", [True], "lr is .*; expected numbers separated by commas"),
        ("diode", 4148, "diode is 4148; expected a word"),
        # limits
        ("beta", -1, "beta is -1; it must be at least 0"),
        ("beta", "nan", "beta is nan; it must be finite"),
        ("lr", "0.1,inf", "lr is 0.1,inf; it must be finite"),
        ("on", "-inf", "on is -inf; it must be finite"),
        ("volts", -1, "volts is -1; it must be above zero"),
        ("gain", 0, "gain is 0; it must be above zero"),
        ("temperature", 0, "temperature is 0; it must be above zero"),
        ("g_low", 0, "g_low is 0; it must be above zero"),
        ("decay", 0, "decay is 0; it must be above zero"),
        ("epochs", -3, "epochs is -3; it must be at least 1"),
        ("batch", 0, "batch is 0; it must be at least 1"),
        ("workers", 0, "workers is 0; it must be at least 1"),
        ("seed", -1, "seed is -1; it must be at least 0"),
        ("stop_loss", float("nan"), "stop_loss is nan; it must be finite"),
        ("hidden", "10,0", "hidden is 10,0; it must be at least 1"),
        ("hidden", [], "hidden is empty; give it a value of at least 1"),
        ("lr", "1,2,3", "lr has 3 values; give one for all, or 2"),
        ("lr", [], "lr has 0 values"),
        ("g_start", "1e-6", "g_start has 1 values; give LOW,HIGH once, or for each of the 2 crossbars"),
        ("g_start", [1e-6] * 6, "g_start has 6 values"),
        ("schedule", "step", "schedule is 'step'; choose one of constant, exponential, cosine, warmup-cosine, "),
        ("cost", "hinge", "cost is 'hinge'; choose one of squared-error, cross-entropy"),
        ("estimator", "center", "estimator is 'center'; choose one of positive.*; did you mean \"centered\""),
        ("engine", "", "engine is ''; choose one of [a-z, ]*$"),
        # sizes and forms that cannot be meant
        ("epochs", "1_0", "epochs is '1_0'; expected a whole number"),
        ("lr", "0_1,1", "lr is '0_1,1'; expected numbers separated by commas"),
        ("beta", "\uff11", "beta is .*; expected a number"),
        ("workers", 10**6, "workers is 1,000,000; more than 256 are taken for a mistake"),
        pytest.param(
            "epochs", -(10**5000), "epochs is a number of 16610 bits; it must be at least 1", id="epochs-huge"
        ),
    ],
)
def test_a_value_that_is_not_allowed_is_named_with_what_is(name, value, message):
    with pytest.raises(SettingError, match=f"^here: {message}"):
        decode({name: value}, Settings(), "here")


def test_settings_that_are_no_table_are_refused():
    with pytest.raises(SettingError, match="here: the settings are 3; expected a table"):
        decode(3, Settings(), "here")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[setings]\nepochs = 3", r'^here: there is no table \[setings\]; did you mean "settings"\?$'),
        ("[sweep]\nepochs = 3", r"^here: there is no table \[sweep\]; known are settings$"),
        ("epoch = 3", '^here: there is no setting "epoch"; did you mean "epochs"'),
    ],
)
def test_a_misspelt_table_or_setting_of_a_file_is_named_with_the_right_one(text, message):
    with pytest.raises(SettingError, match=message):
        settings_in(tomllib.loads(text), "settings", Settings(), "here")


@pytest.mark.parametrize("text", ["epochs = 3", "[settings]\nepochs = 3\n[run]\ntask = 'xor'"])
def test_settings_stand_in_their_table_or_at_the_top_of_a_file(text):
    assert settings_in(tomllib.loads(text), "settings", Settings(), "here") == Settings(epochs=3)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: None, "cannot read .*config.toml: No such file"),
        (lambda path: path.mkdir(), "cannot read .*config.toml: Is a directory"),
        (lambda path: path.write_text("epochs 3"), "config.toml is not a TOML file: Expected '='"),
        (lambda path: path.write_bytes(b"\xff"), "config.toml is not a TOML file: .*invalid start byte"),
    ],
    ids=["missing", "folder", "syntax", "bytes"],
)
def test_a_config_that_cannot_be_read_is_named(make, message, tmp_path):
    make(tmp_path / "config.toml")
    with pytest.raises(SettingError, match=message):
        load_config(tmp_path / "config.toml")


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_the_commented_config_of_a_task_is_its_settings(task):
    text = commented_config(task.settings)
    assert decode(tomllib.loads(text)["settings"], Settings(), "file") == task.settings
    assert all("# " in line for line in text.splitlines()[1:])


def test_a_cosine_that_decays_too_is_refused():
    with pytest.raises(SettingError, match="decay is 0.9 but the schedule is cosine"):
        Settings(schedule="cosine", decay=0.9)


@pytest.mark.parametrize("given_value", ["20,10", [20, 10], (20, 10)])
def test_python_gives_settings_as_a_config_file_does(given_value):
    assert Settings(hidden=given_value, lr=1).hidden == (20, 10)
    assert Settings(lr=1) == Settings(lr=(1.0,))
    with pytest.raises(SettingError, match="^epochs is 2.5; expected a whole number"):
        Settings(epochs=2.5)


def test_more_workers_are_taken_where_the_message_says_how(monkeypatch):
    with pytest.raises(SettingError) as caught:
        Settings(workers=300)
    monkeypatch.setenv(*str(caught.value).rpartition(" ")[2].split("="))
    assert Settings(workers=300).workers == 300


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"wires": "1"}, "wires is '1'; expected options as in row=1,column=1"),
        ({"readout": "10"}, "readout is '10'; expected options as in bits=10,noise=1e-4"),
        ({"schedule_options": "alpha"}, "schedule_options is 'alpha'; expected options as in alpha=0.1"),
        ({"celsius": -300}, "celsius is -300; it must be at least -273"),
    ],
)
def test_what_a_setting_cannot_be_is_answered_with_what_it_can(given, message):
    with pytest.raises(SettingError, match=f"here: {re.escape(message)}"):
        decode(given, Settings(), "here")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"chip": 3}, "chip is 3, but mismatch is not given, and without it all chips are the same"),
        ({"converter": "full_scale=3"}, "converter: full_scale is 3, but bits is 0"),
        ({"readout": "noise=1e-3,full_scale=1"}, "readout: full_scale is 1, but bits is 0"),
    ],
)
def test_a_setting_that_does_nothing_without_another_is_refused(given, message):
    with pytest.raises(SettingError, match=re.escape(message)):
        TASKS["xor"].problem(replace(TASKS["xor"].settings, **given))


def test_estimators_and_costs_take_no_setting_that_only_shares_a_name():
    """Volts of noise are not the volts that inputs are scaled to."""
    settings = replace(TASKS["xor"].settings, estimator="stochastic", volts=2.0)
    assert estimator_of(settings) == Stochastic()
    assert estimator_of(replace(settings, estimator="centered", beta=1e-5)) == Centered(1e-5)
    assert cost_of(replace(settings, cost="cross-entropy", temperature=0.2)) == CrossEntropy(0.2)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, []),
        ({"cost": "cross-entropy", "on": 0.5}, ["on is 0.5, without effect: cost is cross-entropy"]),
        ({"cost": "cross-entropy", "temperature": 0.5}, []),
        ({"temperature": 0.5}, ["temperature is 0.5, without effect: cost is squared-error"]),
        ({"estimator": "adjoint", "beta": 1e-5}, ["beta is 1e-05, without effect: estimator is adjoint"]),
        ({"estimator": "stochastic", "volts": 3.0}, []),
        ({"lr_bias": (0.1, 0.2)}, ["lr_bias is 0.1,0.2, without effect: bias_limit is 0"]),
        ({"lr_bias": (0.1,), "bias_limit": 1e-6}, []),
        ({"lr_by_size": (1.0, 2.0)}, ["lr_by_size is 1,2, without effect: lr is given"]),
        ({"lr_by_size": (1.0, 2.0), "lr": (0.0,)}, []),
        ({"engine": "native", "workers": 2}, ["workers is 2, without effect: engine is native"]),
        (
            {"neurons": "halves", "gain": 8.0, "device_bins": 7},
            ["gain is 8.0, without effect: neurons is halves", "device_bins is 7, without effect: technology is ideal"],
        ),
    ],
)
def test_what_is_given_without_effect_is_named(given, said):
    usual = TASKS["xor"].settings
    assert without_effect(replace(usual, **given), usual) == said


@pytest.mark.parametrize("name", ["data", "target"])
def test_a_task_with_data_of_its_own_takes_no_others(name):
    task = TASKS["iris"]
    with pytest.raises(SettingError, match=f"{name} is my.csv, but iris comes with data of its own; leave it out"):
        task.parts(replace(task.settings, **{name: "my.csv"}))
