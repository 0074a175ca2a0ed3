"""How does a circuit go from one time to the next? By the trapezoid or by Euler's implicit rule, all samples at once.

With w = C u + T x what the linear elements store and r its rate, a step of length h with a = 2/h and b = 1 (trapezoid),
or a = 1/h and b = 0 (Euler), asks for

    G u + S x + a (C u + T x - w0) - b r0 + D' j(v) = 0,    j(v) = i(v) + a (q(v) - q0) - b s0,    v = D u + P x,

with s the rate of the junctions' charges q. The matrix G + a C of all steps of one length is inverted once; what is
left are the diodes, seen through their ports: v = v_open - Z (j(v) - y v), solved by Newton's method with SPICE's
limits. y is a conductance beside every diode that keeps the matrix regular where nothing else holds a node.

All of it is a function that JAX differentiates: Newton's method by the theorem of implicit functions, a port at a time.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from ebana_like.elements.constants import GMIN
from ebana_like.elements.diode import junction
from ebana_like.elements.junction_charge import JunctionCharge, junction_charge
from ebana_like.simulators.native.compiled import limited

ITERATIONS = 100
"""Newton iterations of a step, at most; typical are 3."""

STEP = 1e-8
"""Largest last step, volts (relative above 1 V): what is left is its square over N Vt."""

FORESEEN = 2.0
"""N Vt by which a diode may be expected to move on at the pace of the step before."""

UNROLLED = 6
"""Ports up to which elimination is written out: compiled in one piece, it takes a tenth of the time of LAPACK's."""


class Steps(NamedTuple):
    """The steps: a, b, (steps,); which of the inverses each uses, (steps,)."""

    a: Any
    b: Any
    which: Any


class Ports(NamedTuple):
    """The diodes, each (diodes,). saturation: IS, amperes. scale: N Vt, volts. charge: of their cards."""

    saturation: Any
    scale: Any
    charge: JunctionCharge


class Held(NamedTuple):
    """What goes from step to step: w, r, (batch, n); q, s, v and its last move, (batch, diodes); whether it is well."""

    stored: Any
    rate: Any
    charge: Any
    current: Any
    drop: Any
    pace: Any
    good: Any


def own_law(ports: Ports, drop: Array) -> tuple[Array, Array]:
    """Return the currents (amperes) and charges (coulombs) of junctions, (batch, diodes)."""
    current, _ = junction(drop, ports.saturation, ports.scale)
    return current, junction_charge(drop, current - GMIN * drop, ports.charge)


def _missing(drop: Array, given: Any) -> Array:
    """Return by how much drops miss the equations of the ports, (batch, diodes), volts."""
    ports, open_drop, Z, y, a, before = given
    current, charge = own_law(ports, drop)
    return jnp.asarray(drop - open_drop + (current + a * charge - before - y * drop) @ Z.T)


def _slopes(drop: Array, given: Any) -> Array:
    """Return d(i + a q)/dv - y of each port, (batch, diodes), siemens."""
    ports, _, _, y, a, _ = given

    def through(v: Array) -> Array:
        current, charge = own_law(ports, v)
        return jnp.asarray(current + a * charge)

    return jnp.asarray(jax.jvp(through, (drop,), (jnp.ones_like(drop),))[1] - y)


@jax.custom_vjp
def drops(guess: Array, given: Any) -> tuple[Array, Array]:
    """Return the drops at which the ports' equations hold, (batch, diodes), and whether they were found, (batch,)."""
    found: tuple[Array, Array] = _forward(guess, given)[0]
    return found


def _forward(guess: Array, given: Any) -> tuple[tuple[Array, Array], Any]:
    ports, Z = given[0], given[2]
    critical = ports.scale * jnp.log(ports.scale / (np.sqrt(2) * ports.saturation))

    def step(carry: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
        number, v, _ = carry
        move = solved(_matrix(Z, _slopes(v, given)), -_missing(v, given))
        new = limited(ports.scale, critical, v, v + move)
        done = (jnp.abs(new - v) <= STEP * jnp.maximum(1, jnp.abs(v))).all(axis=1)
        return number + 1, new, done

    def is_going(carry: tuple[Array, Array, Array]) -> Array:
        return (carry[0] < ITERATIONS) & ~(carry[2] | ~jnp.isfinite(carry[1]).all(axis=1)).all()

    start = (jnp.zeros((), jnp.int32), guess, jnp.zeros(len(guess), bool))
    _, v, done = jax.lax.while_loop(is_going, step, start)
    return (v, done), (v, given)


def _backward(kept: Any, slopes: tuple[Array, Array]) -> tuple[Array, Any]:
    v, given = kept
    transposed = jnp.swapaxes(_matrix(given[2], _slopes(v, given)), 1, 2)
    mirrored = jnp.linalg.solve(transposed, slopes[0][..., None])[..., 0]
    (found,) = jax.vjp(lambda others: _missing(v, others), given)[1](-mirrored)
    return jnp.zeros_like(v), found


drops.defvjp(_forward, _backward)


def _matrix(Z: Array, slopes: Array) -> Array:
    return jnp.eye(Z.shape[0], dtype=Z.dtype) + Z * slopes[:, None, :]


def solved(matrix: Array, right: Array) -> Array:
    """Solve (batch, k, k) equations for (batch, k) right sides; without exchange of rows where k is small."""
    size = right.shape[1]
    if size > UNROLLED:
        found: Array = jnp.linalg.solve(matrix, right[..., None])[..., 0]
        return found
    rows = [[matrix[:, j, k] for k in range(size)] for j in range(size)]
    sides = [right[:, j] for j in range(size)]
    for j in range(size):
        for below in range(j + 1, size):
            factor = rows[below][j] / rows[j][j]
            rows[below] = [rows[below][k] - factor * rows[j][k] if k > j else rows[below][k] for k in range(size)]
            sides[below] = sides[below] - factor * sides[j]
    for j in reversed(range(size)):
        for k in range(j + 1, size):
            sides[j] = sides[j] - rows[j][k] * sides[k]
        sides[j] = sides[j] / rows[j][j]
    return jnp.stack(sides, axis=1)


@jax.jit
def march(
    matrices: Any, ports: Ports, different: Array, y: Array, steps: Steps, x: Any, held: Held
) -> tuple[Array, Array]:
    """Take all steps; return the unknowns behind each, (steps, batch, n), and which samples are well, (steps, batch).

    matrices: `Matrices`. different: the values of a. x: what the sources hold: (batch, sources) where they
    stand still, the columns that move, (m,), and what they hold behind each step, (steps, batch or 1, m).
    held: at the start.
    """
    G, C, S, T, D, P = matrices
    still, columns, moving = x
    G, S = G + y * D.T @ D, S + y * D.T @ P
    inverses = jnp.linalg.inv(G + different[:, None, None] * C)
    fixed = (still @ S.T, still @ T.T, still @ P.T)
    Sm, Tm, Pm = S[:, columns].T, T[:, columns].T, P[:, columns].T
    has_ports = D.shape[0] > 0

    def step(before: Held, now: tuple[Array, Array, Array, Array]) -> tuple[Held, tuple[Array, Array]]:
        a, b, which, xm = now
        K = inverses[which]
        pushed, carried, opened = fixed[0] + xm @ Sm, fixed[1] + xm @ Tm, fixed[2] + xm @ Pm
        right = a * (before.stored - carried) + b * before.rate - pushed
        u = right @ K.T
        good = before.good
        q, s, v, pace = before.charge, before.current, before.drop, before.pace
        if has_ports:
            KD = K @ D.T
            earlier = a * q + b * s
            guess = v + jnp.clip(pace, -FORESEEN * ports.scale, FORESEEN * ports.scale)
            given = (ports, u @ D.T + opened, D @ KD, y, a, earlier)
            after, done = drops(guess, given)
            current, charge = own_law(ports, after)
            u = u - (current + a * charge - earlier - y * after) @ KD.T
            s = a * charge - earlier
            pace, v, q, good = after - v, after, charge, good & done
        stored = u @ C.T + carried
        rate = a * (stored - before.stored) - b * before.rate
        good = good & jnp.isfinite(u).all(axis=1)
        return Held(stored, rate, q, s, v, pace, good), (u, good)

    _, (u, good) = jax.lax.scan(step, held, (steps.a, steps.b, steps.which, moving))
    return u, good
