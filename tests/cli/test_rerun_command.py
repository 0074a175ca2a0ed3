"""Trained netlists give the same voltages in other programs, and the command says how far they are and why."""

import re
import shutil

import pytest
from click.testing import CliRunner

from ebana_like.cli import main


def needs(program):
    return pytest.mark.skipif(not shutil.which(program), reason=f"{program} is not installed")


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(scope="module", params=["xor", "iris", "digits"])
def trained(request, tmp_path_factory):
    """A short run of each task; digits with 64-100-10."""
    folder = tmp_path_factory.mktemp("runs")
    options = {"xor": (), "iris": ("--epochs", 5), "digits": ("--epochs", 1, "--hidden", 100)}[request.param]
    result = run(request.param, *options, "--out", folder)
    assert result.exit_code == 0, result.output
    (path,) = folder.iterdir()
    return path


def deviations(text):
    """The column of deviations at the outputs, volts."""
    table = text.partition("largest deviations")[2]
    return [float(found) for found in re.findall(r"^.*?(\d\.\de[+-]\d+) V at y\d+[pn]", table, re.MULTILINE)]


@needs("ngspice")
def test_ngspice_agrees(trained):
    result = run("rerun", trained, "--with", "ngspice")
    assert result.exit_code == 0, result.output
    # the same constants, solver tolerances of 1e-12: rounding is left
    assert max(deviations(result.output)) < 1e-12
    assert "none to look for" in result.output


@needs("gnucap")
def test_gnucap_agrees_and_what_differs_is_explained(trained):
    record, solved, *others = deviations(run("rerun", trained, "--with", "gnucap").output)
    assert record < 1e-5
    assert solved == record
    assert others[-1] < 1e-7
    equal = run("rerun", trained, "--with", "gnucap", "--equal-vt")
    record_at_equal_vt, *_, explained = deviations(equal.output)
    assert "at 27.008479 degrees Celsius" in equal.output
    # the thermal voltage made equal, diodes far in reverse still carry up to 0.4 % of IS more in gnucap
    assert record_at_equal_vt < record / 2
    assert explained < 1e-7


def test_a_netlist_is_written_for_a_program_that_is_not_here(tmp_path):
    source = "netlists/xor.cir"
    file = tmp_path / "xor.scs"
    result = run("rerun", source, "--export", "spectre", file)
    assert result.exit_code == 0, result.output
    assert f"made:     {file}" in result.output
    assert "simulator lang=spectre" in file.read_text()


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        ((), 2, "nothing to do; give --with PROGRAM .* or --export DIALECT FILE"),
        (("--with", "hspice"), 2, "the program hspice is not known; known are ngspice, gnucap, xyce, ltspice"),
        (("--export", "spectre", "no/folder/x.scs"), 1, "cannot write no/folder/x.scs: No such file or directory"),
        (("--export", "ltspice", "x.cir", "--equal-vt"), 2, "the constants of ltspice are not known here"),
        (("--with", "/bin/true"), 2, "/bin/true could be any program"),
    ],
)
def test_bad_use_is_one_clear_line(arguments, status, message):
    result = run("rerun", "netlists/xor.cir", *arguments)
    assert result.exit_code == status
    assert re.search(message, result.output)
    assert "Traceback" not in result.output
