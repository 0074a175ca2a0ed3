"""What does the machine itself take, in joules? As the processor counts it, where Linux lets it be read."""

from pathlib import Path

COUNTERS = Path("/sys/class/powercap")
"""Of Intel's and AMD's processors (RAPL), one a package; root alone may read them, and virtual machines have none."""


def joules_counted(counters: Path = COUNTERS) -> dict[str, float] | None:
    """Return what each package counted until now, joules; None where there is no counter, or it may not be read."""
    try:
        found = {path.name: _number(path / "energy_uj") for path in counters.glob("intel-rapl:?")}
    except OSError:
        return None
    return found or None


def joules_between(
    before: dict[str, float] | None, after: dict[str, float] | None, counters: Path = COUNTERS
) -> float | None:
    """Return what all packages took between two counts, of which each may have begun again from zero once."""
    if before is None or after is None:
        return None
    total = 0.0
    for name, joules in after.items():
        taken = joules - before[name]
        total += taken if taken >= 0 else taken + _number(counters / name / "max_energy_range_uj")
    return total


def _number(path: Path) -> float:
    """Return a file's microjoules as joules."""
    return int(path.read_text()) / 1e6
