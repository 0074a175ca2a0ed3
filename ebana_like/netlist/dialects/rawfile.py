"""Which node voltages does a raw file hold? The format of Berkeley SPICE, which most programs still write."""

from pathlib import Path

import numpy as np

from ebana_like.errors import NetlistError


def read_rawfile(path: Path) -> dict[str, float]:
    """Return the voltages of the first point, volts by node name in lower case.

    Understands ASCII and binary doubles, and headers in UTF-16 as LTspice writes them. Raises NetlistError where the
    file is missing, cut off or not a raw file.
    """
    try:
        raw = path.read_bytes()
        if raw[1:2] == b"\0":
            raw = raw.decode("utf-16-le").encode()
        header, kind, data = _split(raw)
        names = _variables(header)
        if kind == b"Binary:":
            values = np.frombuffer(data, "<f8", count=len(names)).tolist()
        else:
            values = [float(word) for word in data.split()[1 : len(names) + 1]]  # the point's number stands first
        pairs = zip(names, values, strict=True)
        return {name.removeprefix("v(").removesuffix(")"): value for name, value in pairs if name}
    except OSError as error:
        raise NetlistError(f"there is no result file {path.name}: {error.strerror}") from error
    except (ValueError, IndexError) as error:
        raise NetlistError(f"{path.name} is not a raw file as SPICE programs write it: {error}") from error


def _split(raw: bytes) -> tuple[str, bytes, bytes]:
    """Return the header, the word before the data, and the data."""
    for kind in (b"Binary:", b"Values:"):
        header, found, data = raw.partition(b"\n" + kind)
        if found:
            return header.decode("latin-1"), kind, data.lstrip(b"\r").removeprefix(b"\n")
    raise ValueError("it holds no values")


def _variables(header: str) -> list[str]:
    """Return the name of every variable, in lower case; empty where it is not a voltage."""
    lines = header.lower().splitlines()
    count = int(next(line for line in lines if line.startswith("no. variables:")).partition(":")[2])
    first = next(k for k, line in enumerate(lines) if line.startswith("variables:"))
    # some programs write the first variable behind the colon
    words = " ".join(lines[first:]).removeprefix("variables:").split()
    rows = [words[3 * k : 3 * k + 3] for k in range(count)]
    return [name if kind == "voltage" else "" for _, name, kind in rows]
