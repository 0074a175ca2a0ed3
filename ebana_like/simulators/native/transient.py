"""How does the native engine follow a batch in time? Matrices, an operating point, and all steps in one go."""

import time

import numpy as np

from ebana_like.elements import FloatArray, IntArray
from ebana_like.elements.constants import GMIN
from ebana_like.elements.diode import junction
from ebana_like.elements.junction_charge import junction_charge
from ebana_like.errors import SettingError
from ebana_like.simulators.native.general import GeneralEngine
from ebana_like.simulators.native.march import Held, march
from ebana_like.simulators.native.runtime import doubles
from ebana_like.simulators.native.schedule import applied, filled, schedule
from ebana_like.simulators.native.time_equations import TimeEquations, time_equations
from ebana_like.simulators.protocol import held_values
from ebana_like.systems.points import BoolArray, Seconds
from ebana_like.systems.trajectories import Start, Stimuli, Trajectories, Transient, stimuli
from ebana_like.values import Values

USUAL_CONDUCTANCE = 1e-4
"""Siemens beside each diode in a circuit without resistors."""


def beside(equations: TimeEquations) -> float:
    """Return y of `march`, siemens: the middle of the circuit's conductances on a logarithmic scale."""
    diagonal = np.abs(np.diag(equations.matrices.G))
    own = diagonal[diagonal > 0]
    return float(np.exp(np.log(own).mean())) if len(own) else USUAL_CONDUCTANCE


def follow(
    engine: GeneralEngine, values: Values, features: FloatArray, analysis: Transient, driven: Values
) -> Trajectories:
    """Return what a batch does in time; see `Transients`."""
    began = time.perf_counter()
    circuit = engine.circuit
    held = held_values(circuit, values)
    equations = time_equations(circuit, held)
    sources = stimuli(circuit, held, features, driven, analysis.times)
    messages: dict[int, str] = {}
    whole = _beginning(engine, equations, held, sources, analysis.start, messages)
    given = [sources.moving_voltages, sources.moving_amperes]
    columns = np.concatenate([given[0][0], sources.voltages.shape[1] + given[1][0]])
    most = max(each.shape[1] for _, each in given)
    moving = np.concatenate([np.broadcast_to(m, (len(m), most, m.shape[2])) for _, m in given], axis=2)
    still = np.concatenate([sources.voltages, sources.amperes], axis=1)
    still[:, columns] = 0.0
    u, good = _marched(equations, analysis, whole, (still, columns, moving[1:]))
    found = _whole(equations, len(circuit.nodes), (still, columns, moving), u)
    found[:, 0] = whole[:, _shown(equations, len(circuit.nodes))]
    solved = np.asarray(good.all(axis=0) & np.isfinite(whole).all(axis=1))
    for sample in np.flatnonzero(~solved).tolist():
        at = float(analysis.times[1 + int(np.argmin(good[:, sample]))])
        messages.setdefault(sample, f"the step to {at:.3g} s has no solution; try smaller steps")
    found[~solved] = np.nan
    nodes, currents = found[..., : len(circuit.nodes)], found[..., len(circuit.nodes) :]
    seconds = Seconds(solving=time.perf_counter() - began)
    return Trajectories(circuit, held, analysis.times, nodes, currents, solved, messages, seconds)


def _shown(equations: TimeEquations, nodes: int) -> IntArray:
    """Return what of V is kept: the nodes, then the inductors' currents."""
    return np.concatenate([np.arange(nodes), equations.wires])


def _whole(
    equations: TimeEquations, nodes: int, x: tuple[FloatArray, IntArray, FloatArray], u: FloatArray
) -> FloatArray:
    """Return what is kept of V at all times, (batch, times, nodes + inductors); what is unknown from the first step on.

    x: as `filled` takes it. u: unknowns behind every step, (steps, n, batch). Samples lie next to each other in memory,
    as the steps left them: to turn that round takes as long as the steps of a linear circuit.
    """
    still, columns, moving = x
    kept = _shown(equations, nodes)
    place = np.full(equations.size, -1)
    place[equations.unknowns] = np.arange(len(equations.unknowns))
    rows, decided = place[kept], place[kept] < 0
    found = np.empty((len(moving), len(kept), len(still)))
    known = equations.known[kept[decided]]
    found[:, decided] = known @ still.T
    if len(columns):
        found[:, decided] += applied(known[:, columns], moving)
    for row in np.flatnonzero(~decided).tolist():
        found[1:, row] = u[:, rows[row]]
    return found.transpose(2, 0, 1)


def _beginning(
    engine: GeneralEngine,
    equations: TimeEquations,
    held: Values,
    sources: Stimuli,
    start: Start | None,
    messages: dict[int, str],
) -> FloatArray:
    """Return V at the first time, (batch, size): of the operating point, NaN where there is none, or as given."""
    if start is None and not len(equations.junctions.scale):
        return _linear_beginning(equations, np.concatenate(sources.at(0), axis=1), messages)
    if start is None:
        attempt = engine.settled(held, *sources.at(0), messages)
        attempt.state.values[~attempt.converged] = np.nan
        return attempt.state.values
    batch, circuit = sources.batch, engine.circuit
    expected = (batch, len(circuit.nodes)), (batch, len(equations.wires))
    if (start.voltages.shape, start.currents.shape) != expected:
        raise SettingError(
            f"the start has shapes {start.voltages.shape} and {start.currents.shape}; give the voltages of all nodes "
            f"and the currents of all inductors, {expected[0]} and {expected[1]}"
        )
    whole = np.zeros((batch, equations.size))
    whole[:, : len(circuit.nodes)] = start.voltages
    whole[:, equations.wires] = start.currents
    return whole


def _linear_beginning(equations: TimeEquations, x: FloatArray, messages: dict[int, str]) -> FloatArray:
    """Return V at rest under sources x (batch, sources), of a circuit without diodes: one solve for all samples."""
    try:
        u = np.asarray(np.linalg.solve(equations.matrices.G, -equations.matrices.S @ x.T).T, dtype=float)
    except np.linalg.LinAlgError:
        u = np.full((len(x), len(equations.unknowns)), np.nan)
    for sample in np.flatnonzero(~np.isfinite(u).all(axis=1)).tolist():
        messages[sample] = "the circuit has no operating point to begin at: its equations are singular"
    found = equations.whole(u, x)
    found[~np.isfinite(u).all(axis=1)] = np.nan
    return found


def _marched(
    equations: TimeEquations, analysis: Transient, whole: FloatArray, x: tuple[FloatArray, IntArray, FloatArray]
) -> tuple[FloatArray, BoolArray]:
    """Return the unknowns behind every step, (steps, n, batch), and which samples were solved, (steps, batch)."""
    plan = schedule(analysis)
    at, batch = equations.unknowns, len(whole)
    with doubles():
        ports = equations.junctions
        v = whole @ equations.drop_of.T
        charge = junction_charge(v, junction(v, ports.saturation, ports.scale)[0] - GMIN * v, ports.charge)
        w = (whole @ equations.stored.T)[:, at]
        good = np.asarray(np.isfinite(whole).all(axis=1))
        first = plan.steps.a[0]  # a step of Euler: rates do not matter
        begins = Held(first * w.T, first * charge.T, v.T, np.zeros_like(v.T), np.zeros_like(v.T), good)
        given = filled(equations.matrices, ports, x, begins)
        y = np.array(beside(equations))
        u, well = march(given.matrices, given.ports, plan.different, y, plan.steps, given.sources, given.begins)
        return np.asarray(u)[:, : len(at), :batch], np.asarray(well)[:, :batch]
