"""What is to be learned, and how? Everything the loop is given but the simulator."""

from dataclasses import dataclass, field

import numpy as np

from ebana_like.checks import require_number, shown
from ebana_like.circuit import Circuit
from ebana_like.data.split import Split
from ebana_like.errors import SettingError
from ebana_like.hardware import Ideal, Readout, Technology, measured
from ebana_like.learning import Cost, Estimator, Update
from ebana_like.simulators import Simulator
from ebana_like.simulators.descent import DEVICES
from ebana_like.systems import CircuitSystem, System, system_of
from ebana_like.training.progress import Progress

CHECKPOINT_BATCHES = 100
"""To start anew takes ngspice as long as 2 batches of Iris or 12 of XOR: once in 100 batches, 2 to 12 % of the time."""


_KINDS: tuple[tuple[str, type, str], ...] = (
    ("system", System, "a Circuit, as build_network makes it"),
    ("data", Split, "a Split, as in Split(data)"),
    ("estimator", Estimator, "an estimator such as Centered(1e-7)"),
    ("update", Update, "an update rule such as SGD(0.03)"),
    ("technology", Technology, "a technology such as Ideal()"),
    ("readout", Readout, "a readout such as Readout(bits=10)"),
)
"""What the arguments of a problem are."""


@dataclass(frozen=True, eq=False)
class Problem:
    """What is to be learned, and how.

    system: any system; a circuit may stand for itself.

    Raises SettingError naming the argument that cannot be, or what of data and circuit does not fit together.

    technology: how devices follow an update. readout: how voltages are read, in training and evaluation.
    seed: of data order and of estimators that draw; batch k of epoch e always sees the same numbers.
    stop_loss: ends training after the first epoch whose mean training loss is below it.
    patience: ends training after so many epochs in a row none of which was better than all before; 0 for never.
    judged_anew: whether the training samples are answered once more after each epoch, so that its loss is that of the
        values it ended with, and not of those met on the way; worth a pass where samples are few.
    checkpoint_batches: after every so many batches the simulator forgets what it has solved, so that training can go
        on from there in another process and end with the same bits.
    """

    system: System
    data: Split
    cost: Cost
    estimator: Estimator
    update: Update
    epochs: int
    batch: int
    seed: int = 0
    stop_loss: float = 0.0
    patience: int = 0
    checkpoint_batches: int = CHECKPOINT_BATCHES
    technology: Technology = field(default_factory=Ideal)
    judged_anew: bool = False
    readout: Readout = field(default_factory=Readout)

    def __post_init__(self) -> None:
        object.__setattr__(self, "system", system_of(self.system))
        for name, kind, example in _KINDS:
            value = getattr(self, name)
            if not isinstance(value, kind):
                raise SettingError(f"{name} is {shown(value)}; expected {example}")
        if isinstance(self.cost, type) or not callable(getattr(self.cost, "gradient", None)):
            raise SettingError(f"cost is {shown(self.cost)}; expected a cost such as SquaredError()")
        for name, low in (("epochs", 1), ("batch", 1), ("seed", 0), ("patience", 0), ("checkpoint_batches", 1)):
            require_number(name, getattr(self, name), whole=True, low=low)
        require_number("stop_loss", self.stop_loss, low=0)
        if not (self.readout.perfect or isinstance(self.system, CircuitSystem)):
            raise SettingError(
                f"{type(self.system).__name__} is no circuit; only a circuit's voltages are read by sensors"
            )
        if not self.readout.perfect and self.estimator.reads:
            raise SettingError(
                f"{self.estimator.reads}, and how sensors read those is not known here; leave readout out, or choose "
                "estimator centered"
            )
        if reason := self.estimator.refusal(self.system, self.cost):
            raise SettingError(reason)
        if not len(self.data.train):
            raise SettingError("there are no training samples")
        for name in ("validation", "test"):
            part = getattr(self.data, name)
            if part is not None and not len(part):
                raise SettingError(f"there are no {name} samples; give None for that part")
        features, outputs = self.data.train.features.shape[1], self.data.train.outputs(self.cost)
        inputs, pairs = self.system.features, self.system.outputs
        if features != inputs:
            raise SettingError(f"the data has {features} features, the circuit inputs for {inputs}; give both the same")
        if outputs != pairs:
            raise SettingError(
                f"the data asks for {outputs} outputs under this cost, the circuit has {pairs}; give both the same"
            )

    @property
    def circuit(self) -> Circuit:
        """The circuit that learns. Raises SettingError for a system that is none."""
        if not isinstance(self.system, CircuitSystem):
            raise SettingError(
                f"{type(self.system).__name__} is no circuit, and what is asked here is known of circuits alone; "
                "of its runs there are resume, inspect, compare, predict, voltages and power"
            )
        return self.system.circuit

    @property
    def batches(self) -> int:
        """Return how many batches an epoch has."""
        return -(-len(self.data.train) // self.batch)

    @property
    def largest_batch(self) -> int:
        """Return how many samples the largest batch has."""
        return min(self.batch, len(self.data.train))

    def start(self) -> Progress:
        """Return the state before the first batch: the system's own values, as the devices hold them."""
        parameters = self.system.parameters
        made = self.technology.start(parameters)
        devices = {f"{DEVICES}{name}": each for name, each in made.items()}
        return Progress(self.technology.held(parameters, made), {**self.update.start(parameters), **devices})

    def read(self, simulator: Simulator, epoch: int, moment: int) -> Simulator:
        """Return what reads a simulator's answers at a moment of an epoch: that of a batch, or one behind them all."""
        return measured(simulator, self.readout, self.seed, epoch, moment)

    def order(self, epoch: int) -> list[np.ndarray]:
        """Return the shuffled samples of an epoch in batches; every sample once."""
        samples = np.random.default_rng([self.seed, epoch]).permutation(len(self.data.train))
        return np.split(samples, range(self.batch, len(samples), self.batch))

    def is_resumable(self, progress: Progress) -> bool:
        """Tell whether training that goes on from here in another process ends with the same bits.

        Not between two epochs, for there the simulator may have solved validation and test data since it forgot.
        """
        return progress.steps % self.checkpoint_batches == 0 and (progress.batch > 0 or progress.steps == 0)
