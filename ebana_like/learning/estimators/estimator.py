"""What is a gradient estimator asked, and what does it answer? The interface of all of them."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from ebana_like.elements import FloatArray, Signal, dense
from ebana_like.learning.costs import Cost
from ebana_like.systems import Engine, Solution, System
from ebana_like.values import Values


@dataclass(frozen=True, eq=False)
class Estimate:
    """A gradient and what it was read from.

    signals: dC/dtheta by address, mean over the samples that could be used, (n,), cost a unit; `gradients` written out.
    points: the operating points; `points.scores` are the free scores, `points.usable` the samples used.
    read_inputs: reads the gradient with respect to inputs.
    """

    signals: Mapping[str, Signal]
    points: Solution
    read_inputs: Callable[[], FloatArray]

    @cached_property
    def gradients(self) -> dict[str, FloatArray]:
        """dC/dtheta by address, mean over the samples that could be used, (n,), cost a unit: per siemens, per volt."""
        return {address: dense(signal) for address, signal in self.signals.items()}

    @cached_property
    def inputs(self) -> FloatArray:
        """dC/dx of each sample, (batch, features), cost per volt; NaN for samples that could not be used.

        Read when first asked for, without any solve: from the currents that the input sources feed in the same
        operating points (thesis 2.19), or in the adjoint circuit.
        """
        return self.read_inputs()


class Estimator(ABC):
    """A way to the gradient of the cost."""

    reads: ClassVar[str] = ""
    """What it reads other than operating points, in words behind its name: nobody knows how sensors read that."""

    def refusal(self, system: System, cost: Cost) -> str:
        """Return why it cannot be used with a system and a cost at all; empty where it can."""
        return ""

    def departure(self, system: System) -> str:
        """Return why what it finds is not the cost's gradient, however small its nudges; empty where it is."""
        return ""

    @abstractmethod
    def estimate(
        self,
        engine: Engine,
        values: Values,
        features: FloatArray,
        targets: FloatArray,
        cost: Cost,
        rng: np.random.Generator,
    ) -> Estimate:
        """Solve a batch, and return the gradient of the mean cost.

        values: of the parameters, by address. features: (batch, features), volts. targets: (batch, outputs).
        rng: for estimators that draw.
        Raises CircuitError where the estimator is not exact for the system, however small its nudges.
        """
