"""What does a circuit that has learned XOR compute between the four corners?

    python experiments/xor_map/run.py

Trains the default XOR settings (seed 0) on ngspice, then solves the trained circuit on a grid of inputs. Writes
picture.png beside itself.
"""

from pathlib import Path

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
import numpy as np

from ebana_like.runs import simulator_of
from ebana_like.tasks import TASKS
from ebana_like.training import Callback, train

HERE = Path(__file__).parent
GRID = 81


def main() -> None:
    task = TASKS["xor"]
    problem = task.problem(task.settings)
    snapshots = []

    class Snapshots(Callback):
        def on_epoch(self, progress, record) -> None:
            snapshots.append(progress.values["crossbar1.conductance"])

    axis = np.linspace(-2.5, 2.5, GRID)
    plane = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    with simulator_of(problem.circuit, task.settings) as simulator:
        progress = train(problem, simulator, callbacks=[Snapshots()])
        scores = simulator.solve(progress.values, plane).scores.reshape(GRID, GRID)
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(11, 3.2), layout="constrained")
    left.semilogy([record.epoch for record in progress.records], [record.train.loss for record in progress.records])
    left.set(xlabel="epoch", ylabel="loss (V²)", title="learning XOR in ngspice")
    middle.plot(np.arange(1, len(snapshots) + 1), 1e6 * np.array(snapshots), linewidth=0.7)
    middle.set(xlabel="epoch", ylabel="conductance (µS)", title="first crossbar: 48 resistors")
    limit = np.abs(scores).max()
    image = right.pcolormesh(axis, axis, scores, cmap="RdBu_r", vmin=-limit, vmax=limit, rasterized=True)
    right.contour(axis, axis, scores, levels=[0], colors="black", linewidths=0.8)
    corners = problem.data.train
    right.scatter(
        *corners.features.T, c=["white" if label == 0 else "black" for label in corners.labels], edgecolors="k"
    )
    right.set(xlabel="input 0 (V)", ylabel="input 1 (V)", title="output V(y0p) - V(y0n) (V)", aspect="equal")
    figure.colorbar(image)
    figure.savefig(HERE / "picture.png", dpi=110)


if __name__ == "__main__":
    main()
