"""A trained run is written into devices, ages, and answers worse: the command, its table, its files."""

import csv

import numpy as np
import pytest
from click.testing import CliRunner

from ebana_like.analysis.retention import aged
from ebana_like.analysis.trained import read_trained
from ebana_like.cli.main import main
from ebana_like.pages.retention import time_words


def run(*words):
    return CliRunner().invoke(main, list(map(str, words)))


@pytest.fixture(scope="module")
def xor(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs")
    assert run("xor", "--engine", "native", "--out", out).exit_code == 0
    (path,) = out.iterdir()
    return path


def test_the_loss_grows_with_time_and_the_chips_differ(xor):
    found = aged(read_trained(xor), (31e6, 60.0), count=4, technology="capacitor")
    losses = np.array([[each.loss for each in chips] for chips in (found.written, *found.later)])
    assert found.seconds == (60.0, 31e6)
    assert np.median(losses[1] / losses[0]) == pytest.approx(1, abs=1e-2)  # a minute is nothing to 1e6 s
    assert (losses[2] > 3 * losses[0]).all()
    assert len(set(losses[1])) == 4


def test_what_was_trained_is_not_written_again(tmp_path):
    assert run("xor", "--technology", "pcm-nandakumar", "--epochs", 2, "--out", tmp_path).exit_code == 0
    (path,) = tmp_path.iterdir()
    found = aged(read_trained(path), (86_400.0,), count=3)
    assert {each.loss for each in found.written} == {found.design.loss}
    assert len({each.loss for each in found.later[0]}) == 3


def test_the_command_says_how_much_is_right_at_every_time(xor):
    answer = run("retention", xor, "--technology", "reram-wan", "--after", "1s,36h,1y", "--count", 2)
    assert answer.exit_code == 0, answer.output
    assert "xor: reram-wan, written once; 4 training samples" in answer.output
    for words in ("as written", "after 1s", "after 36h", "after 1y"):
        assert words in answer.output
    rows = list(csv.DictReader((xor / "retention.csv").read_text().splitlines()))
    assert [float(row["seconds"]) for row in rows] == [0, 0, 1, 1, 129_600, 129_600, 31_557_600, 31_557_600]
    assert (xor / "retention.png").stat().st_size > 1000


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "technology is ideal: its devices hold what was written for as long as nobody writes; give one that forg"),
        (("--after", "1 fortnight"), '"1 fortnight" is no time; expected a number and one of y, d, h, min, s'),
        (("--after", "0s"), '"0s" is no time to come'),
        (("--technology-options", "drift=0.1"), "technology-options are given without a technology"),
        (("--technology", "pcm-joshi", "--count", "0"), "count is 0; give at least 1"),
    ],
)
def test_what_cannot_be_is_refused_in_a_line(xor, words, message):
    answer = run("retention", xor, *words)
    assert answer.exit_code == 2
    assert message in answer.output
    assert "Traceback" not in answer.output


def test_times_are_called_as_they_are_asked_for():
    for words, seconds in {"1s": 1.0, "90s": 90.0, "90min": 5400.0, "1d": 86_400.0, "1y": 31_557_600.0}.items():
        assert time_words(seconds) == words
