"""How does a circuit go from one time to the next, differentiably? By the trapezoid or by Euler's implicit rule.

With w = C u + T x what the linear elements store and r its rate, a step of length h with a = 2/h and b = 1 (trapezoid),
or a = 1/h and b = 0 (Euler), asks for

    G u + S x + a (C u + T x) + D' j(v) = m,    j(v) = i(v) + a q(v) - k,    v = D u + P x,

with m = a w + b r and k = a q + b s, s the rate of the junctions' charges q, as the step before left them. Behind the
step r = a w - m, so what is left for the next one, of a' and b', is m' = (a' + b' a) w - b' m, and k' alike. The matrix
G + a C of all steps of one length is inverted once; what remains are the diodes, seen through their ports:
v = v_open - Z (j(v) - y v), solved by Newton's method with SPICE's limits. y is a conductance beside every diode that
keeps the matrix regular where nothing else holds a node.

All arrays have the samples last. All of it is a function that JAX differentiates: Newton's method by the theorem of
implicit functions, a port at a time. Where nothing is differentiated `course` takes the same steps in a tenth of the
time.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from ebana_like.elements.constants import GMIN
from ebana_like.elements.diode import junction
from ebana_like.elements.junction_charge import JunctionCharge, junction_capacitance, junction_charge
from ebana_like.simulators.native.compiled import limited

ITERATIONS = 100
"""Newton iterations of a step, at most; typical are 3."""

STEP = 1e-6
"""Largest last step, volts (relative above 1 V): what is left is its square over N Vt, some 1e-11."""

FORESEEN = 2.0
"""N Vt by which a diode may be expected to move on at the pace of the step before."""

UNROLLED = 6
"""Ports up to which elimination is written out: compiled in one piece, it takes a tenth of the time of LAPACK's."""


class Steps(NamedTuple):
    """The steps: a and b of each, and of the one behind it, (steps,); which of the inverses each uses, (steps,)."""

    a: Any
    b: Any
    next_a: Any
    next_b: Any
    which: Any


class Ports(NamedTuple):
    """The diodes, each (diodes, 1). saturation: IS, amperes. scale: N Vt, volts. charge: of their cards."""

    saturation: Any
    scale: Any
    charge: JunctionCharge


class Held(NamedTuple):
    """What goes from step to step: m, (n, batch); k, v, its last two moves, (diodes, batch); whether all is well."""

    memory: Any
    of_charge: Any
    drop: Any
    pace: Any
    earlier: Any
    good: Any


class Sources(NamedTuple):
    """What the sources do behind each step: S x and T x, (steps, n, batch), and P x, (steps, diodes, batch)."""

    pushed: Any
    carried: Any
    opened: Any


def law(ports: Ports, drop: Array) -> tuple[Array, Array, Array, Array]:
    """Return currents (amperes), slopes (siemens), charges (coulombs) and capacitances (farads), (diodes, batch)."""
    current, slope = junction(drop, ports.saturation, ports.scale)
    charge = junction_charge(drop, current - GMIN * drop, ports.charge)
    return current, slope, charge, junction_capacitance(drop, slope - GMIN, ports.charge)


def _missing(drop: Array, given: Any) -> Array:
    """Return by how much drops miss the equations of the ports, (diodes, batch), volts."""
    ports, open_drop, Z, y, a, before = given
    current, _, charge, _ = law(ports, drop)
    return jnp.asarray(drop - open_drop + Z @ (current + a * charge - before - y * drop))


@jax.custom_vjp
def drops(guess: Array, given: Any) -> tuple[Array, Array]:
    """Return the drops at which the ports' equations hold, (diodes, batch), and whether they were found, (batch,)."""
    found: tuple[Array, Array] = _forward(guess, given)[0]
    return found


def _forward(guess: Array, given: Any) -> tuple[tuple[Array, Array], Any]:
    ports, open_drop, Z, y, a, before = given
    critical = ports.scale * jnp.log(ports.scale / (np.sqrt(2) * ports.saturation))

    def newton(v: Array) -> Array:
        current, slope, charge, capacitance = law(ports, v)
        missing = v - open_drop + _times(Z, current + a * charge - before - y * v)
        return v - solved(Z, slope + a * capacitance - y, missing)

    def step(carry: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
        number, v, _ = carry
        free = newton(v)
        far = ((free > critical) & (jnp.abs(free - v) > 2 * ports.scale)).any()
        new = jax.lax.cond(far, lambda: limited(ports.scale, critical, v, free), lambda: free)  # two logarithms
        done = (jnp.abs(new - v) <= STEP * jnp.maximum(1, jnp.abs(v))).all(axis=0)
        return number + 1, new, done

    def is_going(carry: tuple[Array, Array, Array]) -> Array:
        return (carry[0] < ITERATIONS) & ~(carry[2] | ~jnp.isfinite(carry[1]).all(axis=0)).all()

    begin = (jnp.zeros((), jnp.int32), guess, jnp.zeros(guess.shape[1], bool))
    _, v, done = jax.lax.while_loop(is_going, step, begin)
    return (v, done), (v, given)


def _backward(kept: Any, slopes: tuple[Array, Array]) -> tuple[Array, Any]:
    v, given = kept
    ports, _, Z, y, a, _ = given
    _, slope, _, capacitance = law(ports, v)
    matrix = jnp.eye(len(v)) + Z * (slope + a * capacitance - y).T[:, None, :]
    mirrored = jnp.linalg.solve(jnp.swapaxes(matrix, 1, 2), slopes[0].T[..., None])[..., 0].T
    (found,) = jax.vjp(lambda others: _missing(v, others), given)[1](-mirrored)
    return jnp.zeros_like(v), found


drops.defvjp(_forward, _backward)


def _times(Z: Array, through: Array) -> Array:
    """Return Z @ through, (ports, batch); where ports are few in one piece with what is around it."""
    if len(Z) > UNROLLED:
        return Z @ through
    sums = [sum(Z[j, k] * through[k] for k in range(len(Z))) for j in range(len(Z))]
    return jnp.stack([jnp.asarray(each) for each in sums])


def solved(Z: Array, slopes: Array, right: Array) -> Array:
    """Solve (1 + Z slopes) x = right at every sample, (ports, batch); without exchange of rows where ports are few."""
    size = len(right)
    if size > UNROLLED:
        matrix = jnp.eye(size) + Z * slopes.T[:, None, :]
        found: Array = jnp.linalg.solve(matrix, right.T[..., None])[..., 0].T
        return found
    rows = [[Z[j, k] * slopes[k] + (1.0 if j == k else 0.0) for k in range(size)] for j in range(size)]
    sides = [right[j] for j in range(size)]
    for j in range(size):
        for below in range(j + 1, size):
            factor = rows[below][j] / rows[j][j]
            rows[below] = [rows[below][k] - factor * rows[j][k] if k > j else rows[below][k] for k in range(size)]
            sides[below] = sides[below] - factor * sides[j]
    for j in reversed(range(size)):
        for k in range(j + 1, size):
            sides[j] = sides[j] - rows[j][k] * sides[k]
        sides[j] = sides[j] / rows[j][j]
    return jnp.stack(sides)


@jax.jit
def march(
    matrices: Any, ports: Ports, different: Array, y: Array, steps: Steps, sources: Sources, held: Held
) -> tuple[Array, Array]:
    """Take all steps; return the unknowns behind each, (steps, n, batch), and which samples are well, (steps, batch).

    matrices: `Matrices`. different: the values of a. held: before the first step.
    """
    G, C, _, _, D, _ = matrices
    n, count = G.shape[0], D.shape[0]
    inverses = jnp.linalg.inv(G + y * D.T @ D + different[:, None, None] * C)
    # one product gives the unknowns, what they store, and the open drops; another what the diodes change of them
    outward = jnp.concatenate([inverses, C @ inverses, D @ inverses], axis=1)
    inward = outward @ D.T

    def step(before: Held, now: Any) -> tuple[Held, tuple[Array, Array]]:
        a, _, next_a, next_b, which, pushed, carried, opened = now
        found = outward[which] @ (before.memory - pushed - y * (D.T @ opened) - a * carried)
        good, of_charge, v, pace, earlier = before.good, before.of_charge, before.drop, before.pace, before.earlier
        if count:
            most = FORESEEN * ports.scale
            # as far as in the step before, and further by as much as that was further than the one before it
            guess = v + jnp.clip(pace + jnp.clip(pace - before.earlier, -most / 4, most / 4), -most, most)
            Z = inward[which, 2 * n :]
            after, done = drops(guess, (ports, found[2 * n :] + opened, Z, y, a, of_charge))
            current, _, charge, _ = law(ports, after)
            found = found - inward[which] @ (current + a * charge - of_charge - y * after)
            of_charge = (next_a + next_b * a) * charge - next_b * of_charge
            earlier = pace
            pace, v, good = after - v, after, good & done
        u, stored = found[:n], found[n : 2 * n]
        memory = (next_a + next_b * a) * (stored + carried) - next_b * before.memory
        good = good & jnp.isfinite(u).all(axis=0)
        return Held(memory, of_charge, v, pace, earlier, good), (u, good)

    _, (u, good) = jax.lax.scan(step, held, (*steps, *sources))
    return u, good
