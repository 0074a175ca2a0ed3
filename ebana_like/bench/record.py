"""Was it as fast before? What a benchmark measured, kept in a file with machine, versions and commit, and read again.

One file holds the numbers of every benchmark that was saved in it, the newest of each.
"""

import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from math import isfinite, log
from pathlib import Path
from typing import Any

from ebana_like.bench.rounds import Timing
from ebana_like.errors import SettingError
from ebana_like.files import read_file, write_given
from ebana_like.runs.run import versions

FORMAT = 1
"""Version of the file; another one is not read."""


@dataclass(frozen=True)
class Number:
    """What was measured: the median of rounds with its quartiles, or a value alone, which has no rounds.

    of: what it was measured on, as in "digits: native". unit: as in "ms a point".
    """

    of: str
    unit: str
    median: float
    quartiles: tuple[float, float] | None = None
    rounds: int = 0

    @property
    def name(self) -> str:
        """Return what tells this number from the others of its benchmark."""
        return f"{self.of}, {self.unit}"


def timed(where: str, timings: Sequence[Timing], unit: str = "ms a point") -> list[Number]:
    """Return timings as numbers, measured where their names do not say."""
    return [Number(f"{where}: {each.way}", unit, each.median, each.quartiles, len(each.rounds)) for each in timings]


@dataclass(frozen=True)
class Record:
    """The numbers of one benchmark, and what they depend on.

    load: how many other programs wanted a core when it began, the system's mean over a minute.
    machine: system, processor and cores. versions: of Python and packages. commit: empty outside of a checkout.
    """

    date: str
    load: float
    commit: str
    machine: Mapping[str, Any]
    versions: Mapping[str, str]
    numbers: tuple[Number, ...]

    def over(self, other: "Record") -> dict[str, float | None]:
        """Return the ratio of each number to the other's of that name; None where that has none, or a ratio is none."""
        before = {number.name: number.median for number in other.numbers}
        return {
            number.name: _ratio(number.median, before[number.name]) if number.name in before else None
            for number in self.numbers
        }

    def largest_change(self, other: "Record") -> tuple[Number, float] | None:
        """Return the number timed in rounds that differs most from the other's, up or down, and its ratio to that."""
        ratios = self.over(other)
        timed = [(number, ratios[number.name]) for number in self.numbers if number.rounds]
        found = [(number, ratio) for number, ratio in timed if ratio]
        return max(found, key=lambda each: abs(log(each[1])), default=None)


def load_now() -> float:
    """Return how many programs want a core."""
    return round(os.getloadavg()[0], 1)


def record_now(numbers: Sequence[Number], load: float) -> Record:
    """Return numbers just measured with this machine and this version of the program; load: as it was before."""
    machine = {"system": platform.platform(), "processor": _processor(), "cores": os.cpu_count()}
    return Record(date.today().isoformat(), load, _commit(), machine, versions(), tuple(numbers))


def save_record(path: Path, bench: str, record: Record) -> None:
    """Write a benchmark's record into a file, in place of its earlier one; those of other benchmarks stay.

    Raises SettingError for a file of another shape, RunError where writing fails.
    """
    benches = load_records(path) if path.exists() else {}
    tables = {name: asdict(each) for name, each in sorted({**benches, bench: record}.items())}
    write_given(path, json.dumps({"format": FORMAT, "benches": tables}, indent=1) + "\n")


def load_record(path: Path, bench: str) -> Record:
    """Return a benchmark's record. Raises SettingError where the file is none, or has none of this benchmark."""
    benches = load_records(path)
    if bench not in benches:
        raise SettingError(f"{path} has the numbers of {', '.join(benches)} but not of {bench}; save those first")
    return benches[bench]


def load_records(path: Path) -> dict[str, Record]:
    """Return what a file holds, by benchmark. Raises SettingError for a file of another shape."""
    data = read_file(path, "bench_bytes", SettingError)
    try:
        file = json.loads(data)
        if file["format"] != FORMAT:
            raise ValueError(f"format {file['format']!r}, and this version reads {FORMAT}")
        return {name: _record(table) for name, table in file["benches"].items()}
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        words = " ".join(f"{type(error).__name__}: {error}".split())
        raise SettingError(f"{path} is not what `bench --save` writes ({words}); give another file") from error


def _record(table: Mapping[str, Any]) -> Record:
    numbers = []
    for entry in table["numbers"]:
        quartiles = entry["quartiles"]
        low_high = None if quartiles is None else (float(quartiles[0]), float(quartiles[1]))
        numbers.append(
            Number(str(entry["of"]), str(entry["unit"]), float(entry["median"]), low_high, int(entry["rounds"]))
        )
    machine, packages = dict(table["machine"]), dict(table["versions"])
    return Record(str(table["date"]), float(table["load"]), str(table["commit"]), machine, packages, tuple(numbers))


def _ratio(now: float, before: float) -> float | None:
    ratio = now / before if before else float("nan")
    return ratio if isfinite(ratio) and ratio > 0 else None


def _processor() -> str:
    """Return the processor's name, as Linux has it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _commit() -> str:
    """Return the commit that this program was checked out at, with a + where files differ from it."""
    here = str(Path(__file__).parent)
    try:
        commit, changes = (
            subprocess.run(["git", "-C", here, *words], capture_output=True, text=True, check=True, timeout=10).stdout
            for words in (["rev-parse", "--short=12", "HEAD"], ["status", "--porcelain", "--untracked-files=no", "."])
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return commit.strip() + ("+" if changes.strip() else "")
