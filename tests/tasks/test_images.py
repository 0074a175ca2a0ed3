"""Images come from .npz or IDX files; what does not fit is said in one line."""

import gzip
import os
import struct

import numpy as np
import pytest

from ebana_like.errors import SettingError
from ebana_like.runs import Settings
from ebana_like.tasks import TASKS
from ebana_like.tasks.images import WHITE, load_images

CLASSES = ("a", "b", "c")
PIXELS = np.arange(3 * 4 * 4, dtype=np.uint8).reshape(3, 4, 4)
LABELS = np.array([0, 1, 2], dtype=np.uint8)
NAMES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


def idx(array):
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


@pytest.mark.parametrize("packed", [False, True])
def test_idx_files_are_read(packed, tmp_path):
    for name, array in zip(NAMES, (PIXELS, LABELS, PIXELS[:2], LABELS[:2]), strict=True):
        path = tmp_path / (f"{name}.gz" if packed else name)
        path.write_bytes(gzip.compress(idx(array)) if packed else idx(array))
    data = load_images(Settings(data=str(tmp_path)), "nowhere", CLASSES)
    assert np.array_equal(data.train.features, PIXELS.reshape(3, 16))
    assert data.train.labels.tolist() == [0, 1, 2]
    assert len(data.test) == 2


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda folder: (folder / NAMES[1]).unlink(), "cannot read .*/train-labels-idx1-ubyte: No such file"),
        (lambda folder: (folder / NAMES[1]).write_bytes(b"labels"), "not an IDX file"),
        (lambda folder: (folder / NAMES[0]).write_bytes(idx(PIXELS)[:-5]), "cannot read train-images-idx3-ubyte"),
        (
            lambda folder: (folder / NAMES[1]).write_bytes(idx(LABELS[:2])),
            "y_train: features are of 3 samples and labels of 2; .* expected a .npz",
        ),
        (lambda folder: (folder / NAMES[1]).write_bytes(idx(LABELS + 1)), "labels hold 3 of sample 2, .* from 0 to 2"),
    ],
)
def test_spoiled_folders_are_refused(spoil, message, tmp_path):
    for name, array in zip(NAMES, (PIXELS, LABELS, PIXELS, LABELS), strict=True):
        (tmp_path / name).write_bytes(idx(array))
    spoil(tmp_path)
    with pytest.raises(SettingError, match=message):
        load_images(Settings(data=str(tmp_path)), "nowhere", CLASSES)


@pytest.mark.parametrize("content", [b"", b"no zip", None])
def test_spoiled_files_say_what_was_expected(content, tmp_path):
    path = tmp_path / "images.npz"
    if content is None:
        np.savez(path, x_train=PIXELS)
    else:
        path.write_bytes(content)
    with pytest.raises(SettingError, match=r"cannot read images from .*; expected a .npz file with x_train"):
        load_images(Settings(data=str(path)), "nowhere", CLASSES)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"y_train": LABELS[:, None]}, r"x_train and y_train: labels have the shape \(3, 1\); .*give labels\[:, 0\]"),
        ({"y_train": [0.5, 1, 2]}, "x_train and y_train: labels hold 0.5 of sample 0"),
        ({"y_test": [0, -1, 2]}, "x_test and y_test: labels hold -1 of sample 1"),
        ({"y_test": [0, 1, 3]}, "x_test and y_test: labels hold 3 of sample 2, .* from 0 to 2"),
        ({"y_train": [0, 1]}, "features are of 3 samples and labels of 2"),
        ({"y_train": [np.nan, 1, 2]}, "labels hold nan of sample 0"),
        ({"x_train": PIXELS[0, 0]}, r"x_train and y_train: the images have the shape \(4,\)"),
        ({"x_train": PIXELS[:0], "y_train": LABELS[:0]}, r"the images have the shape \(0, 4, 4\)"),
        ({"x_train": PIXELS / 255}, "the images hold float64; expected uint8"),
        ({"x_test": PIXELS[:, :2]}, "features of the test samples: 8, of those to learn from: 16"),
        ({"y_train": 3}, "labels is .*; expected an array with an entry for each sample"),
    ],
)
def test_arrays_that_are_no_images_with_labels_are_named(change, message, tmp_path):
    path = tmp_path / "images.npz"
    np.savez(path, **({"x_train": PIXELS, "y_train": LABELS, "x_test": PIXELS, "y_test": LABELS} | change))
    with pytest.raises(SettingError, match=message) as caught:
        load_images(Settings(data=str(path)), "nowhere", CLASSES)
    assert "\n" not in str(caught.value)


def test_labels_may_be_whole_numbers_as_floats(tmp_path):
    path = tmp_path / "images.npz"
    np.savez(path, x_train=PIXELS, y_train=1.0 * LABELS, x_test=PIXELS, y_test=LABELS)
    assert load_images(Settings(data=str(path)), "nowhere", CLASSES).train.labels.tolist() == [0, 1, 2]


def test_mnist_itself():
    path = os.environ.get("EBANA_MNIST")
    if not path:
        pytest.skip("set EBANA_MNIST to the MNIST data, a .npz file or a folder of IDX files")
    data = TASKS["mnist"].load(Settings(data=path))
    assert (len(data.train), len(data.test)) == (60_000, 10_000)
    assert data.train.features.shape[1] == 784
    assert data.train.features.max() == WHITE
