"""How is an engine tried on a circuit? It solves a batch, and every point is held against the elements' laws."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import cached_property
from types import TracebackType
from typing import Self

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.conformance.clause import require
from ebana_like.conformance.laws import nudged, operating_point_by_laws
from ebana_like.elements import FloatArray
from ebana_like.errors import EbanaError
from ebana_like.simulators import Simulator
from ebana_like.systems import Nudging, OperatingPoints
from ebana_like.values import Values

SAME_VOLTS = 1e-9
"""Largest distance from the voltages that the laws allow, volts."""

BATCH = 4

MakeEngine = Callable[[Circuit], Simulator]


class EngineTrial:
    """An engine on one circuit, started when first used and ended with the `with` statement.

    make: returns a new engine for a circuit, not yet entered.
    """

    def __init__(self, make: MakeEngine, circuit: Circuit) -> None:
        self.make = make
        self.circuit = circuit
        self.features = np.random.default_rng(3).uniform(-2.3, 2.3, (BATCH, circuit.inputs.count))
        self._running = ExitStack()

    def __str__(self) -> str:
        return f'the engine on the circuit "{self.circuit.title}"'

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.close()

    @cached_property
    def engine(self) -> Simulator:
        """The engine that most clauses share: one start, whatever was solved before."""
        return self._running.enter_context(self.make(self.circuit))

    @property
    def held(self) -> dict[str, FloatArray]:
        """The circuit's own, siemens."""
        return self.circuit.values()

    def changed(self, seed: int) -> dict[str, FloatArray]:
        """Return other conductances, within a third of the circuit's own, siemens."""
        rng = np.random.default_rng(seed)
        return {name: g * rng.uniform(0.7, 1.3, g.shape) for name, g in self.held.items()}

    def volts(
        self,
        sample: int,
        values: Mapping[str, FloatArray] | None = None,
        start: FloatArray | None = None,
        held: Values | None = None,
    ) -> FloatArray:
        """Return what the laws allow at a sample of `features`, (nodes,), nudged by values (n,) by address.

        start: near which node voltages.
        """
        own = self.held if held is None else held
        circuit = self.circuit.with_values(own).with_features(self.features[sample])
        if values is not None:
            circuit = nudged(circuit, values)
        return operating_point_by_laws(circuit, start)

    def proven(self, nudging: Nudging | None, held: Values | None = None) -> OperatingPoints:
        """Solve `features`, and hold every point of every phase against the laws.

        Raises AssertionError naming the phase, sample and node that is off, and what its volts look like instead.
        """
        points = self.engine.solve(self.held if held is None else held, self.features, nudging)
        self.prove(points, nudging, held)
        return points

    def prove(self, points: OperatingPoints, nudging: Nudging | None, held: Values | None = None) -> None:
        """Hold every point of `features` against the laws; see `proven`."""
        phases = 0 if nudging is None else nudging.phases
        expected = (1 + phases, len(self.features), len(self.circuit.nodes))
        require(
            points.voltages.shape == expected,
            f"voltages have shape {points.voltages.shape}; expected (1 + phases, batch, nodes) = {expected}",
        )
        require(bool(points.converged.all()), f"points were not solved: {dict(points.messages)}")
        driven = {} if nudging is None else nudging.drives(points.scores, slice(0, len(self.features)))
        for phase, sample in np.ndindex(expected[:2]):
            found = points.voltages[phase, sample]
            values = None if phase == 0 else {address: value[phase - 1, sample] for address, value in driven.items()}
            right = self.volts(sample, values, found, held)
            node = int(np.nan_to_num(np.abs(found - right), nan=np.inf).argmax())
            if np.abs(found - right)[node] <= SAME_VOLTS:
                continue
            looks = next(
                (
                    text
                    for text, volts in self._suspects(points, nudging, phase, sample, held)
                    if np.abs(found - volts).max() <= SAME_VOLTS
                ),
                "",
            )
            raise AssertionError(
                f'node "{self.circuit.nodes[node]}" of sample {sample} in phase {phase} is at {found[node]:.12g} V; '
                f"the laws say {right[node]:.12g} V{looks}"
            )

    def _suspects(
        self,
        points: OperatingPoints,
        nudging: Nudging | None,
        phase: int,
        sample: int,
        held: Values | None,
    ) -> Iterator[tuple[str, FloatArray]]:
        """Yield what volts look like after usual mistakes."""
        yield ". They are those without nudging", self.volts(sample, held=held)
        if nudging is None or phase == 0:
            return
        everyone, scores = slice(0, len(self.features)), points.scores
        zeros = nudging.drives(np.zeros_like(scores), everyone)
        right = nudging.drives(scores, everyone)
        suspects = [(". They are those of a nudging that was handed zeros as its scores", zeros, phase - 1, sample)]
        suspects += [
            (f". They are those of phase {1 + other}", right, other, sample)
            for other in range(nudging.phases)
            if other != phase - 1
        ]
        suspects += [
            (f". They are nudged as sample {other}", right, phase - 1, other)
            for other in range(len(scores))
            if other != sample
        ]
        for text, driven, drive, whose in suspects:
            values = {address: value[drive, whose] for address, value in driven.items()}
            yield text, self.volts(sample, values, held=held)


def require_same(found: FloatArray, right: FloatArray, what: str) -> None:
    """Raise AssertionError where volts are further from the right ones than is allowed."""
    off = float(np.abs(found - right).max(initial=0.0))
    require(off <= SAME_VOLTS, f"{what} is {off:.1e} V off; at most {SAME_VOLTS:g} V are allowed")


def require_refused(what: str, solve: Callable[[], object]) -> None:
    """Raise AssertionError where something that makes no sense is solved, or refused by another kind of error."""
    try:
        solve()
    except EbanaError:
        return
    except Exception as error:
        raise AssertionError(f"{what}: {type(error).__name__} came instead of an EbanaError: {error}") from error
    raise AssertionError(f"{what}: it was solved instead of refused")
