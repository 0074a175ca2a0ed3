"""How far does the gradient that trained a run point from the exact one, before training and after it?"""

import numpy as np

from ebana_like.analysis.differences import angle, distance, flat
from ebana_like.analysis.trained import Trained
from ebana_like.energy import symmetry
from ebana_like.learning import Adjoint, Nudged
from ebana_like.pages.page import PageTable, Section
from ebana_like.simulators import Simulator
from ebana_like.values import Values, short_names

SAMPLES = 50
"""Training samples that the gradients are averaged over, evenly spaced."""


def angle_section(trained: Trained, simulator: Simulator) -> list[Section]:
    """Return the section; none where nothing is nudged, or where equilibrium propagation is not exact."""
    estimator = trained.problem.estimator
    if not (isinstance(estimator, Nudged) and symmetry(trained.circuit).exact):
        return []
    data = trained.problem.data.train
    count = min(SAMPLES, len(data))
    moments = {"before training": trained.before, "after training": trained.circuit.values()}
    rows = [
        row
        for when, values in moments.items()
        if values is not None
        for row in _rows(trained, simulator, when, values, np.linspace(0, len(data) - 1, count).astype(np.intp))
    ]
    text = (
        f"The mean gradient of {count} training samples as the run's e"
        f"stimator reads it, with beta = {estimator.beta:g} S, "
        "beside the exact one, of the adjoint circuit. At 0° both point the same way."
    )
    return [Section("Gradient", [text], tables=[PageTable("", ("values", "bank", "angle", "relative error"), rows)])]


def _rows(
    trained: Trained, simulator: Simulator, when: str, values: Values, samples: np.ndarray
) -> list[tuple[str, ...]]:
    problem = trained.problem
    features, targets = problem.data.train.volts(samples), problem.data.train.targets(problem.cost, samples)
    found, exact = (
        estimator.estimate(
            simulator, values, features, targets, problem.cost, np.random.default_rng(problem.seed)
        ).gradients
        for estimator in (problem.estimator, Adjoint())
    )
    pairs = {
        "all": (flat(found), flat(exact)),
        **{name: (found[at], exact[at]) for at, name in short_names(exact).items()},
    }
    return [
        (when, name, f"{angle(*pair):.2g}°", f"{distance(*pair):.1e}" if pair[1].any() else "")
        for name, pair in pairs.items()
    ]
