"""What must an estimator do to be trained with? The clauses of `Estimator`, with finite differences as the truth."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ebana_like.analysis.differences import differences, distance, flat
from ebana_like.circuit import Circuit
from ebana_like.conformance.circuits import CIRCUITS, one_way
from ebana_like.conformance.clause import Catalog, require
from ebana_like.elements import FloatArray
from ebana_like.errors import CircuitError
from ebana_like.learning import Estimate, Estimator, SquaredError
from ebana_like.simulators import Simulator, simulator
from ebana_like.systems import Nudging, OperatingPoints
from ebana_like.values import Values

MakeEstimator = Callable[[float], Estimator]
"""Makes an estimator that nudges by beta, siemens; one that does not nudge may leave it aside."""

BATCH = 4

COST = SquaredError()

SMALL, LARGE = 1e-8, 1e-6
"""Nudging factors, siemens. At the large one the bias shows; at the small one it is below 1e-3 at order one."""

EXACT = 1e-6
"""Largest distance from finite differences, relative to their norm, of an estimator whose bias does not show."""

BIASED = 1e-2
"""The same for one of order one at the small nudging factor."""


class LosingEngine:
    """The native engine, which loses a sample in its last phase."""

    def __init__(self, circuit: Circuit, lost: int) -> None:
        self.circuit, self.lost = circuit, lost
        self.engine = simulator("native", circuit)

    def solve(self, values: Values, features: FloatArray, nudging: Nudging | None = None) -> OperatingPoints:
        """Solve a batch, and mark one sample as unsolved."""
        points = self.engine.solve(values, features, nudging)
        voltages, converged = points.voltages.copy(), points.converged.copy()
        voltages[-1, self.lost], converged[-1, self.lost] = np.nan, False
        return replace(points, voltages=voltages, converged=converged, messages={self.lost: "lost on purpose"})

    def __getattr__(self, name: str) -> object:
        return getattr(self.engine, name)


@dataclass(frozen=True, eq=False)
class EstimatorTrial:
    """An estimator on one circuit, solved by the native engine.

    make: returns the estimator, see `MakeEstimator`. circuit: what it learns.
    order: of its bias in beta; 0 for an estimator without one.
    """

    make: MakeEstimator
    circuit: Circuit
    order: int

    def __str__(self) -> str:
        return f'the estimator on the circuit "{self.circuit.title}"'

    @property
    def features(self) -> FloatArray:
        """A batch, (batch, features), volts."""
        return np.random.default_rng(3).uniform(-2.3, 2.3, (BATCH, self.circuit.inputs.count))

    @property
    def targets(self) -> FloatArray:
        """What is asked of it, (batch, outputs), volts."""
        return np.random.default_rng(4).uniform(-0.3, 0.3, (BATCH, self.circuit.outputs.count))

    @cached_property
    def engine(self) -> Simulator:
        """The engine."""
        return simulator("native", self.circuit)

    def estimate(
        self, beta: float = SMALL, seed: int = 0, engine: Simulator | None = None, features: FloatArray | None = None
    ) -> Estimate:
        """Return the estimate for the batch."""
        features = self.features if features is None else features
        rng = np.random.default_rng(seed)
        own = self.circuit.values()
        return self.make(beta).estimate(engine or self.engine, own, features, self.targets, COST, rng)

    def losses(self, values: Values, features: FloatArray) -> FloatArray:
        """Return the cost of each sample, (batch,)."""
        return COST.value(self.engine.solve(values, features).scores, self.targets)

    def truth(self, samples: Iterable[int] = range(BATCH)) -> FloatArray:
        """Return the gradient of the mean cost of some samples by finite differences, all banks in a row."""
        chosen = list(samples)
        return flat(differences(lambda g: float(self.losses(g, self.features)[chosen].mean()), self.circuit.values()))

    @property
    def allowed(self) -> float:
        """Largest distance from the truth at the small nudging factor."""
        return BIASED if self.order == 1 else EXACT


ESTIMATOR_CLAUSES: Catalog[EstimatorTrial] = Catalog()
"""Every clause by name."""

clause = ESTIMATOR_CLAUSES.clause


def check_estimator(
    make: MakeEstimator, order: int, circuits: Iterable[str] = CIRCUITS, skip: Iterable[str] = ()
) -> None:
    """Check an estimator by every clause, on every circuit.

    make: returns the estimator for a beta. order: of its bias in beta; 0 for an estimator without one.
    circuits: names out of `CIRCUITS`. Raises AssertionError with a line for each clause that is broken.
    """
    ESTIMATOR_CLAUSES.check_all((EstimatorTrial(make, CIRCUITS[name](), order) for name in circuits), skip)


@clause
def signals_have_their_shapes(trial: EstimatorTrial) -> None:
    """There is one finite gradient (n,) for each trainable bank, and the points hold the free phase first."""
    found = trial.estimate()
    expected = {name: g.shape for name, g in trial.circuit.values().items()}
    shapes = {name: g.shape for name, g in found.gradients.items()}
    require(shapes == expected, f"gradients have the shapes {shapes}; expected {expected}")
    require(all(np.isfinite(g).all() for g in found.gradients.values()), "a gradient is not finite")
    free = trial.engine.solve(trial.circuit.values(), trial.features).scores
    off = float(np.abs(found.points.scores - free).max())
    require(off < 1e-9, f"points.scores are {off:.1e} V from the free scores")


@clause
def the_gradient_is_the_slope_of_the_loss(trial: EstimatorTrial) -> None:
    """At a small beta the gradient is that of the mean cost, by finite differences."""
    off = distance(flat(trial.estimate().gradients), trial.truth())
    require(off <= trial.allowed, f"it is {off:.1e} from finite differences, at most {trial.allowed:g} are allowed")


@clause
def the_bias_falls_by_its_order(trial: EstimatorTrial) -> None:
    """Halving beta divides the bias by two to the power of its order, until rounding shows."""
    truth = trial.truth()
    far, near = (distance(flat(trial.estimate(beta).gradients), truth) for beta in (LARGE, LARGE / 2))
    least = 2.0**trial.order * 0.8
    require(
        near <= far / least or near < EXACT,
        f"it falls from {far:.2e} to {near:.2e}; by a factor of {least:.3g} at least is promised",
    )


@clause
def input_gradients_are_the_slopes_by_the_inputs(trial: EstimatorTrial) -> None:
    """`Estimate.inputs` is dC/dx of each sample, (batch, features), by finite differences."""
    own = trial.circuit.values()
    found = trial.estimate().inputs
    require(found.shape == trial.features.shape, f"inputs have shape {found.shape}; expected {trial.features.shape}")
    truth = differences(lambda x: float(trial.losses(own, x["x"]).sum()), {"x": trial.features})["x"]
    off = distance(found.ravel(), truth)
    require(off <= trial.allowed, f"they are {off:.1e} from finite differences, at most {trial.allowed:g} are allowed")


@clause
def unsolved_samples_are_left_out(trial: EstimatorTrial) -> None:
    """A sample that was not solved in every phase does not enter the mean, and its input gradient is NaN."""
    lost, kept = 1, [0, 2, 3]
    losing: Simulator = LosingEngine(trial.circuit, lost)  # type: ignore[assignment]
    found = trial.estimate(engine=losing)
    off = distance(flat(found.gradients), trial.truth(kept))
    require(off <= trial.allowed, f"the gradient is {off:.1e} from that of the other samples")
    require(bool(np.isnan(found.inputs[lost]).all()), "the input gradient of the lost sample is not NaN")
    require(bool(np.isfinite(found.inputs[kept]).all()), "the lost sample spoils the input gradients of others")
    elsewhere = trial.features.copy()
    elsewhere[lost] += 0.3
    again = trial.estimate(engine=losing, features=elsewhere)
    moved = distance(flat(again.gradients), flat(found.gradients))
    require(moved < 1e-12, f"other features of the lost sample change the gradient by {moved:.1e}")


@clause
def the_generator_decides(trial: EstimatorTrial) -> None:
    """The same generator gives the same bits: what an estimator draws comes from `rng` alone."""
    one, other = (flat(trial.estimate(seed=5).gradients) for _ in range(2))
    require(one.tobytes() == other.tobytes(), "two estimates with equal generators differ")


@clause
def arguments_stay_as_they_are(trial: EstimatorTrial) -> None:
    """An estimate writes into none of its arguments."""
    features, targets = trial.features, trial.targets
    own = {name: g.copy() for name, g in trial.circuit.values().items()}
    trial.make(SMALL).estimate(trial.engine, own, features, targets, COST, np.random.default_rng(0))
    require(np.array_equal(features, trial.features), "the features were written into")
    require(np.array_equal(targets, trial.targets), "the targets were written into")
    for name, g in trial.circuit.values().items():
        require(np.array_equal(own[name], g), f"the values of {name} were written into")


@ESTIMATOR_CLAUSES.clause_once
def it_is_exact_or_says_no(trial: EstimatorTrial) -> None:
    """For a circuit without energy the gradient is right all the same, or CircuitError is raised."""
    other = EstimatorTrial(trial.make, one_way(), trial.order)
    try:
        found = other.estimate()
    except CircuitError:
        return
    off = distance(flat(found.gradients), other.truth())
    require(off <= EXACT, f"it is {off:.1e} from finite differences, and nothing was said")
