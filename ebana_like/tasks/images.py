"""Where do handwritten digits and their like come from? A .npz file, the four IDX files, or OpenML."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ebana_like.data import Dataset, Split
from ebana_like.errors import SettingError
from ebana_like.runs import Settings
from ebana_like.tasks.arrays import read_idx, read_npz

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
    if not path:
        arrays = _from_openml(openml)
    elif Path(path).is_dir():
        arrays = [read_idx(Path(path), name, _EXPECTED) for name in _IDX_NAMES]
    else:
        arrays = read_npz(Path(path), ("x_train", "y_train", "x_test", "y_test"), _EXPECTED)
    x_train, y_train, x_test, y_test = arrays
    where = path or openml
    return Split(
        _dataset(x_train, y_train, classes, f"{where}, x_train and y_train"),
        test=_dataset(x_test, y_test, classes, f"{where}, x_test and y_test"),
    )


def _dataset(images: NDArray[Any], labels: NDArray[Any], classes: tuple[str, ...], where: str) -> Dataset:
    """Return images (samples, ...) and labels (samples,) as a data set; where: what errors call their origin."""
    if images.ndim < 2 or not images.size:
        raise SettingError(f"{where}: the images have the shape {images.shape}; {_EXPECTED}")
    if images.dtype != np.uint8:
        raise SettingError(f"{where}: the images hold {images.dtype}; expected uint8, black 0 and white {WHITE}")
    try:
        return Dataset(images.reshape(len(images), -1), labels, classes)
    except SettingError as error:
        raise SettingError(f"{where}: {error}; {_EXPECTED}") from error


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
