"""Waiting for what another process does, however busy the machine is."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

PATIENCE = 600.0  # seconds: only a test that would wait for ever comes near it


def wait_until(condition: Callable[[], object], process: subprocess.Popen[str] | None = None) -> None:
    """Return as soon as the condition holds; a process that ends before it does fails the test with what it said."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert process is None or process.poll() is None, process.stdout.read()
        assert time.monotonic() < end, f"not in {PATIENCE:g} s"
        time.sleep(0.01)


def is_running(process: int) -> bool:
    """Tell whether a process is there, and is no dead one that nobody has asked for its end yet."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def ended(process: subprocess.Popen[str]) -> str:
    """Wait for a process to end; return all it said."""
    text, _ = process.communicate(timeout=PATIENCE)
    return text
