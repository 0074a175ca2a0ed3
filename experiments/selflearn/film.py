"""How do the weights of a netlist move while it learns XOR by itself? Writes film.gif beside this file.

    python experiments/selflearn/film.py

Nodes of the torus stand in a square; an edge that goes around ends at the border on either side. Its width and colour
are its gate's voltage, over the threshold from which it conducts. Below, the four answers against their targets.
"""

from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from ebana_like.analysis.selflearn import Learned, learn_alone
from ebana_like.drawing import Figure
from ebana_like.networks.selflearn import self_learning_xor

HERE = Path(__file__).parent
SIDE, EPOCHS, FRAMES, MILLISECONDS = 4, 400, 60, 120


def frame(learned: Learned, shown: int) -> Image.Image:
    """Return the network as it is after a round."""
    learner = learned.learner
    figure = Figure(figsize=(4.4, 5.4), dpi=80, layout="constrained")
    above, below = figure.subplots(2, 1, height_ratios=(3, 1))
    open_by = learned.gates - learner.threshold
    for (a, b), volts in zip(learner.graph.edges.tolist(), open_by[shown], strict=True):
        x, y = np.array(divmod(a, SIDE)), np.array(divmod(b, SIDE))
        step = (y - x + SIDE // 2) % SIDE - SIDE // 2
        for start, way in ((x, step), (y, -step)) if (np.abs(y - x) > 1).any() else ((x, 2 * step),):
            line = np.stack([start, start + way / 2])
            width, shade = 1 + 3 * max(volts, 0.0), max(volts, 0.0) / open_by.max()
            above.plot(line[:, 1], -line[:, 0], color=(0.9 * shade + 0.05, 0.35, 0.75 - 0.6 * shade), linewidth=width)
    names = {node: f"x{k + 1}" for k, node in enumerate(learner.inputs)}
    names |= {node: f"{1e3 * volts:.0f} mV" if volts else "0" for node, volts in learner.held.items()}
    names |= {node: f"y{sign}" for node, sign in zip(learner.output, "+-", strict=True)}
    for node in range(SIDE * SIDE):
        row, column = divmod(node, SIDE)
        above.plot(column, -row, "o", color="black", markersize=5)
        above.annotate(names.get(node, ""), (column, -row), (6, 6), textcoords="offset points", fontsize=9)
    above.set(xlim=(-0.6, SIDE - 0.4), ylim=(-SIDE + 0.4, 0.6), title=f"{learned.times[shown]:.2f} s", aspect="equal")
    above.axis("off")
    places = np.arange(len(learner.targets))
    below.bar(places, 1e3 * learned.answers[shown], color="0.6")
    below.plot(places, 1e3 * learner.targets, "_", color="black", markersize=28, markeredgewidth=2)
    below.set_xticks(places, ["".join("01"[int(v > 0)] for v in pattern) for pattern in learner.patterns])
    below.set(ylim=(-15, 45), ylabel="answer (mV)")
    content = BytesIO()
    figure.savefig(content, format="png")
    return Image.open(content).convert("P", palette=Image.Palette.ADAPTIVE, colors=64)


if __name__ == "__main__":
    learner = self_learning_xor()
    learned = learn_alone(learner, learner.start(0), EPOCHS, "xor, seed 0")
    rounds = np.unique(np.geomspace(1, EPOCHS, FRAMES).astype(int)) - 1
    first, *rest = (frame(learned, int(shown)) for shown in rounds)
    durations = [MILLISECONDS] * len(rest) + [2000]
    first.save(HERE / "film.gif", save_all=True, append_images=rest, duration=durations, loop=0, optimize=True)
    print(f"{len(rounds)} pictures, rms error {1e3 * learned.rms[0]:.1f} to {1e3 * learned.rms[-1]:.2f} mV")
