"""Do the voltages of trained networks hold? Kirchhoff's law in double precision, and ngspice neuron by neuron.

    python experiments/mnist_gpu/verify.py PATH [NAME-SEED ...]

Solves 4 test digits of each training in `runs/mnist_gpu` (of run.py), or of those named, in double precision on the
device that JAX has. The residual is Kirchhoff's, from the elements' own laws, as a share of the largest current. Of
real diodes ngspice then solves every neuron and output with all that surrounds it folded (../folded.py). Writes a row
of verified.csv beside itself for each.
"""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from folded import deviation  # noqa: E402
from networks import NETWORKS  # noqa: E402
from rows import put_rows  # noqa: E402

from ebana_like.energy.currents import element_currents  # noqa: E402
from ebana_like.simulators import NativeSimulator  # noqa: E402
from ebana_like.tasks import TASKS  # noqa: E402

RUNS = HERE.parent.parent / "runs" / "mnist_gpu"
VERIFIED = 4


def verified(folder: Path, path: str) -> dict[str, object]:
    """Return the row of one training."""
    name, _, seed = folder.name.rpartition("-")
    training = NETWORKS[name]
    problem = TASKS[training.task].problem(replace(training.settings, data=path, seed=int(seed)))
    with np.load(folder / "values.npz") as saved:
        circuit = problem.circuit.with_values({at: np.asarray(saved[at], float) for at in saved})
    assert problem.data.test is not None
    features = problem.data.test.volts(slice(VERIFIED))
    with NativeSimulator(circuit) as simulator:
        points = simulator.solve({}, features)
    assert points.converged.all()
    residual = max(
        float(element_currents(circuit.with_features(one), volts).imbalance)
        for one, volts in zip(features, points.voltages[0], strict=True)
    )
    is_real = training.task == "mnist"
    moved = f"{deviation(circuit, points.voltages[0]):.1e}" if is_real else ""
    return {"network": name, "seed": seed, "residual": f"{residual:.1e}", "from_ngspice_volts": moved}


def main(path: str, names: list[str]) -> None:
    folders = [RUNS / name for name in names] or sorted(each.parent for each in RUNS.glob("*/values.npz"))
    for folder in folders:
        row = verified(folder, path)
        print(row, flush=True)
        put_rows(HERE / "verified.csv", [row], list(NETWORKS))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
