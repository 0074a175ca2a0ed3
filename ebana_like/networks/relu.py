"""Which circuit computes what a ReLU network does? Resistors, diodes and sources alone, as exactly as one wants.

A unit is a pair of nodes, V(+) = -V(-): a weight above zero is a resistor from the like node of the unit before, one
below zero from the other. A diode keeps the first node from going below ground, another the second from going above.
A node without a load is the mean of what its resistors come from, and so a column of total S = sum |w| + |b|, all
scaled to the same conductance, stands at ReLU(w x + b) / S: the next layer's weights take the factor back, for ReLU is
homogeneous. Each crossbar has `eps` times the conductance of the one before, which it therefore loads by O(eps)
(universal approximation; Scellier 2024). Outputs have no diodes, and resistors to ground where S is not the largest.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ebana_like.checks import require_number, shown
from ebana_like.circuit import Circuit
from ebana_like.elements import DiodeModel, Diodes, FloatArray, IntArray
from ebana_like.errors import CircuitError
from ebana_like.limits import require_at_most
from ebana_like.networks.blocks import Inputs
from ebana_like.nudges import Currents, Nudge
from ebana_like.ports import OutputPorts
from ebana_like.wiring import Wiring, grounds, labels

SHARP = DiodeModel("sharp", saturation_current=1e-15, emission=1e-6)
"""A diode that conducts at half a microvolt: less than the O(eps) of any eps that can be meant."""


@dataclass(frozen=True, eq=False)
class Affine:
    """One layer of a ReLU network before its ReLU: W x + b.

    weights: (out, in). biases: (out,).
    """

    weights: FloatArray
    biases: FloatArray


@dataclass(frozen=True, eq=False)
class ReluCircuit:
    """A circuit that computes a ReLU network, and its units.

    volts: of a feature of 1 at the inputs. scale: volts of a score where the network's output is 1.
    layers: of the network.
    """

    circuit: Circuit
    volts: float
    scale: float
    layers: tuple[Affine, ...]

    def outputs(self, scores: FloatArray) -> FloatArray:
        """Return the network's outputs, (batch, outputs), that scores of the circuit stand for, volts."""
        return scores / self.scale


def relu_outputs(layers: Sequence[Affine], features: FloatArray) -> FloatArray:
    """Return what the network itself computes, (batch, outputs), for features (batch, features)."""
    h = np.asarray(features, float)
    for layer in layers[:-1]:
        h = np.maximum(h @ layer.weights.T + layer.biases, 0)
    return np.asarray(h @ layers[-1].weights.T + layers[-1].biases)


def relu_circuit(
    layers: Sequence[Affine],
    eps: float = 1e-3,
    volts: float = 1.0,
    siemens: float = 1e-2,
    title: str = "ReLU network",
    diode: DiodeModel = SHARP,
    nudging: Nudge | None = None,
) -> ReluCircuit:
    """Return a circuit whose scores are the network's outputs, but for O(eps) of them and for its diodes.

    layers: with a ReLU behind each but the last. eps: conductance of each crossbar over that of the one before.
    volts: of a feature of 1, and of the bias. siemens: that meet at each node of the first hidden layer.
    Raises CircuitError where layers do not fit on each other, or nothing reaches the outputs.
    """
    require_number("relu_circuit: eps", eps, above=0, high=1, error=CircuitError)
    for name, number in (("volts", volts), ("siemens", siemens)):
        require_number(f"relu_circuit: {name}", number, above=0, error=CircuitError)
    _require_chain(layers)
    wiring = Wiring(np.random.default_rng(0))
    inputs = Inputs(layers[0].weights.shape[1], bias=volts if any(each.biases.any() for each in layers) else 0.0)
    inputs.build(wiring)
    bias = wiring.rows[2 * inputs.features :]
    pairs, units = wiring.rows[: 2 * inputs.features].reshape(-1, 2), np.full(inputs.features, volts)
    for number, layer in enumerate(layers, start=1):
        is_last = number == len(layers)
        weights = np.column_stack([layer.weights / units, layer.biases / volts])
        rows = np.concatenate([pairs, bias.reshape(-1, 2)]) if len(bias) else pairs
        weights = weights[:, : len(rows)]
        sums = np.abs(weights).sum(axis=1)
        if is_last and not sums.any():
            raise CircuitError("the last layer's weights and biases are all zero; its outputs have nothing to say")
        totals = np.full(len(sums), sums.max()) if is_last else np.where(sums > 0, sums, 1.0)
        names = [f"{f'y{k}' if is_last else f'h{number}_{k}'}{sign}" for k in range(len(sums)) for sign in "pn"]
        pairs = _crossbar(wiring, number, rows, weights / totals[:, None] * siemens * eps ** (number - 1), names)
        units = 1 / totals
        if not is_last:
            _rectify(wiring, number, pairs, diode)
        if (missing := siemens * eps ** (number - 1) * (1 - sums / totals)).any():
            _pad(wiring, number, pairs, missing)
    wiring.outputs = OutputPorts(pairs[:, 0].copy(), pairs[:, 1].copy())
    driven = (nudging or Currents()).wire(wiring, wiring.outputs)
    wiring.banks = [bank for bank in wiring.banks if len(bank)]
    return ReluCircuit(wiring.circuit(title, driven), volts, 2 * float(units[0]), tuple(layers))


def _require_chain(layers: Sequence[Affine]) -> None:
    """Raise CircuitError unless every layer takes what the one before gives, and numbers are finite."""
    if not layers:
        raise CircuitError("the network has no layers; give at least one")
    elements = 2
    for number, layer in enumerate(layers, start=1):
        W, b = layer.weights, layer.biases
        if W.ndim != 2 or b.shape != W.shape[:1] or not W.size:
            raise CircuitError(
                f"layer {number} has weights of shape {W.shape} and biases of shape {b.shape}; "
                "give (out, in) and (out,)"
            )
        if number > 1 and W.shape[1] != len(layers[number - 2].biases):
            raise CircuitError(
                f"layer {number} takes {W.shape[1]} numbers, but layer {number - 1} gives "
                f"{len(layers[number - 2].biases)}; give layers that fit"
            )
        if not (np.isfinite(W).all() and np.isfinite(b).all()):
            raise CircuitError(f"layer {number} has weights that are {shown(W[~np.isfinite(W)][:1])}; give finite ones")
        elements += 2 * int(np.count_nonzero(W) + np.count_nonzero(b) + len(b))
    require_at_most("elements", elements, f"the circuit has {elements:,} elements", CircuitError)


def _crossbar(wiring: Wiring, number: int, rows: IntArray, signed: FloatArray, names: Sequence[str]) -> IntArray:
    """Add the resistors of signed conductances (out, in), column by column; return the pairs of columns, (out, 2)."""
    columns = wiring.new_nodes(names).reshape(-1, 2)
    out, into = np.nonzero(signed)
    below = (signed[out, into] < 0).astype(np.intp)
    column = np.concatenate([columns[out, 0], columns[out, 1]])
    order = np.argsort(column, kind="stable")
    row = np.concatenate([rows[into, below], rows[into, 1 - below]])[order]
    g = np.tile(np.abs(signed[out, into]), 2)[order]
    wiring.resistors(f"crossbar{number}", row, column[order], g)
    return columns


def _rectify(wiring: Wiring, number: int, pairs: IntArray, model: DiodeModel) -> None:
    """Add a diode from ground to each first node, and one from each second node to ground."""
    count = len(pairs)
    for name, nodes in ((f"above{number}", pairs[:, 0].copy()), (f"below{number}", pairs[:, 1].copy())):
        ends = (grounds(count), nodes) if name.startswith("above") else (nodes, grounds(count))
        wiring.banks.append(Diodes(name, labels("d", name, count), *ends, model))


def _pad(wiring: Wiring, number: int, pairs: IntArray, missing: FloatArray) -> None:
    """Add resistors to ground at units whose columns miss some conductance: outputs, and units without weights."""
    some = missing > 0
    wiring.resistors(f"pads{number}", pairs[some].ravel(), 0, np.repeat(missing[some], 2))
