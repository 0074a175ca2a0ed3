"""What does a person see while nothing can be seen yet? A line on stderr, once something has taken long enough."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ebana_like.cli.printer import complain

LONG = 2.0
"""Seconds after which a person begins to wonder."""


@contextmanager
def patience(what: str) -> Iterator[None]:
    """Say what is being done, where it takes longer than `LONG`."""
    timer = threading.Timer(LONG, complain, [f"{what} ..."])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
