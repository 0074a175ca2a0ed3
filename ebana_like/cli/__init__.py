"""The command line: `train-circuit`."""

from ebana_like.cli.main import main

__all__ = ["main"]
