"""`train-circuit config TASK`: every setting of a task with its default, as a file to edit."""

import click

from ebana_like.runs.config import commented_config
from ebana_like.tasks import trainable


@click.command()
@click.argument("task")
def config(task: str) -> None:
    """Print a task's settings with their defaults and meanings, to be edited and given as --config FILE."""
    known = trainable(task)
    click.echo(f"# {known.name}: {known.summary}. Give this file as: train-circuit {known.name} --config FILE")
    click.echo(commented_config(known.settings), nl=False)
