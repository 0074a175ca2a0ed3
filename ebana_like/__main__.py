"""What runs when a person types `train-circuit`, or `python -m ebana_like`? The commands, once they are imported."""

import os
import signal
import sys
from pathlib import Path


def run() -> None:
    """Import the commands, which takes seconds, and run the one that was typed.

    Nothing is imported from the folder it was typed in, which may be somebody else's, neither here nor by processes
    that this one starts. Ctrl-C meanwhile ends the program without a word, for there is nothing to save yet.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.environ["PYTHONSAFEPATH"] = "1"
    sys.path[:] = [entry for entry in sys.path if not _is_here(entry)]
    from ebana_like.cli import main

    signal.signal(signal.SIGINT, signal.default_int_handler)
    main(prog_name="train-circuit")


def _is_here(entry: str) -> bool:
    """Tell whether an entry of the path is the working directory, and not because this package is kept there."""
    try:
        return Path(entry).samefile(".") and not Path(__file__).resolve().is_relative_to(Path.cwd())
    except OSError:
        return not entry


if __name__ == "__main__":
    run()
