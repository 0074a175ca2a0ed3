"""Which crossbars see an image through windows? Convolutions, local crossbars, and the mean or the maximum of a patch.

Rows are the pixels of channels, channel by channel and line by line; columns too. A column has resistors to the rows of
its window alone. Of a convolution all windows have the same conductances: one value drives as many resistors as there
are windows, and its gradient is the sum over them, which is not local any more.
"""

from dataclasses import dataclass

import numpy as np

from ebana_like.checks import require_number, shown
from ebana_like.elements import IntArray, Range
from ebana_like.errors import CircuitError
from ebana_like.netlist import diode_model
from ebana_like.networks.blocks import Block, diodes_between, first_conductances, require_span
from ebana_like.wiring import Wiring


@dataclass(frozen=True)
class Image:
    """Pixels of channels."""

    channels: int
    height: int
    width: int

    @property
    def pixels(self) -> int:
        """Of all channels."""
        return self.channels * self.height * self.width

    def windows(self, window: int, stride: int) -> IntArray:
        """Return the pixels that each window of one channel holds, (windows, window**2), numbered in the channel."""
        at = np.arange(self.height * self.width, dtype=np.intp).reshape(self.height, self.width)
        views = np.lib.stride_tricks.sliding_window_view(at, (window, window))[::stride, ::stride]
        return np.ascontiguousarray(views.reshape(-1, window * window))

    def seen(self, channels: int, window: int, stride: int) -> "Image":
        """Return what windows make of it."""
        sides = ((side - window) // stride + 1 for side in (self.height, self.width))
        return Image(channels, *sides)


@dataclass(frozen=True)
class _Windowed(Block):
    """What all blocks of windows have.

    image: what the rows carry, (channels, height, width). window: pixels a side. stride: from window to window.
    """

    image: tuple[int, int, int]
    window: int
    stride: int

    def __post_init__(self) -> None:
        name = type(self).__name__
        if not (isinstance(self.image, tuple | list) and len(self.image) == 3):
            raise CircuitError(f"{name}: image is {shown(self.image)}; expected (channels, height, width)")
        for what, count in (("image", self.image), ("window", (self.window,)), ("stride", (self.stride,))):
            for each in count:
                require_number(f"{name}: {what}", each, whole=True, low=1, error=CircuitError)
        if self.window > min(self.image[1:]):
            raise CircuitError(
                f"{name}: a window of {self.window} pixels a side does not fit into an image of "
                f"{self.image[1]} x {self.image[2]}"
            )

    @property
    def filters(self) -> int:
        """Number of channels behind."""
        return self.image[0]

    @property
    def out(self) -> tuple[int, int, int]:
        """What the columns carry, (channels, height, width): the image of the next block."""
        seen = Image(*self.image).seen(self.filters, self.window, self.stride)
        return seen.channels, seen.height, seen.width

    def size(self, rows: int) -> tuple[int, int]:
        columns = int(np.prod(self.out))
        return columns, columns * self.window**2 * max(rows // max(int(np.prod(self.image[1:])), 1), 1)

    def signals(self, wiring: Wiring) -> tuple[IntArray, ...]:
        """Return the rows that carry the image, those that mirror it, and constants. Raises CircuitError for others."""
        name = type(self).__name__
        wiring.require_rows(name)
        plus, minus, constant = wiring.sides()
        if len(plus) != (wanted := Image(*self.image).pixels) or len(minus) not in (0, wanted):
            raise CircuitError(
                f"{name} looks at an image of {' x '.join(map(str, self.image))}, {wanted} pixels, but stands behind "
                f"{len(plus)} rows; give it the image that they carry"
            )
        return plus, minus, constant


@dataclass(frozen=True)
class LocalCrossbar(_Windowed):
    """Trainable resistors from the rows of each window, in all channels, to `channels` columns; each its own.

    initial, limits: as of `Crossbar`.
    """

    channels: int
    initial: tuple[float, float] = (4e-6, 1.2e-5)
    limits: tuple[float, float] = (1e-7, 1e-4)

    def __post_init__(self) -> None:
        super().__post_init__()
        name = type(self).__name__
        require_number(f"{name}: channels", self.channels, whole=True, low=1, error=CircuitError)
        require_span(name, self.initial, self.limits)

    @property
    def filters(self) -> int:
        return self.channels

    def build(self, wiring: Wiring) -> None:
        image, sides = Image(*self.image), self.signals(wiring)
        of_one = image.windows(self.window, self.stride)  # (windows, window**2)
        pixels = (np.arange(image.channels)[:, None] * image.height * image.width)[None] + of_one[:, None, :]
        pixels = pixels.reshape(len(of_one), -1)
        seen = [nodes[pixels] for nodes in sides[:2] if len(nodes)]
        rows = np.concatenate([*seen, np.tile(sides[2], (len(of_one), 1))], axis=1)  # (windows, rows of one)
        wiring.depth += 1
        columns = wiring.new_nodes([f"h{wiring.depth}_{k}" for k in range(self.channels * len(rows))])
        index = self.index(*rows.shape)
        values = first_conductances(wiring.rng, self.initial, self.limits, int(index.max()) + 1)
        tied = None if len(values) == len(index) else index
        ports = np.tile(rows.ravel(), self.channels), np.repeat(columns, rows.shape[1])
        wiring.resistors(f"crossbar{wiring.depth}", *ports, values[index], learned=Range(*self.limits, tied))
        wiring.lead(columns)

    def index(self, windows: int, rows: int) -> IntArray:
        """Return the number of the value that each resistor has, column by column."""
        return np.arange(self.channels * windows * rows, dtype=np.intp)


@dataclass(frozen=True)
class Convolution(LocalCrossbar):
    """A local crossbar all of whose windows have the same conductances."""

    def index(self, windows: int, rows: int) -> IntArray:
        of_channel = np.arange(self.channels, dtype=np.intp)[:, None, None] * rows + np.arange(rows, dtype=np.intp)
        return np.broadcast_to(of_channel, (self.channels, windows, rows)).ravel()


@dataclass(frozen=True)
class AveragePool(_Windowed):
    """The mean of each window of a channel: equal resistors to one node, which an `Amplifier` behind may follow.

    siemens: of each; they do not learn.
    """

    siemens: float = 1e-5

    def __post_init__(self) -> None:
        super().__post_init__()
        require_number("AveragePool: siemens", self.siemens, above=0, error=CircuitError)

    def build(self, wiring: Wiring) -> None:
        rows, columns = _pooled(self, wiring)
        wiring.resistors(f"pool{wiring.depth}", rows.ravel(), np.repeat(columns, rows.shape[1]), self.siemens)
        wiring.lead(columns)


@dataclass(frozen=True)
class MaxPool(_Windowed):
    """The largest voltage of each window of a channel: a diode from each row to one node with a resistor to ground.

    Less a diode's drop, and not below ground. Diodes have two terminals, so equilibrium propagation stays exact.

    model: of the diodes, as of `DiodePair`. siemens: of the resistor to ground.
    """

    model: str = "ideal"
    siemens: float = 1e-7

    def __post_init__(self) -> None:
        super().__post_init__()
        diode_model(self.model)
        require_number("MaxPool: siemens", self.siemens, above=0, error=CircuitError)

    def build(self, wiring: Wiring) -> None:
        rows, columns = _pooled(self, wiring)
        ends = rows.ravel(), np.repeat(columns, rows.shape[1])
        wiring.banks.append(diodes_between(f"pool{wiring.depth}", *ends, diode_model(self.model)))
        wiring.resistors(f"load{wiring.depth}", columns, 0, self.siemens)
        wiring.lead(columns)


def _pooled(block: _Windowed, wiring: Wiring) -> tuple[IntArray, IntArray]:
    """Return the rows of every window of every channel, (columns, rows), and new nodes for the columns."""
    image, (plus, *_) = Image(*block.image), block.signals(wiring)
    of_one = image.windows(block.window, block.stride)
    pixels = np.arange(image.channels)[:, None, None] * image.height * image.width + of_one
    rows = plus[pixels].reshape(-1, of_one.shape[1])
    wiring.depth += 1
    return rows, wiring.new_nodes([f"h{wiring.depth}_{k}" for k in range(len(rows))])
