"""What do settings stand for? The network, cost, estimator and engine that a training is put together from."""

import inspect
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.data import Split
from ebana_like.data.table import read_table
from ebana_like.elements import IdealDiodes, WiredCrossbar
from ebana_like.errors import SettingError
from ebana_like.hardware import Converter, Pulsed, Readout, Technology, fitted_device, mismatch, technology_named
from ebana_like.hardware.catalog import MEASURED
from ebana_like.hardware.fitted import BINS
from ebana_like.learning import (
    COSTS,
    ESTIMATORS,
    Cost,
    Estimator,
    Nudged,
    Update,
    schedule_named,
    update_named,
)
from ebana_like.learning.rates import rates_by_size
from ebana_like.limits import require_at_most
from ebana_like.networks import (
    Amplifier,
    BiasCurrents,
    Block,
    DiodePair,
    HalfDiodes,
    Wires,
    build_network,
)
from ebana_like.networks.signed import Span, signed_layers
from ebana_like.nudges import NUDGES
from ebana_like.options import EXAMPLES, chosen, options_of, table_of
from ebana_like.runs.settings import Settings, TrainingSettings
from ebana_like.simulators import Simulator, simulator
from ebana_like.systems import CircuitSystem, System
from ebana_like.training import Problem

Made = TypeVar("Made")

SETTINGS_OF = {"cost": ("on", "off", "temperature", "smoothing"), "estimator": ("beta", "inexact")}
"""Settings that costs and estimators take where they have an argument of that name.

Others may share a name by chance: volts are of noise in the stochastic estimator, of inputs among the settings."""


def problem_of(settings: Settings, data: Split, title: str, start: Circuit | None = None) -> Problem:
    """Return the training problem of a layered network on data in volts."""
    settings = replace(settings, beta=beta_of(settings))
    cost = cost_of(settings)
    features, outputs = data.train.features.shape[1], data.train.outputs(cost)
    estimator = estimator_of(settings)
    way = NUDGES[settings.nudging]
    nudging = way.suited(settings.beta if way.unit else getattr(estimator, "beta", settings.beta))
    circuit = build_network(layers(settings, features, outputs), title, settings.seed, nudging)
    if start is not None:
        circuit = continued(circuit, start)
    update = update_of(settings, rates_by_bank(settings))
    return problem_with(settings, CircuitSystem(made(circuit, settings)), data, cost, estimator, update)


def problem_with(
    settings: TrainingSettings,
    system: System,
    data: Split,
    cost: Cost,
    estimator: Estimator,
    update: Update,
    judged_anew: bool = False,
) -> Problem:
    """Return the training problem of a system: what settings say of every training is taken from them."""
    return Problem(
        system=system,
        data=data,
        cost=cost,
        estimator=estimator,
        update=update,
        judged_anew=judged_anew,
        epochs=settings.epochs,
        batch=settings.batch,
        seed=settings.seed,
        stop_loss=settings.stop_loss,
        patience=settings.patience,
        checkpoint_batches=settings.checkpoint_batches,
        technology=technology_of(settings),
        readout=readout_of(settings),
    )


def made(design: Circuit, settings: TrainingSettings) -> Circuit:
    """Return a design as it is made and where it is used: the chip that the settings draw, at their temperature.

    Raises SettingError for the number of a chip that does not differ from the design.
    """
    if settings.chip and not settings.mismatch:
        raise SettingError(
            f"chip is {settings.chip}, but mismatch is not given, and without it all chips are the same; "
            "say how far chips differ, as in mismatch gain=5%, or leave chip out"
        )
    if settings.mismatch:
        design = mismatch(settings.mismatch).numbered(design, settings.chip)
    return design if settings.celsius == design.conditions.celsius else design.at(settings.celsius)


def layers(settings: Settings, features: int, outputs: int) -> list[Block]:
    """Return the network's layers: inputs, hidden layers of crossbar, neurons and amplifiers, output pairs.

    Raises SettingError where there are too many, before they are made, and for what goes with doubled weights alone.
    """
    count = 4 * len(settings.stack) + 4
    require_at_most("layers", count, f"hidden asks for {count:,} layers")
    if settings.windows and (settings.signs == "reference" or settings.wires):
        raise SettingError(
            "windows are given, which go with signs doubled or mirrored and without wires; leave out signs and wires"
        )
    if settings.signs != "doubled" and (settings.neurons == "halves" or settings.bias_limit):
        raise SettingError(
            f"signs is {settings.signs}, which goes with neurons of two diodes and without bias currents; "
            "leave out neurons and bias_limit, or choose signs doubled"
        )
    limits = settings.g_low, settings.g_high
    low, high = settings.g_start[0::2], settings.g_start[1::2]
    starts = zip(_for_each_crossbar(settings, low), _for_each_crossbar(settings, high), strict=True)
    neurons: list[Block] = [
        DiodePair(settings.diode, settings.clamp),
        Amplifier(settings.gain, settings.feedback or None),
    ]
    if settings.neurons == "halves":
        neurons = [HalfDiodes(settings.diode)]
    return signed_layers(
        settings.signs,
        (features, settings.bias),
        settings.stack,
        outputs,
        [Span(start, limits) for start in starts],
        neurons,
        wires_of(settings),
        [BiasCurrents(settings.bias_limit)] if settings.bias_limit else [],
        settings.outputs == "pairs",
    )


def simulator_of(circuit: Circuit, settings: TrainingSettings) -> Simulator:
    """Return the engine the settings name, to be used as a context manager.

    Raises SettingError where training steps cannot be taken in single precision.
    """
    single = settings.precision == "single"
    chosen = (settings.engine, settings.estimator)
    macroscopic = settings.engine == "native" and circuit.of_kind(IdealDiodes)  # their nudges are as large as they are
    if single and chosen != ("native", "adjoint") and not macroscopic:
        raise SettingError(
            f"precision is single with {' and '.join(chosen)}; only engine native with estimator adjoint trains in it: "
            "the differences of equilibrium propagation drown in its rounding"
        )
    if single and circuit.of_kind(WiredCrossbar):
        raise SettingError("precision is single, but crossbars with wires are solved in doubles; leave out precision")
    return simulator(settings.engine, circuit, settings.workers, single)


def engine_of(problem: Problem, settings: TrainingSettings) -> Simulator:
    """Return what settles a problem's system, to be used as a context manager; errors as `simulator_of`."""
    from ebana_like.systems.layered import Layered

    if isinstance(problem.system, Layered):
        from ebana_like.simulators.hopfield import HopfieldEngine

        still, steps = getattr(settings, "still", 0.0), getattr(settings, "steps", None)
        engine: Any = HopfieldEngine(problem.system, settings.precision == "single", still, steps or None)
        found: Simulator = engine
        return found
    return simulator_of(problem.circuit, settings)


def cost_of(settings: TrainingSettings) -> Cost:
    """Return the cost the settings name."""
    return _made("cost", COSTS[settings.cost], settings)


def beta_of(settings: Settings) -> float:
    """Return the nudging factor: the given one, or what suits the estimator and the way to nudge."""
    share = getattr(ESTIMATORS[settings.estimator], "share", Nudged.share)
    return settings.beta or NUDGES[settings.nudging].usual(share, settings.g_high)


def estimator_of(settings: TrainingSettings) -> Estimator:
    """Return the estimator the settings name."""
    return _made("estimator", ESTIMATORS[settings.estimator], settings)


def rates_of(settings: Settings) -> tuple[float, ...]:
    """Return the learning rate of each crossbar: the given one, and by the network's size where 0 is given."""
    given = _for_each_crossbar(settings, settings.lr)
    if 0 not in given:
        return given
    by_size = rates_by_size(settings.lr_by_size, settings.hidden, settings.batch)
    return tuple(rate or other for rate, other in zip(given, by_size, strict=True))


def rates_by_bank(settings: Settings) -> dict[str, float]:
    """Return the learning rate of each crossbar and of the bias currents behind it, by bank."""
    rates = rates_of(settings)
    found = {f"crossbar{k}": rate for k, rate in enumerate(rates, start=1)}
    if settings.bias_limit:
        given = _for_each_crossbar(settings, settings.lr_bias) if settings.lr_bias else rates
        found |= {f"bias{k}": rate for k, rate in enumerate(given, start=1)}
    return found


def update_of(settings: TrainingSettings, rate: float | Mapping[str, float]) -> Update:
    """Return the update rule the settings name, with the schedule they name."""
    schedule = schedule_named(settings.schedule, settings.schedule_options, settings.epochs, settings.decay)
    return update_named(settings.update, rate, schedule, settings.update_options)


def readout_of(settings: TrainingSettings) -> Readout:
    """Return the sensors the settings ask for."""
    return _by_options(Readout, settings.readout, "readout")


def converter_of(settings: TrainingSettings) -> Converter:
    """Return what sets the voltages of inputs as the settings ask."""
    return _by_options(Converter, settings.converter, "converter")


def _by_options(kind: type[Made], text: str, setting: str) -> Made:
    """Return a thing of a kind with the options of a setting. Raises SettingError for a full scale without steps."""
    typed = table_of(text, setting)
    given: dict[str, Any] = chosen(typed, options_of(kind, {}), f"a {setting}", setting)
    if "full_scale" in typed and not given["bits"]:
        raise SettingError(
            f"{setting}: full_scale is {given['full_scale']:g}, but bits is 0, and without steps nothing has a scale; "
            f"give bits, as in {setting} {EXAMPLES[setting]}, or leave full_scale out"
        )
    return kind(**given)


def wires_of(settings: Settings) -> Wires | None:
    """Return the wires the settings ask for; None where they have no resistance."""
    given: dict[str, Any] = chosen(table_of(settings.wires, "wires"), options_of(Wires, {}), "a crossbar", "wires")
    return Wires(**given) or None


def technology_of(settings: TrainingSettings) -> Technology:
    """Return the technology the settings name; their seed draws what differs between devices.

    Raises SettingError for a device that is not measured, or whose file cannot be read.
    """
    if (settings.technology == MEASURED) != bool(settings.device):
        if settings.device:
            raise SettingError(
                f"device is {settings.device}, but technology is {settings.technology}; give technology {MEASURED}"
            )
        raise SettingError(
            f"technology is {MEASURED}, but device is not given; name the CSV file of its pulses with it"
        )
    fitted = device_in(settings.device, settings.device_bins) if settings.device else None
    return technology_named(settings.technology, settings.technology_options, settings.seed, fitted)


def device_in(path: str, bins: int = BINS) -> Pulsed:
    """Return a measured device: a CSV file with columns pulse, conductance and maybe device; see `fitted_device`."""
    table = read_table(path)
    devices = np.unique(table.words("device"), return_inverse=True)[1] if "device" in table.names else None
    return fitted_device(table.numbers("pulse"), table.numbers("conductance"), devices, bins, path)


def _made(role: str, kind: type[Made], settings: TrainingSettings) -> Made:
    """Return a cost or an estimator of a kind, with the values of the settings that it takes."""
    return kind(**{name: getattr(settings, name) for name in settings_of(role, kind)})


def settings_of(role: str, kind: type[Any]) -> list[str]:
    """Return the settings that a kind of cost or estimator takes; role: "cost" or "estimator"."""
    arguments = inspect.signature(kind).parameters
    return [name for name in SETTINGS_OF[role] if name in arguments]


def _for_each_crossbar(settings: Settings, values: tuple[float, ...]) -> tuple[float, ...]:
    return values * (len(settings.stack) + 1) if len(values) == 1 else values


def _counted(values: Mapping[str, int]) -> str:
    return ", ".join(f"{name} ({count})" for name, count in values.items())


def continued(circuit: Circuit, start: Circuit) -> Circuit:
    """Return the circuit with the trained values of another one, which must have the same trainable banks."""
    wanted = {name: len(g) for name, g in circuit.values().items()}
    found = {name: len(g) for name, g in start.values().items()}
    if not found:
        raise SettingError(
            "the circuit to start from has no trained values, as that of a Hopfield network; name one that was trained"
        )
    if wanted != found:
        raise SettingError(
            f"the circuit to start from has trained values {_counted(found)}, this one needs {_counted(wanted)}; "
            "give the same --hidden (--weights of meta), or --train of a fit, as the run it came from"
        )
    return circuit.with_values(start.values())
