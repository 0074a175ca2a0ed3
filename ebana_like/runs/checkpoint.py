"""How does a training outlive its process? As pairs of files that tell whether they are whole.

A checkpoint is NUMBER.safetensors (values, what the update rule remembers, the best values) and NUMBER.json
(everything else), NUMBER being the batches done. The JSON file holds the SHA-256 of its own contents, and among them
that of the other file; it is written last. So a checkpoint is not there, or whole, or known to be damaged.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from ebana_like.elements import FloatArray
from ebana_like.errors import RunError
from ebana_like.files import make_folder, read_file, remove, write_atomically
from ebana_like.training.progress import Best, EpochRecord, Evaluation, Progress, Sums
from ebana_like.values import address

FORMAT, BY_BANK = 2, 1
"""Version of the files, and of those that named conductances by bank; others are not read."""

KEPT = 3
"""So many checkpoints are kept; should the newest be damaged, training goes on from the one before."""

LONGEST_HEADER = 1_000_000
"""Bytes; a network of a hundred layers takes 30,000."""

VALUES, UPDATE, BEST = "values/", "update/", "best/"


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A progress, and what it belongs to.

    about: task, settings, fingerprint of the data and versions, as JSON takes them.
    """

    progress: Progress
    about: Mapping[str, Any]


def save_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint, wait until the disk has it, and remove those that are no longer kept.

    Raises RunError, with the earlier ones untouched, where that fails.
    """
    progress, best = checkpoint.progress, checkpoint.progress.best
    tensors = save(
        _prefixed(VALUES, progress.values)
        | _prefixed(UPDATE, progress.update_state)
        | _prefixed(BEST, best.values if best else {})
    )
    state = {
        "format": FORMAT,
        "tensors": hashlib.sha256(tensors).hexdigest(),
        "about": checkpoint.about,
        "epoch": progress.epoch,
        "batch": progress.batch,
        "steps": progress.steps,
        "best_epoch": best and best.epoch,
        "sums": progress.sums,
        "records": progress.records,
    }
    # one pass of the encoder in C: 4 ms after 200 epochs of digits, where `asdict` and indentation took 15
    body = json.dumps(state, default=vars)
    text = f'{{"sha256": "{_digest(body)}",\n"state": {body}}}\n'
    run = folder.parent
    make_folder(folder, run)
    name = f"{progress.steps:010d}"
    write_atomically(folder / f"{name}.safetensors", tensors, durable=True, root=run)
    write_atomically(folder / f"{name}.json", text, durable=True, root=run)
    for number in _numbers(folder)[:-KEPT]:
        # the JSON file first: what is left of a removal that is broken off is then no checkpoint
        for ending in ("json", "safetensors"):
            remove(folder / f"{number}.{ending}", run)


def load_newest(folder: Path, pass_over: Callable[[str], None]) -> Checkpoint | None:
    """Return the newest checkpoint that is whole, or None where training has not come to any.

    pass_over: called with one line for every damaged one.
    Raises RunError where there are only damaged ones.
    """
    numbers = _numbers(folder)
    for number in reversed(numbers):
        try:
            return _load(folder, number)
        except _DamagedError as error:
            pass_over(f"the checkpoint {folder / number}.json is passed over: {error}")
    if numbers:
        raise RunError(f"every checkpoint in {folder} is damaged; begin again from the run's config.toml with --config")
    return None


class _DamagedError(Exception):
    """A checkpoint cannot be used; says why."""


def _load(folder: Path, number: str) -> Checkpoint:
    try:
        state_file, tensors = (
            read_file(folder / f"{number}.{ending}", "checkpoint_bytes", inside=[folder.parent])
            for ending in ("json", "safetensors")
        )
        text = state_file.decode()
        if int.from_bytes(tensors[:8], "little") > LONGEST_HEADER:
            raise _DamagedError(f"{number}.safetensors begins with a header of more than {LONGEST_HEADER:,} bytes")
    except RunError as error:
        raise _DamagedError(str(error)) from error
    except UnicodeDecodeError as error:
        raise _DamagedError("it is not text") from error
    try:
        file = json.loads(text)
        state = file["state"]
        if file["sha256"] != _digest(json.dumps(state)):
            raise _DamagedError("its contents do not have the checksum it names")
        if state["format"] not in (FORMAT, BY_BANK):
            raise _DamagedError(f"it has format {state['format']}; this version reads {BY_BANK} and {FORMAT}")
        if state["tensors"] != hashlib.sha256(tensors).hexdigest():
            raise _DamagedError(f"{number}.safetensors does not have the checksum it names")
        arrays = load(tensors)
        if state["format"] == BY_BANK:
            arrays = {_addressed(name): array for name, array in arrays.items()}
        return Checkpoint(_progress(state, arrays), state["about"])
    except json.JSONDecodeError as error:
        raise _DamagedError(f"it is not JSON: {error}") from error
    except (KeyError, TypeError, ValueError, RecursionError, SafetensorError) as error:
        raise _DamagedError(f"it is not what this program writes ({type(error).__name__}: {error})") from error


def _progress(state: Mapping[str, Any], tensors: Mapping[str, FloatArray]) -> Progress:
    best_epoch = state["best_epoch"]
    return Progress(
        values=_of_prefix(VALUES, tensors),
        update_state=_of_prefix(UPDATE, tensors),
        epoch=state["epoch"],
        batch=state["batch"],
        steps=state["steps"],
        sums=Sums(**{**state["sums"], "messages": tuple(state["sums"]["messages"])}),
        records=tuple(map(_record, state["records"])),
        best=None if best_epoch is None else Best(best_epoch, _of_prefix(BEST, tensors)),
    )


def _addressed(name: str) -> str:
    """Return the name today of an array named by its bank, as "conductances/crossbar1" or "update/crossbar1.first"."""
    prefix, _, entry = name.partition("/")
    bank, _, rest = entry.partition(".")
    of = address(bank, "conductance")
    return f"{'values' if prefix == 'conductances' else prefix}/{of}{'.' + rest if rest else ''}"


def _record(values: Mapping[str, Any]) -> EpochRecord:
    evaluations = {name: values[name] and Evaluation(**values[name]) for name in ("train", "validation", "test")}
    return EpochRecord(**{**values, **evaluations, "messages": tuple(values["messages"])})


def _prefixed(prefix: str, arrays: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    return {prefix + name: np.ascontiguousarray(array) for name, array in arrays.items()}


def _of_prefix(prefix: str, tensors: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    found = {name: array for name, array in tensors.items() if name.startswith(prefix)}
    # copies, as aligned in memory as any array of numpy's own
    return {name.removeprefix(prefix): array.copy() for name, array in sorted(found.items())}


def _numbers(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.json") if path.stem.isdecimal())


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()
