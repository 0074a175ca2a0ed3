"""How is a predictor kept without pickle? As its netlist, with a table of plain values and arrays in a comment line."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.errors import NetlistError, SettingError
from ebana_like.netlist import Netlist, load_netlist, save_netlist

MOST_BYTES = 100_000_000
"""Of an array."""

KEY = "predictor"
"""The netlist's setting that holds the table, as JSON."""


def write_stored(path: Path, circuit: Circuit, table: Mapping[str, Any]) -> None:
    """Write a circuit as a netlist with a table of numbers, words, lists, tables and arrays of numbers or words.

    Raises SettingError for any other value, RunError when the disk is full.
    """
    text = json.dumps(table, separators=(",", ":"), default=_plain)
    save_netlist(Netlist(circuit, settings={KEY: text.replace(" ", "\\u0020")}), path)  # words have no spaces there


def read_stored(path: Path, kind: str) -> tuple[Circuit, dict[str, Any]]:
    """Return circuit and table; floating-point numbers come back to the last bit.

    kind: the entry of that name the table must have. Raises NetlistError for any other file.
    """
    netlist = load_netlist(path)
    try:
        table = json.loads(netlist.settings[KEY], object_hook=_array)
        found = table["kind"]
    except KeyError as error:
        raise NetlistError(f"{path} is a netlist without a predictor; one is written by {kind}.save") from error
    except (ValueError, TypeError, RecursionError) as error:
        raise NetlistError(f"{path}: its line of the predictor is damaged: {error}") from error
    if found != kind:
        raise NetlistError(f"{path} holds a {found}; load it with {found}.load, not with {kind}.load")
    return netlist.circuit, table


def _plain(value: Any) -> Any:
    """Return what JSON has no form for as something it has."""
    if isinstance(value, np.ndarray):
        words = value.dtype.kind in "OU" and all(isinstance(item, str) for item in value.flat)
        if words or value.dtype.kind in "biuf":
            return {"dtype": value.dtype.str, "array": value.tolist()}
    elif isinstance(value, np.generic):
        return value.item()
    raise SettingError(
        f"{value!r} cannot be stored; classes may be numbers or words, and random_state a whole number or None"
    )


def _array(table: dict[str, Any]) -> Any:
    """Return the array that a table stands for. Raises ValueError where it would be larger than its entries are."""
    if table.keys() != {"dtype", "array"}:
        return table
    dtype = np.dtype(table["dtype"])
    if dtype.kind not in "OUbiuf":
        raise ValueError(f"an array of {dtype}, not of numbers or words")
    entries = np.array(table["array"], dtype=object)
    if entries.size * dtype.itemsize > MOST_BYTES:
        raise ValueError(f"{entries.size} entries of {dtype}; more than {MOST_BYTES:,} bytes in all")
    return entries.astype(dtype)
