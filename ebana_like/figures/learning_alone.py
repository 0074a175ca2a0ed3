"""How does a netlist learn by itself? Its weights and the errors of its answers, over time."""

from collections.abc import Sequence

import numpy as np

from ebana_like.elements import FloatArray
from ebana_like.figures.svg import Picture, plain
from ebana_like.figures.waveforms import SCALES


def learning_alone(
    times: FloatArray, gates: FloatArray, answers: FloatArray, targets: FloatArray, names: Sequence[str]
) -> Picture:
    """Return gate voltages, answers beside their targets, and the error, over time.

    times: (rounds,), seconds. gates: (rounds, edges). answers: (rounds, patterns). targets: (patterns,); all in volts.
    names: of the patterns.
    """
    scale, unit = next(((s, u) for s, u in SCALES if times[-1] >= 2 * s), SCALES[-1])
    picture = Picture("a netlist that learns by itself", width=6.4, height=7.2)
    with picture as figure:
        above, middle, below = figure.subplots(3, 1, sharex=True)
        above.plot(times / scale, gates, linewidth=0.8, color="0.5")
        above.set_ylabel("gates (V)")
        for name, course, target in zip(names, (1e3 * answers).T, 1e3 * targets, strict=True):
            (line,) = middle.plot(times / scale, course, linewidth=1.2, label=plain(name))
            middle.axhline(target, color="grey", linestyle=":", linewidth=1, zorder=0)
            line.set_zorder(2)
        middle.set_ylabel("answers (mV)")
        figure.legend(*middle.get_legend_handles_labels(), fontsize="small", loc="outside upper center", ncols=5)
        rms = 1e3 * np.sqrt(np.mean((answers - targets) ** 2, axis=1))
        below.semilogy(times / scale, rms, linewidth=1.2, color="black")
        below.axhline(1e3 * float(np.std(targets)), color="grey", linestyle=":", linewidth=1)
        below.set_ylabel("rms error (mV)")
        below.set_xlabel(f"time ({unit})")
        for axes in (above, middle, below):
            axes.grid(alpha=0.3)
    return picture
