"""What does a raw file hold? The format of Berkeley SPICE, which most programs still write."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from ebana_like.elements import FloatArray
from ebana_like.errors import NetlistError

Result = TypeVar("Result")


def read_rawfile(path: Path) -> dict[str, float]:
    """Return the voltages of the first point, volts by node name in lower case.

    Understands ASCII and binary doubles, and headers in UTF-16 as LTspice writes them. Raises NetlistError where the
    file is missing, cut off or not a raw file.
    """
    return _read(path, _first)


def read_course(path: Path) -> dict[str, FloatArray]:
    """Return the voltages of all points of a binary raw file, (points,), volts by node name.

    Where there is time, it is "time", seconds. Raises NetlistError where the file is missing, cut off or no binary raw
    file.
    """
    return _read(path, _all)


def _read(path: Path, parse: Callable[[str, bytes, bytes], Result]) -> Result:
    try:
        raw = path.read_bytes()
        if raw[1:2] == b"\0":
            raw = raw.decode("utf-16-le").encode()
        return parse(*_split(raw))
    except OSError as error:
        raise NetlistError(f"there is no result file {path.name}: {error.strerror}") from error
    except (ValueError, IndexError) as error:
        raise NetlistError(f"{path.name} is not a raw file as SPICE programs write it: {error}") from error


def _first(header: str, kind: bytes, data: bytes) -> dict[str, float]:
    names = _variables(header)
    if kind == b"Binary:":
        values = np.frombuffer(data, "<f8", count=len(names)).tolist()
    else:
        values = [float(word) for word in data.split()[1 : len(names) + 1]]  # the point's number stands first
    pairs = zip(names, values, strict=True)
    return {_bare(name): value for name, value in pairs if name}


def _all(header: str, kind: bytes, data: bytes) -> dict[str, FloatArray]:
    if kind != b"Binary:":
        raise ValueError("its numbers are text")
    names = _variables(header, ("voltage", "time"))
    points = int(_number(header, "no. points:"))
    values = np.frombuffer(data, "<f8", count=points * len(names)).reshape(points, len(names))
    return {_bare(name): values[:, k] for k, name in enumerate(names) if name}


def _bare(name: str) -> str:
    return name.removeprefix("v(").removesuffix(")")


def _number(header: str, word: str) -> str:
    """Return what stands behind a word of the header."""
    return next(line for line in header.lower().splitlines() if line.startswith(word)).partition(":")[2]


def _split(raw: bytes) -> tuple[str, bytes, bytes]:
    """Return the header, the word before the data, and the data."""
    for kind in (b"Binary:", b"Values:"):
        header, found, data = raw.partition(b"\n" + kind)
        if found:
            return header.decode("latin-1"), kind, data.lstrip(b"\r").removeprefix(b"\n")
    raise ValueError("it holds no values")


def _variables(header: str, kinds: Sequence[str] = ("voltage",)) -> list[str]:
    """Return the name of every variable, in lower case; empty where it is of none of the kinds."""
    lines = header.lower().splitlines()
    count = int(_number(header, "no. variables:"))
    first = next(k for k, line in enumerate(lines) if line.startswith("variables:"))
    # some programs write the first variable behind the colon
    words = " ".join(lines[first:]).removeprefix("variables:").split()
    rows = [words[3 * k : 3 * k + 3] for k in range(count)]
    return [name if kind in kinds else "" for _, name, kind in rows]
