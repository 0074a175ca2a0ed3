"""How does a trained circuit become one that can be built? Its resistances are rounded to what there is, closest first,
and what is not rounded yet is trained on in between, so that it makes up for what rounding does.

At the end few values are tried at all combinations of what lies near them in stock, for what one of them is off another
may make up for; and each value at its two neighbours, until none helps.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from ebana_like.elements import FloatArray
from ebana_like.errors import SettingError
from ebana_like.fitting import NetlistSystem
from ebana_like.fitting.trained import Learned
from ebana_like.hardware.kept import Kept
from ebana_like.hardware.stock import Stock
from ebana_like.learning import Update
from ebana_like.simulators import Simulator
from ebana_like.training import Problem, evaluate, train
from ebana_like.values import Values, parts

ROUNDS = 16
"""Steps in which values are rounded; one by one where there are no more of them."""

MOST_COMBINED = 1000
"""Combinations of neighbours, at most: of three values with four to either side; of six with one; of more none."""

PASSES = 10
"""How often neighbours of all values are tried."""

MOST_TRIED = 2000
"""Neighbours tried at most, each of which costs an evaluation of the training samples."""


@dataclass(frozen=True, eq=False)
class Buildable:
    """What came of it.

    places: the resistances. trained, rounded, built: each as trained, rounded all at once, and in the end, ohms.
    values: all that is trained in the end, by address. losses: mean training loss by stage.
    """

    stock: Stock
    places: tuple[Learned, ...]
    trained: FloatArray
    rounded: FloatArray
    built: FloatArray
    values: Values
    losses: tuple[tuple[str, float], ...]


def buildable(
    problem: Problem,
    values: Values,
    stock: Stock,
    simulator: Simulator,
    update: Update,
    epochs: int,
    watch: Callable[[int, int], None] = lambda done, of: None,
) -> Buildable:
    """Return values of which every resistance is in stock.

    values: as trained. update, epochs: how the rest is trained on after each step of rounding.
    Raises SettingError where nothing trained is a resistance, or where there is none in stock in its range.
    """
    work = _Work(problem, stock, simulator, update, epochs)
    trained = work.ohms(values)
    losses = [("as trained", work.loss(values))]
    rounded = work.rounded(values, np.ones(len(trained), dtype=bool))
    losses.append(("rounded at once", work.loss(rounded)))
    retrained = work.one_by_one(values, watch)
    losses.append(("rounded with retraining", work.loss(retrained)))
    best = min((retrained, rounded), key=work.loss)
    built = work.neighbours(work.combined(best))
    losses.append(("and neighbours tried", work.loss(built)))
    # 1 / (1 / R) may be another double than R
    at_once, in_the_end = (work.nearest(work.ohms(each)) for each in (rounded, built))
    return Buildable(stock, work.places, trained, at_once, in_the_end, built, tuple(losses))


class _Work:
    def __init__(self, problem: Problem, stock: Stock, simulator: Simulator, update: Update, epochs: int) -> None:
        self.problem, self.simulator = problem, simulator
        self.update, self.epochs = update, epochs
        self.places = places(problem)
        parameters = problem.system.parameters
        self.choices = [stock.within(*place.limits(parameters)) for place in self.places]

    def loss(self, values: Values) -> float:
        return evaluate(self.simulator, values, self.problem.data.train, self.problem.cost).loss

    def ohms(self, values: Values) -> FloatArray:
        return np.array([place.of(values) for place in self.places])

    def with_ohms(self, values: Values, which: Sequence[int], ohms: Sequence[float]) -> dict[str, FloatArray]:
        changed = {address: value.copy() for address, value in values.items()}
        for k, each in zip(which, ohms, strict=True):
            place = self.places[k]
            changed[place.address][place.position] = place.learned(each)
        return changed

    def nearest(self, ohms: FloatArray) -> FloatArray:
        """Return the resistances in stock that are nearest by ratio."""
        return np.array(
            [
                choice[np.abs(np.log(choice / each)).argmin()]
                for each, choice in zip(ohms.tolist(), self.choices, strict=True)
            ]
        )

    def rounded(self, values: Values, which: np.ndarray) -> dict[str, FloatArray]:
        """Return the values with some of the resistances rounded."""
        chosen = np.flatnonzero(which).tolist()
        return self.with_ohms(values, chosen, self.nearest(self.ohms(values))[chosen].tolist())

    def one_by_one(self, values: Values, watch: Callable[[int, int], None]) -> Values:
        """Round the closest first and train the others on, until all are rounded."""
        count = len(self.places)
        done = np.zeros(count, dtype=bool)
        steps = np.array_split(np.arange(count), min(ROUNDS, count))
        for number, step in enumerate(steps):
            ohms = self.ohms(values)
            off = np.where(done, np.inf, np.abs(np.log(self.nearest(ohms) / ohms)))
            now = np.zeros(count, dtype=bool)
            now[np.argsort(off, kind="stable")[: len(step)]] = True
            values, done = self.rounded(values, now), done | now
            values = self.trained_on(values, done)
            watch(number + 1, len(steps))
        return values

    def trained_on(self, values: Values, done: np.ndarray) -> Values:
        """Return the values trained on, those that are done kept; as they were where that is better."""
        kept = {address: np.zeros(len(value), dtype=bool) for address, value in values.items()}
        for place, is_done in zip(self.places, done.tolist(), strict=True):
            kept[place.address][place.position] = is_done
        if all(each.all() for each in kept.values()):
            return values
        problem = replace(
            self.problem,
            update=self.update,
            epochs=self.epochs,
            patience=0,
            stop_loss=0.0,
            technology=Kept(kept, self.problem.technology),
            judged_anew=True,
        )
        best = train(problem, self.simulator, replace(problem.start(), values=values)).best
        found = values if best is None else best.values
        return min((found, values), key=self.loss)

    def combined(self, values: Values) -> Values:
        """Return the best of all combinations of resistances near those that are there."""
        places, ohms = range(len(self.places)), self.ohms(values).tolist()
        reach = (int(MOST_COMBINED ** (1 / len(places))) - 1) // 2
        if not reach:
            return values
        middle = [int(np.abs(choice - each).argmin()) for each, choice in zip(ohms, self.choices, strict=True)]
        near = [
            choice[max(at - reach, 0) : at + reach + 1].tolist()
            for at, choice in zip(middle, self.choices, strict=True)
        ]
        return min((values, *(self.with_ohms(values, places, each) for each in product(*near))), key=self.loss)

    def neighbours(self, values: Values) -> Values:
        """Return the values with each resistance at that of its neighbours in stock that is best, tried in turn."""
        least, tried = self.loss(values), 0
        for _ in range(PASSES):
            before = least
            for k, choice in enumerate(self.choices):
                at = int(np.abs(choice - self.ohms(values)[k]).argmin())
                for other in (at - 1, at + 1):
                    if 0 <= other < len(choice) and tried < MOST_TRIED:
                        moved, tried = self.with_ohms(values, [k], [float(choice[other])]), tried + 1
                        if (loss := self.loss(moved)) < least:
                            values, least = moved, loss
            if least == before:
                break
        return values


def places(problem: Problem) -> tuple[Learned, ...]:
    """Return the resistances among what a problem trains. Raises SettingError where there are none."""
    system = problem.system
    found: list[Learned] = []
    if isinstance(system, NetlistSystem):
        found += [each for each in system.trained if each.unit == "Ohm"]
    else:
        for address, parameter in problem.system.parameters.items():
            bank = problem.circuit.addressed(address)
            if bank.quantities[parts(address)[1]].reciprocal == "Ohm":
                labels = list(bank.labels) if parameter.range.index is None else []
                for k in range(len(parameter.value)):
                    found.append(Learned(labels[k] if labels else f"{address}[{k}]", "Ohm", address, k, True))
    if not found:
        raise SettingError("nothing that is trained is a resistance; only those are rounded to what can be bought")
    return tuple(found)
