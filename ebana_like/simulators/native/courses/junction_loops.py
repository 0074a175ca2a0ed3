"""What do diodes carry and store at many voltages, in loops that are compiled once for all circuits?

Diodes between the same two nodes, whichever way round, are one port. The laws are those of `elements.diode` and
`elements.junction_charge`; rows are ports, columns samples.
"""

import math
from typing import NamedTuple

import numpy as np

from ebana_like.compiled import njit
from ebana_like.elements import FloatArray, IntArray
from ebana_like.elements.constants import GMIN
from ebana_like.elements.diode import LARGEST_EXPONENT
from ebana_like.simulators.native.courses.time_equations import Junctions
from ebana_like.simulators.native.courses.vectors import exponential, logarithm


class DiodeRows(NamedTuple):
    """Diodes as loops take them, each (diodes,), and which port each is, the way round it stands there being its sign.

    saturation: IS, amperes. scale: N Vt, volts. capacitance, potential, grading, turn: CJO, VJ, M, FC VJ.
    straight, bend: of the capacitance above FC VJ, 1 - FC (1 + M) and (1 - FC)^(1 + M). transit: TT, seconds.
    """

    port: IntArray
    sign: FloatArray
    saturation: FloatArray
    scale: FloatArray
    capacitance: FloatArray
    potential: FloatArray
    grading: FloatArray
    turn: FloatArray
    straight: FloatArray
    bend: FloatArray
    transit: FloatArray


def diode_rows(junctions: Junctions, drop_of: FloatArray) -> tuple[DiodeRows, IntArray]:
    """Return the diodes, and which of them say how the drop of their port follows from V, (ports,).

    drop_of: drops by V, (diodes, size).
    """
    seen: dict[bytes, int] = {}
    port, sign, first = [], [], []
    for number, row in enumerate(drop_of):
        row = row + 0.0  # -0.0 is another number to a byte
        same, mirrored = seen.get(row.tobytes()), seen.get((0.0 - row).tobytes())
        if same is None and mirrored is None:
            seen[row.tobytes()] = same = len(first)
            first.append(number)
        port.append(mirrored if same is None else same)
        sign.append(1.0 if same is not None else -1.0)
    of = junctions.charge
    rows = DiodeRows(
        np.array(port, dtype=np.intp),
        np.array(sign),
        junctions.saturation,
        junctions.scale,
        of.capacitance,
        of.potential,
        of.grading,
        of.edge * of.potential,
        1 - of.edge * (1 + of.grading),
        (1 - of.edge) ** (1 + of.grading),
        of.transit,
    )
    return rows, np.array(first, dtype=np.intp)


@njit(error_model="numpy", fastmath={"contract"}, nogil=True)
def laws(diodes: DiodeRows, drops, currents, slopes, charges, capacitances):
    """Set what the ports carry, amperes, store, coulombs, and the slopes of both; all (ports, samples)."""
    currents[:], slopes[:], charges[:], capacitances[:] = 0.0, 0.0, 0.0, 0.0
    for d in range(len(diodes.port)):
        j, sign = diodes.port[d], diodes.sign[d]
        _conduct(
            sign,
            diodes.saturation[d],
            diodes.scale[d],
            diodes.transit[d],
            j,
            drops,
            currents,
            slopes,
            charges,
            capacitances,
        )
        if diodes.capacitance[d] != 0.0:
            _store(
                sign,
                diodes.capacitance[d],
                diodes.potential[d],
                diodes.grading[d],
                diodes.turn[d],
                diodes.straight[d],
                diodes.bend[d],
                j,
                drops,
                charges,
                capacitances,
            )


@njit(error_model="numpy", fastmath={"contract"}, nogil=True)
def _conduct(sign, saturation, scale, transit, j, drops, currents, slopes, charges, capacitances):
    """Add one diode's current, and the charge that it leaves on its way."""
    inverse, steep, edge, cubic = 1.0 / scale, saturation / scale, -3.0 * scale, 3.0 * scale / math.e
    for s in range(drops.shape[1]):
        v = sign * drops[j, s]
        e = exponential(min(max(v * inverse, -3.0), LARGEST_EXPONENT))
        ratio = cubic / min(v, edge)
        cubed = ratio * ratio * ratio
        is_forward = v >= edge
        current = saturation * (e - 1.0 if is_forward else -1.0 - cubed)
        slope = steep * (e if is_forward else cubed * ratio * math.e)
        currents[j, s] += sign * (current + GMIN * v)
        slopes[j, s] += slope + GMIN
        charges[j, s] += sign * (transit * current)
        capacitances[j, s] += transit * slope


@njit(error_model="numpy", fastmath={"contract"}, nogil=True)
def _store(sign, capacitance, potential, grading, turn, straight, bend, j, drops, charges, capacitances):
    """Add one diode's depletion charge."""
    inverse, rest, rise, bent = 1.0 / potential, potential / (1.0 - grading), grading / potential, 1.0 / bend
    for s in range(drops.shape[1]):
        v = sign * drops[j, s]
        left = 1.0 - min(v, turn) * inverse
        power = exponential(-grading * logarithm(left))
        beyond = max(v, turn)
        over = beyond - turn
        line = bent * over * (straight + 0.5 * rise * (beyond + turn))
        charges[j, s] += sign * capacitance * (rest * (1.0 - left * power) + line)
        capacitances[j, s] += capacitance * (power + bent * rise * over)


@njit(error_model="numpy", nogil=True)
def limit(diodes: DiodeRows, before, after):
    """Let no junction climb its exponential faster than the logarithm of the step asked for: SPICE's pnjlim.

    before, after: drops of the ports, (ports, samples); the second is changed where it is too far.
    """
    for d in range(len(diodes.port)):
        j, sign, scale = diodes.port[d], diodes.sign[d], diodes.scale[d]
        critical = scale * math.log(scale / (math.sqrt(2.0) * diodes.saturation[d]))
        for s in range(before.shape[1]):
            old, new = sign * before[j, s], sign * after[j, s]
            if new > critical and abs(new - old) > 2 * scale:
                if old > 0:
                    climb = 1 + (new - old) / scale
                    new = old + scale * math.log(climb) if climb > 0 else critical
                else:
                    new = scale * math.log(new / scale)
                after[j, s] = sign * new
