"""What must sensors see? How far nodes move between the phases that are compared, and what noise the gradient bears.

Noise sigma of every reading leaves an error in the gradient that grows with sigma / beta and falls with the root of the
batch. Where that error is as large as the gradient itself, training still learns: a batch's gradient differs from the
mean one by as much.
"""

from dataclasses import dataclass, replace

import numpy as np

from ebana_like.analysis.differences import flat
from ebana_like.analysis.examples import Examples
from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray, IntArray, dense
from ebana_like.hardware import Measured, Readout
from ebana_like.hardware.readout import sensed
from ebana_like.learning import Nudged
from ebana_like.nudges import NUDGES
from ebana_like.simulators import Simulator
from ebana_like.simulators.structure import find_layers
from ebana_like.systems import BoolArray, CircuitSystem

DRAWS = 8
"""Readings of a batch that its noise is told from."""

SCALES = (1.0, 2.0, 5.0)
"""Volts at which converters end, in every decade."""


@dataclass(frozen=True)
class Layer:
    """Nodes that belong together.

    moves: between the phases, root mean square over nodes and samples, volts. largest: voltage of any, in any phase.
    """

    name: str
    nodes: int
    moves: float
    largest: float


@dataclass(frozen=True)
class Movement:
    """What sensors of a batch must see.

    beta: nudging factor, siemens. batch: samples. layers: of the nodes that are read.
    borne: noise over beta that leaves as much error in the batch's gradient as there is gradient, volts per siemens;
        0 where there is no gradient.
    """

    beta: float
    batch: int
    layers: tuple[Layer, ...]
    borne: float

    @property
    def noise(self) -> float:
        """Noise of a reading that is borne at this beta, volts."""
        return self.borne * self.beta

    @property
    def largest(self) -> float:
        """Largest voltage that is read."""
        return max(layer.largest for layer in self.layers)

    def bits(self, full_scale: float) -> int:
        """Return how many bits a converter from -full_scale to full_scale volts needs: its step's error is noise."""
        return int(np.ceil(np.log2(2 * full_scale / (np.sqrt(12) * self.noise))))

    def beta_for(self, bits: int, full_scale: float) -> float:
        """Return the smallest beta at which so many bits are enough, siemens."""
        return float(2 * full_scale / 2**bits / np.sqrt(12) / self.borne)


def full_scale_for(volts: float) -> float:
    """Return the smallest full scale of 1, 2 or 5 volts, or decades of these, that reaches so many volts."""
    decade = 10.0 ** np.floor(np.log10(volts))
    return float(next(scale * decade for scale in (*SCALES, 10.0) if scale * decade >= volts))


def movement(simulator: Simulator, examples: Examples, seed: int = 0) -> Movement | None:
    """Return what sensors must see of a batch of examples, by the run's own estimator, at the circuit's own values.

    None where nothing is nudged, or outputs are held by clamps; where equilibrium propagation is not exact, or a sample
    is not solved.
    """
    circuit, estimator, system = examples.circuit, examples.estimator, CircuitSystem(examples.circuit)
    if not isinstance(estimator, Nudged) or system.refusal() or not circuit.parameters:
        return None
    if not NUDGES[circuit.driven.way].unit:
        return None
    arguments = (circuit.values(), examples.features, examples.targets, examples.cost)
    points, coefficients = estimator.phases(simulator, *arguments, np.random.default_rng(seed))
    if not points.usable.all():
        return None
    layers = tuple(
        Layer(
            name, len(nodes), _moves(points.voltages[..., nodes], coefficients), _largest(points.voltages[..., nodes])
        )
        for name, nodes in _layers(circuit, sensed(circuit, Readout()))
    )

    def gradient(voltages: FloatArray) -> FloatArray:
        signals = system.signals(replace(points, voltages=voltages), coefficients)
        return flat({address: dense(signal) for address, signal in signals.items()})

    exact = gradient(points.voltages)
    sigma = max((layer.moves for layer in layers), default=0.0)
    if not (sigma and exact.any()):
        return Movement(estimator.beta, len(examples.features), layers, 0.0)
    sensors = Measured(simulator, Readout(noise=sigma), seed)
    errors = [gradient(sensors.readings(points.voltages)) - exact for _ in range(DRAWS)]
    error = float(np.sqrt(np.mean(np.square(errors)) * exact.size))
    borne = sigma / estimator.beta * float(np.linalg.norm(exact)) / error
    return Movement(estimator.beta, len(examples.features), layers, borne)


def _moves(voltages: FloatArray, coefficients: FloatArray) -> float:
    """Return how far nodes (phases, batch, nodes) move between phases that enter the gradient with opposite signs."""
    up = np.where(coefficients > 0, coefficients, 0.0)
    down = np.where(coefficients < 0, -coefficients, 0.0)
    ends = [np.einsum("pb,pbn->bn", side / side.sum(axis=0), voltages) for side in (up, down)]
    return float(np.sqrt(np.mean((ends[0] - ends[1]) ** 2)))


def _largest(voltages: FloatArray) -> float:
    return float(np.abs(voltages).max())


def _layers(circuit: Circuit, read: BoolArray) -> list[tuple[str, IntArray]]:
    """Return the nodes that are read, by layer where there are any."""
    outputs = np.union1d(circuit.outputs.positive, circuit.outputs.negative)
    found = find_layers(circuit)
    groups = []
    for number, hidden in enumerate(found.hidden if found else (), start=1):
        groups += [(f"neurons {number}", hidden.nodes), (f"amplifiers {number}", hidden.driven.ravel())]
    if not groups:
        groups = [("other nodes", np.setdiff1d(np.flatnonzero(read), outputs))]
    each = [(name, np.unique(nodes[read[nodes]])) for name, nodes in [*groups, ("outputs", outputs)]]
    return [(name, nodes) for name, nodes in each if nodes.size]
