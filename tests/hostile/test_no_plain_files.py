"""Pipes, devices, folders and links in circles as inputs: none is waited for, none is read, each is told in a line."""

import os
import re
import shutil
import signal
from pathlib import Path

import pytest
from click.testing import CliRunner

from ebana_like.cli import main

SECONDS = 30
"""After which a command has taken to waiting; it takes a moment, but cores may be busy."""

TABLE = "v1,out\n1,0.2\n2,0.4\n"
NETLIST = "title\nV1 in 0 1\nR1 in out 1k\nR2 out 0 1k\n.end\n"


@pytest.fixture(autouse=True)
def alarm(tmp_path, monkeypatch):
    """Nothing waits for ever, and nothing is remembered elsewhere."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    def end(number, frame):
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def run(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


def refused(done):
    assert done.exit_code in (1, 2), done.output
    assert re.search(r"^error: [^\n]*\n\Z", done.output, re.MULTILINE), done.output
    assert "fault of this program" not in done.output, done.output


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    made = run("xor", "--engine", "native", "--epochs", 1, "--hidden", 2, "--out", folder)
    assert made.exit_code == 0, made.output
    (found,) = folder.iterdir()
    return found


def pipe(path):
    os.mkfifo(path)


def circle(path):
    path.symlink_to(path)


def zeros(path):
    path.symlink_to("/dev/zero")


def terminal(path):
    path.symlink_to("/dev/stdin")


def folder(path):
    path.mkdir()


FIT = ("--inputs", "v1", "--outputs", "out", "--epochs", 1)
INPUTS = {
    "netlist to inspect": ("inspect", "BAD"),
    "netlist to solve": ("voltages", "BAD"),
    "netlist to fit": ("fit", "BAD", "--data", "TABLE", *FIT),
    "netlist to run": ("rerun", "BAD", "--with", "ngspice"),
    "table to fit": ("fit", "NETLIST", "--data", "BAD", *FIT),
    "config to fit": ("fit", "NETLIST", "--config", "BAD", "--data", "TABLE", *FIT),
    "table to answer": ("predict", "NETLIST", "--data", "BAD", "--inputs", "v1", "--outputs", "out"),
    "table to solve": ("voltages", "NETLIST", "--data", "BAD", "--inputs", "v1"),
    "table to train on": ("csv", "--data", "BAD", "--epochs", 1, "--out", "OUT"),
    "images to train on": ("mnist", "--data", "BAD", "--epochs", 1, "--out", "OUT"),
    "config to train by": ("xor", "--config", "BAD", "--out", "OUT"),
    "config to sweep": ("sweep", "xor", "--config", "BAD", "--out", "OUT"),
    "start": ("xor", "--start", "BAD", "--out", "OUT"),
    "diode": ("xor", "--diode", "BAD", "--out", "OUT"),
    "program": ("rerun", "NETLIST", "--with", "BAD"),
}


@pytest.mark.parametrize("plant", [pipe, zeros, terminal, circle, folder])
@pytest.mark.parametrize("name", INPUTS)
def test_an_input_that_is_no_plain_file_is_refused(name, plant, tmp_path):
    (tmp_path / "t.csv").write_text(TABLE)
    (tmp_path / "n.cir").write_text(NETLIST)
    plant(tmp_path / "bad.mod")
    places = {"BAD": "bad.mod", "TABLE": "t.csv", "NETLIST": "n.cir", "OUT": "out"}
    before = sorted(path.name for path in tmp_path.iterdir())
    refused(run(*(tmp_path / places[word] if word in places else word for word in INPUTS[name])))
    assert sorted(path.name for path in tmp_path.iterdir() if path.name not in ("state", "out")) == before


FILES = {
    "config.toml": [("inspect",), ("resume", "--epochs", 2), ("report",)],
    "netlist.cir": [("inspect",), ("power",), ("report",)],
    "history.csv": [("plot", "--what", "loss"), ("report",)],
    "checkpoint/*.json": [("resume", "--epochs", 2)],
    "checkpoint/*.safetensors": [("resume", "--epochs", 2)],
}


@pytest.mark.parametrize("plant", [pipe, zeros, terminal, circle, folder])
@pytest.mark.parametrize("name", FILES)
def test_a_file_of_a_run_that_is_no_plain_file_is_refused(name, plant, trained, tmp_path):
    given = tmp_path / "run"
    shutil.copytree(trained, given)
    found = [*given.glob(name)]
    assert found
    for path in found:
        Path(path).unlink()
        plant(path)
    for command in FILES[name]:
        refused(run(command[0], given, *command[1:]))
