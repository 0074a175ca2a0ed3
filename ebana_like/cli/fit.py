"""`train-circuit fit`: a netlist of one's own learns a table, in a run folder as every training does."""

from pathlib import Path

import click

from ebana_like.cli.allow import ALLOW
from ebana_like.cli.dotted import DottedCommand
from ebana_like.cli.netlists import READING
from ebana_like.cli.session import Extras, train_new
from ebana_like.cli.train import EXTRAS, given_settings, ready, setting_options
from ebana_like.errors import SettingError
from ebana_like.fitting.fit import prepared
from ebana_like.fitting.settings import FitSettings, gather
from ebana_like.fitting.trainable import FIT
from ebana_like.runs import Run, create_run

RUNS = Path("runs")
"""Folder of the run folders that get no name."""


def _run(
    netlist: Path,
    out: Path | None,
    config: Path | None,
    verify: int,
    verify_epochs: bool,
    tensorboard: bool,
    export_levels: str,
    **given: str | None,
) -> None:
    """Train in a new run folder."""
    extras = Extras(verify, verify_epochs, tensorboard, export_levels)
    if out is not None and out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise SettingError(f"out is {out}, which is there already; name a new folder, or go on with it by resume")
    found = prepared(ready(gather(netlist, config, given_settings(given), "command line")))
    settings = found.settings

    def made(reduced: bool) -> Run:
        if out is None:
            return create_run(RUNS, FIT.name, settings, reduced, netlist.stem)
        return create_run(out.parent, FIT.name, settings, reduced, out.name, numbered=False)

    train_new(FIT, found.problem, settings, made, extras)


fit = DottedCommand(
    "fit",
    params=[
        click.Argument(["netlist"], metavar="NETLIST", type=click.Path(path_type=Path, exists=True, dir_okay=False)),
        click.Option(
            ["--out"],
            type=click.Path(path_type=Path, file_okay=False),
            help=f"The run's folder.  [default: {RUNS}/NAME-DATE-NUMBER]",
        ),
        click.Option(["--config"], type=click.Path(path_type=Path), help="TOML file of settings; options override it."),
        ALLOW,
        *(option for option in READING if option.name not in ("include_path", "celsius")),
        *EXTRAS,
        *(option for option in setting_options(FitSettings, FIT.settings) if option.name != "netlist"),
    ],
    help="Train values of a SPICE netlist (KiCad, LTspice, PySpice ...) on a table.\n\n"
    "Settings may also stand in the netlist, as comment lines `* @fit inputs v1,v2`. The run's folder holds the "
    "netlist as it came and NAME_fitted, which differs from it in the trained values alone.",
    callback=_run,
)
