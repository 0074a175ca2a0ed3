"""How does a person agree that a file handed over has others read? By an option of every command that might."""

import click

from ebana_like.files import ALLOW_OUTSIDE, outside_allowed


def _allow_outside(context: click.Context, option: click.Parameter, given: bool) -> None:
    if given:
        context.with_resource(outside_allowed())


ALLOW = click.Option(
    [ALLOW_OUTSIDE],
    is_flag=True,
    expose_value=False,
    callback=_allow_outside,
    help="Read data that a run, a config file or a netlist names outside its folder; remembered for this data.",
)


def reads_data(command: click.Command) -> click.Command:
    """Add the option to a command."""
    command.params.append(ALLOW)
    return command
