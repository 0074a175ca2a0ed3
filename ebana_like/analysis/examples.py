"""Which samples is a circuit examined on? Those of a run's task, or random ones where only a netlist is known."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ebana_like.analysis.sample import circuit_estimator, present_features
from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray
from ebana_like.errors import SettingError
from ebana_like.files import Place, place
from ebana_like.learning import Centered, Cost, Estimator, SquaredError
from ebana_like.runs import Run, load_circuit
from ebana_like.tasks import problem_of_run
from ebana_like.training import Problem

USUAL_BETA, USUAL_VOLTS = 1e-7, 1.0


@dataclass(frozen=True, eq=False)
class Examples:
    """A circuit with its conductances, and samples for it.

    features: (samples, features), volts. targets: (samples, outputs). estimator: the run's own, None
    where it trained no circuit. origin: where the samples are from, in words. place: of files to write about the
    circuit.
    """

    circuit: Circuit
    features: FloatArray
    targets: FloatArray
    cost: Cost
    estimator: Estimator | None
    origin: str
    place: Place

    def take(self, sample: int) -> tuple[FloatArray, FloatArray]:
        """Return one sample's features (1, features) and targets (1, outputs)."""
        if not 0 <= sample < len(self.features):
            raise SettingError(f"sample is {sample}; there are samples 0 to {len(self.features) - 1}")
        return self.features[sample : sample + 1], self.targets[sample : sample + 1]


def examples_of(circuit: Circuit, problem: Problem, samples: int | None, of: str, place: Place) -> Examples:
    """Return training samples of a problem, evenly spaced, for a circuit as it was trained on it.

    samples: how many; None for all. of: what is said behind them. place: see `Examples`.
    """
    whole = len(problem.data.train)
    count = whole if samples is None else min(samples, whole)
    data = problem.data.train.take(np.linspace(0, whole - 1, count).astype(np.intp))
    origin = f"{f'{count} of ' if count < whole else ''}{whole} training samples{of}"
    targets, estimator = data.targets(problem.cost), circuit_estimator(problem)
    return Examples(circuit, data.volts(), targets, problem.cost, estimator, origin, place)


def examples(path: Path, samples: int | None, seed: int, target: float, out: Path | None) -> Examples:
    """Return a run's training samples, evenly spaced, or random ones for a netlist.

    samples: how many; None for all of a run. seed, target: of random features, within the largest voltage of the
    netlist's own inputs, and of random targets of +-target volts for them; the first sample is the netlist's own.
    out: folder for files, in place of the run's folder or the netlist's.
    """
    if samples is not None and samples < 1:
        raise SettingError(f"samples is {samples}; give at least 1")
    circuit = load_circuit(path).circuit
    if path.is_dir():
        run = Run(path)
        return examples_of(circuit, problem_of_run(run), samples, f" of {run.task()}", place(path, out))
    rng = np.random.default_rng(seed)
    count = samples or 1
    own = present_features(circuit)
    volts = float(np.abs(own).max(initial=0.0)) or USUAL_VOLTS
    features = np.concatenate([own, rng.uniform(-volts, volts, (count - 1, circuit.inputs.count))])
    targets = rng.choice([-target, target], size=(count, circuit.outputs.count))
    origin = "the netlist's own sample"
    if count > 1:
        origin += f" and {count - 1} random ones within {volts:g} V (seed {seed})"
    origin += f", random targets of +-{target:g} V, squared error"
    return Examples(circuit, features, targets, SquaredError(), Centered(USUAL_BETA), origin, place(path, out))
