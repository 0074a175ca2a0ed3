"""Is settling itself a gradient? Theorem 3.1 of the thesis at every time, with the capacitances as the metric.

A circuit at its operating point V* is nudged from time 0 on. Where M dV/dt = -dP/dV, with M = w C of the capacitances C
and the weights w of the co-content P, for every time t

    (dp/dtheta(V_t^beta) - dp/dtheta(V*)) / beta  ->  dL_t/dtheta,

with L_t the cost that the circuit, begun at V* and not nudged, would have at t under other theta. The truth is a finite
difference of that cost, course by course, at the same steps: the rule of the steps keeps the identity. The thesis has
M = 1: what that would say is what the circuit does whose capacitances are all the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ebana_like.analysis.differences import differences, flat
from ebana_like.analysis.examples import Examples
from ebana_like.analysis.settling import pace
from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray, IntArray, dense
from ebana_like.energy import Symmetry, symmetry
from ebana_like.errors import SettingError, SimulatorError
from ebana_like.loading import loaded
from ebana_like.simulators import Simulator
from ebana_like.simulators.protocol import Backwards, InTime
from ebana_like.systems import CircuitSystem, OperatingPoints, Start, Transient
from ebana_like.values import Values

SPREAD = 3.0
"""The capacitances that are put at the nodes of a circuit without any differ by up to so much from the one stated."""

STEPS, LONG = 240, 6.0
"""Steps of the courses, and their length in slowest time constants."""

LOOKED_AT = 8
"""Times at which gradients are compared, evenly spaced by the logarithm."""

Gradients = Mapping[str, FloatArray]
"""dL_t/dtheta at the times looked at, (times, n) by address."""


@dataclass(frozen=True)
class Moment:
    """One time. Errors are norms of differences over that of the gradient.

    centered, one_sided: at each beta. unmetered: centred, at the smallest beta, in a circuit with equal capacitances.
    """

    time: float
    centered: tuple[float, ...]
    one_sided: tuple[float, ...]
    unmetered: float


@dataclass(frozen=True)
class TransientCheck:
    """What was found: betas in siemens, a record a time, the circuit's slowest time constant in seconds."""

    symmetry: Symmetry
    betas: tuple[float, ...]
    moments: tuple[Moment, ...]
    slowest: float


def unequal(circuit: Circuit, farads: float, seed: int) -> Circuit:
    """Return a circuit with capacitors of all sizes about the one stated at its nodes; as it is where it has any."""
    if len(circuit.storage.capacitors):
        return circuit
    circuit = loaded(circuit, farads)
    count = len(circuit.storage.capacitors)
    factors = np.exp(np.random.default_rng(seed).uniform(-np.log(SPREAD), np.log(SPREAD), count))
    return with_capacitances(circuit, farads * factors)


def with_capacitances(circuit: Circuit, farads: FloatArray) -> Circuit:
    """Return a circuit with other capacitances, (capacitors,)."""
    return replace(circuit, storage=circuit.storage.with_values({"capacitors.capacitance": farads}))


class Settlings:
    """The courses of one circuit from its operating points, nudged and not."""

    def __init__(self, simulator: Simulator, given: Examples, times: FloatArray, looked: Sequence[int]) -> None:
        if not isinstance(simulator, InTime):
            raise SettingError("this engine does not follow circuits in time; take native or ngspice")
        self.simulator, self.engine = simulator, simulator
        self.given, self.looked = given, list(looked)
        self.points = simulator.solve({}, given.features)
        if not self.points.usable.all():
            raise SimulatorError(f"a sample was not solved: {'; '.join(self.points.messages.values())}")
        batch, inductors = len(given.features), len(simulator.circuit.storage.inductors)
        if inductors:
            raise SettingError("a circuit with inductors does not descend, and the theorem does not hold for it")
        self.analysis = Transient(times, start=Start(self.points.voltages[0], np.zeros((batch, 0))))

    def cost(self, values: Values) -> FloatArray:
        """Return the mean cost at the times looked at, (times,), of the course under other values."""
        course = self.engine.follow(values, self.given.features, self.analysis)
        scores = course.scores[:, self.looked]
        cost, targets = self.given.cost, self.given.targets
        return np.array([cost.value(scores[:, k], targets).mean() for k in range(scores.shape[1])])

    def truth(self, chosen: Mapping[str, IntArray]) -> Gradients:
        """Return finite differences by some of the values."""
        found = differences(self.cost, self.simulator.circuit.values(), chosen)
        return {at: slopes.T for at, slopes in found.items()}

    def estimate(self, beta: float, phases: Sequence[float]) -> Gradients:
        """Return what the courses nudged with these multiples of beta say, all values."""
        circuit, points, given = self.simulator.circuit, self.points, self.given
        if len(circuit.driven.addresses) != 1 or not circuit.driven.addresses[0].endswith(".amperes"):
            raise SettingError("outputs are nudged by currents here; train with --nudging current")
        push = -given.cost.gradient(points.scores, given.targets)
        courses = []
        for phase in phases:
            nudges = np.repeat((phase * beta * push)[:, None], len(self.analysis.times), axis=1)
            driven = {circuit.driven.addresses[0]: nudges}
            courses.append(self.engine.follow({}, given.features, self.analysis, driven).voltages[:, self.looked])
        spread = max(phases) - min([0.0, *phases])
        system, found = CircuitSystem(circuit), []
        sides = [0.0, *(np.sign(phase) / (beta * spread) for phase in phases)]
        for k in range(len(self.looked)):
            voltages = np.stack([points.voltages[0], *(course[:, k] for course in courses)])
            solved = np.ones(voltages.shape[:2], dtype=bool)
            at_time = OperatingPoints(circuit, points.values, voltages, solved, np.zeros(solved.shape, dtype=np.intp))
            coefficients = np.repeat(np.array(sides)[:, None], len(push), axis=1)
            coefficients[0] = -coefficients[1:].sum(axis=0)
            found.append({at: dense(signal) for at, signal in system.signals(at_time, coefficients).items()})
        return {at: np.stack([each[at] for each in found]) for at in found[0]}


def transient_check(
    simulator: Simulator, equal: Simulator, given: Examples, betas: Sequence[float], parameters: int, seed: int = 0
) -> TransientCheck:
    """Compare what nudged courses say with finite differences of the cost at the times of a circuit's settling.

    simulator, equal: of the circuit, and of the one whose capacitances are all the same. parameters: how many values of
    each address are moved. Raises SettingError where the circuit is not of the kind, SimulatorError where a sample is
    not solved.
    """
    circuit = simulator.circuit
    slowest = pace(circuit, {}, simulator.solve({}, given.features).voltages[0]).slowest
    times = np.linspace(0.0, LONG * slowest, STEPS + 1)
    looked = np.unique(np.geomspace(3, STEPS, LOOKED_AT).round().astype(int)).tolist()
    own, other = (Settlings(each, given, times, looked) for each in (simulator, equal))
    rng = np.random.default_rng(seed)
    chosen = {
        at: np.sort(rng.choice(len(v), size=min(parameters, len(v)), replace=False))
        for at, v in circuit.values().items()
    }
    truth = own.truth(chosen)

    def errors(found: Gradients) -> list[float]:
        some = {at: found[at][:, which] for at, which in chosen.items()}
        return [
            _distance({at: v[k] for at, v in some.items()}, {at: v[k] for at, v in truth.items()})
            for k in range(len(looked))
        ]

    centered = [errors(own.estimate(beta, (1.0, -1.0))) for beta in betas]
    one_sided = [errors(own.estimate(beta, (1.0,))) for beta in betas]
    unmetered = errors(other.estimate(min(betas), (1.0, -1.0)))
    moments = tuple(
        Moment(float(times[at]), tuple(e[k] for e in centered), tuple(e[k] for e in one_sided), unmetered[k])
        for k, at in enumerate(looked)
    )
    return TransientCheck(symmetry(circuit), tuple(betas), moments, slowest)


def backwards_error(simulator: Simulator, given: Examples, parameters: int, seed: int = 0) -> float:
    """Return how far the gradient that is carried back through a course is from finite differences, relative.

    Of the mean cost at the end of a course of one slowest time constant, begun at rest without features, in steps of
    Euler's rule. parameters: how many values of each address are moved.
    Raises SettingError where the engine carries nothing back.
    """
    if not isinstance(simulator, InTime) or not isinstance(simulator, Backwards):
        raise SettingError("this engine carries no gradient back; take native or ngspice")
    circuit, features, targets, cost = simulator.circuit, given.features, given.targets, given.cost
    slowest = pace(circuit, {}, simulator.solve({}, features).voltages[0]).slowest
    rest = Start(simulator.solve({}, 0 * features).voltages[0], np.zeros((len(features), 0)))
    analysis = Transient(np.linspace(0.0, slowest, STEPS + 1), "euler", rest)
    engine = simulator

    def loss(values: Values) -> float:
        return float(cost.value(engine.follow(values, features, analysis).scores[:, -1], targets).mean())

    rng, values = np.random.default_rng(seed), circuit.values()
    chosen = {at: np.sort(rng.choice(len(v), size=min(parameters, len(v)), replace=False)) for at, v in values.items()}
    course = engine.follow({}, features, analysis)
    slopes = np.zeros(course.scores.shape)
    slopes[:, -1] = cost.gradient(course.scores[:, -1], targets) / len(features)
    found = simulator.backwards(course, analysis, slopes).gradients()
    return _distance({at: found[at][which] for at, which in chosen.items()}, differences(loss, values, chosen))


def _distance(found: Mapping[str, FloatArray], truth: Mapping[str, FloatArray]) -> float:
    ours, theirs = flat(found), flat(truth)
    return float(np.linalg.norm(ours - theirs) / np.linalg.norm(theirs))
