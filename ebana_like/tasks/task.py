"""What is a task? Data, a network, and settings known to work: everything behind `train-circuit NAME`."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ebana_like.circuit import Circuit
from ebana_like.errors import SettingError
from ebana_like.learning import (
    COSTS,
    ESTIMATORS,
    UPDATES,
    Adjoint,
    Constant,
    Cosine,
    Cost,
    CrossEntropy,
    Estimator,
    Exponential,
    Schedule,
    SquaredError,
)
from ebana_like.networks import (
    Amplifier,
    Block,
    Crossbar,
    Currents,
    DiodePair,
    Inputs,
    OutputPairs,
    SwitchedTargets,
    build_network,
)
from ebana_like.simulators import NewtonSimulator, NgspiceSimulator, Simulator
from ebana_like.training import Problem, Settings, Split, TrainingSettings, in_range, in_volts, load_circuit, split


@dataclass(frozen=True)
class Task:
    """A named problem.

    summary: one line for the list of tasks. size: samples, and neurons from inputs to output pairs.
    expect: what the default settings reach. time: how long they take on one core.
    settings: the defaults.
    load: the data, all of it to learn from but for a test set that comes with it; features in their own units. Its
        argument are the settings, of which it may heed `data` and `target`.
    scale: brings features into volts, given the setting `volts`.
    """

    name: str
    summary: str
    size: str
    expect: str
    time: str
    settings: Settings
    load: Callable[[Settings], Split]
    scale: Callable[[Split, float], Split] = in_volts

    def problem(self, settings: Settings) -> Problem:
        """Return the training problem for these settings. Raises SettingError when the start does not fit them."""
        start = load_circuit(Path(settings.start)).circuit if settings.start else None
        return problem_of(
            settings, self.scale(in_range(self._parts(settings)), settings.volts), f"ebana_like {self.name}", start
        )

    def _parts(self, settings: Settings) -> Split:
        """Return the data split as the settings ask."""
        data = self.load(settings)
        if data.test is not None and settings.test:
            raise SettingError(f"{self.name} comes with a test set; leave the setting test at 0")
        parts = split(data.train, settings.validation, settings.test, settings.seed)
        return Split(parts.train, parts.validation, data.test or parts.test)


def problem_of(settings: Settings, data: Split, title: str, start: Circuit | None = None) -> Problem:
    """Return the training problem of a layered network on data in volts."""
    cost = cost_of(settings)
    features, outputs = data.train.features.shape[1], data.train.outputs(cost)
    nudging = Currents() if settings.nudging == "current" else SwitchedTargets(settings.beta)
    circuit = build_network(layers(settings, features, outputs), title, settings.seed, nudging)
    if start is not None:
        circuit = _continued(circuit, start)
    return Problem(
        circuit=circuit,
        data=data,
        cost=cost,
        estimator=estimator_of(settings),
        update=UPDATES[settings.update](
            {f"crossbar{k + 1}": rate for k, rate in enumerate(_for_each_crossbar(settings, settings.lr))},
            schedule_of(settings),
        ),
        epochs=settings.epochs,
        batch=settings.batch,
        seed=settings.seed,
        stop_loss=settings.stop_loss,
        patience=settings.patience,
        checkpoint_batches=settings.checkpoint_batches,
    )


def layers(settings: Settings, features: int, outputs: int) -> list[Block]:
    """Return the network's layers: inputs, hidden layers of crossbar, neurons and amplifiers, output pairs."""
    limits = (settings.g_low, settings.g_high)
    low, high = settings.g_start[0::2], settings.g_start[1::2]
    starts = list(zip(_for_each_crossbar(settings, low), _for_each_crossbar(settings, high), strict=True))
    stack: list[Block] = [Inputs(features, settings.bias)]
    for size, start in zip(settings.hidden, starts, strict=False):
        stack += [
            Crossbar(size, start, limits),
            DiodePair(settings.diode, settings.clamp),
            Amplifier(settings.gain, settings.feedback or None),
        ]
    return [*stack, Crossbar(2 * outputs, starts[-1], limits), OutputPairs()]


def simulator_of(circuit: Circuit, settings: TrainingSettings) -> Simulator:
    """Return the engine the settings name, to be used as a context manager."""
    if settings.engine == "newton":
        return NewtonSimulator(circuit)
    return NgspiceSimulator(circuit, settings.workers)


def cost_of(settings: TrainingSettings) -> Cost:
    """Return the cost the settings name."""
    kind = COSTS[settings.cost]
    return (
        SquaredError(settings.on, settings.off)
        if kind is SquaredError
        else CrossEntropy(settings.temperature, settings.smoothing)
    )


def estimator_of(settings: TrainingSettings) -> Estimator:
    """Return the estimator the settings name."""
    return Adjoint() if settings.estimator == "adjoint" else ESTIMATORS[settings.estimator](settings.beta)


def schedule_of(settings: TrainingSettings) -> Schedule:
    """Return how the learning rate changes from epoch to epoch."""
    if settings.schedule == "cosine":
        return Cosine(settings.epochs)
    return Constant() if settings.decay == 1 else Exponential(settings.decay)


def _for_each_crossbar(settings: Settings, values: tuple[float, ...]) -> tuple[float, ...]:
    return values * (len(settings.hidden) + 1) if len(values) == 1 else values


def _continued(circuit: Circuit, start: Circuit) -> Circuit:
    """Return the circuit with the conductances of another one, which must have the same crossbars."""
    wanted = {name: len(g) for name, g in circuit.conductances().items()}
    found = {name: len(g) for name, g in start.conductances().items()}
    if wanted != found:
        raise SettingError(
            f"the circuit to start from has trainable banks {found}, this network needs {wanted}; "
            "give the same --hidden as the run it came from"
        )
    return circuit.with_conductances(start.conductances())
