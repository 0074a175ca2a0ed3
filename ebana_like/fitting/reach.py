"""Can the circuit reach what it is asked for? Its outputs with the trained values at the ends of their ranges say so.

What is found are outputs that are there; what is not found may still be: a warning says how it was looked for, and
there is none where there was no time to look.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ebana_like.elements import FloatArray
from ebana_like.errors import EbanaError
from ebana_like.fitting.ports import output_units
from ebana_like.learning import SquaredError
from ebana_like.simulators import Simulator
from ebana_like.training import Problem
from ebana_like.values import Values

SAMPLES = 200
"""Training samples that are looked at, evenly spaced."""

CORNERS = 8
"""Settings at random ends of all ranges."""

MOST_TURNS = 200
"""Settings tried for one output by turning values to their ends one after another."""

SECONDS = 5.0
"""After the first setting, which compiles, until no more are tried: a warning is not worth more."""

MARGIN = 0.01
"""A target is missed that is further outside than this share of the targets' span."""


@dataclass(frozen=True)
class Unreached:
    """An output that was not found to reach a target.

    output: its column. above: whether targets lie above all that was found. samples: so many do. target, nearest: of
    the sample that misses most. settings: of the trained values that were solved. unit: of the output.
    """

    output: str
    above: bool
    samples: int
    target: float
    nearest: float
    settings: int
    unit: str

    def __str__(self) -> str:
        where, most = ("above", "most") if self.above else ("below", "least")
        return (
            f"{self.output}: {'a target lies' if self.samples == 1 else f'{self.samples} targets lie'} {where} all "
            f"that the circuit was found to reach; one is {self.target:.4g} {self.unit}, and the {most} found there is "
            f"{self.nearest:.4g} {self.unit}, in {self.settings} settings of the trained values: as they came, at "
            "random ends of their ranges, and one after another turned to the end that helps. Wider ranges or other "
            "targets may be needed"
        )


def unreached(problem: Problem, simulator: Simulator) -> list[Unreached]:
    """Return the outputs whose targets lie outside what was found, above or below.

    None unless volts are asked for, and none whose search the clock ended: what it had no time to try may reach them.
    """
    data, cost = problem.data.train, problem.cost
    if not isinstance(cost, SquaredError):
        return []
    chosen = np.unique(np.linspace(0, len(data) - 1, min(SAMPLES, len(data))).astype(np.intp))
    targets = data.targets(cost, chosen)
    search = _Search(problem, simulator, data.volts(chosen), targets)
    sides = [(output, above) for output in range(targets.shape[1]) for above in (True, False)]
    searched = {side for side in sides if not search.misses(*side).any() or search.turn(*side)}
    found, units = [], output_units(problem.circuit)
    for output, name in enumerate(data.classes[: targets.shape[1]]):
        for above in (True, False):
            misses = search.misses(output, above)
            if misses.any() and (output, above) in searched:
                worst = int(search.distance(output, above).argmax())
                nearest = (search.most if above else search.least)[worst, output]
                target = float(targets[worst, output])
                numbers = int(misses.sum()), target, float(nearest), search.settings
                found.append(Unreached(name, above, *numbers, units[output]))
    return found


class _Search:
    """The extremes of every sample's outputs over the settings solved so far, (samples, outputs), volts."""

    def __init__(self, problem: Problem, simulator: Simulator, features: FloatArray, targets: FloatArray) -> None:
        self.simulator = simulator
        self.features = features
        self.targets = targets
        self.parameters = problem.system.parameters
        self.tolerance = MARGIN * max(float(np.ptp(targets)), 1e-6)
        self.most = np.full(targets.shape, -np.inf)
        self.least = np.full(targets.shape, np.inf)
        self.settings = 0
        rng = np.random.default_rng(problem.seed)
        self.start = {at: each.value for at, each in self.parameters.items()}
        self.solve(self.start)
        self.until = time.perf_counter() + SECONDS
        for share in (0.0, 1.0, *[0.5] * CORNERS):
            if self.late():
                break
            self.solve({at: self.end(at, rng.random(len(each)) < share) for at, each in self.start.items()})

    def late(self) -> bool:
        """Tell whether no more settings are to be tried."""
        return time.perf_counter() > self.until

    def end(self, address: str, high: np.ndarray) -> FloatArray:
        """Return values at the ends of their range; as they came where it has none."""
        each = self.parameters[address]
        ends = np.where(high, each.high, each.low)
        return np.where(np.isfinite(ends), ends, each.value)

    def solve(self, values: Values) -> FloatArray:
        """Return the scores, (samples, outputs), and remember them; NaN where there is no such circuit, as of 0 Ohm."""
        try:
            scores = self.simulator.solve(values, self.features).scores
        except EbanaError:
            scores = np.full(self.targets.shape, np.nan)
        self.settings += 1
        self.most, self.least = np.fmax(self.most, scores), np.fmin(self.least, scores)
        return scores

    def distance(self, output: int, above: bool) -> FloatArray:
        """Return by how much each sample's target is outside, volts; below zero where it is not."""
        wanted = self.targets[:, output]
        return wanted - self.most[:, output] if above else self.least[:, output] - wanted

    def misses(self, output: int, above: bool) -> np.ndarray:
        """Return which samples' targets are outside."""
        return np.asarray(self.distance(output, above) > self.tolerance)

    def turn(self, output: int, above: bool) -> bool:
        """Turn each value to the end that brings the output of the worst sample nearer, until nothing helps.

        Return whether there was time for it.
        """
        sample, sign = int(self.distance(output, above).argmax()), 1 if above else -1
        values = dict(self.start)
        best = sign * self.solve(values)[sample, output]
        last = self.settings + MOST_TURNS
        helped = True
        while helped:
            helped = False
            for turned in self.turned(values):
                if self.late() or self.settings >= last or not self.misses(output, above).any():
                    return not self.late()
                reached = sign * self.solve(turned)[sample, output]
                if reached > best + 1e-3 * self.tolerance:
                    best, helped = reached, True
                    values.update(turned)
        return True

    def turned(self, values: dict[str, FloatArray]) -> Iterator[Values]:
        """Yield the values with one of them at an end of its range, each in turn."""
        for at in values:
            for k in range(len(values[at])):
                for high in (False, True):
                    end = self.end(at, np.full(len(values[at]), high))[k]
                    if values[at][k] != end:
                        changed = values[at].copy()
                        changed[k] = end
                        yield {**values, at: changed}
