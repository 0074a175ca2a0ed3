"""What is asked of a simulator, and what does it answer? One protocol for all engines."""

from collections.abc import Mapping
from types import TracebackType
from typing import Protocol, Self, runtime_checkable

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray
from ebana_like.errors import SettingError, SimulatorError
from ebana_like.systems import (
    Adaptive,
    AdjointCourse,
    CircuitSystem,
    Nudging,
    OperatingPoints,
    Phasors,
    Response,
    Trajectories,
    Transient,
)
from ebana_like.values import Values, parts


class Simulator(Protocol):
    """Solves one circuit for changing conductances and stimuli."""

    circuit: Circuit

    @property
    def system(self) -> CircuitSystem:
        """The circuit as what learns."""

    @property
    def reduced(self) -> bool:
        """Whether a smaller circuit with the same voltages is solved in its place."""

    def solve(self, values: Values, features: FloatArray, nudging: Nudging | None = None) -> OperatingPoints:
        """Return the operating points of a batch.

        values: held for the batch, by address: what is learned, or any other quantity of a bank; where several
            elements share a value, one for them. What is left out is as in the circuit.
        features: (batch, features), volts.
        nudging: solves its phases too, each sample's from the sample's own free state.

        Raises SimulatorError when the engine fails altogether; single points that fail are marked in the result.
        """

    def adjoint(self, points: OperatingPoints, currents: FloatArray) -> FloatArray:
        """Return the adjoint node voltages lambda at a batch's free operating points, J' lambda = currents.

        J is the derivative of the currents that leave the nodes by the node voltages; lambda is the voltages of the
        circuit of `ebana_like.adjoint`, nodes as in this circuit.

        points: as `solve` returned them. currents: -dC/ds, into the output pairs,
        (batch, outputs), cost per volt. Returns (batch, nodes), cost per ampere; NaN where the free point or this one
        was not solved.
        """

    def forget(self) -> None:
        """Forget all solutions: what is solved next has the same bits as on a new simulator that forgot."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


@runtime_checkable
class Copying(Protocol):
    """An engine that can solve many copies of its circuit together, each with values of its own."""

    def copies(self, values: Values, features: FloatArray) -> FloatArray | None:
        """Return the scores of copies, (copies, rows, outputs); NaN where a point is not solved.

        None where they are best solved one after the other.

        values: (copies, n) by address. features: (copies, rows, features), volts.
        """


@runtime_checkable
class InTime(Protocol):
    """An engine that follows its circuit in time."""

    circuit: Circuit

    def follow(
        self, values: Values, features: FloatArray, analysis: Transient, driven: Values | None = None
    ) -> Trajectories:
        """Return what a batch does in time.

        values: held, by address, as those of `Simulator.solve`. features: (batch, features), volts, or
        (batch, times, features) where they change. driven: what other sources hold, (times, n) or (batch, times, n) by
        address, those that nudge for example; all others follow their functions of time, or stand still.

        Raises CircuitError where the engine does not know an element's law in time, SettingError for shapes that do not
        fit, SimulatorError when the engine fails altogether; single samples that fail are marked in the result.
        """


@runtime_checkable
class Adapts(Protocol):
    """An engine that follows its circuit in time in steps that it chooses."""

    circuit: Circuit

    def adapt(self, values: Values, features: FloatArray, analysis: Adaptive) -> Trajectories:
        """Return what a batch does in time, at times that are the same for all its samples.

        values: as of `InTime.follow`. features: (batch, features), volts. Other sources follow their functions of time.
        Raises as `InTime.follow`.
        """


@runtime_checkable
class Backwards(Protocol):
    """An engine that carries the gradient of a cost back along a course."""

    circuit: Circuit

    def backwards(self, course: Trajectories, analysis: Transient, slopes: FloatArray) -> AdjointCourse:
        """Return the costates of a course.

        course: as `follow` returned it for this analysis. slopes: of the cost by the scores at all times,
        (batch, times, outputs), cost per volt; of a cost at the end, zero at all others.

        Raises CircuitError for elements that cannot be played back, SettingError for slopes that do not fit, and for a
        rule whose steps in reversed time the engine does not take.
        """


@runtime_checkable
class SmallSignals(Protocol):
    """An engine that knows how its circuit answers to small sinusoids."""

    circuit: Circuit

    def respond(self, points: OperatingPoints, phasors: Phasors, hertz: FloatArray) -> Response:
        """Return by what all nodes swing at a batch's free operating points.

        points: as `solve` returned them. phasors: what sources swing by, (n,) or (batch, n) by address; the answer is
        linear in them, however large. hertz: (frequencies,), above zero.

        Raises CircuitError where the engine does not know what an element stores, SettingError for shapes that do not
        fit.
        """


def check_features(circuit: Circuit, features: FloatArray) -> FloatArray:
    """Return the features as an array of doubles. Raises SettingError when their shape or values do not fit."""
    features = np.asarray(features, dtype=float)
    if features.ndim != 2 or features.shape[1] != circuit.inputs.count:
        raise SettingError(
            f"the features have shape {features.shape}; this circuit expects (batch, {circuit.inputs.count})"
        )
    if not np.isfinite(features).all():
        sample = int(np.flatnonzero(~np.isfinite(features).all(axis=1))[0])
        raise SettingError(f"sample {sample} has a feature that is not finite; clean the data or leave the sample out")
    return features


def held_values(circuit: Circuit, values: Values) -> dict[str, FloatArray]:
    """Return what is held for a batch, one value an element, (n,) by address: all that was given or is learned.

    Raises SimulatorError where values do not fit their bank or are no numbers, and CircuitError where there is no such
    address.
    """
    learned = {address: parameter.value for address, parameter in circuit.parameters.items()}
    found = dict(circuit.of_elements(learned | dict(values)))
    for address, given in found.items():
        bank, quantity = circuit.addressed(address), parts(address)[1]
        limits = bank.trainable.get(quantity)
        each = found[address] = np.asarray(given if limits is None else limits.of_each(given), dtype=float)
        if each.shape != (len(bank),):
            raise SimulatorError(
                f'{address} has shape {np.shape(given)}; bank "{bank.name}" has {len(bank)} {bank.many}, '
                "give it one value for each"
            )
        if not np.isfinite(each).all():
            element = int(np.flatnonzero(~np.isfinite(each))[0])
            raise SimulatorError(
                f'{bank.words} {bank.labels[element]} of bank "{bank.name}" is to have a {quantity} of {each[element]} '
                f"{bank.quantities[quantity].unit}; it must be finite"
            )
    return found


def driven_values(circuit: Circuit, nudging: Nudging, scores: FloatArray, samples: slice) -> Mapping[str, FloatArray]:
    """Ask a nudging for the values of samples with these free scores, (m, outputs); (phases, m, elements) by address.

    Raises SimulatorError where they are not those of the addresses driven in this circuit, or of another shape.
    """
    values, driven = nudging.drives(scores, samples), circuit.driven
    if values.keys() != set(driven.addresses):
        raise SimulatorError(
            f"the nudging drives {', '.join(values)}; in this circuit {', '.join(driven.addresses)} must be driven"
        )
    for address, value in values.items():
        count = circuit.outputs.count if address in driven.each else 1
        expected = (nudging.phases, len(scores), count)
        if value.shape != expected:
            raise SimulatorError(
                f"the nudging's {address} has shape {value.shape}; give it (phases, samples, elements), here {expected}"
            )
    return values
