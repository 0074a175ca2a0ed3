"""One option of a rule, a technology or a sensor by itself: --technology.step 0.002."""

import click
import pytest

from ebana_like.cli.train import train_command
from ebana_like.tasks import TASKS


def parsed(line):
    return train_command(TASKS["iris"]).make_context("iris", line.split()).params


@pytest.mark.parametrize(
    ("line", "setting", "text"),
    [
        ("--technology ecram --technology.step 0.002", "technology_options", "step=0.002"),
        ("--technology.rounding=kept --technology.law.up 0.1", "technology_options", "rounding=kept,law.up=0.1"),
        ("--technology.most 9 --technology-options least=3", "technology_options", "least=3,most=9"),
        ("--update.b1 0.8", "update_options", "b1=0.8"),
        ("--schedule.alpha 0.1", "schedule_options", "alpha=0.1"),
        ("--readout noise=1e-4 --readout.full-scale 5", "readout", "noise=1e-4,full_scale=5"),
        ("--wires.row 1 --wires.column=2", "wires", "row=1,column=2"),
    ],
)
def test_they_come_after_those_that_are_given_at_once(line, setting, text):
    assert parsed(line)[setting] == text


@pytest.mark.parametrize("line", ["--technology.step", "--technology.step=", "--lr.first 1", "--nothing.step 1"])
def test_what_is_no_option_or_has_no_value_is_bad_use(line):
    with pytest.raises(click.UsageError):
        parsed(line)
