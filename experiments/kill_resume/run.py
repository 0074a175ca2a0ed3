"""Does a training that is killed, or meets a full disk or a damaged file, end with the same bits all the same?

    python experiments/kill_resume/run.py

Killed are the program alone, one of the processes it has started, or all of them, at any time or during start-up.
Writes results.csv (one line a training or damaged file) beside itself; fails where a single one ends otherwise.
"""

import argparse
import csv
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from click.testing import CliRunner

# what its copies need is imported once, here; JAX and ngspice start nothing before they are asked to solve
import ebana_like.cli.session
import ebana_like.simulators.native.simulator
import ebana_like.simulators.ngspice.simulator  # noqa: F401
from ebana_like.cli import main as train_circuit
from ebana_like.runs import Run, load_circuit, load_history, load_newest
from ebana_like.tasks.catalog import trained_in

HERE = Path(__file__).parent

SPAN = {"xor": 90, "iris": 8}
"""Epochs, some ninety batches each."""

OFTEN = ["--checkpoint-batches", "7", "--checkpoint-seconds", "0"]
HALF = 40
"""Epochs of XOR after which its files are damaged."""

SEEDS = 5
KILLS = 2
"""A training is killed at most so often, lest a slow machine never end it."""

SECONDS_TO_START = 2.0
"""What counts as start-up: engines are started, and the first batches solved."""

SECONDS_TO_VANISH = 30.0
"""So long after a kill a process may still be there: one that was starting first has to come to itself."""

TIMES = ("seconds", "sample_ms")
"""Columns of the history that no two trainings share."""

NETLIST = """two resistors and diodes that clip
v1 in 0 1
r1 in out 1k
r2 out 0 3k
d1 out 0 clip
d2 0 out clip
.model clip D(IS=1e-12 N=2)
.end
"""


@dataclass(frozen=True)
class Case:
    """A command that trains, with an engine."""

    command: str
    engine: str

    def begin(self, folder: Path, seed: int) -> list[str]:
        """Return the arguments that begin it in a folder."""
        how = ["--engine", self.engine, "--stop-loss", "0"]
        if self.command == "fit":
            (folder / "my.cir").write_text(NETLIST)
            volts = np.linspace(-2, 2, 21)
            rows = [f"{x:.3f},{np.clip(x, -0.6, 0.6):.3f}" for x in volts]
            (folder / "data.csv").write_text("\n".join(["in,out", *rows]))
            ports = ["--data", str(folder / "data.csv"), "--inputs", "v1=in", "--outputs", "out", "--train", "r*"]
            length = ["--epochs", "40", "--seed", str(seed), *OFTEN, "--out", str(folder / "runs" / "fitted")]
            return ["fit", str(folder / "my.cir"), *ports, *how, *length]
        if self.command == "sweep":
            grid = ["--lr", "0.05,0.1", "--seeds", f"{seed}:{seed + 2}", "--epochs", "30", *OFTEN]
            return ["sweep", "xor", *how, *grid, "--out", str(folder / "sweep"), "--workers", "2"]
        length = ["--epochs", str(SPAN[self.command]), "--seed", str(seed)]
        return [self.command, *how, *length, *OFTEN, "--out", str(folder / "runs")]

    def go_on(self, folder: Path, seed: int) -> list[str]:
        """Return the arguments that go on in a folder; those of a sweep are its own."""
        made = only_run(folder)
        return self.begin(folder, seed) if made is None else ["resume", str(made.path)]

    def is_whole(self, folder: Path) -> bool:
        """Tell whether no cell of a sweep was lost with its process, to be trained when the command is given again."""
        if self.command != "sweep":
            return True
        with (folder / "sweep" / "results.csv").open() as file:
            return all(row["status"] == "done" for row in csv.DictReader(file))

    def end(self, folder: Path) -> object:
        """Return all that it has made but for times, to be compared."""
        if self.command == "sweep":
            return [end_of(Run(cell)) for cell in sorted((folder / "sweep" / "cells").iterdir())]
        made = only_run(folder)
        assert made is not None
        return end_of(made)


TRAININGS = [Case(task, engine) for task in SPAN for engine in ("native", "ngspice")]
WAYS = ("parent", "worker", "both", "start-up")
SURVIVED = ("worker", "start-up")
"""Ways after which the program may go on by itself."""

OTHERS = [Case(command, engine) for command in ("fit", "sweep") for engine in ("native", "ngspice")]


@dataclass(frozen=True)
class Outcome:
    """How a process ended: its exit status, negative for a signal, and what it said.

    left: processes and temporary files and folders that it left behind.
    """

    status: int
    said: str
    left: int

    @property
    def is_one_clear_line(self) -> bool:
        """Tell whether it ended in one line that says what is wrong."""
        errors = [line for line in self.said.splitlines() if line.startswith("error: ")]
        return self.status in (1, 2) and len(errors) == 1 and "Traceback" not in self.said


@contextmanager
def process(arguments: list[str], folder: Path, room: int | None = None) -> Iterator[int]:
    """Start the program in a process and a process group of its own, a copy of this one.

    room: largest size a file can grow to, bytes.
    """
    # what it says goes into a file that is there, and it is in a group, from the first moment at which it can be killed
    said = os.open(folder / "said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    child = os.fork()
    if child == 0:
        for stream in (1, 2):
            os.dup2(said, stream)
        if room is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        os.environ["TMPDIR"] = str(folder / "tmp")
        tempfile.tempdir = None  # as this process knows it already
        status = 70
        try:
            train_circuit(arguments)
        except SystemExit as error:
            status = error.code if isinstance(error.code, int) else int(error.code is not None)
        finally:
            sys.stdout.flush()
            os._exit(status)
    os.setpgid(child, child)
    os.close(said)
    try:
        yield child
    finally:
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)


Strike = Callable[[int], bool]
"""Given the program's process number, again and again: perhaps kill something; tell whether that is the program."""


def run(arguments: list[str], folder: Path, room: int | None = None, strike: Strike = lambda process: False) -> Outcome:
    """Run the program to its end, or until it is killed, and look for what it leaves behind."""
    (folder / "tmp").mkdir(exist_ok=True)
    with process(arguments, folder, room) as child:
        while (ended := os.waitpid(child, os.WNOHANG)) == (0, 0):
            if strike(child):
                ended = os.waitpid(child, 0)
                break
            time.sleep(1e-3)
        left = len(left_processes(folder)) + len(list((folder / "tmp").iterdir()))
    said = (folder / "said").read_text(errors="replace")
    return Outcome(os.waitstatus_to_exitcode(ended[1]), said, left)


def left_processes(folder: Path) -> list[int]:
    """Return the processes that a program has started and that do not end; they know it by their temporary folder."""
    end, mark = time.monotonic() + SECONDS_TO_VANISH, f"TMPDIR={folder / 'tmp'}".encode()
    while found := [
        number for number in (int(path.name) for path in Path("/proc").glob("[0-9]*")) if knows(number, mark)
    ]:
        if time.monotonic() > end:
            break
        time.sleep(0.02)
    return found


def knows(number: int, mark: bytes) -> bool:
    """Tell whether a process lives with a variable in its environment."""
    try:
        return mark in Path(f"/proc/{number}/environ").read_bytes().split(b"\0")
    except OSError:
        return False


def descendants(number: int) -> list[int]:
    """Return the processes that descend from a process."""
    found = [number]
    for one in found:
        for children in Path(f"/proc/{one}/task").glob("*/children"):
            with suppress(OSError):
                found += map(int, children.read_text().split())
    return found[1:]


def kill_parent(child: int) -> bool:
    """Kill the program alone."""
    os.kill(child, signal.SIGKILL)
    return True


def kill_all(child: int) -> bool:
    """Kill the program and all that it has started."""
    os.killpg(child, signal.SIGKILL)
    return True


def kill_worker(rng: random.Random, child: int) -> bool:
    """Kill one of the processes that the program has started."""
    with suppress(ProcessLookupError, IndexError):
        os.kill(rng.choice(descendants(child)), signal.SIGKILL)
    return False


def at(moments: list[float], blow: Strike) -> Strike:
    """Return a strike that falls at some moments, in seconds from now."""
    waiting = sorted(time.monotonic() + moment for moment in moments)

    def strike(child: int) -> bool:
        if waiting and time.monotonic() >= waiting[0]:
            waiting.pop(0)
            return blow(child)
        return False

    return strike


def killed(way: str, rng: random.Random, seconds: float, arguments: list[str], folder: Path) -> Outcome:
    """Run the program, in which something is killed at random moments within so many seconds, or as it starts."""
    worker = partial(kill_worker, rng)
    blow = {"parent": kill_parent, "worker": worker, "both": kill_all}.get(way)
    if blow is None:
        blow, seconds = rng.choice([kill_parent, worker, kill_all]), SECONDS_TO_START
    moments = [rng.uniform(0, seconds) for _ in range(KILLS if blow is worker else 1)]
    return run(arguments, folder, strike=at(moments, blow))


def on_a_full_disk(rng: random.Random, arguments: list[str], folder: Path) -> Outcome:
    """Run the program where files can grow to a random size only."""
    return run(arguments, folder, room=rng.randrange(200, 30_000))


def only_run(folder: Path) -> Run | None:
    """Return the run in a folder, if it has come to that."""
    found = [path for path in folder.glob("runs/*") if not path.name.startswith(".")]
    return Run(found[0]) if found else None


@dataclass(frozen=True)
class End:
    """What a finished run holds: bits of all values, the history without times, the netlist, and the fitted text."""

    conductances: dict[str, bytes]
    history: list[dict[str, str]]
    netlist: bytes
    fitted: bytes


def end_of(run_folder: Run) -> End:
    """Return what a finished run holds."""
    checkpoint = load_newest(run_folder.checkpoints, print)
    assert checkpoint is not None
    history = without_times(run_folder.history)
    bits = {name: np.asarray(g).tobytes() for name, g in checkpoint.progress.values.items()}
    fitted = b"".join(path.read_bytes() for path in run_folder.path.glob("*_fitted.*"))
    return End(bits, history, run_folder.netlist.read_bytes(), fitted)


def without_times(history: Path) -> list[dict[str, str]]:
    """Return the lines of a history without the columns that no two trainings share."""
    with history.open() as file:
        return [{name: text for name, text in row.items() if name not in TIMES} for row in csv.DictReader(file)]


def is_readable(run_folder: Run) -> bool:
    """Tell whether everything in a run folder that is there can be read, and no checkpoint is damaged."""
    said: list[str] = []
    run_folder.settings(type(trained_in(run_folder).settings)), load_history(run_folder)
    load_newest(run_folder.checkpoints, said.append)
    if run_folder.netlist.exists():
        load_circuit(run_folder.path)
    return not said


@cache
def unbroken(case: Case, seed: int) -> tuple[object, float]:
    """Train without a break: what it ends with, and the seconds it took."""
    with TemporaryDirectory() as name:
        folder, began = Path(name), time.perf_counter()
        outcome = run(case.begin(folder, seed), folder)
        assert outcome.status == 0, outcome.said
        return case.end(folder), time.perf_counter() - began


def broken(case: Case, seed: int, broken_off: Callable[[list[str], Path], Outcome]) -> Counter[str]:
    """Break a training off at least once, go on until it has ended, and count what happened."""
    while not (counts := perhaps_broken(case, seed, broken_off))["broken_off"]:
        pass  # it had ended before its moment came
    return counts


def perhaps_broken(case: Case, seed: int, broken_off: Callable[[list[str], Path], Outcome]) -> Counter[str]:
    """Break a training off until it has ended, and count what happened."""
    expected, _ = unbroken(case, seed)
    counts: Counter[str] = Counter()
    with TemporaryDirectory() as name:
        folder = Path(name)
        for attempt in range(KILLS + 1):
            arguments = case.go_on(folder, seed)
            outcome = run(arguments, folder) if attempt == KILLS else broken_off(arguments, folder)
            made = only_run(folder)
            counts["unreadable"] += made is not None and not is_readable(made)
            counts["left"] += outcome.left
            if outcome.status == 0 and case.is_whole(folder):
                break
            counts["broken_off"] += 1
            counts["unclear"] += outcome.status > 0 and not outcome.is_one_clear_line
        assert outcome.status == 0, outcome.said
        counts["identical"] += case.end(folder) == expected
    return counts


def half_done(case: Case, folder: Path) -> Run:
    """Train in a folder until there is a history, kill the training in the middle of it, and return the run."""

    def half_way(child: int) -> bool:
        made = only_run(folder)
        return made is not None and len(load_history(made)) > HALF and kill_all(child)

    while True:
        outcome = run(case.begin(folder, 0), folder, strike=half_way)
        if outcome.status == -signal.SIGKILL:
            made = only_run(folder)
            assert made is not None
            return made
        shutil.rmtree(folder / "runs")  # it was faster than the eye


def damaged(content: bytes, rng: random.Random) -> bytes:
    """Return a file's content cut, with a flipped bit, with a hole of zeros, or with bytes too many or too few."""
    at, length = rng.randrange(len(content)), rng.randrange(1, 64)
    flipped = bytes([content[at] ^ 1 << rng.randrange(8)])
    hole = bytes(min(length, len(content) - at))
    return rng.choice(
        [
            content[:at],
            content[:at] + flipped + content[at + 1 :],
            content[:at] + hole + content[at + length :],
            content[:at] + rng.randbytes(length) + content[at:],
            content[:at] + content[at + length :],
        ]
    )


def resumed_from_damage(half_done: Path, expected: object, rng: random.Random) -> Counter[str]:
    """Damage one file of a half-done run, resume it in this process, and count what happened.

    No process can be copied from this one afterwards: JAX has begun its threads.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        made = Run(Path(shutil.copytree(half_done, folder / "run")))
        newest = max(made.checkpoints.glob("*.json"))
        path = rng.choice([newest, newest.with_suffix(".safetensors"), made.path / "config.toml"])
        path.write_bytes(damaged(path.read_bytes(), rng))
        done = CliRunner().invoke(train_circuit, ["resume", str(made.path)])
        outcome = Outcome(done.exit_code, done.output, left=0)
        passed_over = outcome.said.count("is passed over")
        if outcome.status == 0:
            same = int(end_of(made) == expected)
            return Counter(identical=same, passed_over=passed_over, garbage=1 - same)
        refused = int(outcome.is_one_clear_line)
        return Counter(refused=refused, unclear=1 - refused)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trainings", type=int, default=100, help="in which something is killed at random moments")
    parser.add_argument("--full", type=int, default=40, help="on a disk that fills up in mid-write")
    parser.add_argument("--corruptions", type=int, default=500, help="of checkpoint and config files")
    parser.add_argument("--engine", choices=["native", "ngspice"], help="of the trainings; both unless given")
    parser.add_argument("--results", type=Path, default=HERE / "results.csv")
    given = parser.parse_args()
    rng, rows = random.Random(0), []

    def tell(kind: str, case: Case, seed: int, counts: Counter[str]) -> None:
        names = ("broken_off", "identical", "passed_over", "refused", "unreadable", "unclear", "garbage", "left")
        numbers = {name: counts[name] for name in names}
        rows.append({"kind": kind, "task": case.command, "engine": case.engine, "seed": seed, **numbers})
        # after every one, so that an experiment broken off leaves what it has found
        with given.results.open("w") as file:
            writer = csv.DictWriter(file, rows[0], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    cases = [case for case in TRAININGS + OTHERS if given.engine in (None, case.engine)]
    for k in range(given.trainings):
        case, turn = cases[k % len(cases)], k // len(cases)
        way, seed = WAYS[(k + turn) % len(WAYS)], turn % SEEDS
        if way == "worker" and case.engine == "native" and case.command != "sweep":
            way = "parent"  # it has no other process
        _, seconds = unbroken(case, seed)
        how = partial(killed, way, rng, seconds)
        tell(f"{way} killed", case, seed, (perhaps_broken if way in SURVIVED else broken)(case, seed, how))
    cases = [case for case in TRAININGS if given.engine in (None, case.engine)]
    for k in range(given.full):
        case, seed = cases[k % len(cases)], k // len(cases) % SEEDS
        tell("full disk", case, seed, broken(case, seed, partial(on_a_full_disk, rng)))
    if given.corruptions:
        case = Case("xor", "native")
        expected, _ = unbroken(case, 0)
        with TemporaryDirectory() as name:
            made = half_done(case, Path(name))
            for _ in range(given.corruptions):
                tell("damaged file", case, 0, resumed_from_damage(made.path, expected, rng))

    failed = False
    for kind in dict.fromkeys(row["kind"] for row in rows):
        of_kind = [row for row in rows if row["kind"] == kind]
        totals = {name: sum(int(str(row[name])) for row in of_kind) for name in list(rows[0])[4:]}
        print(f"{kind}: {len(of_kind)}, " + ", ".join(f"{name} {number}" for name, number in totals.items()))
        ended_well = totals["identical"] + totals["refused"] == len(of_kind)
        failed |= not ended_well or totals["unreadable"] + totals["unclear"] + totals["garbage"] + totals["left"] > 0
    sys.exit(failed)


if __name__ == "__main__":
    main()
