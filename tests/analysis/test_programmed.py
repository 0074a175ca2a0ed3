"""A trained circuit on devices of few levels: what is written, and how well it answers."""

import re

import numpy as np
import pytest
from click.testing import CliRunner
from linear_problem import LinearSimulator, linear_simulator, problem

from ebana_like.analysis.programmed import programmed
from ebana_like.cli import main
from ebana_like.errors import SettingError
from ebana_like.hardware.stock import stock
from ebana_like.netlist import load_netlist

__all__ = ["linear_simulator", "problem"]


def test_levels_are_evenly_spaced_conductances():
    assert 1 / stock("levels:3").within(1e4, 1e7) == pytest.approx([1e-4, 5.005e-5, 1e-7], rel=1e-12)


def test_every_conductance_is_at_the_nearest_level(problem):
    (address,) = problem.system.parameters
    parameter = problem.system.parameters[address]
    levels = np.linspace(parameter.low, parameter.high, 5)
    values = np.array([levels[0], levels[1] + 1e-9, 0.4 * levels[1] + 0.6 * levels[2], levels[4]])
    values = np.resize(values, len(parameter.value))
    found = programmed(problem, {address: values}, stock("levels:5"), LinearSimulator(problem.circuit))
    assert found.values[address][:4] == pytest.approx(levels[[0, 1, 2, 4]], rel=1e-12)
    assert found.part == "train"
    assert (found.values[address] >= parameter.low).all()
    assert (found.values[address] <= parameter.high).all()


def test_what_there_is_may_be_a_series(problem):
    found = programmed(problem, problem.start().values, stock("E12"), LinearSimulator(problem.circuit))
    ohms = 1 / found.values["crossbar1.conductance"]
    assert {float(f"{each:.1e}"[:3]) for each in ohms} <= {1.0, 1.2, 1.5, 1.8, 2.2, 2.7, 3.3, 3.9, 4.7, 5.6, 6.8, 8.2}


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_training_writes_the_rounded_netlist_beside_the_trained_one(tmp_path):
    done = run("iris", "--engine", "native", "--epochs", 2, "--export-levels", 16, "--out", tmp_path)
    assert done.exit_code == 0, done.output
    assert re.search(r"rounded: +test \d+\.\d %, as trained \d+\.\d %; levels:16 in", done.output)
    (path,) = tmp_path.iterdir()
    rounded = load_netlist(path / "netlist_levels-16.cir")
    levels = np.linspace(1e-7, 1e-4, 16)
    for g in rounded.circuit.values().values():
        assert np.abs(g[:, None] - levels).min(axis=1).max() < 1e-15
    assert len(np.unique(load_netlist(path / "netlist.cir").circuit.values()["crossbar1.conductance"])) > 50
    assert run("rerun", path / "netlist_levels-16.cir", "--with", "ngspice").exit_code == 0


def test_levels_that_cannot_be_are_refused_before_training(tmp_path):
    done = run("iris", "--export-levels", "many", "--out", tmp_path)
    assert done.exit_code == 2
    assert 'export-levels is "many"; expected a series' in done.output
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("given", "said"),
    [("levels:1", 'export-levels is "levels:1".*evenly spaced conductances, 2 to '), ("foo", 'export-levels is "foo"')],
)
def test_levels_that_cannot_be_are_called_as_they_were_given(given, said):
    with pytest.raises(SettingError, match=said):
        stock(given, "export-levels")
