"""How does a Hopfield network learn a task? The task's data, scaled to units' range, and settings of the network."""

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ebana_like.errors import SettingError
from ebana_like.learning.estimators.catalog import ESTIMATORS
from ebana_like.runs.entries import setting
from ebana_like.runs.settings import TrainingSettings
from ebana_like.tasks.task import Task

if TYPE_CHECKING:
    from ebana_like.data import Split
    from ebana_like.learning import Update
    from ebana_like.systems.convolutional import ConvolutionalHopfield
    from ebana_like.systems.hopfield import Hopfield
    from ebana_like.training import Problem

PREFIX = "hopfield-"
"""Of the names by which run folders know what such a network learned."""


@dataclass(frozen=True)
class HopfieldSettings(TrainingSettings):
    """How a Hopfield network is trained. States, weights and nudging factors have no unit."""

    engine: str = setting("native", "What settles the network: JAX, on the CPU or a GPU.", ("native",))
    epochs: int = setting(30, "Passes through the training samples.", low=1)
    batch: int = setting(20, "Samples averaged for one update.", low=1)
    estimator: str = setting("random-sign", "Gradient estimator, or rule.", ESTIMATORS)
    beta: float = setting(
        0.5, "Nudging factor; with clamped outputs the share of the way to the target.", positive=True
    )
    lr: tuple[float, ...] = setting((0.1, 0.05), "Learning rates of the layers' weights; one, or one a layer.")
    precision: str = setting("double", "In which the network is settled.", ("double", "single"))
    still: float = setting(
        0.0, "Largest move of a unit in a sweep that is taken for none; 0 for what the precision allows.", low=0
    )
    steps: tuple[int, ...] = setting(
        (),
        "Steps of the free and nudged phase in discrete time, all units at once, as in 30,10; 0,10 for a free phase by "
        "sweeps to rest; else sweeps in both.",
    )

    target: str = setting("", "Column of a table that is to be told from the others; the last one unless given.")
    shift: int = setting(0, "Pixels by which images move at random each time they are learned from.", low=0)
    volts: float = setting(1.0, "Input that the largest feature is scaled to.", positive=True)

    hidden: tuple[int, ...] = setting((100,), "Units of each hidden layer, as in 500 or 500,500.", low=1)
    channels: tuple[int, ...] = setting(
        (), "Of maps between the image and the outputs, in place of hidden units, as in 32,64."
    )
    kernel: int = setting(5, "Pixels along a side of the maps' windows.", low=1)
    pool: int = setting(2, "Windows along a side of what a map's unit pools.", low=1)
    pooling: str = setting("max", "What a map's unit hears of its pool.", ("max", "mean"))
    activation: str = setting("clip", "What limits units: clip is the thesis's.", ("clip", "logistic", "tanh"))
    spread: float = setting(1.0, "Range of the first weights, of Glorot's.", positive=True)
    largest: float = setting(4.0, "Largest weight and bias.", positive=True)
    vector_field: bool = setting(False, "Weights back are values of their own, which begin as those up.")
    nudging: str = setting(
        "switch", "How outputs are pulled: held forces, springs (switch), or clamps.", ("current", "switch", "clamped")
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        layers = self.layers
        if len(self.lr) not in (1, layers):
            raise SettingError(f"lr has {len(self.lr)} values; give one for all, or {layers}: one for each layer")
        if len(self.steps) not in (0, 2):
            raise SettingError(f"steps has {len(self.steps)} values; give two, of the free and of the nudged phase")
        if self.start:
            raise SettingError(
                "start is given, but Hopfield networks begin from their seed; go on with a run by resume"
            )
        if self.channels and (self.activation != "clip" or self.vector_field):
            raise SettingError("units of maps are clipped and hear both ways alike; leave out activation, vector_field")

    @property
    def layers(self) -> int:
        """Of units, outputs among them."""
        return len(self.channels or self.hidden) + 1

    def system(self, features: int, outputs: int) -> "Hopfield | ConvolutionalHopfield":
        """Return the network for so many features and scores. Raises SettingError for maps of what is no image."""
        from ebana_like.systems.convolutional import ConvolutionalHopfield
        from ebana_like.systems.hopfield import Hopfield

        how: Any = {name: getattr(self, name) for name in ("seed", "spread", "largest")} | {"pull": self.nudging}
        if not self.channels:
            sizes = features, *self.hidden, outputs
            return Hopfield(sizes, self.activation, vector_field=self.vector_field, **how)
        side = math.isqrt(features)
        if side**2 != features:
            raise SettingError(f"channels are given, but {features} features are no square image; give hidden units")
        windows: Any = {name: getattr(self, name) for name in ("kernel", "pool", "pooling")}
        return ConvolutionalHopfield((1, side, side), self.channels, outputs, **windows, **how)


@dataclass(frozen=True)
class HopfieldTask:
    """A task as a Hopfield network learns it; see `Trainable`."""

    task: Task

    @property
    def name(self) -> str:
        return f"{PREFIX}{self.task.name}"

    @property
    def summary(self) -> str:
        return self.task.summary

    @property
    def expect(self) -> str:
        """Nothing is promised: settings are those of the thesis for MNIST, whatever the task."""
        return "settings are the thesis's for MNIST"

    @property
    def settings(self) -> HopfieldSettings:
        return HopfieldSettings(test=self.task.settings.test)

    def called(self, settings: HopfieldSettings) -> str:
        return f"Hopfield network on {self.task.name}"

    def command(self, settings: HopfieldSettings) -> list[str]:
        return ["hopfield", self.task.name]

    def parts(self, settings: HopfieldSettings) -> "Split":
        return self.task.parts(settings)

    def scaled(self, parts: "Split", settings: HopfieldSettings) -> "Split":
        return self.task.scaled(parts, settings)

    def problem(self, settings: HopfieldSettings, folder: Path | None = None) -> "Problem":
        """Return the training problem. Raises SettingError for what such a network does not do."""
        from ebana_like.nudges import Clamped
        from ebana_like.runs.assembly import cost_of, estimator_of, problem_with

        data, cost, estimator = self.scaled(self.parts(settings), settings), cost_of(settings), estimator_of(settings)
        if settings.nudging == Clamped.name:
            Clamped.suited(getattr(estimator, "beta", settings.beta))
        system = settings.system(data.train.features.shape[1], data.train.outputs(cost))
        return problem_with(settings, system, data, cost, estimator, _update(settings))


def _update(settings: HopfieldSettings) -> "Update":
    """Return the update rule, whose rates are relative to the range of weights, for rates that are not."""
    from ebana_like.runs.assembly import update_of

    rates = settings.lr * settings.layers if len(settings.lr) == 1 else settings.lr
    rule, span = update_of(settings, 1.0), 2 * settings.largest
    scale = span if rule.normalised else span**2
    return replace(rule, rate={f"layer{layer}": rate / scale for layer, rate in enumerate(rates, start=1)})
