"""Which gradient does a course have? Algorithm 1 of the Neural-ODE paper: its adjoint, carried through reversed time.

The steps of a course solve, with f what leaves the nodes and Q what is stored (a = 1/h and b = 0 for Euler's rule,
a = 2/h and b = 1 for the trapezoid),

    R_k = f(V_k) + a_k [Q(V_k) - Q(V_{k-1})] + b_k f(V_{k-1}) = 0,    k = 1 ... T.

With s_k the slopes of a cost by V_k, the costates obey the same circuit's transposed equations, last step first,

    (a_k C_k + J_k)' l_k = -s_k + (a_{k+1} C_k - b_{k+1} J_k)' l_{k+1},    l_{T+1} = 0,

and  dL/dtheta = sum_k (l_k + b_{k+1} l_{k+1})' df/dtheta (V_k),    dL/dC = sum_k a_k l_k' [V_k - V_{k-1}],
dL/dV_0 = s_0 - a_1 C_0' l_1. In the limit of short steps mu = l_k / h_k is the voltage of the adjoint circuit in
reversed time, C dmu/dtau = -J(V)' mu, whose capacitors are charged by the errors.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import Bank, CurrentLaw, Diodes, FloatArray, dense
from ebana_like.elements.constants import GMIN
from ebana_like.elements.junction_charge import charge_of, junction_capacitance
from ebana_like.errors import CircuitError, SettingError
from ebana_like.systems.circuit import CircuitSystem
from ebana_like.systems.points import OperatingPoints
from ebana_like.systems.trajectories import Start, Trajectories


@dataclass(frozen=True, eq=False)
class AdjointCourse:
    """The costates of a course.

    slopes: of the cost by the scores at all times, (batch, times, outputs), cost per volt.
    costates: l_k of the nodes, (batch, times, nodes), cost per ampere; zero at the first time.
    carried: l_k + b l_{k+1}, likewise. of_inductors: l_k of the inductors' own equations, (batch, times, inductors),
    cost per volt. paces: a_k, (times - 1,), hertz.
    """

    course: Trajectories
    slopes: Annotated[FloatArray, "batch times outputs"]
    costates: Annotated[FloatArray, "batch times nodes"]
    carried: Annotated[FloatArray, "batch times nodes"]
    of_inductors: Annotated[FloatArray, "batch times inductors"]
    paces: Annotated[FloatArray, "steps"]

    def gradients(self) -> dict[str, FloatArray]:
        """Return dL/dtheta of what the circuit learns, (n,) by address, the sum over the batch.

        Raises CircuitError for values that are no element's own law, as those of sources and amplifiers.
        """
        course = self.course
        circuit, nodes = course.circuit, course.voltages.shape[2]
        for at in circuit.varied:
            if not isinstance(circuit.addressed(at), CurrentLaw):
                raise CircuitError(
                    f"how a course changes with {at} is not read off its adjoint; train conductances, or differentiate "
                    "`course_function`"
                )
        voltages = course.voltages[:, 1:].reshape(1, -1, nodes)
        solved = np.ones(voltages.shape[:2], dtype=bool)
        points = OperatingPoints(circuit, course.values, voltages, solved, np.zeros(solved.shape, dtype=np.intp))
        carried = self.carried[:, 1:].reshape(-1, nodes)
        nothing = np.zeros((len(carried), circuit.outputs.count))
        means = CircuitSystem(circuit).adjoint_signals(points, carried, nothing)
        return {at: dense(mean) * len(carried) for at, mean in means.items()}

    def by_capacitance(self) -> FloatArray:
        """Return dL/dC of every capacitor, (capacitors,), cost per farad."""
        own = self.course.circuit.storage.capacitors
        moved = np.diff(own.drop(self.course.voltages), axis=1)
        return np.asarray(np.einsum("t,btc,btc->c", self.paces, own.drop(self.costates[:, 1:]), moved))

    def by_inductance(self) -> FloatArray:
        """Return dL/dL of every inductor, (inductors,), cost per henry. Raises CircuitError where some are coupled."""
        if self.course.circuit.storage.couplings:
            raise CircuitError("coupled inductors share flux; how a course changes with one of them is not known here")
        moved = np.diff(self.course.currents, axis=1)
        return np.asarray(-np.einsum("t,btl,btl->l", self.paces, self.of_inductors[:, 1:], moved))

    def by_start(self) -> Start:
        """Return dL/dV_0 and dL/di_0: what the cost gains a volt and an ampere held at the first time, each sample."""
        circuit, first = self.course.circuit, self.costates[:, 1]
        voltages = spread_slopes(circuit, self.slopes[:, :1])[:, 0]
        own = circuit.storage.capacitors
        stored: list[tuple[Bank, FloatArray]] = [(own, own.capacitance)]
        of_diodes = charged(circuit.with_values(self.course.values), self.course.voltages[:, 0])
        stored += [(circuit.named(name), farads) for name, farads in of_diodes.items()]
        for bank, farads in stored:
            kept = self.paces[0] * farads * bank.drop(first)
            np.add.at(voltages.T, bank.positive, -kept.T)
            np.add.at(voltages.T, bank.negative, kept.T)
        voltages[:, 0] = 0.0
        currents = self.paces[0] * self.of_inductors[:, 1] @ circuit.storage.inductances
        return Start(voltages, currents)


def spread_slopes(circuit: Circuit, slopes: FloatArray) -> FloatArray:
    """Return slopes by the voltages of all nodes, (..., nodes), given those by the scores, (..., outputs)."""
    ports = circuit.outputs
    found = np.zeros((*slopes.shape[:-1], len(circuit.nodes)))
    np.add.at(np.moveaxis(found, -1, 0), ports.positive, np.moveaxis(slopes, -1, 0))
    np.add.at(np.moveaxis(found, -1, 0), ports.negative, -np.moveaxis(slopes, -1, 0))
    return found


def charged(circuit: Circuit, voltages: FloatArray) -> dict[str, FloatArray]:
    """Return dq/dv, (..., n) by bank, farads, of diodes whose cards store charge, at node voltages (..., nodes)."""
    found = {}
    for bank in circuit.of_kind(Diodes):
        charge = charge_of(bank)
        if charge.capacitance.any() or charge.transit.any():
            found[bank.name] = junction_capacitance(bank.drop(voltages), bank.small_signal(voltages) - GMIN, charge)
    return found


def check_slopes(course: Trajectories, slopes: FloatArray) -> FloatArray:
    """Return slopes as doubles. Raises SettingError where they are not (batch, times, outputs), or a sample failed."""
    slopes = np.asarray(slopes, dtype=float)
    if slopes.shape != course.scores.shape:
        raise SettingError(
            f"the slopes have shape {slopes.shape}; this course has {course.scores.shape}: samples, times, outputs"
        )
    if not course.solved.all():
        raise SettingError("a sample of this course was not solved and has no gradient; leave it out")
    return slopes
