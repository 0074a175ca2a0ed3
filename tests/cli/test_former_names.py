"""What said `newton` before goes on as `native`: commands, config files, run folders, netlists and Python."""

import pytest
from click.testing import CliRunner

from ebana_like.cli import main
from ebana_like.errors import SettingError
from ebana_like.fitting.settings import FitSettings
from ebana_like.runs import Run, Settings
from ebana_like.simulators import NativeSimulator, simulator

NETLIST = "divider\nv1 in 0 1\nr1 in out 1k\nr2 out 0 1k\n.end\n"


def run(*arguments):
    result = CliRunner().invoke(main, [str(a) for a in arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_a_run_of_before_is_read_and_goes_on(tmp_path):
    assert ", native, centered" in run("xor", "--engine", "newton", "--epochs", 1, "--out", tmp_path / "runs")
    (made,) = (tmp_path / "runs").iterdir()
    config = made / "config.toml"
    before = config.read_text().replace('engine = "native"', 'engine = "newton"')
    assert 'engine = "newton"' in before
    config.write_text(before)
    assert Run(made).settings().engine == "native"
    run("resume", made, "--epochs", 2)
    run("voltages", made)
    assert "; native\n" in run("power", made, "--engine", "newton")
    assert ", native, centered" in run("xor", "--config", config, "--out", tmp_path / "again")


def test_a_netlist_of_before_says_it(tmp_path):
    netlist, data = tmp_path / "divider.cir", tmp_path / "data.csv"
    netlist.write_text(NETLIST.replace("r1", "* @fit engine newton\nr1"))
    data.write_text("v1,out\n1,0.25\n")
    said = run(
        "fit", netlist, "--data", data, "--inputs", "v1", "--outputs", "out", "--epochs", 1, "--out", tmp_path / "run"
    )
    assert "native, centered" in said


def test_python_of_before_asks_for_it(divider):
    assert Settings(engine="newton") == Settings(engine="native")
    assert FitSettings(engine="newton").engine == "native"
    assert isinstance(simulator("newton", divider), NativeSimulator)
    with pytest.raises(SettingError, match="choose one of ngspice, native"):
        Settings(engine="numba")
