"""`train-circuit`: where the commands hang together."""

import click

from ebana_like.cli.bench import bench
from ebana_like.cli.config import config
from ebana_like.cli.examine import gradcheck, power
from ebana_like.cli.fit import fit
from ebana_like.cli.group import Sections
from ebana_like.cli.inspect import inspect
from ebana_like.cli.report import compare, plot, report
from ebana_like.cli.rerun import rerun
from ebana_like.cli.resume import resume
from ebana_like.cli.sweep import sweep
from ebana_like.cli.tasks import tasks
from ebana_like.cli.train import train_command
from ebana_like.tasks import TASKS


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


main.tasks = tuple(TASKS)
for task in TASKS.values():
    main.add_command(train_command(task))
main.add_command(tasks)
main.add_command(config)
main.add_command(resume)
main.add_command(fit)
main.add_command(inspect)
main.add_command(report)
main.add_command(plot)
main.add_command(compare)
main.add_command(rerun)
main.add_command(gradcheck)
main.add_command(power)
main.add_command(sweep)
main.add_command(bench)
