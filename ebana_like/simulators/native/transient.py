"""How does the native engine follow a batch in time? Matrices, an operating point, and all steps in one go."""

import time

import numpy as np

from ebana_like.elements import FloatArray, IntArray
from ebana_like.errors import SettingError
from ebana_like.simulators.native.general import GeneralEngine
from ebana_like.simulators.native.march import Held, Ports, march, own_law
from ebana_like.simulators.native.runtime import as_jax, doubles
from ebana_like.simulators.native.schedule import filled, schedule
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
    x = np.repeat(still[None], len(analysis.times), axis=0)
    x[..., columns] = moving
    trajectories = equations.whole(u, x[1:])
    found = np.concatenate([whole[None], trajectories]).transpose(1, 0, 2)
    solved = np.asarray(good.all(axis=0) & np.isfinite(whole).all(axis=1))
    for sample in np.flatnonzero(~solved).tolist():
        at = float(analysis.times[1 + int(np.argmin(good[:, sample]))])
        messages.setdefault(sample, f"the step to {at:.3g} s has no solution; try smaller steps")
    found[~solved] = np.nan
    nodes, currents = found[..., : len(circuit.nodes)], found[..., equations.wires]
    seconds = Seconds(solving=time.perf_counter() - began)
    return Trajectories(circuit, held, analysis.times, nodes, currents, solved, messages, seconds)


def _beginning(
    engine: GeneralEngine,
    equations: TimeEquations,
    held: Values,
    sources: Stimuli,
    start: Start | None,
    messages: dict[int, str],
) -> FloatArray:
    """Return V at the first time, (batch, size): of the operating point, NaN where there is none, or as given."""
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


def _marched(
    equations: TimeEquations, analysis: Transient, whole: FloatArray, x: tuple[FloatArray, IntArray, FloatArray]
) -> tuple[FloatArray, BoolArray]:
    """Return the unknowns behind every step, (steps, batch, n), and which samples were solved, (steps, batch)."""
    plan = schedule(analysis)
    at, batch = equations.unknowns, len(whole)
    with doubles():
        ports = Ports(*equations.junctions)
        v = whole @ equations.drop_of.T
        charge = np.asarray(own_law(ports, as_jax(v))[1])
        w = (whole @ equations.stored.T)[:, at]
        nothing = np.zeros_like(v)
        good = np.asarray(np.isfinite(whole).all(axis=1))
        given = filled(equations.matrices, ports, x, Held(w, np.zeros_like(w), charge, nothing, v, nothing, good))
        y = np.array(beside(equations))
        u, well = march(given.matrices, given.ports, plan.different, y, plan.steps, given.sources, given.begins)
        return np.asarray(u)[:, :batch, : len(at)], np.asarray(well)[:, :batch]
