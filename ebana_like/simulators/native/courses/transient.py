"""How does the native engine follow a batch in time? Matrices, an operating point, and all steps in loops."""

import time
from typing import NamedTuple

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray, IntArray, VoltageSources
from ebana_like.errors import SettingError
from ebana_like.simulators.native.courses.course import Given, Sparse, march
from ebana_like.simulators.native.courses.ported import Ported
from ebana_like.simulators.native.courses.schedule import schedule
from ebana_like.simulators.native.courses.time_equations import TimeEquations, time_equations
from ebana_like.simulators.native.general import GeneralEngine
from ebana_like.simulators.protocol import held_values
from ebana_like.systems.points import BoolArray, Seconds
from ebana_like.systems.trajectories import Start, Stimuli, Trajectories, Transient, stimuli
from ebana_like.values import Values

WIDTH = 128
"""Samples that are followed side by side: what they are computed from stays close to the processor."""


class Sources(NamedTuple):
    """What all sources hold, volts, then amperes.

    still: those that stand still, (batch, sources), zero of others. columns: which move; moving: what they hold then,
    (times, columns, batch or 1).
    """

    still: FloatArray
    columns: IntArray
    moving: FloatArray


def follow(
    engine: GeneralEngine, values: Values, features: FloatArray, analysis: Transient, driven: Values
) -> Trajectories:
    """Return what a batch does in time; see `Transients`."""
    began = time.perf_counter()
    circuit = engine.circuit
    held = held_values(circuit, values)
    equations = time_equations(circuit, held, engine.equations)
    ported = Ported.of(equations)
    x = sources_of(stimuli(circuit, held, features, driven, analysis.times))
    messages: dict[int, str] = {}
    whole = beginning(engine, ported, held, x, analysis.start, messages)
    found = decided(equations, whole, x)
    bad_at = _marched(ported, analysis, whole, x, found)
    solved = np.asarray((bad_at == len(analysis.times) - 1) & np.isfinite(found[-1]).all(axis=0))
    for sample in np.flatnonzero(~solved).tolist():
        at = float(analysis.times[min(1 + int(bad_at[sample]), len(analysis.times) - 1)])
        messages.setdefault(sample, f"the step to {at:.3g} s has no solution; try smaller steps")
    seconds = Seconds(solving=time.perf_counter() - began)
    return trajectories(circuit, held, analysis.times, found, solved, messages, seconds)


def trajectories(
    circuit: Circuit,
    held: Values,
    times: FloatArray,
    found: FloatArray,
    solved: BoolArray,
    messages: dict[int, str],
    seconds: Seconds,
) -> Trajectories:
    """Return what was found, (times, nodes + inductors, batch), as trajectories; NaN of what was not solved."""
    found[:, :, ~solved] = np.nan
    course, nodes = found.transpose(2, 0, 1), len(circuit.nodes)  # samples stay next to each other in memory
    return Trajectories(circuit, held, times, course[..., :nodes], course[..., nodes:], solved, messages, seconds)


def sources_of(given: Stimuli) -> Sources:
    """Return volts and amperes of all sources together."""
    volts, amperes = given.moving_voltages, given.moving_amperes
    still = np.concatenate([given.voltages, given.amperes], axis=1)
    columns = np.concatenate([volts[0], given.voltages.shape[1] + amperes[0]])
    still[:, columns] = 0.0
    parts = [moving.transpose(0, 2, 1) for _, moving in (volts, amperes) if moving.shape[2]]
    if len(parts) == 1:
        return Sources(still, columns, parts[0])
    most = max((part.shape[2] for part in parts), default=1)
    moving = np.empty((len(volts[1]), len(columns), most))
    row = 0
    for part in parts:
        moving[:, row : row + part.shape[1]] = part
        row += part.shape[1]
    return Sources(still, columns, moving)


def shown(equations: TimeEquations) -> IntArray:
    """Return what of V is kept: the nodes, then the inductors' currents."""
    return np.concatenate([np.arange(equations.nodes), equations.wires])


def place_of(equations: TimeEquations) -> IntArray:
    """Return in which of the rows kept each unknown stands, (n,); -1 for what is not kept."""
    place, kept = np.full(equations.size, -1), shown(equations)
    place[kept] = np.arange(len(kept))
    return np.asarray(place[equations.unknowns])


def decided(equations: TimeEquations, whole: FloatArray, x: Sources) -> FloatArray:
    """Return what is kept of V, (times, nodes + inductors, batch): all at the first time, and what sources decide.

    whole: V at the first time, (batch, size).
    """
    still, columns, moving = x
    kept = shown(equations)
    found = np.empty((len(moving), len(kept), len(still)))
    for row in np.flatnonzero(~np.isin(kept, equations.unknowns)).tolist():
        known = equations.known[kept[row]]
        moves = np.flatnonzero(known[columns])
        found[:, row] = still @ known
        if len(moves):
            found[:, row] += sum(known[columns[move]] * moving[:, move] for move in moves.tolist())
    found[0] = whole[:, kept].T
    return found


def beginning(
    engine: GeneralEngine,
    ported: Ported,
    held: Values,
    x: Sources,
    start: Start | None,
    messages: dict[int, str],
) -> FloatArray:
    """Return V at the first time, (batch, size): of the operating point, NaN where there is none, or as given."""
    equations, batch, nodes = ported.equations, len(x.still), ported.equations.nodes
    if start is None:
        first = x.still.copy()
        first[:, x.columns] = x.moving[0].T
        return _resting(engine, ported, held, first, messages)
    expected = (batch, nodes), (batch, len(equations.wires))
    if (start.voltages.shape, start.currents.shape) != expected:
        raise SettingError(
            f"the start has shapes {start.voltages.shape} and {start.currents.shape}; give the voltages of all nodes "
            f"and the currents of all inductors, {expected[0]} and {expected[1]}"
        )
    whole = np.zeros((batch, equations.size))
    whole[:, :nodes] = start.voltages
    whole[:, equations.wires] = start.currents
    return whole


def _resting(
    engine: GeneralEngine, ported: Ported, held: Values, x: FloatArray, messages: dict[int, str]
) -> FloatArray:
    """Return V where samples settle under sources x (batch, sources), (batch, size); NaN where they do not."""
    found = ported.at_rest(x)
    left = np.flatnonzero(~np.isfinite(found).all(axis=1))
    if not len(left):
        return found
    own: dict[int, str] = {}
    volts = sum(map(len, engine.circuit.of_kind(VoltageSources)))
    attempt = engine.settled(held, x[left, :volts], x[left, volts:], own)
    found[left] = np.where(attempt.converged[:, None], attempt.state.values, np.nan)
    messages |= {int(left[point]): text for point, text in own.items()}
    return found


def _marched(ported: Ported, analysis: Transient, whole: FloatArray, x: Sources, found: FloatArray) -> IntArray:
    """Set what is unknown behind every step, in (times, rows, batch); return the first bad step of each, (batch,)."""
    plan, batch, equations = schedule(analysis), len(whole), ported.equations
    sides = ported.sides(x.still, x.columns)
    stored = Sparse.of(equations.matrices.C)
    given = Given(ported.diodes, ported.y, stored, *sides, x.moving[1:], place_of(equations))
    a, b, _, _, which = plan.steps
    seen, bad_at = ported.seen(plan.different), np.full(batch, len(a))
    for first in range(0, batch, WIDTH):
        held = ported.held(whole[first : first + WIDTH], a[0])
        march(given, a, b, which, seen, ported.scale, first, held, found, bad_at)
    return bad_at
