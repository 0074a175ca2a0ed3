"""What does a discrete-time network do in so many steps, and what is each worth? All units step at once.

    s_l(t+1) = rho(U_l s_(l-1)(t) + D_l s_(l+1)(t) + b_l + force)

comes to rest where the sweeps of `settle` do if D_l = U_(l+1)' (symmetric); with other D_l it is a vector field that
has no energy (Ernoult et al. 2019; Scellier et al. 2018). From rest, under a force -beta dC/ds on the outputs, step t
updates a weight by what it would get from that step in backpropagation through time, for beta to 0:

    d_l(t) = [s_l(t+1) - s_l(t)] / beta,   U_l: d_l(t) s_(l-1)',   D_l: d_l(t) s_(l+1)',   b_l: d_l(t)

Because the force acts inside rho this holds for units at the ends of their range too: neither moves them.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array, lax

from ebana_like.simulators.hopfield.settle import ACTIVATION, Pulls, Rest
from ebana_like.systems.joints import Dense, Joint, Layers

States = list[Array]
"""Of each layer, (..., batch, units)."""


class Updates(NamedTuple):
    """By step, (steps, ...): of weights up, weights down and biases, layer by layer; down none for the last."""

    up: list[Array]
    down: list[Array]
    bias: list[Array]


def step(states: States, drive: Array, up: Layers, down: list[Array], pulls: Pulls | None, activation: str) -> States:
    """Return the states after one step.

    drive: what inputs contribute to the first layer, (batch, units). up: weights and biases of the layers behind it.
    down: weights (units, units of the layer above) from there. pulls: on the outputs, or None.
    """
    ups = [partial(Dense().up, layer) for layer in up]
    downs = [lambda above, _, weight=weight: above @ weight.T for weight in down]
    return _step(states, drive, ups, downs, pulls, activation)


def stepped(
    joints: Sequence[Joint],
    start: States,
    drive: Array,
    layers: Layers,
    pulls: Pulls | None,
    count: int,
    still: Any,
    activation: str,
) -> Rest:
    """Take so many steps, or fewer where one moved no unit by more than `still`: those behind it are left out.

    Like `settle`, but that nothing is asked to be at rest.
    """
    pairs = list(zip(joints, layers, strict=True))
    ups = [partial(joint.up, layer) for joint, layer in pairs]
    downs = [partial(joint.down, layer) for joint, layer in pairs]

    def go_on(carried: tuple[States, Array, Array]) -> Array:
        return jnp.asarray((carried[2] < count) & (carried[1] > still))

    def take(carried: tuple[States, Array, Array]) -> tuple[States, Array, Array]:
        old, _, taken = carried
        new = _step(old, drive, ups, downs, pulls, activation)
        moves = [jnp.abs(after - before).max() for after, before in zip(new, old, strict=True)]
        return new, jnp.stack(moves).max(), taken + 1

    nothing = jnp.zeros(start[0].shape[:-1], jnp.abs(start[0]).dtype)
    begun = start, jnp.full((), jnp.inf, nothing.dtype), jnp.zeros((), jnp.int32)
    states, _, taken = lax.while_loop(go_on, take, begun)
    return Rest(states, nothing, taken)


def _step(
    states: States,
    drive: Array,
    ups: Sequence[Callable[[Array], Array]],
    downs: Sequence[Callable[[Array, Array], Array]],
    pulls: Pulls | None,
    activation: str,
) -> States:
    """Return the states after one step. ups: what layers hear of those below; downs: of those above, and themselves."""
    found = []
    for layer, state in enumerate(states):
        sums = drive if layer == 0 else ups[layer - 1](states[layer - 1])
        if layer < len(ups):
            sums = sums + downs[layer](states[layer + 1], state)
        elif pulls is not None:
            sums = (sums + pulls.force) / (1 + pulls.stiffness)
        found.append(ACTIVATION[activation](sums))
    if pulls is not None:
        found[-1] = jnp.where(pulls.closed == 0, found[-1], pulls.place)
    return found


def course(
    start: States,
    drive: Array,
    up: Layers,
    down: list[Array],
    force: Array | None,
    count: int,
    activation: str,
) -> States:
    """Return the states from the start on, (1 + steps, batch, units). force: held on the outputs, (batch, outputs)."""
    nothing = jnp.zeros_like(start[-1])
    pulls = None if force is None else Pulls(force, nothing, nothing, nothing)

    def one(states: States, _: None) -> tuple[States, States]:
        found = step(states, drive, up, down, pulls, activation)
        return found, found

    _, found = lax.scan(one, start, None, length=count)
    return [jnp.concatenate([first[None], rest]) for first, rest in zip(start, found, strict=True)]


def updates(states: States, features: Array, beta: float) -> Updates:
    """Return the gradient-descending updates of a nudged course from rest, summed over the batch.

    states: as `course` returns them. features: (batch, features).
    """
    moves = [jnp.diff(each, axis=0) / beta for each in states]
    rest = [each[0] for each in states]
    before = [features, *rest[:-1]]
    return Updates(
        [jnp.einsum("tbi,bj->tij", move, old) for move, old in zip(moves, before, strict=True)],
        [jnp.einsum("tbi,bj->tij", move, above) for move, above in zip(moves[:-1], rest[1:], strict=True)],
        [move.sum(axis=1) for move in moves],
    )


def through_time(
    rest: States,
    features: Array,
    layers: Layers,
    down: list[Array],
    slopes: Array,
    count: int,
    activation: str,
) -> Updates:
    """Return minus the gradient of C by the weights of each of the last `count` steps (backpropagation through time).

    rest: states that a step leaves as they are. slopes: dC/ds of the outputs there, (batch, outputs). Entry t is of the
    weights in the step that lies t steps before the last.
    """

    def outputs(given: tuple[Layers, list[Array]]) -> Array:
        def one(states: States, here: tuple[Layers, list[Array]]) -> tuple[States, None]:
            own, back = here
            return step(states, features @ own[0][0].T + own[0][1], own[1:], back, None, activation), None

        return lax.scan(one, rest, given)[0][-1]

    copies = jax.tree.map(lambda each: jnp.broadcast_to(each, (count, *each.shape)), (layers, down))
    _, pull_back = jax.vjp(outputs, copies)
    own, back = jax.tree.map(lambda each: -each[::-1], pull_back(slopes)[0])
    return Updates([weight for weight, _ in own], list(back), [bias for _, bias in own])
