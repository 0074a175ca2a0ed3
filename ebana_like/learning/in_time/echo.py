"""Which gradient does an echo have? That of a cost along a course, in circuits that lose no energy (thesis, chapter 6).

A circuit of capacitors and inductors has the action S = int [sum K(v) - sum i^2 L / 2] dt, with K the co-energies of
its capacitors. Run it to T, turn all inductors' currents round and play its sources backwards: it runs back to where it
began. In that echo every output is pulled towards its target, itself played backwards, by a capacitor beta: the cost
c(v) becomes part of the Lagrangian, and the pull is a current -beta d/dt dc/dv. Then

    dLoss/dC = d/dbeta int v^2 / 2 dt,    dLoss/dL = d/dbeta int i^2 / 2 dt    (Loss = int c dt)

at every capacitor and inductor: local, and no weight is known but the own. Nothing of this holds for a pull on the way
forwards, from the same start (6.1.3 as it stands): where the end is free, what is read differs from the gradient by

    [dp/dtheta dphi/dbeta - dp/dbeta dphi/dtheta] at T,    p = dK/dv + beta dc/dv,  phi = int v dt  at every node.

In the echo both terms are zero: at its end the free circuit is where it began, whatever theta.
"""

from dataclasses import dataclass

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import CurrentSources, Diodes, FloatArray, VoltageSources
from ebana_like.errors import CircuitError, SettingError
from ebana_like.learning.in_time.task import InTimeTask
from ebana_like.simulators.protocol import InTime
from ebana_like.systems import Start, Trajectories, Transient

FIRST = 1e-4
"""Part of a step in which the pull is switched on: two steps of Euler's rule, which is not reversible."""


@dataclass(frozen=True, eq=False)
class StorageGradient:
    """dLoss/dC of all capacitors and dLoss/dL of all inductors, (n,), and the course that was judged.

    retraced: by how many volts the unpulled echo ends off the start, at most; NaN where none was run.
    """

    by_capacitance: FloatArray
    by_inductance: FloatArray
    scores: FloatArray
    retraced: float = float("nan")


def lossy(circuit: Circuit) -> str:
    """Return why a circuit has no action whose echo would be its course, naming an element; empty where it has one."""
    if stranger := circuit.stranger(VoltageSources, Diodes, beside=circuit.driven.banks()):
        return f"{stranger}: an echo retraces the course of capacitors and inductors alone"
    if circuit.storage.waveforms:
        label = min(circuit.storage.waveforms)
        return f"{label} follows a function of its own, which is not played backwards; make it an input"
    return ""


def echo_gradient(
    engine: InTime, task: InTimeTask, beta: float, start: Start | None = None, inexact: bool = False
) -> StorageGradient:
    """Return the gradient that a circuit's echo says, pulled by capacitors of beta and -beta, farads.

    start: at rest, all at 0 V, where it is None. inexact: of circuits that lose energy too. Diodes are taken as what
    they store: reverse-biased, they lose next to nothing.
    Raises CircuitError for circuits that have no echo, SettingError where a course was not solved.
    """
    circuit = engine.circuit
    if not inexact and (reason := lossy(circuit)):
        raise CircuitError(reason)
    _require_currents(circuit)
    courses = Courses(engine, task)
    begins = courses.at_rest() if start is None else start
    free = courses.run(begins, task.features)
    ends = free.state()
    turned = Start(ends.voltages, -ends.currents)
    back = task.features[:, ::-1]
    plain = courses.run(turned, back)
    retraced = float(np.abs(plain.voltages[:, -1] - begins.voltages).max())
    error = (free.scores - task.targets)[:, ::-1]
    pulled = [courses.run(turned, back, sign * beta * courses.pull(error)) for sign in (1.0, -1.0)]
    return courses.difference(pulled[0], pulled[1], 2 * beta, free.scores, retraced)


def forward_contrast(engine: InTime, task: InTimeTask, beta: float, start: Start | None = None) -> StorageGradient:
    """Return what the same reading says of a pull on the way forwards, from the same start: section 6.1.3, no gradient.

    The pull begins with the course, as if it had always been there: it moves momenta, not voltages, at the start.
    """
    _require_currents(engine.circuit)
    courses = Courses(engine, task)
    begins = courses.at_rest() if start is None else start
    free = courses.run(begins, task.features)
    pull = courses.pull(free.scores - task.targets, charged=False)
    pulled = [courses.run(begins, task.features, sign * beta * pull) for sign in (1.0, -1.0)]
    return courses.difference(pulled[0], pulled[1], 2 * beta, free.scores, float("nan"))


class Courses:
    """Courses of one circuit at the times of a task, each with a short beginning."""

    def __init__(self, engine: InTime, task: InTimeTask) -> None:
        self.engine, self.task = engine, task
        h = float(task.times[1] - task.times[0])
        own = task.times - task.times[0]
        self.fine = np.concatenate([[0.0, FIRST * h, 2 * FIRST * h], own[1:]])
        self.own = np.concatenate([[0], np.arange(3, len(self.fine))])

    def at_rest(self) -> Start:
        batch, circuit = len(self.task.features), self.engine.circuit
        return Start(np.zeros((batch, len(circuit.nodes))), np.zeros((batch, len(circuit.storage.inductors))))

    def run(self, start: Start, features: FloatArray, amperes: FloatArray | None = None) -> Trajectories:
        """Follow from a start. features: at the task's times. amperes: into the outputs, at the fine ones."""
        circuit = self.engine.circuit
        own = self.task.times - self.task.times[0]
        spread = np.stack([features[:, 0], *(self._between(features, own, k) for k in (1, 2))], axis=1)
        given = np.concatenate([spread, features[:, 1:]], axis=1)
        driven = {} if amperes is None else {circuit.driven.addresses[0]: amperes}
        course = self.engine.follow({}, given, Transient(self.fine, "trapezoid", start), driven)
        if not course.solved.all():
            raise SettingError(f"a course was not solved: {'; '.join(course.messages.values())}")
        return Trajectories(
            circuit,
            course.values,
            own,
            course.voltages[:, self.own],
            course.currents[:, self.own],
            course.solved,
        )

    def pull(self, error: FloatArray, charged: bool = True) -> FloatArray:
        """Return the current of a capacitor of 1 F from the outputs to their targets, (batch, times + 2, outputs).

        error: (batch, times, outputs), volts. charged: whether it is without charge before the course, and takes its
        own within the first short step.
        """
        h = float(self.task.times[1] - self.task.times[0])
        rates = np.gradient(error, h, axis=1, edge_order=2)
        first = error[:, :1] / (FIRST * h) if charged else rates[:, :1]
        return -np.concatenate([rates[:, :1], first, rates], axis=1)

    def _between(self, features: FloatArray, own: FloatArray, k: int) -> FloatArray:
        share = self.fine[k] / own[1]
        return np.asarray((1 - share) * features[:, 0] + share * features[:, 1])

    def difference(
        self, plus: Trajectories, minus: Trajectories, over: float, scores: FloatArray, retraced: float
    ) -> StorageGradient:
        """Return the difference of both courses' int v^2 / 2 and int i^2 / 2, over a number, mean over the batch."""
        storage = self.engine.circuit.storage
        if storage.couplings:
            raise CircuitError("coupled inductors share flux: what each of them adds is not known here")
        drops = [storage.capacitors.drop(course.voltages) for course in (plus, minus)]
        held, carried = (
            np.einsum("t,btn->n", self.task.weights, one**2 - other**2) / (2 * over * len(scores))
            for one, other in (drops, (plus.currents, minus.currents))
        )
        return StorageGradient(held, carried, scores, retraced)


def _require_currents(circuit: Circuit) -> None:
    addresses = circuit.driven.addresses
    if len(addresses) != 1 or not isinstance(circuit.addressed(addresses[0]), CurrentSources):
        raise SettingError("outputs are pulled by currents here; set nudging to current")
