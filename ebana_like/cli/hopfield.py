"""`train-circuit hopfield TASK`: a Hopfield network learns a task, in a run folder as every training does."""

import click

from ebana_like.cli.group import Commands
from ebana_like.cli.train import train_command
from ebana_like.errors import meant
from ebana_like.tasks import TASKS
from ebana_like.tasks.hopfield import HopfieldTask


class Networks(Commands):
    """Every task there is, learned by a Hopfield network."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the tasks."""
        return list(TASKS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command:
        """Return the command of a task. Raises UsageError with the nearest name where there is none."""
        if name not in TASKS:
            raise click.UsageError(f'there is no task "{name}"; {meant(name, TASKS)}')
        return train_command(HopfieldTask(TASKS[name]))


hopfield = Networks(
    "hopfield",
    help="Train a Hopfield network on a task: layers of units that settle in one energy, by equilibrium propagation, "
    "contrastive Hebbian learning (--nudging clamped --estimator contrastive) or, with smooth units, holomorphic "
    "equilibrium propagation (--activation tanh --nudging current --estimator holomorphic). --estimator adjoint is "
    "recurrent backpropagation; --steps 30,10 moves all units at once in discrete time, where nudged steps are "
    "those of backpropagation through time; --vector-field gives weights back values of their own. For MNIST: "
    "--spread 0.5 --precision single --still 1e-4.",
    short_help="train a Hopfield network on a task",
)
