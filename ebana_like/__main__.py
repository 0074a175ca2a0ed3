"""What runs when a person types `train-circuit`, or `python -m ebana_like`? The commands, once they are imported."""

import signal


def run() -> None:
    """Import the commands, which takes seconds, and run the one that was typed.

    Ctrl-C meanwhile ends the program without a word, for there is nothing to save yet.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from ebana_like.cli import main

    signal.signal(signal.SIGINT, signal.default_int_handler)
    main(prog_name="train-circuit")


if __name__ == "__main__":
    run()
