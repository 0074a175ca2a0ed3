"""Stochastic equilibrium propagation: a shaken circuit tells its gradient by how its noise goes with its cost.

At rest p(V) = exp(-P / T) / Z, and by differentiating that (thesis 6.2)

    d/dtheta E[C] = -Cov(dP/dtheta, C) / T = d/dbeta E_beta[dP/dtheta]  at beta = 0:

what a nudge would change of an element's pseudo-power is told by the free circuit alone, by the fluctuations that go
with the cost's. Nothing is nudged; what is found is the gradient of the mean cost at that temperature, with an error
that falls with the root of the states that are looked at.
"""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from ebana_like.checks import require_number
from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray
from ebana_like.energy import coenergy_weights
from ebana_like.learning.costs import Cost
from ebana_like.learning.estimators.estimator import Estimate
from ebana_like.learning.estimators.exactness import require_exact
from ebana_like.learning.estimators.of_circuits import OfCircuits, followed
from ebana_like.loading import loaded
from ebana_like.storage import NOTHING_STORED
from ebana_like.systems import Engine, Start, Transient
from ebana_like.systems.noise import shaken
from ebana_like.values import Values

SECOND = 1e-6
"""Seconds that a node takes to settle: its capacitance is chosen so, for at rest it makes no difference."""

LEAST = 1e-9
"""Siemens that a node without resistors is taken to have."""

BURN = 10
"""Time constants until states are looked at; then one is looked at each."""

AT_ONCE = 512
"""Courses that are followed together."""


@dataclass(frozen=True)
class Stochastic(OfCircuits):
    """-Cov(dP/dtheta, C) / T of a circuit shaken to volts: no nudging, the gradient of the mean cost.

    volts: root mean square by which a node of the mean conductance moves: the temperature is T = g volts^2.
    chains, states: courses of each sample, and states of each that are looked at. steps: a time constant.
    """

    reads: ClassVar[str] = "the stochastic estimator reads voltages while they are shaken"
    does: ClassVar[str] = "the stochastic estimator shakes the nodes of circuits"
    wants: ClassVar[str] = "the stochastic estimator nudges nothing; set nudging to current, whose sources are then off"

    volts: float = 0.02
    chains: int = 32
    states: int = 32
    steps: int = 10

    def __post_init__(self) -> None:
        require_number("volts", self.volts, above=0, fix="of noise, for example 0.02")
        for name in ("chains", "states", "steps"):
            require_number(name, getattr(self, name), whole=True, low=2 if name == "states" else 1)

    def estimate(
        self,
        engine: Engine,
        values: Values,
        features: FloatArray,
        targets: FloatArray,
        cost: Cost,
        rng: np.random.Generator,
    ) -> Estimate:
        system, kind = followed(engine)
        require_exact(system)
        points = engine.solve(values, features)
        circuit = system.circuit.with_values(system.circuit.of_elements(values))
        even, conductance = evenly_loaded(circuit)
        temperature = conductance * self.volts**2
        states = self.visited(kind, even, temperature, features, points.voltages[0], rng)
        scores = circuit.outputs.scores(states)
        repeated = np.broadcast_to(targets, (*scores.shape[:2], targets.shape[1]))
        costs = cost.value(scores.reshape(-1, scores.shape[2]), repeated.reshape(-1, scores.shape[2]))
        costs = costs.reshape(scores.shape[:2])
        coefficients = -(costs - costs.mean(axis=0)) / ((len(costs) - 1) * temperature)
        seen = np.isfinite(states).all(axis=(0, 2)) & points.converged[0]
        phases = replace(
            points,
            voltages=np.concatenate([points.voltages[:1], states]),
            converged=np.repeat(seen[None], 1 + len(states), axis=0),
            iterations=np.repeat(points.iterations[:1], 1 + len(states), axis=0),
        )
        coefficients = np.concatenate([np.zeros((1, len(features))), np.where(seen, coefficients, 0.0)])
        return Estimate(
            system.signals(phases, coefficients),
            replace(points, converged=seen[None]),
            lambda: system.input_signal(phases, coefficients),
        )

    def visited(
        self,
        engine: type,
        circuit: Circuit,
        temperature: float,
        features: FloatArray,
        begins: FloatArray,
        rng: np.random.Generator,
    ) -> FloatArray:
        """Return states that a circuit visits at a temperature, (chains x states, batch, nodes).

        begins: where its nodes are at first, (batch, nodes).
        """
        noise = shaken(circuit, temperature * (1 + 1 / (2 * self.steps)))  # by so much Euler's steps cool a node
        count = (BURN + self.states) * self.steps
        times: FloatArray = np.linspace(0.0, count * SECOND / self.steps, count + 1)
        at = BURN * self.steps + self.steps * np.arange(1, self.states + 1)
        batch, nodes = begins.shape
        found = np.full((self.chains, self.states, batch, nodes), np.nan)
        together = max(1, AT_ONCE // max(batch, 1))
        with engine(noise.circuit) as simulator:
            for first in range(0, self.chains, together):
                count = min(together, self.chains - first)
                start = Start(np.tile(begins, (count, 1)), np.zeros((count * batch, 0)))
                amperes = noise.amperes(times, count * batch, rng)
                course = simulator.follow(
                    {}, np.tile(features, (count, 1)), Transient(times, "euler", start), {noise.address: amperes}
                )
                looked = course.voltages[:, at].reshape(count, batch, self.states, nodes)
                found[first : first + count] = looked.transpose(0, 2, 1, 3)
        return found.reshape(self.chains * self.states, batch, nodes)


def evenly_loaded(circuit: Circuit) -> tuple[Circuit, float]:
    """Return a circuit whose nodes all settle in about `SECOND`, and the mean of their conductances, siemens.

    Conductances count with their weight in the co-content, so that the mean is that of its curvature.
    """
    even = loaded(replace(circuit, storage=NOTHING_STORED), 1.0)
    own, weights = even.storage.capacitors, coenergy_weights(circuit)
    conductances = np.maximum(circuit.conducted()[own.positive], LEAST)
    farads = conductances * SECOND
    mean = float(np.exp(np.log(np.maximum(circuit.conducted(weights)[own.positive], LEAST)).mean()))
    return replace(even, storage=even.storage.with_values({f"{own.name}.capacitance": farads})), mean
