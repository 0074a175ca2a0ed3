"""How does the native engine's time grow with the size of the problem? Timed in rounds, with a fitted exponent."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ebana_like.bench.engines import image_case, native_way
from ebana_like.bench.random_images import shaped_settings
from ebana_like.bench.rounds import in_process
from ebana_like.drawing import Figure, save_figure
from ebana_like.errors import SettingError

ROUNDS = 5
PLOTS = (".svg", ".png", ".pdf")
TICKS = tuple(digit * 10.0**decade for decade in range(-4, 5) for digit in (1, 2, 5))  # milliseconds

Shape = tuple[tuple[int, ...], int]
"""Neurons of each hidden layer, and samples a batch."""


@dataclass(frozen=True)
class Growth:
    """Time for batches of one kind, over one measure of size.

    varied: what varies. fixed: what does not.
    sizes: ascending.
    points: points a batch, one entry a size.
    milliseconds: a point, median over rounds, one entry a size.
    """

    varied: str
    fixed: str
    sizes: tuple[int, ...]
    points: tuple[int, ...]
    milliseconds: tuple[float, ...]

    @property
    def batch_milliseconds(self) -> tuple[float, ...]:
        """Milliseconds a batch, one entry a size."""
        return tuple(ms * points for ms, points in zip(self.milliseconds, self.points, strict=True))

    @property
    def exponent(self) -> float:
        """Return p of the line through log(milliseconds a batch) = p log(size) + c, by least squares."""
        return float(self._line()[0])

    def fitted(self) -> tuple[float, ...]:
        """Return the fitted milliseconds a batch, one entry a size."""
        slope, at_one = self._line()
        return tuple(float(np.exp(at_one) * size**slope) for size in self.sizes)

    def _line(self) -> tuple[float, float]:
        slope, at_one = np.polyfit(np.log(self.sizes), np.log(self.batch_milliseconds), 1)
        return float(slope), float(at_one)


def measure_growth(rounds: int = ROUNDS, largest: int = 1600) -> tuple[Growth, ...]:
    """Time the native engine on random images of MNIST's size, over hidden neurons, samples and hidden layers.

    largest: hidden neurons of the largest network.
    """
    batch, hidden = 10, min(largest, 100)
    widths = tuple(size for size in (100, 200, 400, 800, 1600) if size <= largest) or (largest // 2, largest)
    return (
        _growth("hidden neurons", f"batches of {batch}", {n: ((n,), batch) for n in widths}, rounds),
        _growth("samples a batch", f"{hidden} hidden", {n: ((hidden,), n) for n in (1, 4, 16, 64, 256)}, rounds),
        _growth(
            "hidden layers",
            f"{hidden} neurons each, batches of {batch}",
            {depth: ((hidden,) * depth, batch) for depth in (1, 2, 3)},
            rounds,
        ),
    )


def _growth(varied: str, fixed: str, shapes: dict[int, Shape], rounds: int) -> Growth:
    """Time networks of several shapes, in rounds over all of them after one to warm up, on one core."""
    with in_process(_all_shapes, tuple(shapes.values())) as way:
        done = [way() for _ in range(rounds + 1)][1:]
    medians = tuple(float(np.median(column)) for column in zip(*done, strict=True))
    return Growth(varied, fixed, tuple(shapes), tuple(3 * batch for _, batch in shapes.values()), medians)


def _all_shapes(shapes: tuple[Shape, ...]) -> Callable[[], list[float]]:
    """Return what times one round of every shape; milliseconds a point."""
    ways = []
    for hidden, batch in shapes:
        ways.append(native_way(image_case(shaped_settings(hidden, batch), batch, batches=1)))
    return lambda: [way().milliseconds for way in ways]


def require_plottable(path: Path) -> None:
    """Raise SettingError for a file that a plot cannot be saved as; said before minutes of measuring."""
    if path.suffix not in PLOTS:
        raise SettingError(f"cannot save a plot as {path}; give a name that ends in {', '.join(PLOTS)}")
    if not path.absolute().parent.is_dir():
        raise SettingError(f"cannot save a plot as {path}; there is no folder {path.parent}")


def plot_growth(growths: tuple[Growth, ...], path: Path) -> None:
    """Save log-log plots of measured times and fitted lines, side by side."""
    figure = Figure(figsize=(4 * len(growths), 3.5), layout="constrained")
    for growth, axes in zip(growths, figure.subplots(1, len(growths), squeeze=False)[0], strict=True):
        axes.loglog(growth.sizes, growth.batch_milliseconds, "o", color="black")
        axes.loglog(growth.sizes, growth.fitted(), color="gray", label=f"exponent {growth.exponent:.2f}")
        axes.set_xticks(growth.sizes, [str(size) for size in growth.sizes])
        low, high = min(growth.batch_milliseconds), max(growth.batch_milliseconds)
        ticks = [ms for ms in TICKS if low / 2 <= ms <= 2 * high]
        axes.set_yticks(ticks, [f"{ms:g}" for ms in ticks])
        axes.minorticks_off()
        axes.set_xlabel(growth.varied)
        axes.set_ylabel("ms a batch")
        axes.set_title(growth.fixed, fontsize="medium")
        axes.legend(frameon=False)
    save_figure(figure, path)
