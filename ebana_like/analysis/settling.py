"""How long does a circuit take to settle, and what does that cost? From its course in time, step by step."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigvals

from ebana_like.circuit import Circuit
from ebana_like.elements import Devices, EnergyLaw, FloatArray
from ebana_like.errors import CircuitError
from ebana_like.netlist.wires import Unwired
from ebana_like.simulators.native.courses.time_equations import time_equations
from ebana_like.systems import BoolArray, Trajectories
from ebana_like.values import Values

AT_ONCE = 4_000_000
"""Doubles that are worked on at once: 32 MB."""

INSTANT = 1e-9
"""Share of the largest time constant below which one is no more than rounding of an algebraic equation."""


@dataclass(frozen=True)
class Pace:
    """The slowest and the fastest time constant of a circuit close to an operating point, seconds."""

    slowest: float
    fastest: float


def pace(circuit: Circuit, values: Values, voltages: FloatArray) -> Pace:
    """Return how fast small deviations from operating points decay, the slowest and the fastest of all.

    voltages: (points, nodes), volts. Raises CircuitError where nothing is stored, or something does not decay.
    """
    plain = Unwired(circuit)
    equations = time_equations(plain.circuit, plain.values(circuit.of_elements(values)))
    G, C, _, _, D, _ = equations.matrices
    drops = voltages @ equations.drop_of[:, : voltages.shape[1]].T
    slopes, stored = equations.small_signal(drops)
    slowest, fastest = 0.0, np.inf
    for g, c in zip(slopes, stored, strict=True):
        capacity = C + D.T @ (c[:, None] * D)
        with np.errstate(divide="ignore", invalid="ignore"):
            rates = eigvals(-(G + D.T @ (g[:, None] * D)), capacity)
            times = -1 / rates[np.isfinite(rates)]
        times = times[np.abs(times) > INSTANT * np.abs(times).max(initial=0.0)]
        if not times.size:
            raise CircuitError("nothing in this circuit stores charge or flux; give --capacitance")
        if (times.real < 0).any():
            raise CircuitError("this circuit does not settle: a deviation from its operating point grows; give --stop")
        decaying = 1 / np.maximum((1 / times).real, 1e-300)
        slowest, fastest = max(slowest, float(decaying.max())), min(fastest, float(np.abs(times).min()))
    return Pace(slowest, fastest)


def settling_times(times: FloatArray, course: FloatArray, final: FloatArray, within: float) -> FloatArray:
    """Return from when on each sample stays close to where it settles, (batch,), seconds; NaN where it does not.

    course: (batch, times, n). final: (batch, n). within: how close, as a share of the largest way that any of a
    sample's n goes from its first time to where it settles.
    """
    allowed = within * np.abs(course[:, 0] - final).max(axis=1)
    off = np.abs(course - final[:, None]).max(axis=2)
    found = np.full(len(course), np.nan)
    for sample, far in enumerate(off > allowed[:, None]):
        outside = np.flatnonzero(far)
        if not len(outside):
            found[sample] = times[0]
        elif (last := int(outside[-1])) < len(times) - 1:  # a line from the last point outside to the first one inside
            before, after = off[sample, last : last + 2]
            share = (before - allowed[sample]) / (before - after)
            found[sample] = times[last] + share * (times[last + 1] - times[last])
    return found


def right_from(times: FloatArray, right: BoolArray) -> FloatArray:
    """Return from when on each sample's answer stays right, (batch,), seconds; NaN where it is not at the end.

    right: whether it is, (batch, times).
    """
    wrong = ~right
    last = len(times) - np.argmax(wrong[:, ::-1], axis=1)
    last[~wrong.any(axis=1)] = 0
    return np.where(last < len(times), times[np.minimum(last, len(times) - 1)], np.nan)


def energy(course: Trajectories) -> FloatArray:
    """Return what sources and amplifiers have delivered up to each time, (batch, times), joules.

    It is what the elements with a current of their own made heat of, and what is stored in capacitors and inductors now
    and was not at first; the charge of diodes is left out. Raises CircuitError for devices whose law is not known here.
    """
    circuit = course.circuit
    circuit.refuse(Devices, "what it makes heat of is not known here")
    circuit = circuit.with_values(course.values)
    batch, count, _ = course.voltages.shape
    watts = np.zeros((batch, count))
    for bank in circuit.of_kind(EnergyLaw):
        if bank.role == "sources" or not len(bank):
            continue
        few = max(AT_ONCE // max(len(bank) * len(watts), 1), 1)
        for first in range(0, watts.shape[1], few):
            part = slice(first, first + few)
            voltages = course.voltages[:, part]
            watts[:, part] += np.einsum("btn,btn->bt", bank.own_current(voltages), bank.drop(voltages))
    watts[:, 0] = watts[:, 1]  # what arrives at the first time is not there yet, and is behind the first step
    widths = np.diff(course.times)
    heat = np.cumsum((watts[:, 1:] + watts[:, :-1]) / 2 * widths, axis=1)
    stored = circuit.storage
    held = (stored.capacitors.capacitance * stored.capacitors.drop(course.voltages) ** 2).sum(axis=2) / 2
    flux = course.currents @ stored.inductances
    held = held + (course.currents * flux).sum(axis=2) / 2
    found: FloatArray = held - held[:, :1]
    found[:, 1:] += heat
    return found
