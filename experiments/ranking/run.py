"""Which learning rule is best? Every rule of the comparative study on MNIST, in resistive and in Hopfield networks.

    python experiments/ranking/run.py PATH [hopfield] [smooth] [circuit]

PATH is an .npz of the digits (x_train, y_train, x_test, y_test). Digits are averaged over 2 x 2 pixels; 6000 to learn
from, 2000 others of the training set to choose rates by, 10000 to test on. Every row is written as it is computed.
"""

import csv
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np

from ebana_like.data import Dataset, Split
from ebana_like.elements.switch import in_series
from ebana_like.errors import TrainingError
from ebana_like.learning import SGD, Adjoint, Centered, Estimator, Negative, Positive, SquaredError
from ebana_like.networks import Amplifier, Crossbar, DiodePair, Inputs, OutputPairs, build_network
from ebana_like.nudges import Clamped, SwitchedTargets
from ebana_like.nudges.nudge import Slope
from ebana_like.simulators import NativeSimulator
from ebana_like.simulators.hopfield import HopfieldEngine
from ebana_like.systems import CircuitSystem, Engine, System
from ebana_like.systems.hopfield import Hopfield
from ebana_like.systems.pulls import Way
from ebana_like.training import EpochRecord, Problem, train
from ebana_like.values import Values

sys.path.insert(0, str(Path(__file__).parents[1]))
from rows import add_row

HERE = Path(__file__).parent
SIDE = 14
FACTORS = (0.1, 1 / 3, 1.0, 3.0, 5.0, 10.0, 20.0, 40.0)
"""Of the rates, that every rule is offered."""

SEEDS, SEARCH_SEED = range(3), 100
EPOCHS, SEARCH_EPOCHS = 10, 2
RULES: Mapping[str, tuple[bool, type[Estimator], float]] = {
    "EP, positive": (False, Positive, 0.5),
    "EP, negative": (False, Negative, 0.5),
    "EP, centered": (False, Centered, 0.5),
    "coupled, positive": (True, Positive, 0.25),
    "coupled, negative": (True, Negative, 0.25),
    "coupled, centered": (True, Centered, 0.25),
    "contrastive": (True, Positive, 1.0),
    "backpropagation": (False, Adjoint, 0.0),
}
"""Whether outputs are clamped, what is compared, and the nudging factor: of the outputs' stiffness, or the share of the
way to the target."""


@dataclass(frozen=True)
class Stiff(SwitchedTargets):
    """Outputs clamped through `beta` siemens, where clamps by sources alone keep a network from its fast engine."""

    name: ClassVar[str] = "stiff"
    phrase: ClassVar[str] = "stiff clamps"
    departure: ClassVar[str] = Clamped.departure

    beta: float = 5e-4

    @classmethod
    def suited(cls, beta: float) -> "Stiff":
        return cls()

    def drives(self, cost: Slope, scores: Any, targets: Any, betas: Any) -> Sequence[Any]:
        eta = betas[:, :, None]
        xp, volts = betas.__array_namespace__(), scores - eta * cost.gradient(scores, targets)
        conductance = xp.broadcast_to(in_series(xp.full_like(eta, self.beta)), volts.shape)
        return xp.where(eta != 0, volts, 0.0), conductance, xp.where(eta != 0, 1.0, xp.zeros_like(eta))


@dataclass(frozen=True)
class Kind:
    """A kind of network. unit: volts of a pixel. rates: of its banks, for the cost's gradient."""

    unit: float
    cost: SquaredError
    rates: Mapping[str, float]

    def system(self, clamped: bool, seed: int) -> System:
        raise NotImplementedError

    def engine(self, system: System) -> Engine:
        raise NotImplementedError

    def ends(self, engine: Engine, values: Values, test: Dataset) -> dict[str, float]:
        """Return what is told of outputs at an end of their range, by column."""
        return {}

    def estimator(self, kind: type[Estimator], beta: float, clamped: bool) -> Estimator:
        return kind() if kind is Adjoint else kind(beta)  # type: ignore[call-arg]


@dataclass(frozen=True)
class HopfieldKind(Kind):
    """196-100-10 units. activation: of them. pull: of outputs that are not clamped."""

    activation: str = "clip"
    pull: Literal["switch", "current"] = "switch"

    def system(self, clamped: bool, seed: int) -> System:
        pull: Way = "clamped" if clamped else self.pull
        return Hopfield((SIDE**2, 100, 10), self.activation, pull, seed, spread=0.5)

    def engine(self, system: System) -> Engine:
        assert isinstance(system, Hopfield)
        return HopfieldEngine(system, single=True, still=1e-4)

    def ends(self, engine: Engine, values: Values, test: Dataset) -> dict[str, float]:
        """Return the share of samples, %, whose own output rests at 0, where its slope is none."""
        assert isinstance(engine, HopfieldEngine)
        scores = engine.scores(values, test.volts(slice(None))).scores
        return {"own_output_at_0": 100 * float((scores[np.arange(len(scores)), test.labels] <= 0).mean())}


class CircuitKind(Kind):
    """196-50-10 resistors, Schottky diodes and amplifiers."""

    STIFFNESS = 2e-5
    """Siemens, about the conductance that an output pair has by itself."""

    def system(self, clamped: bool, seed: int) -> System:
        layers = [
            Inputs(SIDE**2, 1.0),
            Crossbar(50),
            DiodePair("schottky"),
            Amplifier(4.0),
            Crossbar(20),
            OutputPairs(),
        ]
        return CircuitSystem(build_network(layers, "ranking", seed, Stiff() if clamped else SwitchedTargets()))

    def engine(self, system: System) -> Engine:
        assert isinstance(system, CircuitSystem)
        return NativeSimulator(system.circuit)

    def estimator(self, kind: type[Estimator], beta: float, clamped: bool) -> Estimator:
        return super().estimator(kind, beta if clamped else beta * self.STIFFNESS, clamped)


RATES = {"layer1": 0.2 / 64, "layer2": 0.1 / 64}
KINDS: Mapping[str, Kind] = {
    "hopfield": HopfieldKind(1 / 255, SquaredError(), RATES),
    "smooth": HopfieldKind(1 / 255, SquaredError(), RATES, "logistic", "current"),
    "circuit": CircuitKind(4 / 255, SquaredError(0.3, -0.3 / 9), {"crossbar1": 3.0, "crossbar2": 0.6}),
}


def digits(path: str, unit: float) -> tuple[Dataset, Dataset, Dataset]:
    """Return what is learned from, what rates are chosen by, and what is tested on."""
    with np.load(path) as file:
        images = {name: file[f"x_{name}"].reshape(-1, SIDE, 2, SIDE, 2).mean((2, 4)) for name in ("train", "test")}
        labels = {name: file[f"y_{name}"].astype(int) for name in ("train", "test")}
    flat = {name: each.reshape(-1, SIDE**2) for name, each in images.items()}
    names = tuple("0123456789")

    def part(name: str, which: slice) -> Dataset:
        return Dataset(flat[name][which], labels[name][which], names, unit=unit)

    return part("train", slice(6000)), part("train", slice(-2000, None)), part("test", slice(None))


def trained(
    kind: Kind, rule: str, data: Split, rates: Mapping[str, float], seed: int, epochs: int
) -> tuple[EpochRecord, dict[str, float]]:
    """Train a network by a rule; what the last epoch came to, and what is told of outputs at their ends."""
    clamped, estimator, beta = RULES[rule]
    system = kind.system(clamped, seed)
    learned = kind.estimator(estimator, beta, clamped)
    problem = Problem(system, data, kind.cost, learned, SGD(rates), epochs, batch=20, seed=seed)
    with kind.engine(system) as engine:
        done = train(problem, engine)  # type: ignore[arg-type]
        assert data.test is not None
        return done.records[-1], kind.ends(engine, done.values, data.test)


def rates_of(kind: Kind, rule: str, data: Dataset) -> dict[str, float]:
    """Return rates with which the rule's first steps are as long as those of the cost's gradient, bank by bank."""
    clamped, estimator, beta = RULES[rule]
    features, targets = data.volts(np.arange(100)), data.targets(kind.cost, np.arange(100))
    norms = []
    for held, learned in (
        (False, Adjoint()),
        (clamped, kind.estimator(estimator, beta, clamped)),
    ):
        system = kind.system(held, SEARCH_SEED)
        with kind.engine(system) as engine:
            found = learned.estimate(engine, {}, features, targets, kind.cost, np.random.default_rng(0))
        norms.append({bank: _norm(found.gradients, bank) for bank in kind.rates})
    return {bank: rate * norms[0][bank] / norms[1][bank] for bank, rate in kind.rates.items()}


def _norm(gradients: Mapping[str, Any], bank: str) -> float:
    return float(np.sqrt(sum((each**2).sum() for at, each in gradients.items() if at.startswith(f"{bank}."))))


def error(record: EpochRecord) -> float:
    """Return the share of test digits told wrongly, %."""
    return 100 * (1 - record.test.accuracy) if record.test else float("nan")


def ranked(name: str, path: str) -> None:
    """Choose rates and train, rule by rule, what has no row yet."""
    kind, file = KINDS[name], HERE / f"{name}.csv"
    rows = list(csv.DictReader(file.open())) if file.exists() else []
    train_part, chosen_by, test = digits(path, kind.unit)
    for rule in RULES:
        there = {int(row["seed"]): float(row["factor"]) for row in rows if row["rule"] == rule}
        left = [seed for seed in SEEDS if seed not in there]
        if not left:
            continue
        base = rates_of(kind, rule, train_part)
        factor = next(iter(there.values()), None) or _searched(kind, rule, Split(train_part, None, chosen_by), base)
        for seed in left:
            rates = {bank: factor * rate for bank, rate in base.items()}
            last, ends = trained(kind, rule, Split(train_part, None, test), rates, seed, EPOCHS)
            row = {"rule": rule, "factor": factor, "seed": seed, "loss": last.train.loss}
            _append(file, {**row, "train_error": 100 * (1 - last.train.accuracy), "test_error": error(last), **ends})
    draw()


def _searched(kind: Kind, rule: str, data: Split, base: Mapping[str, float]) -> float:
    """Return the factor of the rates with the least error after a few epochs from another seed."""
    tried = dict[float, float]()
    for factor in FACTORS:
        rates = {bank: factor * rate for bank, rate in base.items()}
        try:
            searched, _ = trained(kind, rule, data, rates, SEARCH_SEED, SEARCH_EPOCHS)
            tried[factor] = error(searched)
        except TrainingError:
            tried[factor] = float("inf")
    print(rule, {round(factor, 3): round(found, 2) for factor, found in tried.items()}, flush=True)
    return min(tried, key=lambda each: tried[each])


def _append(path: Path, row: Mapping[str, object]) -> None:
    add_row(path, {name: f"{value:.5g}" if isinstance(value, float) else value for name, value in row.items()})
    print(row, flush=True)


def draw() -> None:
    """Draw test errors by rule: a dot a training, a bar at the mean, for each kind of network."""
    names = [name for name in KINDS if (HERE / f"{name}.csv").exists()]
    figure = plt.figure(figsize=(10, 3.6), layout="constrained")
    panels = figure.subplots(1, len(names), sharey=True, squeeze=False)[0]
    for axes, name in zip(panels, names, strict=True):
        with (HERE / f"{name}.csv").open() as file:
            rows = list(csv.DictReader(file))
        for place, rule in enumerate(RULES):
            errors = np.array([float(row["test_error"]) for row in rows if row["rule"] == rule])
            axes.scatter(errors, np.full(len(errors), place), s=14, alpha=0.6)
            axes.plot([errors.mean()] * 2, [place - 0.3, place + 0.3], color="black")
        axes.set(yticks=range(len(RULES)), yticklabels=RULES, title=name, xlabel="test error, %")
        axes.grid(alpha=0.3, axis="x")
    panels[0].invert_yaxis()
    figure.savefig(HERE / "ranking.svg", metadata={"Date": None})


if __name__ == "__main__":
    given, *kinds = sys.argv[1:]
    for each in kinds or KINDS:
        ranked(each, given)
