"""By how much does a point miss the laws? One loop over points and elements, compiled: in numpy's many small steps the
same took a quarter of the time of an XOR batch."""

import math
from typing import NamedTuple

import numpy as np

from ebana_like.compiled import njit
from ebana_like.elements import FloatArray, IntArray
from ebana_like.elements.constants import GMIN


class Rows(NamedTuple):
    """A sparse matrix, row by row: entries `first[row]` up to `first[row + 1]` stand in `columns` with `values`."""

    first: IntArray
    columns: IntArray
    values: FloatArray


class Junctions(NamedTuple):
    """Diodes: their nodes, IS and N Vt, (diodes,)."""

    positive: IntArray
    negative: IntArray
    saturation: FloatArray
    scale: FloatArray


class SwitchEnds(NamedTuple):
    """Switches, (switches,): their nodes and those of their controls, threshold (volts), closed and open (siemens)."""

    positive: IntArray
    negative: IntArray
    control_positive: IntArray
    control_negative: IntArray
    threshold: FloatArray
    closed: FloatArray
    open: FloatArray


class Sources(NamedTuple):
    """Independent sources: the column of what drives them, or -1 for those that hold their own value, (sources,)."""

    column: IntArray
    own: FloatArray


class LawArrays(NamedTuple):
    """A circuit's laws; nodes count from ground.

    linear: (sums + constraints, nodes), its values those without resistors. scatter: (entries of linear, resistors).
    meeting: (sums, resistors), what the conductances at a node add up to.
    from_diodes, from_switches, from_sources: the sums that elements' currents enter, (elements, sums).
    held: one a constraint. fed: the current sources.
    """

    linear: Rows
    scatter: Rows
    meeting: Rows
    diodes: Junctions
    from_diodes: Rows
    switches: SwitchEnds
    from_switches: Rows
    fed: Sources
    from_sources: Rows
    held: Sources


class Missed(NamedTuple):
    """What points miss: `Verdict`'s arrays, (points,), before they are judged.

    excess: by how much the worst node misses Kirchhoff's law beyond what is allowed, amperes.
    """

    excess: FloatArray
    missing: FloatArray
    worst: IntArray
    off: FloatArray


OPTIONS = {"nogil": True, "error_model": "numpy"}


@njit(**OPTIONS)
def diode(drop, saturation, scale):
    """Return current and slope of the law in `elements.diode.junction`."""
    if drop >= -3 * scale:
        exponential = math.exp(drop / scale)
        return saturation * (exponential - 1) + GMIN * drop, saturation * exponential / scale + GMIN
    ratio = 3 * scale / (drop * math.e)
    cubed = ratio * ratio * ratio
    return GMIN * drop - saturation * (1 + cubed), 3 * saturation * cubed / drop + GMIN


@njit(**OPTIONS)
def _add(missing, steepness, into, element, current, slope):
    """Add an element's current, and its slope, to the sums that they enter."""
    for k in range(into.first[element], into.first[element + 1]):
        missing[into.columns[k]] += into.values[k] * current
        steepness[into.columns[k]] += abs(into.values[k]) * slope


@njit(**OPTIONS)
def _value(sources, source, driven):
    """Return what a source holds, or is driven to."""
    return driven[sources.column[source]] if sources.column[source] >= 0 else sources.own[source]


@njit(**OPTIONS)
def missed(laws, conductance, results, voltages, currents, allowed):
    """Return what points miss.

    conductance: of all resistors, (resistors,), siemens. results: (points, nodes - 1), volts, without ground.
    voltages, currents: of the driven sources, (points, sources), volts and amperes. allowed: (points,), volts.
    """
    points, sums = len(results), len(laws.meeting.first) - 1
    linear, scatter, meeting = laws.linear, laws.scatter, laws.meeting
    values = linear.values.copy()
    for entry in range(len(values)):
        for k in range(scatter.first[entry], scatter.first[entry + 1]):
            values[entry] += scatter.values[k] * conductance[scatter.columns[k]]
    resistive = np.zeros(sums)
    for row in range(sums):
        for k in range(meeting.first[row], meeting.first[row + 1]):
            resistive[row] += meeting.values[k] * abs(conductance[meeting.columns[k]])
    found = Missed(np.zeros(points), np.zeros(points), np.zeros(points, np.intp), np.zeros(points))
    volts, missing, steepness = np.zeros(results.shape[1] + 1), np.zeros(sums), np.zeros(sums)
    for point in range(points):
        volts[1:] = results[point]
        steepness[:] = resistive
        for row in range(len(linear.first) - 1):
            total = 0.0
            for k in range(linear.first[row], linear.first[row + 1]):
                total += values[k] * volts[linear.columns[k]]
            if row < sums:
                missing[row] = total
            else:
                off = abs(total - _value(laws.held, row - sums, voltages[point]))
                found.off[point] = max(found.off[point], off)
        diodes, switches = laws.diodes, laws.switches
        for k in range(len(diodes.positive)):
            drop = volts[diodes.positive[k]] - volts[diodes.negative[k]]
            current, slope = diode(drop, diodes.saturation[k], diodes.scale[k])
            _add(missing, steepness, laws.from_diodes, k, current, slope)
        for k in range(len(switches.positive)):
            control = volts[switches.control_positive[k]] - volts[switches.control_negative[k]]
            slope = switches.closed[k] if control >= switches.threshold[k] else switches.open[k]
            drop = volts[switches.positive[k]] - volts[switches.negative[k]]
            _add(missing, steepness, laws.from_switches, k, slope * drop, slope)
        for k in range(len(laws.fed.column)):
            _add(missing, steepness, laws.from_sources, k, _value(laws.fed, k, currents[point]), 0.0)
        found.excess[point] = -np.inf
        for row in range(sums):
            excess = abs(missing[row]) - allowed[point] * steepness[row]
            if not excess <= found.excess[point]:  # NaN is the worst
                found.excess[point], found.worst[point] = excess, row
                found.missing[point] = abs(missing[row])
    return found
