"""Images come from .npz or IDX files; what does not fit is said in one line."""

import gzip
import os
import struct

import numpy as np
import pytest

from ebana_like.errors import SettingError
from ebana_like.tasks import TASKS
from ebana_like.tasks.images import WHITE, load_images
from ebana_like.training import Settings

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
        (lambda folder: (folder / NAMES[1]).write_bytes(idx(LABELS[:2])), "3 images came with 2 labels"),
        (lambda folder: (folder / NAMES[1]).write_bytes(idx(LABELS + 1)), "labels for 3 classes"),
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


def test_mnist_itself():
    path = os.environ.get("EBANA_MNIST")
    if not path:
        pytest.skip("set EBANA_MNIST to the MNIST data, a .npz file or a folder of IDX files")
    data = TASKS["mnist"].load(Settings(data=path))
    assert (len(data.train), len(data.test)) == (60_000, 10_000)
    assert data.train.features.shape[1] == 784
    assert data.train.features.max() == WHITE
