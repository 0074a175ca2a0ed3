"""How do images teach more than they show? Each time one is met in training it is moved a little.

A digit moved by a pixel is the same digit, and a network that has seen it at nine places tells it at all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ebana_like.data.dataset import Dataset
from ebana_like.elements import IntArray
from ebana_like.errors import SettingError


@dataclass(frozen=True, eq=False)
class ShiftedImages(Dataset):
    """Square images that training meets moved by up to so many pixels along each side, drawn anew each time.

    What moves out of the picture is lost, what moves in is black (0). Elsewhere the images stay where they are.

    shift: pixels. Raises SettingError where features are no square images, or too small to be moved so far.
    """

    shift: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.side**2 != self.features.shape[1]:
            raise SettingError(
                f"shift moves square images, but {self.features.shape[1]} features are none; set it to 0"
            )
        if not 0 <= self.shift < self.side:
            raise SettingError(
                f"shift is {self.shift}; images of {self.side} pixels a side move by 0 to {self.side - 1}"
            )

    @property
    def side(self) -> int:
        """Pixels along each side."""
        return isqrt(self.features.shape[1])

    def seen(self, samples: IntArray, seeds: Sequence[int]) -> NDArray[Any]:
        count, side, most = len(samples), self.side, self.shift
        images = self.features[samples].reshape(count, side, side)
        framed = np.pad(images, ((0, 0), (most, most), (most, most)))
        places = np.lib.stride_tricks.sliding_window_view(framed, (side, side), axis=(1, 2))
        down, right = np.random.default_rng([*seeds, most]).integers(0, 2 * most + 1, size=(2, count))
        return np.asarray(places[np.arange(count), down, right].reshape(count, -1))
