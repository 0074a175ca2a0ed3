"""What do nodes do in time? Their voltages, a panel a sample."""

from collections.abc import Mapping, Sequence

import numpy as np

from ebana_like.elements import FloatArray
from ebana_like.figures.svg import Picture, plain

MOST = 6
"""Samples that are drawn."""

SCALES = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"), (1e-12, "ps"))


def waveforms(times: FloatArray, volts: Mapping[str, FloatArray], names: Sequence[str], settled: FloatArray) -> Picture:
    """Return voltages over time, seconds; (samples, times) by node.

    names: of the samples. settled: when each has settled, (samples,), seconds, where a line is drawn; NaN for none.
    """
    count = min(len(names), MOST)
    wide = 2 if count == 4 else min(count, 3)
    rows = -(-count // wide)
    scale, unit = next(((s, u) for s, u in SCALES if times[-1] >= 2 * s), SCALES[-1])
    picture = Picture("voltages over time", width=4.2 * wide + 1, height=2.9 * rows)
    with picture as figure:
        panels = figure.subplots(rows, wide, squeeze=False, sharey=True)
        for k, axes in enumerate(panels.ravel()):
            if k >= count:
                axes.set_visible(False)
                continue
            for node, course in volts.items():
                axes.plot(times / scale, course[k], label=plain(node), linewidth=1.2)
            if np.isfinite(settled[k]):
                axes.axvline(settled[k] / scale, color="grey", linestyle=":", linewidth=1)
            axes.set_title(plain(names[k]), fontsize="small")
            axes.grid(alpha=0.3)
            axes.set_xlabel(f"time ({unit})")
        panels[0, 0].set_ylabel("voltage (V)")
        panels[0, wide - 1].legend(fontsize="x-small", loc="upper left", bbox_to_anchor=(1.01, 1))
    return picture
