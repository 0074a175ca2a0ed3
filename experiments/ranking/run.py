"""Which learning rule is best? Every rule of the comparative study on MNIST, in resistive and in Hopfield networks.

    python experiments/ranking/run.py PATH [hopfield] [smooth] [circuit] [hopfield-whole] [smooth-whole]
                                            [circuit-whole]

PATH is an .npz of the digits (x_train, y_train, x_test, y_test). Digits are averaged over 2 x 2 pixels, 6000 to learn
from, or whole, 58000 to learn from; the last 2000 of the training set choose rates, 10000 are tested on. Every row is
written as it is computed.
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
from matplotlib.ticker import FormatStrFormatter, LogLocator, NullLocator

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
FACTORS = (0.1, 1 / 3, 1.0, 3.0, 5.0, 10.0, 20.0, 40.0)
"""Of the rates, that every rule is offered."""

SEEDS, SEARCH_SEED = range(3), 100
SEARCH_EPOCHS = 2
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
class Size:
    """How much is learned. side: pixels of an image's. learned, searched: digits, for a row and to choose rates.
    single: circuits take their steps in single precision.
    """

    side: int = 14
    learned: int = 6000
    searched: int = 6000
    epochs: int = 10
    single: bool = False


WHOLE = Size(28, 58000, 12000, 5, single=True)


@dataclass(frozen=True)
class Kind:
    """A kind of network. hidden: units. unit: volts of a pixel. rates: of its banks, for the cost's gradient."""

    size: Size
    hidden: int
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
    """One hidden layer, 10 outputs. activation: of units. pull: of outputs that are not clamped."""

    activation: str = "clip"
    pull: Literal["switch", "current"] = "switch"

    def system(self, clamped: bool, seed: int) -> System:
        pull: Way = "clamped" if clamped else self.pull
        return Hopfield((self.size.side**2, self.hidden, 10), self.activation, pull, seed, spread=0.5)

    def engine(self, system: System) -> Engine:
        assert isinstance(system, Hopfield)
        return HopfieldEngine(system, single=True, still=1e-4)

    def ends(self, engine: Engine, values: Values, test: Dataset) -> dict[str, float]:
        """Return the share of samples, %, whose own output rests at 0, where its slope is none."""
        assert isinstance(engine, HopfieldEngine)
        scores = engine.scores(values, test.volts(slice(None))).scores
        return {"own_output_at_0": 100 * float((scores[np.arange(len(scores)), test.labels] <= 0).mean())}


class CircuitKind(Kind):
    """Resistors, Schottky diodes and amplifiers: one hidden layer, 10 pairs of outputs."""

    STIFFNESS = 2e-5
    """Siemens, about the conductance that an output pair has by itself."""

    def system(self, clamped: bool, seed: int) -> System:
        layers = [
            Inputs(self.size.side**2, 1.0),
            Crossbar(self.hidden),
            DiodePair("schottky"),
            Amplifier(4.0),
            Crossbar(20),
            OutputPairs(),
        ]
        return CircuitSystem(build_network(layers, "ranking", seed, Stiff() if clamped else SwitchedTargets()))

    def engine(self, system: System) -> Engine:
        assert isinstance(system, CircuitSystem)
        return NativeSimulator(system.circuit, single=self.size.single)

    def estimator(self, kind: type[Estimator], beta: float, clamped: bool) -> Estimator:
        return super().estimator(kind, beta if clamped else beta * self.STIFFNESS, clamped)


SMALL = Size()
RATES = {"layer1": 0.2 / 64, "layer2": 0.1 / 64}
CIRCUIT = (4 / 255, SquaredError(0.3, -0.3 / 9))
KINDS: Mapping[str, Kind] = {
    "hopfield": HopfieldKind(SMALL, 100, 1 / 255, SquaredError(), RATES),
    "smooth": HopfieldKind(SMALL, 100, 1 / 255, SquaredError(), RATES, "logistic", "current"),
    "circuit": CircuitKind(SMALL, 50, *CIRCUIT, {"crossbar1": 3.0, "crossbar2": 0.6}),
    "hopfield-whole": HopfieldKind(WHOLE, 100, 1 / 255, SquaredError(), RATES),
    "smooth-whole": HopfieldKind(WHOLE, 100, 1 / 255, SquaredError(), RATES, "logistic", "current"),
    "circuit-whole": CircuitKind(WHOLE, 100, *CIRCUIT, {"crossbar1": 100.0, "crossbar2": 1.5}),
}


def digits(path: str, kind: Kind) -> tuple[Dataset, Dataset, Dataset, Dataset]:
    """Return what is learned from, what in the search for rates, what chooses them, and what is tested on."""
    side, size = kind.size.side, kind.size
    pooled = 28 // side
    with np.load(path) as file:
        images = {name: file[f"x_{name}"].reshape(-1, side, pooled, side, pooled) for name in ("train", "test")}
        labels = {name: file[f"y_{name}"].astype(int) for name in ("train", "test")}
    flat = {name: each.mean((2, 4)).reshape(-1, side**2) for name, each in images.items()}
    names = tuple("0123456789")

    def part(name: str, which: slice) -> Dataset:
        return Dataset(flat[name][which], labels[name][which], names, unit=kind.unit)

    learned, searched = (part("train", slice(count)) for count in (size.learned, size.searched))
    return learned, searched, part("train", slice(-2000, None)), part("test", slice(None))


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
    learned, searched, chosen_by, test = digits(path, kind)
    for rule in RULES:
        there = {int(row["seed"]): float(row["factor"]) for row in rows if row["rule"] == rule}
        left = [seed for seed in SEEDS if seed not in there]
        if not left:
            continue
        base = rates_of(kind, rule, searched)
        factor = next(iter(there.values()), None) or _searched(kind, rule, Split(searched, None, chosen_by), base)
        for seed in left:
            rates = {bank: factor * rate for bank, rate in base.items()}
            last, ends = trained(kind, rule, Split(learned, None, test), rates, seed, kind.size.epochs)
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
    """Draw test errors by rule: a dot a training, a bar at the mean, for each kind of network, a row for each size."""
    names = [name for name in KINDS if (HERE / f"{name}.csv").exists()]
    figure = plt.figure(figsize=(10, 3 * -(-len(names) // 3)), layout="constrained")
    panels = figure.subplots(-(-len(names) // 3), 3, sharey=True, squeeze=False)
    for axes, name in zip(panels.flat, names, strict=False):
        with (HERE / f"{name}.csv").open() as file:
            rows = list(csv.DictReader(file))
        every = [float(row["test_error"]) for row in rows]
        for place, rule in enumerate(RULES):
            errors = np.array([error for error, row in zip(every, rows, strict=True) if row["rule"] == rule])
            axes.scatter(errors, np.full(len(errors), place), s=14, alpha=0.6)
            axes.plot([errors.mean()] * 2, [place - 0.3, place + 0.3], color="black")
        axes.set(yticks=range(len(RULES)), yticklabels=RULES, title=name, xlabel="test error, %")
        if max(every) > 10 * min(every):
            axes.set_xscale("log")
            axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 3, 5)))
            axes.xaxis.set_major_formatter(FormatStrFormatter("%g"))
            axes.xaxis.set_minor_locator(NullLocator())
        axes.grid(alpha=0.3, axis="x")
    panels[0, 0].invert_yaxis()
    figure.savefig(HERE / "ranking.svg", metadata={"Date": None})


if __name__ == "__main__":
    given, *kinds = sys.argv[1:]
    for each in kinds or KINDS:
        ranked(each, given)
