"""The script for large networks in small: every column of its table, of 8 neurons and 200 made-up digits."""

import runpy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).parents[2] / "experiments" / "mnist_gpu"
RUN, VERIFY = (runpy.run_path(str(FOLDER / name), run_name="small") for name in ("run.py", "verify.py"))


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
    (neurons,) = RUN["NETWORKS"]["784-32768-10+shift"].settings.hidden
    assert neurons * (2 * 784 + 2) + 20 * neurons == 52_101_120


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["784-100-10+shift", "drn-xs"])
def test_a_network_is_trained_told_and_proven(name, digits, monkeypatch, tmp_path):
    training = RUN["NETWORKS"][name]
    small = replace(training, settings=replace(training.settings, hidden=(8,), batch=20))
    for module in (RUN["measured"].__globals__, VERIFY["verified"].__globals__):
        monkeypatch.setitem(module, "NETWORKS", {"small": small})
        monkeypatch.setitem(module, "RUNS", tmp_path)
    found, epochs = RUN["measured"]("small", 1, digits)
    assert found.resistors == (8 * 1570 + 20 * 8 if training.published is None else 8 * 1568 + 10 * 8 + 18)
    assert (found.seed, found.digits, found.epochs) == (1, 200, 1)
    assert found.host_megabytes > 100
    assert [(each.network, each.test_error) for each in epochs] == [("small", found.test_error)]
    row = VERIFY["verified"](tmp_path / "small-1", digits)
    assert float(row["residual"]) < 1e-12
    if training.published is None:
        assert found.test_error < 70  # of ten classes, after ten batches
        assert float(row["from_ngspice_volts"]) < 1e-12
