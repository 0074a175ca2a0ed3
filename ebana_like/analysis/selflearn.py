"""Has a netlist learned by itself? Its weights and errors over time, and what it answers with the weights frozen."""

from dataclasses import dataclass

import numpy as np

from ebana_like.elements import FloatArray
from ebana_like.networks.selflearn import SelfLearner
from ebana_like.simulators.programs import run_text

LAST = 0.95
"""Part of a cycle at which answers and weights are read: the clock is low again, the sources still stand."""

LIMIT = 3600.0
"""Seconds that ngspice may take."""


@dataclass(frozen=True, eq=False)
class Learned:
    """What was seen of a netlist that learns.

    times: at which a round of all patterns ends, (epochs,), seconds. gates: then, (epochs, edges), volts.
    answers: to each pattern in each round, when it has been learned from, (epochs, patterns), volts.
    frozen: answers at the end, with gates held by sources, (patterns,), volts.
    """

    learner: SelfLearner
    netlist: str
    times: FloatArray
    gates: FloatArray
    answers: FloatArray
    frozen: FloatArray

    @property
    def rms(self) -> FloatArray:
        """Root of the mean squared error of each round, (epochs,), volts."""
        return np.asarray(np.sqrt(np.mean((self.answers - self.learner.targets) ** 2, axis=1)))

    @property
    def frozen_rms(self) -> float:
        """Root of the mean squared error with weights frozen, volts."""
        return float(np.sqrt(np.mean((self.frozen - self.learner.targets) ** 2)))

    @property
    def right(self) -> int:
        """How many frozen answers are on their target's side of the middle between the largest and the least target."""
        targets = self.learner.targets
        middle = (targets.max() + targets.min()) / 2
        return int(np.sum((self.frozen > middle) == (targets > middle)))


def learn_alone(learner: SelfLearner, gates: FloatArray, epochs: int, title: str, limit: float = LIMIT) -> Learned:
    """Let a netlist learn in one `.tran` of `ngspice -b`, then ask it with its weights frozen.

    gates: voltages to begin with, (edges,). limit: seconds that ngspice may take.
    Raises SimulatorError where ngspice fails or gives up before the end.
    """
    netlist = learner.learning_netlist(gates, epochs, title)
    course = run_text(netlist, limit)
    count = len(learner.targets)
    cycles: FloatArray = (np.arange(epochs * count, dtype=float) + LAST) * learner.cycle

    def at(times: FloatArray, node: str) -> FloatArray:
        return np.interp(times, course["time"], course[node])

    answers = np.subtract(*(at(cycles, node) for node in learner.answer)).reshape(epochs, count)
    ends = cycles[count - 1 :: count]
    held = np.stack([at(ends, node) for node in learner.gates()], axis=1)
    return Learned(learner, netlist, ends, held, answers, ask(learner, held[-1], title, limit))


def ask(learner: SelfLearner, gates: FloatArray, title: str, limit: float = LIMIT) -> FloatArray:
    """Return what a network with frozen weights answers to its patterns, (patterns,), volts: one `.op`."""
    found = run_text(learner.frozen_netlist(gates, f"{title}, frozen"), limit)
    return learner.frozen_answer({node: float(volts[0]) for node, volts in found.items()})
