"""The script for large networks in small: every column of its table, of 8 neurons and 200 made-up digits."""

import runpy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

RUN = runpy.run_path(str(Path(__file__).parents[2] / "experiments" / "mnist_gpu" / "run.py"), run_name="small")


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    """Images whose brightest corner tells their class."""
    rng = np.random.default_rng(0)
    labels = rng.integers(10, size=2100).astype(np.uint8)
    images = rng.integers(60, size=(2100, 28, 28)).astype(np.uint8)
    images[np.arange(2100), 2 * labels + 4] = 255
    path = tmp_path_factory.mktemp("digits") / "digits.npz"
    np.savez(path, x_train=images[:2000], y_train=labels[:2000], x_test=images[2000:], y_test=labels[2000:])
    return str(path)


def test_the_largest_network_has_the_resistors_of_the_text():
    (neurons,) = RUN["NETWORKS"]["784-32768-10"].hidden
    assert neurons * (2 * 784 + 2) + 20 * neurons == 52_101_120


@pytest.mark.thorough
def test_a_network_is_trained_and_proven(digits, monkeypatch):
    small = replace(RUN["NETWORKS"]["784-100-10"], hidden=(8,), batch=20)
    monkeypatch.setitem(RUN["measured"].__globals__, "NETWORKS", {"small": small})
    found, epochs = RUN["measured"]("small", digits)
    assert (found.resistors, found.digits, found.epochs) == (8 * 1570 + 20 * 8, 200, 1)
    assert found.residual < 1e-12
    assert found.from_cpu_volts < 1e-9
    assert found.test_error < 70  # of ten classes, after ten batches
    assert found.host_megabytes > 100
    assert [each.network for each in epochs] == ["small"]
    assert epochs[0].test_error == pytest.approx(found.test_error)
