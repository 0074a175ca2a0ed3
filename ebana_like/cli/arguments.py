"""What may a person name on the command line? Paths that are looked at before a command begins, and engines."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from ebana_like.expressions.numbers import spice_number
from ebana_like.simulators import ENGINES

CONFIG, NETLIST = "config.toml", "netlist.cir"


class _Run(click.Path):
    """A run folder, or a netlist file too; anything else is bad use.

    files: whether a file is taken too, and a run only asked for its netlist.
    """

    def __init__(self, files: bool) -> None:
        super().__init__(exists=True, file_okay=files, path_type=Path)
        self.needed = NETLIST if files else CONFIG

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        path = Path(str(super().convert(value, param, ctx)))
        if path.is_dir() and not (path / self.needed).is_file():
            self.fail(f"{path} is not a run folder: it has no {self.needed}", param, ctx)
        return path


class Choice(click.Choice):  # type: ignore[type-arg] # generic since click 8.2
    """One of several words, or a word that one of them was called before."""

    def __init__(self, choices: Iterable[str], former: Mapping[str, str]) -> None:
        super().__init__(list(choices))
        self.former = former

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return super().convert(self.former.get(value, value), param, ctx)


class _Quantity(click.ParamType):  # type: ignore[type-arg] # generic since click 8.2
    """A number above zero as netlists have it: 10n, 2.5e-6."""

    name = "number"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        try:
            found = spice_number(str(value).lower())
        except ValueError:
            self.fail(f"{value} is no number such as 10n or 1e-8", param, ctx)
        if not found > 0:
            self.fail(f"{value} is not above zero", param, ctx)
        return found


OUT = click.Path(path_type=Path, file_okay=False)
"""A folder for files, which is made where there is none."""
ENGINE = Choice(ENGINES, ENGINES.former)
QUANTITY = _Quantity()
RUN, RUN_OR_FILE = _Run(files=False), _Run(files=True)
