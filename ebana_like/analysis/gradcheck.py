"""How good is each gradient estimator on a circuit, and at which nudging factor?

The truth is the adjoint gradient, itself checked against finite differences of the loss and against ngspice's adjoint
circuit. Errors are norms of differences over norms of gradients.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np

from ebana_like.analysis.differences import cosine_gap, differences, distance, flat
from ebana_like.analysis.examples import Examples
from ebana_like.drawing import Figure, save_figure
from ebana_like.elements import FloatArray, IdealDiodes, Signal, dense
from ebana_like.energy import Symmetry, nearest_weights, symmetry
from ebana_like.errors import SettingError, SimulatorError
from ebana_like.learning import Adjoint, Nudged, nudged_estimators
from ebana_like.simulators import NgspiceSimulator, Simulator
from ebana_like.systems import CircuitSystem
from ebana_like.values import Values, short_names

ALL = "all"
DIFFERENCES, SPICE_ADJOINT = "finite differences", "adjoint in ngspice"
AFFORDABLE = 20_000
"""Elements up to which ngspice's adjoint circuit is solved too; each sample is a solve of its own."""


@dataclass(frozen=True)
class Row:
    """How far one estimate of one bank's gradient, or of all together, is from the adjoint's.

    beta: siemens; None where nothing is nudged. error: norm of the difference over that of the gradient. cosine_gap: 1
    minus the cosine of the angle between them.
    """

    estimator: str
    beta: float | None
    bank: str
    error: float
    cosine_gap: float


@dataclass(frozen=True)
class GradientCheck:
    """Rows by estimator, beta and bank, and whether equilibrium propagation can be exact for the circuit at all."""

    symmetry: Symmetry
    rows: tuple[Row, ...]

    def curve(self, estimator: str, bank: str = ALL) -> tuple[FloatArray, FloatArray]:
        """Return betas and errors of an estimator."""
        rows = [row for row in self.rows if row.estimator == estimator and row.bank == bank and row.beta is not None]
        return np.array([row.beta for row in rows]), np.array([row.error for row in rows])

    def estimates(self) -> Iterator[tuple[tuple[str, float | None], dict[str, Row]]]:
        """Return every estimate, by estimator and beta, with its rows by bank."""
        for key, rows in groupby(self.rows, lambda row: (row.estimator, row.beta)):
            yield key, {row.bank: row for row in rows}

    def unnudged(self, estimator: str) -> dict[str, Row]:
        """Return the rows, by bank, of an estimate without nudging; empty where it was not made."""
        return {row.bank: row for row in self.rows if row.estimator == estimator and row.beta is None}


@dataclass(frozen=True)
class Recommendation:
    """The nudging factor with the least error, and why not a smaller or a larger one."""

    estimator: str
    beta: float
    error: float
    reason: str


def gradient_check(
    simulator: Simulator, examples: Examples, betas: Sequence[float], parameters: int, seed: int = 0
) -> GradientCheck:
    """Compare all estimators with the adjoint gradient on a batch of examples.

    parameters: how many values of each address to take finite differences of, at random; 0 for none.
    Raises SimulatorError where a free point was not solved, SettingError for a circuit without trainable resistors.
    """
    circuit, cost = examples.circuit, examples.cost
    if not circuit.parameters:
        raise SettingError(
            f'nothing in "{circuit.title}" is trainable, so there is no gradient to check; give the folder of '
            "a circuit's run, or a netlist that train-circuit wrote"
        )
    arguments = (circuit.values(), examples.features, examples.targets, cost)
    truth = Adjoint().estimate(simulator, *arguments, np.random.default_rng(seed))
    if not truth.points.usable.all():
        raise SimulatorError(f"a sample was not solved: {'; '.join(truth.points.messages.values())}")
    found = symmetry(circuit)
    weights = nearest_weights(circuit)
    system = CircuitSystem(circuit)
    rows: list[Row] = []
    for name, kind in nudged_estimators().items():
        for beta in betas:
            estimator: Nudged = kind(beta)
            points, coefficients = estimator.phases(simulator, *arguments, np.random.default_rng(seed))
            if points.usable.all():
                rows += _rows(name, beta, _dense(system.signals(points, coefficients, weights)), truth.gradients)
    if parameters:
        rows += _difference_rows(simulator, examples, truth.gradients, parameters, seed)
    in_spice = not circuit.of_kind(IdealDiodes) and sum(map(len, circuit.banks)) <= AFFORDABLE
    if not isinstance(simulator, NgspiceSimulator) and in_spice:
        with NgspiceSimulator(circuit) as ngspice:
            spice = Adjoint().estimate(ngspice, *arguments, np.random.default_rng(seed))
        rows += _rows(SPICE_ADJOINT, None, spice.gradients, truth.gradients)
    return GradientCheck(found, tuple(rows))


def _dense(signals: Mapping[str, Signal]) -> dict[str, FloatArray]:
    return {address: dense(signal) for address, signal in signals.items()}


def _rows(name: str, beta: float | None, found: Mapping[str, FloatArray], truth: Mapping[str, FloatArray]) -> list[Row]:
    each = {name: (found[address], truth[address]) for address, name in short_names(truth).items()}
    pairs = {ALL: (flat(found), flat(truth))} | each
    return [Row(name, beta, bank, distance(*pair), cosine_gap(*pair)) for bank, pair in pairs.items()]


def _difference_rows(
    simulator: Simulator, examples: Examples, truth: Mapping[str, FloatArray], parameters: int, seed: int
) -> list[Row]:
    values, rng = examples.circuit.values(), np.random.default_rng(seed)
    chosen = {
        name: np.sort(rng.choice(len(g), size=min(parameters, len(g)), replace=False)) for name, g in values.items()
    }

    def loss(present: Values) -> float:
        scores = simulator.solve(present, examples.features).scores
        return float(examples.cost.value(scores, examples.targets).mean())

    found = differences(loss, values, chosen)
    return _rows(DIFFERENCES, None, found, {name: truth[name][own] for name, own in chosen.items()})


def recommend(check: GradientCheck, estimator: str) -> Recommendation:
    """Return the best nudging factor of those tried for an estimator."""
    betas, errors = check.curve(estimator)
    best = int(np.argmin(errors))
    reasons = []
    if best > 0:
        reasons.append(f"at {betas[best - 1]:.2g} S round-off of the solver leaves {errors[best - 1]:.1e}")
    if best + 1 < len(betas):
        reasons.append(f"at {betas[best + 1]:.2g} S the bias is {errors[best + 1]:.1e}")
    if best in (0, len(betas) - 1):
        reasons.append("it is the last one tried on that side: give --beta a wider range")
    return Recommendation(estimator, float(betas[best]), float(errors[best]), ", ".join(reasons))


def order(betas: FloatArray, errors: FloatArray) -> float:
    """Return the power of beta that a bias grows with: the steepest slope between neighbours on log-log axes.

    Below its range round-off makes the curve fall, above it the curve bends; between two points within it is steepest.
    Only those behind the best beta count whose error is ten times the least one, or round-off may have made it, and
    below a tenth. Not a number where there are none.
    """
    slopes = np.diff(np.log(errors)) / np.diff(np.log(betas))
    above = np.arange(1, len(errors)) > errors.argmin()
    shows_bias = above & (errors[1:] >= 10 * errors.min()) & (errors[1:] < 0.1)
    return float(slopes[shows_bias].max()) if shows_bias.any() else float("nan")


def csv_text(check: GradientCheck) -> str:
    """Return the rows as CSV; beta in siemens, empty where nothing is nudged."""
    betas = ["" if row.beta is None else f"{row.beta:.7g}" for row in check.rows]
    lines = [
        f"{row.estimator},{beta},{row.bank},{row.error:.7g},{row.cosine_gap:.7g}"
        for beta, row in zip(betas, check.rows, strict=True)
    ]
    return "\n".join(["estimator,beta,bank,relative_error,cosine_gap", *lines]) + "\n"


def plot_check(check: GradientCheck, path: Path, title: str) -> None:
    """Draw error over beta for every estimator, all banks together and each of them."""
    banks = list(dict.fromkeys(row.bank for row in check.rows))
    figure = Figure(figsize=(4 * len(banks) + 1.5, 3.6), layout="constrained")
    panels = figure.subplots(1, len(banks), sharey=True, squeeze=False)[0]
    for axes, bank in zip(panels, banks, strict=True):
        for name in nudged_estimators():
            betas, errors = check.curve(name, bank)
            style = "--" if name == "negative" else "-"  # which lies on the positive one's curve
            axes.loglog(betas, errors, marker=".", linestyle=style, label=name)
        for name, style in ((DIFFERENCES, ":"), (SPICE_ADJOINT, "--")):
            row = check.unnudged(name).get(bank)
            if row is not None:
                axes.axhline(max(row.error, 1e-16), color="grey", linestyle=style, linewidth=1, label=name)
        axes.set(xlabel="beta (S)", title="all values" if bank == ALL else bank)
        axes.grid(alpha=0.3)
    panels[0].set_ylabel("relative error of the gradient")
    panels[-1].legend(fontsize="small", bbox_to_anchor=(1.02, 1), loc="upper left")
    figure.suptitle(title, fontsize="medium")
    save_figure(figure, path, path.parent, dpi=110)
