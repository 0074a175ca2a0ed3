"""What do sensors make of a circuit's voltages? Readings with noise, fixed offsets and the steps of a converter.

A `Measured` simulator is asked like any other, and answers with what was read: what learns from it learns as a chip
beside real converters would, its nudges included.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

import numpy as np

from ebana_like.checks import require_number
from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray, VoltageSources
from ebana_like.hardware.converter import MOST_BITS, converted
from ebana_like.simulators import Simulator
from ebana_like.systems import BoolArray, CircuitSystem, Nudging, OperatingPoints, Seconds
from ebana_like.values import Values

_OFFSETS, _NOISE = 0x0FF5E7, 0x9015E
"""Begin the seeds of what is drawn here, which no other draw of a training begins with."""


@dataclass(frozen=True)
class Readout:
    """Sensors of node voltages, one a node, read once in every phase; unless told otherwise they are perfect.

    bits: of their converter, from -full_scale to full_scale volts; 0 for one without steps, which never clips.
    noise: standard deviation of a reading, volts, drawn anew for every node, sample and phase.
    offset: standard deviation of the sensors' offsets, volts, drawn once a sensor and training.
    ports: only output nodes have sensors; each cell senses its own drop without error.

    Raises SettingError naming what cannot be.
    """

    bits: int = 0
    full_scale: float = 2.0
    noise: float = 0.0
    offset: float = 0.0
    ports: bool = False

    def __post_init__(self) -> None:
        require_number("readout: bits", self.bits, whole=True, low=0, high=MOST_BITS)
        require_number("readout: full_scale", self.full_scale, above=0, fix="in volts")
        require_number("readout: noise", self.noise, low=0, fix="in volts")
        require_number("readout: offset", self.offset, low=0, fix="in volts")

    @property
    def perfect(self) -> bool:
        """Whether what is read is what is there."""
        return not (self.bits or self.noise or self.offset)


def measured(simulator: Simulator, readout: Readout, seed: int, *moment: int) -> Simulator:
    """Return what reads a simulator's answers at a moment of a training; the very simulator for perfect sensors.

    seed: of the training, and so of its sensors' offsets. moment: numbers that no other moment has, as epoch and batch;
        the same moment always comes with the same noise.
    """
    return simulator if readout.perfect else Measured(simulator, readout, seed, *moment)


class Measured:
    """A simulator whose answers are read by sensors; see `Simulator`. Arguments as of `measured`.

    Nodes that a source holds are known to whoever set it, and are not read. Where a batch is nudged the free phase is
    solved twice, for its nudges are computed from the scores that were read.
    """

    def __init__(self, simulator: Simulator, readout: Readout, seed: int, *moment: int) -> None:
        self.simulator = simulator
        self.readout = readout
        self.circuit: Circuit = simulator.circuit
        self._read = sensed(self.circuit, readout)
        offsets = np.random.default_rng([_OFFSETS, seed]).standard_normal(len(self.circuit.nodes))
        self._offsets = readout.offset * offsets[self._read]
        self._seeds = [_NOISE, seed, *moment]
        self._rng = np.random.default_rng(self._seeds)

    @property
    def system(self) -> CircuitSystem:
        """The circuit as what learns."""
        return self.simulator.system

    @property
    def reduced(self) -> bool:
        """Whether a smaller circuit is solved in its place."""
        return self.simulator.reduced

    def solve(self, values: Values, features: FloatArray, nudging: Nudging | None = None) -> OperatingPoints:
        """Return the operating points of a batch as they were read; see `Simulator.solve`."""
        free = self.simulator.solve(values, features)
        read = replace(free, voltages=self.readings(free.voltages))
        if nudging is None:
            return read
        scores = np.where(free.usable[:, None], read.scores, 0.0)  # what has no score is not used
        points = self.simulator.solve(values, features, _ByScores(nudging, scores))
        nudged = self.readings(points.voltages[1:])
        return replace(
            points,
            voltages=np.concatenate([read.voltages, nudged]),
            converged=np.concatenate([free.converged, points.converged[1:]]),
            messages={**free.messages, **points.messages},
            seconds=_sum(free.seconds, points.seconds),
        )

    def adjoint(self, points: OperatingPoints, currents: FloatArray) -> FloatArray:
        """Return the adjoint voltages that the circuit's equations have at what was read; see `Simulator.adjoint`."""
        return self.simulator.adjoint(points, currents)

    def forget(self) -> None:
        """Forget all solutions, and begin the moment's noise anew."""
        self.simulator.forget()
        self._rng = np.random.default_rng(self._seeds)

    def __enter__(self) -> Self:
        self.simulator.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.simulator.__exit__(kind, error, trace)

    def readings(self, voltages: FloatArray) -> FloatArray:
        """Return node voltages (..., nodes) as they are read now."""
        readout, found = self.readout, voltages.copy()
        there = voltages[..., self._read] + self._offsets
        if readout.noise:
            there += readout.noise * self._rng.standard_normal(there.shape)
        found[..., self._read] = converted(there, readout.bits, readout.full_scale) if readout.bits else there
        return found


def sensed(circuit: Circuit, readout: Readout) -> BoolArray:
    """Return which nodes have a sensor, (nodes,): not ground, and not those that sources hold against it."""
    found = np.zeros(len(circuit.nodes), dtype=bool)
    if readout.ports:
        found[circuit.outputs.positive] = found[circuit.outputs.negative] = True
    else:
        found[:] = True
    for bank in circuit.of_kind(VoltageSources):
        found[bank.positive[bank.negative == 0]] = False
        found[bank.negative[bank.positive == 0]] = False
    found[0] = False
    return found


@dataclass(frozen=True, eq=False)
class _ByScores:
    """A nudging by scores (batch, outputs) that were read, whatever the true ones are; see `Nudging`."""

    nudging: Nudging
    scores: FloatArray

    @property
    def phases(self) -> int:
        return self.nudging.phases

    def drives(self, scores: FloatArray, samples: slice) -> Mapping[str, FloatArray]:
        return self.nudging.drives(self.scores[samples], samples)

    def part(self, samples: slice) -> "_ByScores":
        return _ByScores(self.nudging.part(samples), self.scores[samples])


def _sum(one: Seconds, other: Seconds) -> Seconds:
    return Seconds(one.solving + other.solving, one.programming + other.programming)
