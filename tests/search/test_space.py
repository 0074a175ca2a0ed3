"""What a person writes for a space is what is searched; what makes no sense is said before anything is trained."""

import tomllib

import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

from ebana_like.errors import SettingError
from ebana_like.search.space import load_space, space_of
from ebana_like.tasks import TASKS

XOR = TASKS["xor"].settings


def space(text, base=XOR):
    return space_of(tomllib.loads(text), base, "my.toml")


def test_every_way_to_write_a_dimension():
    found = space("""
        beta = {low = 1e-9, high = 1e-3, log = true}
        lr = [{low = 0.01, high = 1, log = true}, {low = 0.1, high = 0.2}]
        batch = {low = 2, high = 8, step = 2}
        update = ["sgd", "momentum"]
        hidden = [[4], [8]]
        readout.bits = {low = 6, high = 10}
        readout.noise = {low = 1e-5, high = 1e-3, log = true}
    """)
    assert dict(found.dimensions) == {
        "beta": FloatDistribution(1e-9, 1e-3, log=True),
        "lr.1": FloatDistribution(0.01, 1.0, log=True),
        "lr.2": FloatDistribution(0.1, 0.2),
        "batch": IntDistribution(2, 8, step=2),
        "update": CategoricalDistribution(["sgd", "momentum"]),
        "hidden": CategoricalDistribution(["4", "8"]),
        "readout.bits": IntDistribution(6, 10),
        "readout.noise": FloatDistribution(1e-5, 1e-3, log=True),
    }


def test_a_point_is_the_settings_that_its_texts_say():
    found = space("""
        lr = [{low = 0.01, high = 1, log = true}, {low = 0.1, high = 0.2}]
        hidden = [[4], [8]]
        readout = {bits = {low = 6, high = 10}, noise = [1e-4, 1e-3]}
    """)
    point = {"lr.1": 0.123456789, "lr.2": 0.15, "hidden": "8", "readout.bits": 7, "readout.noise": "0.001"}
    texts = {"lr": "0.123457,0.15", "hidden": "8", "readout": "bits=7,noise=0.001"}
    assert found.texts(point) == texts
    settings = found.settings(point)
    assert (settings.lr, settings.hidden, settings.readout) == ((0.123457, 0.15), (8,), "bits=7,noise=0.001")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "my.toml has no settings in it; give a range as"),
        ("learning_rate = [1, 2]", 'there is no setting "learning_rate"; '),
        ("seed = [1, 2]", "seed is not searched, for the best seed is luck; leave it out"),
        ("validation = [0.1, 0.2]", "validation is not searched, for trials are judged on validation samples"),
        ("lr = 0.1", r"lr is 0.1; give a range .* \(one value alone is an option of the command\)"),
        ("lr = []", r"lr is \[\]; give a range"),
        ("lr = {low = 0.1}", "lr is .*; give a range as"),
        ("lr = {low = 0.1, hgih = 1}", 'lr has "hgih"; did you mean "high"'),
        ("lr = {low = '0.1', high = 1}", "lr is .*; give a range as"),
        ("lr = {low = 1, high = 0.1}", "lr goes from 1 to 0.1; give a high above the low"),
        ("lr = {low = 0, high = 1, log = true}", "lr begins at 0, and log needs a low above zero"),
        ("lr = {low = 0.1, high = 1, log = 'yes'}", "lr has log = 'yes'; give true or false"),
        ("lr = {low = 0.1, high = 1, log = true, step = 0.1}", "lr has log and step; give one of the two"),
        ("lr = {low = 0.1, high = 1, step = 0}", "lr has step = 0; give one above zero"),
        ("batch = {low = 0, high = 4}", "my.toml: batch is 0; it must be at least 1"),
        ("batch = {low = 1.5, high = 4}", "batch takes whole numbers, and its range is .*; give whole ends"),
        ("update = {low = 1, high = 2}", "update is no number, so it has no range; give a list of values"),
        ("update = ['sgd', 'adma']", 'update is .adma.; choose one of .*did you mean "adamax"'),
        ("batch = [4, 4]", r"batch has a value twice in \[4, 4\]; give every value once"),
        ("update = ['sgd', 'momentum']\nupdate_options.momentum = [0.5, 0.9]", "'momentum', which sgd does not know"),
        (
            "hidden = [[4], [4, 4]]\nlr = [{low = 1, high = 2}, {low = 1, high = 2}]",
            "lr has 2 values; give one for all",
        ),
    ],
)
def test_a_space_that_makes_no_sense_is_refused(text, message):
    with pytest.raises(SettingError, match=message) as caught:
        space(text)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_none_is_named(tmp_path):
    (tmp_path / "bad.toml").write_text("lr = {low = ")
    with pytest.raises(SettingError, match=r"bad\.toml is not a TOML file"):
        load_space(tmp_path / "bad.toml", XOR)
    with pytest.raises(SettingError, match=r"none\.toml"):
        load_space(tmp_path / "none.toml", XOR)
