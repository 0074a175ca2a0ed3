"""Where do handwritten digits and their like come from? A .npz file, the four IDX files, or OpenML."""

import gzip
import warnings
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from ebana_like.elements import FloatArray, IntArray
from ebana_like.errors import SettingError
from ebana_like.training import Dataset, Settings, Split

TRAINING_IMAGES = 60_000
WHITE = 255
_IDX_NAMES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
_EXPECTED = (
    "expected a .npz file with x_train, y_train, x_test, y_test, or a folder with the four IDX files "
    f"({', '.join(_IDX_NAMES)}, as they are or with .gz)"
)


def load_images(settings: Settings, openml: str, classes: tuple[str, ...]) -> Split:
    """Return training and test images as they are stored, bytes from 0 to WHITE: an eighth of the memory of doubles.

    settings: whose `data` is a file or folder; empty to fetch the set named `openml` from OpenML.
    Raises SettingError saying what was expected and how to get it.
    """
    path = settings.data
    arrays = _from_openml(openml) if not path else _from_folder(Path(path)) if Path(path).is_dir() else _from_npz(path)
    x_train, y_train, x_test, y_test = arrays
    return Split(_dataset(x_train, y_train, classes), test=_dataset(x_test, y_test, classes))


def _dataset(images: FloatArray, labels: IntArray, classes: tuple[str, ...]) -> Dataset:
    if len(images) != len(labels) or not len(labels) or labels.max() >= len(classes):
        raise SettingError(
            f"{len(images)} images came with {len(labels)} labels for {len(classes)} classes; {_EXPECTED}"
        )
    if images.dtype != np.uint8:
        raise SettingError(f"the images hold {images.dtype} values; expected uint8, black 0 and white {WHITE}")
    return Dataset(images.reshape(len(images), -1), labels.astype(np.intp), classes)


def _from_npz(path: str) -> list[np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as file:
            return [file[name] for name in ("x_train", "y_train", "x_test", "y_test")]
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise SettingError(f"cannot read images from {path}: {error}; {_EXPECTED}") from error


def _from_folder(folder: Path) -> list[np.ndarray]:
    return [_idx(folder, name) for name in _IDX_NAMES]


def _idx(folder: Path, name: str) -> np.ndarray:
    """Read one IDX file: four bytes of magic (type 8 is unsigned bytes), the sizes big-endian, then the data."""
    plain, packed = folder / name, folder / f"{name}.gz"
    try:
        raw = plain.read_bytes() if plain.is_file() else gzip.decompress(packed.read_bytes())
        if len(raw) < 4 or raw[:3] != b"\0\0\x08":
            raise ValueError("not an IDX file of bytes")
        shape = np.frombuffer(raw, ">u4", count=raw[3], offset=4).astype(int)
        return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(shape)
    except (OSError, ValueError, EOFError) as error:
        raise SettingError(f"cannot read {name} in {folder}: {error}; {_EXPECTED}") from error


def _from_openml(name: str) -> list[np.ndarray]:
    from sklearn.datasets import fetch_openml

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # the first failure is told at once instead of warned of and tried again
            images, labels = fetch_openml(name, version=1, return_X_y=True, as_frame=False, parser="liac-arff")
    except (OSError, ValueError, RuntimeWarning) as error:
        raise SettingError(
            f"the data set {name} is not here and OpenML does not answer ({error}); give its place with --data: "
            f"{_EXPECTED}"
        ) from error
    images, labels = images.astype(np.uint8), labels.astype(np.intp)
    parts = slice(None, TRAINING_IMAGES), slice(TRAINING_IMAGES, None)
    return [array for part in parts for array in (images[part], labels[part])]
