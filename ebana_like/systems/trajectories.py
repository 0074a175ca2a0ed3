"""What does a circuit do in time? Voltages at given times, from a start, under stimuli that may change."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Literal

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import CurrentSources, FloatArray, IntArray, VoltageSources
from ebana_like.elements.waveform import Line
from ebana_like.errors import SettingError
from ebana_like.systems.points import BoolArray, Seconds
from ebana_like.values import Values


@dataclass(frozen=True, eq=False)
class Start:
    """What a circuit holds when a transient begins.

    voltages: of the nodes, (batch, nodes), volts: they charge what lies between them.
    currents: of the inductors, (batch, inductors), amperes.
    """

    voltages: Annotated[FloatArray, "batch nodes"]
    currents: Annotated[FloatArray, "batch inductors"]


@dataclass(frozen=True, eq=False)
class Transient:
    """An analysis in time: given steps, one method.

    times: of all points, rising, the first being the start, (times,), seconds.
    method: "trapezoid" or "euler", both implicit; the first step is one of Euler's, as in SPICE.
    start: what is held at the first time; None for the operating point under the stimuli there.

    Raises SettingError for times that do not rise.
    """

    times: Annotated[FloatArray, "times"]
    method: Literal["trapezoid", "euler"] = "trapezoid"
    start: Start | None = None

    def __post_init__(self) -> None:
        times = np.asarray(self.times)
        if times.ndim != 1 or len(times) < 2 or not np.isfinite(times).all() or not (np.diff(times) > 0).all():
            raise SettingError("the times of a transient must be two or more, rising, the first being its start")
        if self.method not in ("trapezoid", "euler"):
            raise SettingError(f'the method is {self.method!r}; it is "trapezoid" or "euler"')

    @classmethod
    def even(cls, stop: float, steps: int, method: Literal["trapezoid", "euler"] = "trapezoid") -> "Transient":
        """Return so many equal steps from 0 to a time."""
        return cls(np.linspace(0.0, stop, steps + 1), method)


@dataclass(frozen=True, eq=False)
class Adaptive:
    """An analysis in time whose steps follow from what each leaves out, by ngspice's rule and with its numbers.

    stop: seconds. before: the features up to the first time, (batch, features), volts, if those of `follow` arrive at
    once there. relative, absolute, least, trust: ngspice's reltol, abstol (amperes), chgtol (coulombs) and trtol.
    largest: step, seconds; a fiftieth of the whole where None. start, method: as of `Transient`.

    Raises SettingError for numbers that are not above zero.
    """

    stop: float
    before: FloatArray | None = None
    relative: float = 1e-3
    absolute: float = 1e-12
    least: float = 1e-14
    trust: float = 7.0
    largest: float | None = None
    start: Start | None = None
    method: Literal["trapezoid", "euler"] = "trapezoid"

    def __post_init__(self) -> None:
        for name in ("stop", "relative", "absolute", "least", "trust", "largest"):
            value = getattr(self, name)
            if value is not None and not 0 < value < np.inf:
                raise SettingError(f"{name} of an adaptive course is {value:g}; give a number above zero")


@dataclass(frozen=True, eq=False)
class Trajectories:
    """What a batch of circuits did in time.

    values: what they were solved with, by address. times: (times,), seconds.
    voltages: (batch, times, nodes), volts, nodes as in the circuit; NaN from where a sample was not solved.
    currents: of the inductors, (batch, times, inductors), amperes.
    solved: which samples were, at all times, (batch,). messages: what went wrong, by sample.
    """

    circuit: Circuit
    values: Values
    times: Annotated[FloatArray, "times"]
    voltages: Annotated[FloatArray, "batch times nodes"]
    currents: Annotated[FloatArray, "batch times inductors"]
    solved: Annotated[BoolArray, "batch"]
    messages: Mapping[int, str] = field(default_factory=dict)
    seconds: Seconds = field(default_factory=Seconds)

    @cached_property
    def scores(self) -> FloatArray:
        """Scores at all times, (batch, times, outputs), volts."""
        return self.circuit.outputs.scores(self.voltages)

    def of(self, node: str) -> FloatArray:
        """Return the voltage of a node at all times, (batch, times), volts. Raises SettingError where there is none."""
        if node not in self.circuit.nodes:
            raise SettingError(f'there is no node "{node}" in this circuit; it has {", ".join(self.circuit.nodes[:9])}')
        return np.asarray(self.voltages[..., self.circuit.nodes.index(node)])

    def state(self, at: int = -1) -> Start:
        """Return what is held at one of the times, from which another transient can begin."""
        return Start(self.voltages[:, at], self.currents[:, at])


@dataclass(frozen=True, eq=False)
class Stimuli:
    """What the independent sources of a circuit hold in time, bank after bank; those of a batch, or one for all.

    voltages: (batch, sources), volts. amperes: (batch, sources): those that stand still.
    moving_voltages, moving_amperes: columns that change instead, and what they hold, (times, batch or 1, columns);
    samples lie next to each other in memory.
    """

    voltages: FloatArray
    amperes: FloatArray
    moving_voltages: tuple[IntArray, FloatArray]
    moving_amperes: tuple[IntArray, FloatArray]

    @property
    def batch(self) -> int:
        """Number of samples."""
        return len(self.voltages)

    def at(self, time: int) -> tuple[FloatArray, FloatArray]:
        """Return what all sources hold at one of the times, (batch, sources) each, volts and amperes."""
        found = []
        for still, (columns, moving) in ((self.voltages, self.moving_voltages), (self.amperes, self.moving_amperes)):
            held = still.copy()
            held[:, columns] = moving[time]
            found.append(held)
        return found[0], found[1]

    def of(self, sample: int) -> tuple[FloatArray, FloatArray]:
        """Return what all sources of one sample hold at all times, (times, sources) each, volts and amperes."""
        found = []
        for still, (columns, moving) in ((self.voltages, self.moving_voltages), (self.amperes, self.moving_amperes)):
            held = np.repeat(still[sample : sample + 1], len(moving), axis=0)
            held[:, columns] = moving[:, sample if moving.shape[1] > 1 else 0]
            found.append(held)
        return found[0], found[1]


def stimuli(circuit: Circuit, values: Values, features: FloatArray, driven: Values, times: FloatArray) -> Stimuli:
    """Return what a circuit's sources hold at times.

    values: held, (n,) by address, beside what the circuit's sources hold. features: (batch, features), or
    (batch, times, features), volts. driven: by address of a bank of sources, (times, n) or (batch, times, n): of
    those that nudge, for example, which are off else. Other sources follow their functions of time, if any.

    Raises SettingError where shapes do not fit, and where a source has a function of time without values.
    """
    inputs, count = circuit.inputs, len(times)
    moving: dict[str, FloatArray] = {}
    off = {at: np.zeros((1, 1)) for at in circuit.driven.addresses}
    still: dict[str, FloatArray] = off | {at: np.asarray(v, float)[None] for at, v in values.items()}
    features = np.asarray(features, dtype=float)
    if features.ndim not in (2, 3) or features.shape[-1] != inputs.count or features.shape[1:-1] not in ((), (count,)):
        raise SettingError(
            f"the features have shape {features.shape}; expected (batch, {inputs.count}) or "
            f"(batch, {count} times, {inputs.count})"
        )
    spread = np.asarray(features[..., inputs.feature] * inputs.polarity)
    at_inputs = f"{inputs.bank}.voltage"
    (still if features.ndim == 2 else moving)[at_inputs] = spread
    for at, value in driven.items():
        value = np.asarray(value, dtype=float)
        bank = circuit.addressed(at)
        if value.shape[-2:] != (count, len(bank)) or value.ndim not in (2, 3):
            raise SettingError(f"{at} has shape {value.shape}; give it ({count} times, {len(bank)} {bank.many})")
        moving[at] = value if value.ndim == 3 else value[None]
    batch = len(features)
    voltages, moving_voltages = _of_kind(circuit, "voltage", VoltageSources, batch, still, moving, times)
    amperes, moving_amperes = _of_kind(circuit, "amperes", CurrentSources, batch, still, moving, times)
    return Stimuli(voltages, amperes, moving_voltages, moving_amperes)


def _of_kind(
    circuit: Circuit,
    quantity: str,
    kind: type[VoltageSources] | type[CurrentSources],
    batch: int,
    still: Mapping[str, FloatArray],
    moving: Mapping[str, FloatArray],
    times: FloatArray,
) -> tuple[FloatArray, tuple[IntArray, FloatArray]]:
    held, first = [np.zeros((batch, 0))], 0
    columns: list[int] = []
    series: list[FloatArray] = []
    line = Line(float(times[1] - times[0]), float(times[-1]))
    for bank in circuit.of_kind(kind):
        at = f"{bank.name}.{quantity}"
        own = still.get(at, getattr(bank, quantity)[None])
        if at in moving:
            own = moving[at][:, 0]
            for k in range(len(bank)):
                course = moving[at][..., k].T
                if (course != own[:, k]).any():  # others stand still all the same
                    columns.append(first + k)
                    series.append(course)
        else:
            for k, label in enumerate(bank.labels) if circuit.storage.waveforms else ():
                if (waveform := circuit.storage.waveforms.get(label)) is not None:
                    columns.append(first + k)
                    try:
                        series.append(waveform.values(times, line)[:, None])
                    except ValueError as error:
                        raise SettingError(f"{label} has no value at all times: {error}") from error
        held.append(np.broadcast_to(own, (batch, len(bank))))
        first += len(bank)
    joined = np.empty((len(times), len(columns), max((each.shape[1] for each in series), default=1)))
    for row, each in enumerate(series):
        joined[:, row] = each
    return np.concatenate(held, axis=1), (np.array(columns, dtype=np.intp), joined.transpose(0, 2, 1))
