"""How does a benchmark keep its numbers, and compare them with earlier ones? By two options that each of them has."""

from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any

import click

from ebana_like.bench.record import Number, Record, load_now, load_record, load_records, record_now, save_record
from ebana_like.cli.printer import Printer, terminal
from ebana_like.errors import SettingError

FILE = click.Path(path_type=Path, dir_okay=False)


def recorded(measure: Callable[..., Sequence[Number]]) -> Callable[..., None]:
    """Give a benchmark, which returns its numbers, the options --save and --compare."""

    @click.option("--save", type=FILE, help="JSON file to keep the numbers in, with machine, versions and commit.")
    @click.option("--compare", type=FILE, help="File of --save whose numbers to put beside these.")
    @wraps(measure)
    def command(save: Path | None, compare: Path | None, **given: Any) -> None:
        name = str(click.get_current_context().info_name)
        before = None if compare is None else load_record(compare, name)
        if save is not None:
            _require_room(save)
        load = load_now()
        now = record_now(measure(**given), load)
        printer = Printer(terminal())
        if before is not None:
            _print_comparison(printer, now, before, f"{compare}")
        if save is not None:
            save_record(save, name, now)
            printer.line(f"\nsaved:    {save}")

    return command


def _require_room(path: Path) -> None:
    """Raise SettingError, before anything is measured, where the numbers cannot be saved."""
    if path.exists():
        load_records(path)
    elif not path.parent.is_dir():
        raise SettingError(f"there is no folder {path.parent} to save {path.name} in; make it first")


def _print_comparison(printer: Printer, now: Record, before: Record, name: str) -> None:
    ratios, earlier = now.over(before), {number.name: number for number in before.numbers}
    rows = []
    for number in now.numbers:
        ratio = ratios[number.name]
        both = [earlier.get(number.name), number]
        medians = [f"{each.median:.4g}" if each else "-" for each in both]
        quartiles = [_quartiles(each) for each in both]
        rows.append([number.of, number.unit, *medians, "-" if ratio is None else f"{ratio:.2f}", *quartiles])
    title = f"\nbeside {name}, of {before.date} at {before.commit or 'no commit'}"
    printer.table(["what", "unit", "then", "now", "ratio", "quartiles then", "now"], rows, title=title)
    printer.line(f"load of the machine before: {before.load:g} then, {now.load:g} now")
    if before.machine != now.machine:
        printer.line(f"that was on another machine: {', '.join(map(str, before.machine.values()))}")
    changed = [f"{key} {old}" for key, old in before.versions.items() if now.versions.get(key) != old]
    if changed:
        printer.line(f"that was with {', '.join(changed)}")
    if found := now.largest_change(before):
        number, ratio = found
        printer.line(f"largest change: {number.of}, {ratio:.2f} times")
    else:
        printer.line("no number is in both")


def _quartiles(number: Number | None) -> str:
    return " to ".join(f"{quartile:.3g}" for quartile in number.quartiles) if number and number.quartiles else "-"
