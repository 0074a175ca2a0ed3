"""By how much is equilibrium propagation off where it is not exact? Asked of the adjoint, on the first batch."""

import numpy as np

from ebana_like.learning import Adjoint, Nudged
from ebana_like.simulators import Simulator
from ebana_like.systems import CircuitSystem
from ebana_like.training.problem import Problem
from ebana_like.training.progress import Progress


def inexactness(problem: Problem, simulator: Simulator, progress: Progress) -> str:
    """Return why the estimator is not exact, and its cosine with the adjoint on the next batch; empty where it is."""
    estimator, data, cost = problem.estimator, problem.data.train, problem.cost
    reason = problem.system.refusal()
    if not (reason and isinstance(estimator, Nudged)):
        return ""
    system = problem.system
    if not (estimator.inexact or (isinstance(system, CircuitSystem) and system.nearly_exact)):
        return ""
    samples, seeds = problem.order(progress.epoch)[progress.batch], [problem.seed, progress.epoch, progress.batch]
    given = simulator, progress.values, data.met(samples, seeds), data.targets(cost, samples), cost
    found, truth = (
        np.concatenate(
            [slopes for _, slopes in sorted(each.estimate(*given, np.random.default_rng(seeds)).gradients.items())]
        )
        for each in (estimator, Adjoint())
    )
    lengths = float(np.linalg.norm(found) * np.linalg.norm(truth))
    cosine = f"{float(found @ truth) / lengths:.4f}" if lengths > 0 else "not known, for one of them is zero"
    return f"{reason}; on the first batch the cosine of its gradient with the adjoint's is {cosine}"
