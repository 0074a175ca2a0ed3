"""Waiting for what another process does, however busy the machine is."""

import subprocess
import time
from collections.abc import Callable

PATIENCE = 600.0  # seconds: only a test that would wait for ever comes near it


def wait_until(condition: Callable[[], object], process: subprocess.Popen[str] | None = None) -> None:
    """Return as soon as the condition holds; a process that ends before it does fails the test with what it said."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert process is None or process.poll() is None, process.stdout.read()
        assert time.monotonic() < end, f"not in {PATIENCE:g} s"
        time.sleep(0.01)


def ended(process: subprocess.Popen[str]) -> str:
    """Wait for a process to end; return all it said."""
    text, _ = process.communicate(timeout=PATIENCE)
    return text
