"""Other programs run in an empty folder, for a bounded time, and say what is wrong when they do not."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from waiting import wait_until

from ebana_like.elements import Wires
from ebana_like.errors import SettingError, SimulatorError
from ebana_like.netlist import Netlist
from ebana_like.networks import Crossbar, Inputs, OutputPairs, build_network
from ebana_like.simulators.programs import find_program, run_program

RAW = """Title: divider
No. Variables: 2
Variables:
\t0\tV(in)\tvoltage
\t1\tV(out)\tvoltage
Values:
0\t3.0
\t2.0
"""


@pytest.fixture
def program(tmp_path):
    """Return a maker of programs that understand LTspice's dialect and do what a shell script says."""

    def make(script, name="ltspice"):
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return find_program(str(path))

    return make


@pytest.mark.parametrize("name", ["ngspice", "gnucap"])
def test_a_divider_divides(name, divider):
    if not shutil.which(name):
        pytest.skip(f"{name} is not installed")
    run = run_program(find_program(name), Netlist(divider), None, limit=60)
    # gnucap adds gmin, 1e-12 S, to the 3e-6 S at every node
    assert run.voltages["out"] == pytest.approx(2.0, rel=1e-6)


def test_a_program_finds_an_empty_folder_and_an_empty_home(divider, program, tmp_path):
    seen = tmp_path / "seen"
    script = f'(ls -A; ls -A "$HOME"; head -n 1 circuit.cir) > {seen}; printf "{RAW}" > circuit.raw'
    run = run_program(program(script), Netlist(divider), None, limit=60)
    assert run.voltages == {"in": 3.0, "out": 2.0}
    assert seen.read_text().split() == ["circuit.cir", "circuit.cir", "divider"]


def test_a_program_that_hangs_is_stopped_with_its_children(divider, program, tmp_path):
    child = tmp_path / "child"
    with pytest.raises(SimulatorError, match=r"ltspice took longer than 0\.5 s and was stopped"):
        run_program(program(f"sleep 600 & echo $! > {child}; wait"), Netlist(divider), None, limit=0.5)
    status = Path(f"/proc/{child.read_text().strip()}/stat")
    assert not status.exists() or status.read_text().split()[2] == "Z"  # dead, and not yet noticed by who inherits it


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (
            "echo singular matrix",
            r"found no operating point: it ends with: singular matrix$",
        ),
        ("true", r"found no operating point: there is no result file circuit\.raw"),
        (f'printf "{RAW.replace("out", "on")}" > circuit.raw', "gives no voltage for 1 node, out among them"),
    ],
)
def test_a_program_without_an_answer_says_so(script, message, divider, program):
    with pytest.raises(SimulatorError, match=message):
        run_program(program(script), Netlist(divider), None, limit=60)


def test_a_missing_program_says_how_to_get_it_and_what_else_there_is(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SimulatorError, match=r"xyce is not installed.*get it \(see https.*--export xyce FILE"):
        find_program("xyce")


@pytest.mark.parametrize("name", ["spectre", "hspice"])
def test_an_unknown_program_is_told_those_that_are_known(name):
    with pytest.raises(SettingError, match=rf"the program {name} is .*; known .*are ngspice, gnucap, xyce, ltspice"):
        find_program(name)


def test_the_name_of_a_file_says_which_program_it_is(program, tmp_path):
    assert program("", "gnucap-0.37").dialect.name == "gnucap"
    with pytest.raises(SettingError, match="could be any program; rename it"):
        program("", "spice")
    with pytest.raises(SimulatorError, match="is not a program that can be run"):
        find_program(str(tmp_path / "nowhere"))


def test_gnucap_is_heard_when_it_did_not_converge(divider, program):
    script = """printf 'main version\\ntitle\\n#  v(in)  v(out)\\ndid not converge\\n 27.  3.  2.\\n'"""
    with pytest.raises(SimulatorError, match="gnucap did not converge: the voltages it printed are no operating point"):
        run_program(program(script, "gnucap"), Netlist(divider), None, limit=60)


def test_gnucaps_table_may_have_suffixes_and_no_numbers(divider, tmp_path):
    gnucap = find_program("gnucap").dialect if shutil.which("gnucap") else pytest.skip("gnucap is not installed")
    found = gnucap.voltages(tmp_path, "main version\ntitle\n#  v(a)  v(b)  v(c)\n 27.  -45.f  1.5  NaN\n")
    assert found["a"] == pytest.approx(-45e-15, rel=1e-15)
    assert found["b"] == 1.5
    assert np.isnan(found["c"])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_program_ends_with_the_process_that_started_it(number, program, tmp_path):
    """And the next one that makes a folder removes the one that was left."""
    seen, environment = tmp_path / "seen", {**os.environ, "TMPDIR": str(tmp_path)}
    program(f"pwd > {seen}.new; echo $$ >> {seen}.new; mv {seen}.new {seen}; exec sleep 600")
    netlist = tmp_path / "divider.cir"
    netlist.write_text("title\nv1 in 0 3\nr1 in out 1k\nr2 out 0 2k\n.end\n")
    words = ["rerun", str(netlist), "--with", str(tmp_path / "ltspice")]
    with subprocess.Popen(
        [sys.executable, "-c", "from ebana_like.cli import main; main()", *words],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as started:
        wait_until(seen.exists)
        started.send_signal(number)
    folder, process = seen.read_text().split()
    status = Path("/proc", process, "stat")
    wait_until(lambda: not status.exists() or status.read_text().split()[2] == "Z")
    left = Path(folder).parent
    assert left.is_dir()
    os.utime(left, (0, 0))
    code = "from ebana_like.files import TemporaryFolder; TemporaryFolder('test').close()"
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    assert not left.exists()


def test_a_program_in_the_working_directory_is_not_meant_by_its_bare_name(program, tmp_path, monkeypatch):
    program("exit", "ltspice")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f":{tmp_path}/none")
    with pytest.raises(SimulatorError, match="ltspice is not installed"):
        find_program("ltspice")
    assert find_program("./ltspice").executable == tmp_path / "ltspice"


def test_where_a_ladder_of_wires_is_too_hard_the_reduced_netlist_is_named(program):
    layers = [Inputs(2), Crossbar(2, wires=Wires(row=1.0)), OutputPairs()]
    with pytest.raises(SimulatorError, match=r"singular matrix; .* try the run's netlist_reduced\.cir, same answers$"):
        run_program(program("echo singular matrix"), Netlist(build_network(layers)), None, limit=5)
