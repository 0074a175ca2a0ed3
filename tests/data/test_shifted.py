"""Images that training meets at other places than they were stored at."""

from dataclasses import replace

import numpy as np
import pytest

from ebana_like.data.shifted import ShiftedImages
from ebana_like.errors import SettingError
from ebana_like.simulators import NativeSimulator
from ebana_like.tasks import TASKS
from ebana_like.training import train


def images(count=200, side=5, shift=1):
    pixels = np.random.default_rng(0).integers(1, 255, (count, side * side)).astype(np.uint8)
    return ShiftedImages(pixels, np.zeros(count, dtype=int), ("a", "b"), unit=0.5, shift=shift)


def test_every_image_is_met_at_every_place_and_black_moves_in():
    data = images()
    met = data.met(np.arange(200), [0, 0, 0]).reshape(200, 5, 5) / 0.5
    found = set()
    for image, stored in zip(met, data.features.reshape(200, 5, 5), strict=True):
        framed = np.pad(stored, 1)
        at = [(y, x) for y in range(3) for x in range(3) if np.array_equal(image, framed[y : y + 5, x : x + 5])]
        assert len(at) == 1
        found.add(at[0])
    assert len(found) == 9


def test_the_same_seeds_move_alike_and_others_do_not():
    data, some = images(), np.arange(50)
    first = data.met(some, [7, 0, 3])
    np.testing.assert_array_equal(first, data.met(some, [7, 0, 3]))
    assert (first != data.met(some, [7, 1, 3])).any()


def test_evaluation_sees_images_where_they_are():
    data = images()
    np.testing.assert_array_equal(data.volts(np.arange(3)), 0.5 * data.features[:3])


def test_no_shift_is_no_change():
    data = images(shift=0)
    np.testing.assert_array_equal(data.met(np.arange(9), [1]), data.volts(np.arange(9)))


def test_what_is_no_image_is_not_moved():
    with pytest.raises(SettingError, match="6 features are none; set it to 0"):
        ShiftedImages(np.ones((2, 6)), [0, 1], ("a", "b"), shift=1)
    with pytest.raises(SettingError, match="images of 2 pixels a side move by 0 to 1"):
        ShiftedImages(np.ones((2, 4)), [0, 1], ("a", "b"), shift=2)
    with pytest.raises(SettingError, match="moons has no images to move; leave it at 0"):
        TASKS["moons"].problem(replace(TASKS["moons"].settings, shift=1))


def test_training_meets_moved_images_and_goes_on_where_it_was():
    task = TASKS["digits"]
    settings = replace(task.settings, shift=1, epochs=1, batch=100, hidden=(8,), checkpoint_batches=1)
    still, moved = task.problem(replace(settings, shift=0)), task.problem(settings)
    stops = []

    class Stop:
        def on_batch(self, progress):
            stops.append(progress)

        def on_epoch(self, progress, record):
            pass

    with NativeSimulator(moved.circuit) as simulator:
        whole = train(moved, simulator, callbacks=[Stop()])
        resumed = train(moved, simulator, start=stops[3], callbacks=[Stop()])
        other = train(still, simulator)
    for bank, conductances in whole.values.items():
        np.testing.assert_array_equal(conductances, resumed.values[bank])
        assert (conductances != other.values[bank]).any()
