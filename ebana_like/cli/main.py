"""`train-circuit`: where the commands hang together."""

import click

from ebana_like.cli.group import Sections


@click.group(cls=Sections, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="ebana-like")
@click.option("--debug", is_flag=True, help="Show a traceback with errors.")
def main(debug: bool) -> None:
    """Train analog circuits as neural networks, with SPICE as the truth.

    \b
    Train a task, look at what it made, and run its netlist in SPICE:
      train-circuit xor
      train-circuit report runs/xor-...
      train-circuit inspect runs/xor-...
      train-circuit gradcheck runs/xor-...
      ngspice -b runs/xor-.../netlist.cir

    Every run leaves a folder with its settings (config.toml), the trained circuit (netlist.cir), its history
    (history.csv) and checkpoints; `train-circuit resume RUN` goes on with it after Ctrl-C or a crash.
    `train-circuit TASK --help` lists the settings of a task with their units and defaults.
    """
