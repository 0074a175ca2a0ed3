"""How does Newton's method solve any circuit, compiled? All points at once, SPICE's junction limiting, dense LU.

Circuits of all wirings share what is compiled for their size: where elements stand is an argument. The equations, the
limits and what counts as solved are those of `newton`.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from ebana_like.elements.diode import junction
from ebana_like.simulators.drive import Drive
from ebana_like.simulators.native import newton
from ebana_like.simulators.native.elements import Drives, Laws, Wiring, compilable
from ebana_like.simulators.native.equations import Equations
from ebana_like.simulators.native.linear import is_dense
from ebana_like.simulators.native.runtime import as_jax, doubles, padded, padded_size
from ebana_like.simulators.native.state import State

LARGEST = 256
"""Unknowns up to which matrices are compiled; larger ones are mostly sparse, and solved by sparse LU."""


class Point(NamedTuple):
    """Where Newton's method stands at every point.

    values: V, (points, values). junctions: at which the laws are taken, (points, diodes), volts.
    settled: whether the last step hardly moved. done, iterations, imbalance, worst: as in `newton.Attempt`.
    """

    values: Array
    junctions: Array
    settled: Array
    done: Array
    lost: Array
    iterations: Array
    imbalance: Array
    worst: Array


def run(equations: Equations, start: State, drive: Drive, leakage: float = 0.0) -> newton.Attempt:
    """Run Newton's method at every point from its own start; see `newton.newton`."""
    if equations.pattern.size > LARGEST or not is_dense(equations.pattern):
        return newton.newton(equations, start, drive, leakage)
    if not equations.is_compiled:  # a law of its own
        return newton.newton(equations, start, drive, leakage)
    arrays = compilable(equations)
    points = len(start.values)
    size = padded_size(points)
    repeated = np.minimum(np.arange(size), points - 1)  # what fills the arrays is solved like the last point
    values = padded(start.values[repeated], arrays.values, 1)
    junctions = padded(start.junctions[repeated], len(arrays.laws.scale), 1)
    with doubles():
        found = settle(
            arrays.wiring,
            arrays.laws,
            arrays.drives(drive.part(repeated)),
            as_jax(values),
            as_jax(junctions),
            as_jax(np.array(leakage)),
            as_jax(np.array(newton.ITERATIONS)),
        )
    done, iterations, imbalance, worst = (
        np.array(part)[:points] for part in (found.done, found.iterations, found.imbalance, found.worst)
    )
    nodes = equations.free_nodes[worst] if len(equations.free_nodes) else np.zeros(points, dtype=np.intp)
    state = State(
        np.array(found.values)[:points, : equations.size],
        np.array(found.junctions)[:points, : start.junctions.shape[1]],
    )
    return newton.Attempt(state, done, iterations.astype(np.intp), imbalance, nodes)


@jax.jit
def settle(
    wiring: Wiring, laws: Laws, drives: Drives, values: Array, junctions: Array, leakage: Array, limit: Array
) -> Point:
    """Run Newton's method from values and junction voltages, at most so many iterations."""
    critical = laws.scale * jnp.log(laws.scale / (np.sqrt(2) * laws.saturation))
    points = len(values)

    def step(carry: tuple[Array, Point]) -> tuple[Array, Point]:
        number, here = carry
        residual, largest, jacobian = evaluate(wiring, laws, drives, here.values, here.junctions, leakage)
        imbalance = jnp.abs(residual)
        volts = jnp.abs(jnp.where(wiring.is_voltage, here.values, 0)).max(axis=1, keepdims=True)
        diagonal = jnp.abs(jnp.diagonal(jacobian, axis1=1, axis2=2))
        allowed = newton.IMBALANCE * largest + newton.SMALLEST_CURRENT + newton.ROUNDING * volts * diagonal
        excess = jnp.where(wiring.is_node, imbalance / allowed, 0)
        done = here.settled & (excess < 1).all(axis=1)
        worst = jnp.where(jnp.isnan(excess), jnp.inf, excess).argmax(axis=1)
        lost = ~jnp.isfinite(residual).all(axis=1)
        off = jnp.take_along_axis(imbalance, worst[:, None], axis=1)[:, 0]
        moves = jnp.linalg.solve(jacobian, -residual[..., None])[..., 0]
        after, limited, settled = moved(wiring, laws, critical, here, moves)
        stays = here.done | here.lost | done | lost

        def kept(old: Array, new: Array, where: Array) -> Array:
            return jnp.where(where.reshape(-1, *[1] * (old.ndim - 1)), old, new)

        over = here.done | here.lost
        return number + 1, Point(
            kept(here.values, after, stays),
            kept(here.junctions, limited, stays),
            kept(here.settled, settled, stays),
            kept(here.done, done, over),
            kept(here.lost, lost, over),
            kept(here.iterations, jnp.full_like(here.iterations, number), over),
            kept(here.imbalance, off, over),
            kept(here.worst, worst, over),
        )

    def is_going(carry: tuple[Array, Point]) -> Array:
        number, here = carry
        return (number <= limit) & ~(here.done | here.lost).all()

    no = jnp.zeros(points, bool)
    none = jnp.zeros(points, jnp.int64)
    start = Point(values, junctions, no, no, no, none, jnp.full(points, jnp.inf), none)
    found: Point = jax.lax.while_loop(is_going, step, (jnp.zeros((), jnp.int64), start))[1]
    return found


def evaluate(
    wiring: Wiring, laws: Laws, drives: Drives, values: Array, junctions: Array, leakage: Array
) -> tuple[Array, Array, Array]:
    """Return the residual, the largest current at each unknown's node (points, unknowns), and the Jacobian."""
    points, unknowns = len(values), len(wiring.unknowns)
    p, n, a, b = wiring.flows
    g = jnp.where(wiring.is_load, drives.loads, laws.g)
    currents = g * (values[:, a] - values[:, b]) + drives.amperes
    dp, dn = wiring.diodes
    own, slopes = junction(junctions, laws.saturation, laws.scale)
    own = own + slopes * (values[:, dp] - values[:, dn] - junctions)
    bp, bn, bc, bd, current = wiring.branches
    h, gain, r = branch_laws(wiring, laws, values)
    left = h * (values[:, bp] - values[:, bn]) - gain * (values[:, bc] - values[:, bd])
    laws_left = left - r * values[:, current] - drives.sources
    row = wiring.row
    ends = jnp.concatenate([row[p], row[dp], row[n], row[dn]])
    through = jnp.concatenate([currents, own], axis=1)
    sums = jnp.zeros((points, unknowns + 1)).at[:, ends].add(jnp.concatenate([through, -through], axis=1))
    largest = jnp.zeros((points, unknowns + 1)).at[:, ends].max(jnp.abs(jnp.concatenate([through, through], axis=1)))
    sums = sums.at[:, row[current]].add(laws_left)
    residual = sums[:, :unknowns] + jnp.where(wiring.is_node, leakage, 0) * values[:, wiring.unknowns]
    stamps = [
        *(_four(row, (p, n), (a, b), g)),
        *(_four(row, (dp, dn), (dp, dn), slopes)),
        (row[current], row[bp], h),
        (row[current], row[bn], -h),
        (row[current], row[bc], -gain),
        (row[current], row[bd], gain),
        (row[current], row[current], -r),
    ]
    rows, columns = (jnp.concatenate([stamp[k] for stamp in stamps]) for k in (0, 1))
    entries = jnp.concatenate([stamp[2] for stamp in stamps], axis=1)
    jacobian = jnp.zeros((points, unknowns + 1, unknowns + 1)).at[:, rows, columns].add(entries)
    diagonal = jnp.where(wiring.is_node, leakage, 0) + ~wiring.is_real
    return residual, largest[:, :unknowns], jacobian[:, :unknowns, :unknowns] + jnp.diag(diagonal)


def _four(
    row: Array, ends: tuple[Array, Array], controls: tuple[Array, Array], slope: Array
) -> list[tuple[Array, Array, Array]]:
    """Return the stamps of currents from end to end that follow the voltages between controls."""
    p, n, a, b = (row[at] for at in (*ends, *controls))
    return [(p, a, slope), (p, b, -slope), (n, a, -slope), (n, b, slope)]


def branch_laws(wiring: Wiring, laws: Laws, values: Array) -> tuple[Array, Array, Array]:
    """Return h, gain and r of every branch at every point, (points, branches)."""
    shut = closed(wiring, laws, values)
    return jnp.where(shut, laws.h, laws.opened), jnp.broadcast_to(laws.gain, shut.shape), jnp.where(shut, laws.r, 1.0)


def closed(wiring: Wiring, laws: Laws, values: Array) -> Array:
    """Say which branches are closed, (points, branches): all but open switches."""
    _, _, c, d, _ = wiring.branches
    found: Array = values[:, c] - values[:, d] >= laws.threshold
    return found


def moved(wiring: Wiring, laws: Laws, critical: Array, here: Point, moves: Array) -> tuple[Array, Array, Array]:
    """Take a step, limit the junctions, and say which points hardly moved; see `newton`."""
    values = here.values.at[:, wiring.unknowns].add(jnp.where(wiring.is_real, moves, 0))
    dp, dn = wiring.diodes
    free = values[:, dp] - values[:, dn]
    junctions = limited(laws.scale, critical, here.junctions, free)
    near = jnp.abs(moves) <= newton.STEP * jnp.maximum(1, jnp.abs(values[:, wiring.unknowns]))
    unlimited = jnp.abs(junctions - free) <= newton.STEP * jnp.maximum(1, jnp.abs(free))
    same = closed(wiring, laws, values) == closed(wiring, laws, here.values)
    settled = (near | ~wiring.is_node).all(axis=1) & unlimited.all(axis=1) & same.all(axis=1)
    return values, junctions, settled


def limited(scale: Array, critical: Array, old: Array, new: Array) -> Array:
    """SPICE's pnjlim: let no junction climb its exponential faster than the logarithm of the step asked for."""
    too_far = (new > critical) & (jnp.abs(new - old) > 2 * scale)
    climb = 1 + (new - old) / scale
    from_above = jnp.where(climb > 0, old + scale * jnp.log(jnp.maximum(climb, 1e-300)), critical)
    from_below = scale * jnp.log(jnp.maximum(new, 1e-300) / scale)
    return jnp.where(too_far, jnp.where(old > 0, from_above, from_below), new)
