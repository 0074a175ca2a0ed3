"""Does a training that is killed, or meets a full disk or a damaged file, end with the same bits all the same?

    python experiments/kill_resume/run.py

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
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from ebana_like.cli import main as train_circuit
from ebana_like.training import Run, load_circuit, load_history, load_newest

HERE = Path(__file__).parent

CASES = {
    (task, engine): [task, "--engine", engine, "--stop-loss", "0", "--epochs", epochs]
    for task, epochs in (("xor", "90"), ("iris", "8"))
    for engine in ("newton", "ngspice")
}
"""Some ninety batches each."""

OFTEN = ["--checkpoint-batches", "7", "--checkpoint-seconds", "0"]
HALF = 40
"""Epochs of XOR after which its files are damaged."""

SEEDS = 5
KILLS = 3
"""A training is killed at most so often, lest a slow machine never end it."""

TIMES = ("seconds", "sample_ms")
"""Columns of the history that no two trainings share."""


@dataclass(frozen=True)
class Outcome:
    """How a process ended: its exit status, negative for a signal, and what it said."""

    status: int
    said: str

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


def run(
    arguments: list[str], folder: Path, room: int | None = None, kill_when: Callable[[], bool] = lambda: False
) -> Outcome:
    """Run the program to its end, or kill it, and the solvers it started, as soon as a condition holds."""
    with process(arguments, folder, room) as child:
        while (ended := os.waitpid(child, os.WNOHANG)) == (0, 0):
            if kill_when():
                os.killpg(child, signal.SIGKILL)
                ended = os.waitpid(child, 0)
                break
            time.sleep(1e-3)
    return Outcome(os.waitstatus_to_exitcode(ended[1]), (folder / "said").read_text(errors="replace"))


def killed(rng: random.Random, seconds: float, arguments: list[str], folder: Path) -> Outcome:
    """Run the program, to be killed at a random moment within so many seconds."""
    return run(arguments, folder, kill_when=after(rng.uniform(0, seconds)))


def on_a_full_disk(rng: random.Random, arguments: list[str], folder: Path) -> Outcome:
    """Run the program where files can grow to a random size only."""
    return run(arguments, folder, room=rng.randrange(200, 30_000))


def after(seconds: float) -> Callable[[], bool]:
    """Return the condition that so many seconds have passed from now."""
    moment = time.monotonic() + seconds
    return lambda: time.monotonic() >= moment


def only_run(folder: Path) -> Run | None:
    """Return the run in a folder, if it has come to that."""
    found = [path for path in folder.glob("runs/*") if not path.name.startswith(".")]
    return Run(found[0]) if found else None


@dataclass(frozen=True)
class End:
    """What a finished run holds: bits of all conductances, the history without times, and the netlist."""

    conductances: dict[str, bytes]
    history: list[dict[str, float]]
    netlist: bytes


def end_of(run_folder: Run) -> End:
    """Return what a finished run holds."""
    checkpoint = load_newest(run_folder.checkpoints, print)
    assert checkpoint is not None
    history = load_history(run_folder)
    for row in history:
        for name in TIMES:
            del row[name]
    bits = {name: np.asarray(g).tobytes() for name, g in checkpoint.progress.conductances.items()}
    return End(bits, history, run_folder.netlist.read_bytes())


def is_readable(run_folder: Run) -> bool:
    """Tell whether everything in a run folder that is there can be read, and no checkpoint is damaged."""
    said: list[str] = []
    run_folder.settings(), run_folder.task(), load_history(run_folder)
    load_newest(run_folder.checkpoints, said.append)
    if run_folder.netlist.exists():
        load_circuit(run_folder.path)
    return not said


@cache
def unbroken(case: tuple[str, str], seed: int) -> tuple[End, float]:
    """Train without a break: what it ends with, and the seconds it took."""
    with TemporaryDirectory() as name:
        folder, began = Path(name), time.perf_counter()
        outcome = run([*CASES[case], *OFTEN, "--seed", str(seed), "--out", str(folder / "runs")], folder)
        assert outcome.status == 0, outcome.said
        made = only_run(folder)
        assert made is not None
        return end_of(made), time.perf_counter() - began


def broken(case: tuple[str, str], seed: int, broken_off: Callable[[list[str], Path], Outcome]) -> Counter[str]:
    """Break a training off at least once, go on until it has ended, and count what happened."""
    while not (counts := perhaps_broken(case, seed, broken_off))["broken_off"]:
        pass  # it had ended before its moment came
    return counts


def perhaps_broken(case: tuple[str, str], seed: int, broken_off: Callable[[list[str], Path], Outcome]) -> Counter[str]:
    """Break a training off until it has ended, and count what happened."""
    expected, _ = unbroken(case, seed)
    counts: Counter[str] = Counter()
    with TemporaryDirectory() as name:
        folder = Path(name)
        for attempt in range(KILLS + 1):
            made = only_run(folder)
            begin = [*CASES[case], *OFTEN, "--seed", str(seed), "--out", str(folder / "runs")]
            arguments = begin if made is None else ["resume", str(made.path)]
            outcome = run(arguments, folder) if attempt == KILLS else broken_off(arguments, folder)
            made = only_run(folder)
            counts["unreadable"] += made is not None and not is_readable(made)
            if outcome.status == 0:
                break
            counts["broken_off"] += 1
            counts["unclear"] += outcome.status > 0 and not outcome.is_one_clear_line
        assert outcome.status == 0, outcome.said
        assert made is not None
        counts["identical"] += end_of(made) == expected
    return counts


def half_done(case: tuple[str, str], folder: Path) -> Run:
    """Train in a folder until there is a history, kill the training in the middle of it, and return the run."""

    def is_half_done() -> bool:
        made = only_run(folder)
        return made is not None and len(load_history(made)) > HALF

    while True:
        outcome = run([*CASES[case], *OFTEN, "--seed", "0", "--out", str(folder / "runs")], folder, None, is_half_done)
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


def resumed_from_damage(half_done: Path, expected: End, rng: random.Random) -> Counter[str]:
    """Damage one file of a half-done run, resume it, and count what happened."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        made = Run(Path(shutil.copytree(half_done, folder / "run")))
        newest = max(made.checkpoints.glob("*.json"))
        path = rng.choice([newest, newest.with_suffix(".safetensors"), made.path / "config.toml"])
        path.write_bytes(damaged(path.read_bytes(), rng))
        outcome = run(["resume", str(made.path)], folder)
        passed_over = outcome.said.count("is passed over")
        if outcome.status == 0:
            same = int(end_of(made) == expected)
            return Counter(identical=same, passed_over=passed_over, garbage=1 - same)
        refused = int(outcome.is_one_clear_line)
        return Counter(refused=refused, unclear=1 - refused)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trainings", type=int, default=100, help="killed at random moments")
    parser.add_argument("--full", type=int, default=40, help="on a disk that fills up in mid-write")
    parser.add_argument("--corruptions", type=int, default=500, help="of checkpoint and config files")
    parser.add_argument("--engine", choices=["newton", "ngspice"], help="of the trainings; both unless given")
    parser.add_argument("--results", type=Path, default=HERE / "results.csv")
    given = parser.parse_args()
    rng, cases = random.Random(0), [case for case in CASES if given.engine in (None, case[1])]
    rows: list[dict[str, object]] = []

    def tell(kind: str, case: tuple[str, str], seed: int, counts: Counter[str]) -> None:
        names = ("broken_off", "identical", "passed_over", "refused", "unreadable", "unclear", "garbage")
        numbers = {name: counts[name] for name in names}
        rows.append({"kind": kind, "task": case[0], "engine": case[1], "seed": seed, **numbers})
        # after every one, so that an experiment broken off leaves what it has found
        with given.results.open("w") as file:
            writer = csv.DictWriter(file, rows[0], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    for k in range(given.trainings):
        case, seed = cases[k % len(cases)], k // len(cases) % SEEDS
        _, seconds = unbroken(case, seed)
        tell("killed", case, seed, broken(case, seed, partial(killed, rng, seconds)))
    for k in range(given.full):
        case, seed = cases[k % len(cases)], k // len(cases) % SEEDS
        tell("full disk", case, seed, broken(case, seed, partial(on_a_full_disk, rng)))
    if given.corruptions:
        case = ("xor", "newton")
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
        failed |= not ended_well or totals["unreadable"] + totals["unclear"] + totals["garbage"] > 0
    sys.exit(failed)


if __name__ == "__main__":
    main()
