"""A sweep on two processes, as a person runs it: one is killed, then the command, then Ctrl-C, then it is finished."""

import csv
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from waiting import ended, is_running, wait_until

from ebana_like.cli import main

PROGRAM = [sys.executable, "-c", "from ebana_like.cli import main; main()"]

GRID = ["sweep", "xor", "--beta", "1e-9,1e-7,1e-5", "--seeds", "0:8", "--engine", "native"]
GRID += ["--stop-loss", "0", "--epochs", "60", "--goal", "train_loss<1e-2"]
CELLS = 24


def sweep(folder, workers):
    return [*GRID, "--out", str(folder), "--workers", str(workers)]


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def rows(folder):
    path = folder / "results.csv"
    return list(csv.DictReader(path.read_text().splitlines())) if path.is_file() else []


def children(process):
    """Return a process's children: read from /proc, for pgrep is not on every machine."""
    lists = Path(f"/proc/{process}/task").glob("*/children")
    return [int(child) for children in lists for child in children.read_text().split()]


def workers(process):
    """Return the processes that train; beside them the command has one that only keeps books of semaphores."""
    return {child for child in children(process.pid) if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()}


@pytest.fixture
def start(tmp_path):
    started = []

    def process():
        command = [*PROGRAM, *sweep(tmp_path, workers=2)]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True))
        return started[-1]

    yield process
    for process in started:
        process.kill()
        process.communicate()


def test_a_grid_survives_a_killed_worker_a_killed_command_and_ctrl_c(tmp_path, start):
    process = start()
    wait_until(lambda: len(rows(tmp_path)) >= 2, process)
    before = workers(process)
    assert len(before) == 2
    os.kill(min(before), signal.SIGKILL)
    wait_until(lambda: len(workers(process) - before) == 1, process)  # another takes its place
    second = run(*sweep(tmp_path, workers=2))
    assert second.exit_code == 1
    assert second.output.splitlines() == [
        f"error: process {process.pid} works in {tmp_path}; wait until it is done, or choose another folder"
    ]
    orphans = workers(process)
    process.kill()
    process.wait()
    wait_until(lambda: not any(map(is_running, orphans)))  # they end in the middle of their cells
    done = len(rows(tmp_path))
    process = start()
    wait_until(lambda: len(rows(tmp_path)) >= done + 2, process)
    process.send_signal(signal.SIGINT)
    text = ended(process)
    assert process.returncode == 130
    assert "Traceback" not in text
    assert "leaked" not in text
    assert "distributed" not in text
    kept = rows(tmp_path)
    assert done + 2 <= len(kept) < CELLS
    assert f"stopped: {len(kept)} of {CELLS} cells are finished" in text
    assert all(row["status"] == "done" for row in kept)

    def written():
        return {
            row["cell"]: (tmp_path / f"cells/{int(row['cell']):04d}/history.csv").stat().st_mtime_ns for row in kept
        }

    times = written()
    last = run(*sweep(tmp_path, workers=1))
    assert last.exit_code == 0, last.output
    assert f"{len(kept)} of them finished" in last.output
    assert times == written()  # no finished cell was trained again
    everything = rows(tmp_path)
    assert [int(row["cell"]) for row in everything] == list(range(CELLS))
    assert all(row["status"] == "done" and row["epochs"] == "60" for row in everything)
    assert {row["cell"]: row for row in everything if row["cell"] in times} == {row["cell"]: row for row in kept}
    assert len(re.findall(r"^ *1e-\d +\d+/8", last.output, re.MULTILINE)) == 3
    assert (tmp_path / "map.svg").is_file()


def test_a_failing_cell_is_named_with_its_reason_and_the_others_go_on(tmp_path):
    result = run("sweep", "xor", "--diode", "valve,schottky", "--engine", "native", "--epochs", 1, "--out", tmp_path)
    assert result.exit_code == 0, result.output
    assert re.search(r'cell 0 \(diode valve\): failed, .*no diode model "valve"', result.output)
    assert re.search(r"schottky +0/1", result.output)
    looked = run("inspect", re.search(r"inspect (\S+)\n", result.output)[1])
    assert looked.exit_code == 0, looked.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["xor", "--beta", "1e-9:1e-1"], "error: beta is '1e-9:1e-1', which is no range; write values as"),
        (["xor", "--goal", "good"], "error: the goal is 'good'; write a column"),
        (["xor", "--seeds", "0:3", "--beta", "-1"], "error: grid: beta is -1; it must be at least 0"),
        (["xro"], 'there is no "xro"; did you mean "xor"'),
    ],
)
def test_bad_use_is_one_clear_line(arguments, message, tmp_path):
    result = run("sweep", *arguments, "--workers", 1, "--out", tmp_path / "new")
    assert result.exit_code == 2
    assert re.search(message, result.output)
    assert "Traceback" not in result.output
