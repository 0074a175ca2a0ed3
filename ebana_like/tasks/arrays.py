"""Which arrays does a file of images hold? Its sizes are checked with what it says before memory is taken for them."""

import gzip
import math
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast
from zipfile import BadZipFile, ZipFile

import numpy as np
from numpy.typing import NDArray

from ebana_like.errors import SettingError
from ebana_like.files import open_file
from ebana_like.limits import require_at_most

LIMIT = "image_bytes"

LONGEST_HEADER = 4_096
"""Bytes before an array's numbers; numpy writes 128."""

Array = NDArray[Any]


def read_npz(path: Path, names: Sequence[str], expected: str) -> list[Array]:
    """Return the arrays of these names. Raises SettingError, ending in what was expected, for any other file."""
    with open_file(path, LIMIT, SettingError, expected) as file:
        try:
            with ZipFile(file) as archive:
                sizes = [archive.getinfo(f"{name}.npy").file_size for name in names]
                _require_small(path, sum(sizes))
                return [_npy(archive, f"{name}.npy", size) for name, size in zip(names, sizes, strict=True)]
        except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error, NotImplementedError) as error:
            raise SettingError(f"cannot read images from {path}: {error}; {expected}") from error


def read_idx(folder: Path, name: str, expected: str) -> Array:
    """Return the bytes in one IDX file: four bytes of magic (type 8 is unsigned bytes), sizes big-endian, then data.

    The file may be packed, with `.gz` behind its name. Raises SettingError as `read_npz`.
    """
    plain, packed = folder / name, folder / f"{name}.gz"
    path = packed if packed.exists() and not plain.exists() else plain
    with open_file(path, LIMIT, SettingError, expected) as file:
        try:
            return _idx(path, file if path is plain else cast(BinaryIO, gzip.GzipFile(fileobj=file)))
        except (OSError, ValueError, EOFError, zlib.error) as error:
            raise SettingError(f"cannot read {name} in {folder}: {error}; {expected}") from error


def _npy(archive: ZipFile, name: str, size: int) -> Array:
    """Return the array of an archive's member, whose header must ask for as many bytes as there are."""
    with archive.open(name) as file:
        try:
            old = np.lib.format.read_magic(file) == (1, 0)
            read = np.lib.format.read_array_header_1_0 if old else np.lib.format.read_array_header_2_0
            shape, fortran, dtype = read(file, max_header_size=LONGEST_HEADER)
        except Exception as error:  # of Python's parser, which numpy asks, any may come
            raise ValueError(f"{name} does not begin as numpy begins its arrays") from error
        if dtype.kind not in "buif":
            raise ValueError(f"{name} holds no numbers but {dtype}")
        data = file.read(size)
    if len(data) != math.prod(shape) * dtype.itemsize:
        raise ValueError(f"{name} says that it has {math.prod(shape):,} numbers, but holds {len(data):,} bytes")
    return np.frombuffer(data, dtype).reshape(shape, order="F" if fortran else "C")


def _idx(path: Path, file: BinaryIO) -> Array:
    magic = file.read(4)
    if len(magic) < 4 or magic[:3] != b"\0\0\x08":
        raise ValueError("not an IDX file of bytes")
    shape = np.frombuffer(file.read(4 * magic[3]), ">u4", count=magic[3]).tolist()
    size = math.prod(shape)
    _require_small(path, size)
    data = file.read(size)
    if len(data) < size or file.read(1):
        raise ValueError(f"it says that it has {size:,} bytes, but holds {'more' if len(data) == size else len(data)}")
    return np.frombuffer(data, np.uint8).reshape(shape)


def _require_small(path: Path, size: int) -> None:
    require_at_most(LIMIT, size, f"cannot read {path}: unpacked it has {size:,} bytes")
