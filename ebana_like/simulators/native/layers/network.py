"""What are the equations of a layered network, whole batches at a time? Currents, slopes and brackets, in JAX.

Neuron j of hidden layer l, behind the crossbar g_l and before an amplifier with gains A, B:

    D_j h_j + i_D(h_j) = A sum_i g_l[i,j] h_{l-1,i} + B sum_k g_{l+1}[j,k] h_{l+1,k},
    D_j = sum_i g_l[i,j] + A B sum_k g_{l+1}[j,k]

with i_D the current of its two diodes; the first layer has the currents that arrive from the inputs in place of the
first term. Outputs have no diodes: D_k o_k = A sum_j g[j,k] h_j + I_k. Rows of layer l times the product of A / B of
the amplifiers behind it make the Jacobian symmetric. An amplifier's offset o, volts at its output, is a current that
nothing moves: B o sum_k g_{l+1}[j,k] out of its neuron, and g_{l+1}[j,k] o into each column behind it. What crossbars
that see earlier layers too add to this says `skips`.
"""

from collections.abc import Sequence
from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from ebana_like.simulators.crossbars import SOURCES
from ebana_like.simulators.native.layers.neurons import Layer
from ebana_like.simulators.native.layers.reference import ReferenceSums, Share
from ebana_like.simulators.native.layers.skips import Pair, at_sources, parted
from ebana_like.simulators.native.layers.synapses import (
    Windows,
    column_sums,
    in_mirror,
    into_columns,
    into_rows,
    per_column,
    row_sums,
    signed,
    total,
)


class Even(NamedTuple):
    """Amplifiers whose neurons a crossbar joins all have the same ratio: the Jacobian is symmetric but for weights."""


class Uneven(NamedTuple):
    """They have not, as on a chip. It is a type, not a number: what is compiled depends on it."""


class Network(NamedTuple):
    """A layered network holding conductances; the first crossbar is folded into currents.

    neurons: of each hidden layer. matrices: what multiplies voltages in the crossbars behind the first, siemens
        (`synapses.signed`); the k-th stands behind hidden layer k.
    conductances: D of each hidden layer and of the outputs, (nodes,), siemens.
    positive, negative: positions of the output pairs, (pairs,); no negative ones where outputs are read against ground.
    fed: currents that sources and the amplifiers' offsets feed into each layer, (nodes,), amperes; None where none do.
    skips: conductances by which the second of two layers sees the first, (nodes, nodes), siemens, where others stand
        between them. sources: those by which a layer behind the first sees sources, (nodes, rows), siemens.
    couplings: what wires put between the nodes of a layer, as currents into each of them by the voltages of the others,
        (nodes, nodes) of every layer, siemens, zero on the diagonal; none where there are no wires.
    ratios: of the amplifiers.
    sums: of each crossbar's columns, (columns,), and of its rows, (rows,), siemens; none where rows in mirror or a
        reference make some of the weights negative.
    references: what each crossbar is read against, the first one's too; None for ground. Voltages of a layer are those
        above it.
    """

    neurons: tuple[Layer, ...]
    matrices: tuple[Array, ...]
    conductances: tuple[Array, ...]
    positive: Array
    negative: Array
    fed: tuple[Array | None, ...]
    sums: tuple[tuple[Array, Array], ...]
    skips: dict[Pair, Array]
    sources: dict[int, Array]
    couplings: tuple[Array, ...] = ()
    ratios: Even | Uneven = Even()
    references: tuple[ReferenceSums | None, ...] = ()

    @property
    def transposed(self) -> "Network":
        """The network whose Jacobian is the transposed one: gains A and B exchanged."""
        neurons = tuple(layer._replace(forward=layer.back, back=layer.forward) for layer in self.neurons)
        return self._replace(neurons=neurons, couplings=tuple(each.T for each in self.couplings))

    @property
    def last(self) -> int:
        """Number of the output layer."""
        return len(self.neurons)

    def joined(self, k: int, n: int) -> bool:
        """Whether a crossbar joins two layers."""
        return abs(k - n) == 1 or (min(k, n), max(k, n)) in self.skips

    @property
    def kept(self) -> list[int]:
        """Layers left when the others are eliminated; all of them where their nodes are coupled."""
        eliminated = self.eliminated
        return [k for k in range(self.last + 1) if k not in eliminated]

    @property
    def eliminated(self) -> list[int]:
        """Layers that are independent scalar equations, or pairs, given the kept ones: every second one of a chain."""
        found: list[int] = []
        for k in range(0 if self.couplings else self.last + 1):
            if not any(self.joined(k, n) for n in found):
                found.append(k)
        return found

    def shares(self, k: int) -> list[Share]:
        """Return what references add to the coupling of the nodes of layer k."""
        found = []
        if (before := self.references[k]) is not None:
            found.append((before.columns / before.whole, before.columns))
        if k < self.last and (behind := self.references[k + 1]) is not None:
            layer = self.neurons[k]
            found.append((layer.back * behind.rows / behind.whole, layer.forward * behind.rows))
        return found

    def entering(self, features: Array) -> Array | float:
        """Return what the inputs bring to the first crossbar's reference, (points,), volts; 0 where there is none."""
        reference = self.references[0]
        return 0.0 if reference is None else reference.raised(features)

    def levels(self, entering: Array | float, voltages: tuple[Array, ...], adjoint: bool = False) -> list[Array | None]:
        """Return the voltages of the references, (...,) each, at the layers' voltages (..., nodes); None for ground.

        entering: as above, (...,). adjoint: whether they are those of the adjoint circuit.
        """
        found: list[Array | None] = []
        raised = entering
        for k, (reference, u) in enumerate(zip(self.references, voltages, strict=True)):
            if reference is None:
                found.append(None)
                continue
            if k > 0:
                layer = self.neurons[k - 1]
                raised = reference.raised((layer.back if adjoint else layer.forward) * voltages[k - 1])
            found.append(raised - reference.lowered(u))
        return found

    def weights(self, k: int) -> Array | float:
        """Return what the rows of layer k are weighted with in the energy, (neurons,), or 1 for the outputs.

        Of even networks, where all amplifiers of a layer behind the first have the same ratio.
        """
        ratios = [layer.forward / layer.back for layer in self.neurons[k:]]
        weight: Array | float = ratios[0] if ratios else 1.0
        for ratio in ratios[1:]:
            weight = weight * ratio[0]
        return weight

    def into(self, k: int, v: dict[int, Array]) -> Array:
        """Return the currents into layer k from the layers joined to it that have voltages v, (points, nodes).

        Where nodes of a layer are coupled, also from the layer itself.
        """
        total: Array | float = 0.0
        if k > 0 and k - 1 in v:
            layer = self.neurons[k - 1]
            total = into_columns(layer.windows, self.matrices[k - 1], layer.forward * v[k - 1])
        if k + 1 in v:
            layer = self.neurons[k]
            total = total + layer.back * into_rows(layer.windows, self.matrices[k], v[k + 1])
        for (before, behind), matrix in self.skips.items():
            if behind == k and before in v:
                total = total + (self.neurons[before].forward * v[before]) @ matrix.T
            elif before == k and behind in v:
                total = total + self.neurons[k].back * (v[behind] @ matrix)
        if self.couplings and k in v:
            total = total + v[k] @ self.couplings[k].T
        return jnp.asarray(total)

    def ahead(self, k: int, rows: Sequence[Array]) -> Array:
        """Return the currents into the layer behind hidden layer k, (points, nodes), of rows of the layers up to it."""
        total = into_columns(self.neurons[k].windows, self.matrices[k], rows[k])
        for (before, behind), matrix in self.skips.items():
            if behind == k + 1:
                total = total + rows[before] @ matrix.T
        return total


Arriving = tuple[Array, *tuple[Array | None, ...]]
"""Currents of sources into every layer, (points, nodes), amperes; None into those behind the first that see none."""


class Wired(NamedTuple):
    """What wires put beside the crossbars, of every layer, outputs last; empty where there are no wires.

    couplings: as those of `Network`. totals: what it adds to D, (nodes,). between: resistors between the rows of the
        crossbar behind each hidden layer, (nodes, nodes), siemens.
    """

    couplings: tuple[Array, ...] = ()
    totals: tuple[Array, ...] = ()
    between: tuple[Array, ...] = ()


NO_WIRES = Wired()


def network(neurons: tuple[Layer, ...], ports: "Ports", g: "Conductances", wired: Wired = NO_WIRES) -> Network:
    """Return the network that holds conductances."""
    conductances, at_columns = [], input_total(g, ports.windows)
    references = [_first_reference(ports, g, at_columns)]
    sums, matrices = [], []
    skips: dict[Pair, Array] = {}
    sources: dict[int, Array] = {}
    for k, (layer, part) in enumerate(zip(neurons, g.behind, strict=True)):
        next_to, earlier = parted(layer.skipping, len(layer.forward), part)
        every = total(layer.windows, next_to)
        at_rows = row_sums(layer.windows, every)
        if layer.reference is not None:
            at_rows = at_rows + layer.reference
        conductances.append(at_columns + layer.ground + layer.forward * layer.back * at_rows)
        at_columns = column_sums(layer.windows, every)
        sums.append((at_columns, at_rows))
        reference = None if layer.reference is None else ReferenceSums(at_columns, at_rows, at_rows.sum())
        matrix = signed(layer.windows, next_to)
        matrices.append(matrix if reference is None else reference.seen(matrix))
        references.append(reference)
        for number, seen in earlier.items():
            at_columns = at_columns + seen.sum(axis=1)
            if number == SOURCES:
                sources[k + 1] = seen
                continue
            skips[number, k + 1] = seen
            gains = neurons[number].forward * neurons[number].back
            conductances[number] = conductances[number] + gains * seen.sum(axis=0)
    positive = not any(in_mirror(layer.windows, part) for layer, part in zip(neurons, g.behind, strict=True))
    fed: list[Array | None] = [None] * (len(matrices) + 1)
    for k, (layer, matrix) in enumerate(zip(neurons, matrices, strict=True)):
        if layer.offsets is not None:
            out = layer.back * layer.offsets * sums[k][1]
            if wired.between:
                rows = wired.between[k]
                out = out + layer.back * (layer.offsets * rows.sum(axis=1) - rows @ layer.offsets)
            before, fed[k + 1] = fed[k], into_columns(layer.windows, matrix, layer.offsets[None])[0]
            fed[k] = -out if before is None else before - out
    for (own, behind), seen in skips.items():
        fed[own], fed[behind] = _with_offsets(neurons[own], seen, fed[own], fed[behind])
    for k, feed in enumerate(g.feeds):
        if feed is not None:
            held = fed[k]
            fed[k] = feed if held is None else held + feed
    conductances.append(at_columns + ports.ground)
    if wired.totals:
        conductances = [own + beside for own, beside in zip(conductances, wired.totals, strict=True)]
    return Network(
        neurons,
        tuple(matrices),
        tuple(conductances),
        ports.positive,
        ports.negative,
        tuple(fed),
        tuple(sums) if positive and not any(references) else (),
        skips,
        sources,
        wired.couplings,
        ports.ratios,
        tuple(references),
    )


def _with_offsets(
    layer: Layer, seen: Array, own: Array | None, behind: Array | None
) -> tuple[Array | None, Array | None]:
    """Return what is fed into a layer and into one that sees it beyond others, with what its offsets bring both."""
    if layer.offsets is None:
        return own, behind
    out, into = layer.back * layer.offsets * seen.sum(axis=0), seen @ layer.offsets
    return (-out if own is None else own - out), (into if behind is None else behind + into)


def _first_reference(ports: "Ports", g: "Conductances", at_columns: Array) -> ReferenceSums | None:
    """Return what the first crossbar is read against; at_columns: sums of its conductances."""
    if ports.reference is None:
        return None
    plus, minus, bias = ports.reference
    rows = g.plus.sum(axis=0) + plus - (g.minus.sum(axis=0) + minus if g.minus.shape[-1] else 0.0)
    constant = (g.bias.sum(axis=0) + bias) @ ports.biases
    return ReferenceSums(at_columns, rows, at_columns.sum() + plus.sum() + minus.sum() + bias.sum(), constant)


class Ports(NamedTuple):
    """Where samples enter and leave, beside what an array only needs to be full.

    biases: voltages of the first crossbar's constant rows, (rows,). positive, negative: positions of the output pairs
        among the outputs, (pairs,); no negative ones where outputs are read by themselves. ground: siemens from each
        output to ground, as in `Neurons`.
    ratios: of the amplifiers. windows: through which the first crossbar sees the features; None for all of them.
    reference: siemens of the column that the first crossbar is read against, of each kind of its rows; None for none.
    """

    biases: Array
    positive: Array
    negative: Array
    ground: Array
    ratios: Even | Uneven = Even()
    windows: Windows | None = None
    reference: tuple[Array, Array, Array] | None = None


class Conductances(NamedTuple):
    """What is learned: rows of the first crossbar with features, with their negatives and with constants, (columns,
    rows), and the crossbars behind it, (columns, rows), siemens; of crossbars in mirror or with windows see `synapses`,
    of which the first has no axis for sides. feeds: of sources into each layer, (nodes,), amperes, or None where there
    are none."""

    plus: Array
    minus: Array
    bias: Array
    behind: tuple[Array, ...]
    feeds: tuple[Array | None, ...] = ()


def weights_of(g: Conductances) -> Array:
    """Return by how many siemens each feature reaches each neuron, (neurons, features): plus less minus."""
    return g.plus - g.minus if g.minus.shape[-1] else g.plus


def input_total(g: Conductances, windows: Windows | None = None) -> Array:
    """Return the sum of the first crossbar's conductances at each neuron."""
    if windows is not None:
        both = g.plus + g.minus if g.minus.shape[-1] else g.plus
        return column_sums(windows, both) + per_column(windows, g.bias.sum(axis=-1))
    ones = jnp.ones(g.plus.shape[1], g.plus.dtype)
    total = g.plus @ ones + g.bias.sum(axis=1)
    return total + g.minus @ ones if g.minus.shape[1] else total


def arriving_at(net: Network, ports: Ports, weights: Array, bias: Array, features: Array) -> Arriving:
    """Return the currents of inputs and constant sources into every layer. weights: of `weights_of`."""
    later = [
        None
        if layer.skipping is None or k not in net.sources
        else at_sources(layer.skipping, features) @ net.sources[k].T
        for k, layer in enumerate(net.neurons, start=1)
    ]
    return _at_first(net, ports, weights, bias, features), *later


def _at_first(net: Network, ports: Ports, weights: Array, bias: Array, features: Array) -> Array:
    """Return the currents of the inputs into the first layer, (points, neurons), amperes."""
    found = into_columns(ports.windows, weights, features) + per_column(ports.windows, bias @ ports.biases)
    reference = net.references[0]
    return found if reference is None else found - reference.raised(features)[:, None] * reference.columns
