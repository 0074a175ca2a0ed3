"""What happens inside a circuit for one sample, free and nudged?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ebana_like.analysis.branches import Branches, branches
from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray, VoltageSources
from ebana_like.errors import SettingError, SimulatorError
from ebana_like.learning import Cost, Estimator, Nudged
from ebana_like.nudges import nudging_of
from ebana_like.simulators import Simulator
from ebana_like.systems import CircuitSystem, OperatingPoints
from ebana_like.training import Problem


@dataclass(frozen=True, eq=False)
class SamplePhases:
    """One sample's operating points.

    which: the sample, as a person says it. target: its class; empty where there is none.
    free, nudged: without nudging and under +beta; the latter None where there is no target.
    beta: nudging factor, siemens.
    """

    which: str
    features: FloatArray
    target: str
    free: Branches
    nudged: Branches | None = None
    beta: float = 0.0

    @property
    def imbalance(self) -> float:
        """Kirchhoff's residual over the largest current, the larger of both phases."""
        return max(phase.imbalance for phase in (self.free, self.nudged) if phase is not None)


def present_features(circuit: Circuit) -> FloatArray:
    """Return the features (1, count) the circuit's input sources stand at, volts."""
    sources, inputs = circuit.bank(circuit.inputs.bank, VoltageSources), circuit.inputs
    features = np.zeros((1, inputs.count))
    features[0, inputs.feature] = sources.voltage * inputs.polarity
    return features


def present_sample(circuit: Circuit, simulator: Simulator) -> SamplePhases:
    """Return the free phase of the sample that the circuit's sources stand at."""
    features = present_features(circuit)
    points = simulator.solve(circuit.values(), features)
    _require_solved(points, "the netlist's own sample")
    return SamplePhases("the netlist's own sample", features[0], "", branches(circuit, points.voltages[0, 0]))


def circuit_estimator(problem: Problem) -> Estimator | None:
    """Return the estimator by which the circuit of a run was trained.

    None where the circuit only stands for what was trained, a Hopfield network for example, whose nudging factors are
    no siemens and may be complex.
    """
    return problem.estimator if isinstance(problem.system, CircuitSystem) else None


def training_sample(circuit: Circuit, simulator: Simulator, problem: Problem, sample: int) -> SamplePhases:
    """Return both phases of a training sample; the free one alone where the run's estimator nudges no circuit.

    Raises SettingError where there is no such sample.
    """
    data, estimator, which = problem.data.train, circuit_estimator(problem), f"training sample {sample}"
    if not 0 <= sample < len(data):
        raise SettingError(f"sample is {sample}; the training data has samples 0 to {len(data) - 1}")
    one = np.array([sample])
    features, target = data.volts(one), data.names(data.labels[one])[0]
    held = held_phases(circuit, simulator, features, data.targets(problem.cost, one), problem.cost, estimator, which)
    free, *nudged = (branches(*phase) for phase in held)
    if isinstance(estimator, Nudged):
        return SamplePhases(which, features[0], target, free, nudged[0], estimator.beta)
    return SamplePhases(which, features[0], target, free)


def held_phases(
    circuit: Circuit,
    simulator: Simulator,
    features: FloatArray,
    targets: FloatArray,
    cost: Cost,
    estimator: Estimator | None,
    which: str,
    multiples: Sequence[float] = (1.0,),
) -> list[tuple[Circuit, FloatArray]]:
    """Return the circuit with its sources at a sample, and its node voltages: free, then nudged by multiples of beta.

    The free phase alone where the estimator does not nudge.
    features: (1, features), volts. targets: (1, outputs). which: the sample, as a person says it.
    Raises SimulatorError where a phase is not solved.
    """
    nudging = None
    if isinstance(estimator, Nudged):
        nudging = nudging_of(circuit, cost, targets, estimator.beta * np.array(multiples)[:, None])
    points = simulator.solve(circuit.values(), features, nudging)
    _require_solved(points, which)
    present = circuit.with_features(features[0])
    if nudging is None:
        return [(present, points.voltages[0, 0])]
    values = nudging.drives(points.scores, slice(None))
    pulled = [
        present.with_values({address: value[phase, 0] for address, value in values.items()})
        for phase in range(len(multiples))
    ]
    return list(zip([present, *pulled], points.voltages[:, 0], strict=True))


def _require_solved(points: OperatingPoints, which: str) -> None:
    if not points.usable[0]:
        raise SimulatorError(f"{which} could not be solved: {points.messages.get(0, 'no reason given')}")
