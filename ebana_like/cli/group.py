"""What does a person see when something is wrong? One line, the right exit status, and a traceback only on request."""

import sys
from typing import Any

import click

from ebana_like.errors import EbanaError, SettingError, meant

BAD_USE, FAILED = 2, 1


class Commands(click.Group):
    """A group that turns this program's errors into one line, and suggests the command that was meant."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; for an unknown one, name the nearest."""
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            raise click.UsageError(f'there is no task or command "{name}"; {meant(name, self.list_commands(ctx))}')
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except EbanaError as error:
            if ctx.params.get("debug"):
                raise
            click.echo(f"error: {error}", err=True)
            sys.exit(BAD_USE if isinstance(error, SettingError) else FAILED)


class Sections(Commands):
    """The top-level group, whose help lists tasks apart from the other commands."""

    tasks: tuple[str, ...] = ()

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write two lists: tasks to train, and what to do with their runs."""
        named = [(name, self.commands[name].get_short_help_str(80)) for name in self.list_commands(ctx)]
        with formatter.section("Tasks to train"):
            formatter.write_dl([row for row in named if row[0] in self.tasks])
        with formatter.section("Other commands"):
            formatter.write_dl([row for row in named if row[0] not in self.tasks])
