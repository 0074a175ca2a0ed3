"""By how much is equilibrium propagation off where it is not exact? Asked of the adjoint, on the first batch."""

import numpy as np

from ebana_like.learning import Adjoint, Nudged
from ebana_like.simulators import Simulator
from ebana_like.systems import CircuitSystem
from ebana_like.training.problem import Problem
from ebana_like.training.progress import Progress


def inexactness(problem: Problem, simulator: Simulator, progress: Progress) -> str:
    """Return why the estimator is not exact, and its cosine with the adjoint on the next batch; empty where it is."""
    estimator, data, cost, system = problem.estimator, problem.data.train, problem.cost, problem.system
    reason = estimator.departure(system)
    if not reason or _will_refuse(problem):
        return ""
    if not isinstance(system, CircuitSystem):
        return reason
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


def _will_refuse(problem: Problem) -> bool:
    """Tell whether the estimator will say itself why the system is not learned by it."""
    estimator, system = problem.estimator, problem.system
    wanted = isinstance(estimator, Nudged) and estimator.inexact
    return bool(system.refusal()) and not (isinstance(system, CircuitSystem) and (wanted or system.nearly_exact))
