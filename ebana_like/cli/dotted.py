"""How is one option of a rule, a technology or a sensor given by itself? As `--technology.step 0.002`.

It comes after those that `--technology-options step=0.002` gives at once, and is read as they are.
"""

from collections.abc import Iterator

import click

from ebana_like.runs.entries import OPTIONS


class DottedCommand(click.Command):
    """A command that takes `--NAME.OPTION VALUE`, or `--NAME.OPTION=VALUE`, for settings that are options by name."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse what was typed. Raises UsageError for what has no value, and NoSuchOption as click does."""
        own = {name for option in self.params for name in option.opts}
        given: dict[str, list[str]] = {}
        rest: list[str] = []
        words = iter(args)
        for word in words:
            setting = _setting_of(word)
            if not setting or f"--{setting.replace('_', '-')}" not in own:
                rest.append(word)
                continue
            given.setdefault(setting, []).append(_assigned(word, words))
        left = super().parse_args(ctx, rest)
        for setting, parts in given.items():
            ctx.params[setting] = ",".join(filter(None, [ctx.params[setting], *parts]))
        return left


def _setting_of(word: str) -> str:
    """Return the setting that a dotted word gives an option of, or nothing."""
    name, dot, _ = word.partition("=")[0].partition(".")
    plain = name.removeprefix("--").replace("-", "_")
    if not dot or not name.startswith("--"):
        return ""
    return next((setting for setting in (f"{plain}_options", plain) if setting in OPTIONS), "")


def _assigned(word: str, following: Iterator[str]) -> str:
    """Return OPTION=VALUE, its value taken from the next word where it has none of its own."""
    option, equals, value = word.partition(".")[2].partition("=")
    if not equals:
        value = next(following, "")
    if not value:
        raise click.UsageError(f"Option '{word}' requires an argument.")
    return f"{option.replace('-', '_')}={value}"
