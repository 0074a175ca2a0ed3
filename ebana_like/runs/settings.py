"""What can be set for a training? One dataclass, from which the command line, config files and run records are made."""

import re
from dataclasses import dataclass, fields
from typing import TypeVar

from ebana_like.checks import require_number
from ebana_like.errors import SettingError, counted
from ebana_like.hardware.catalog import TECHNOLOGIES
from ebana_like.learning.costs.catalog import COSTS
from ebana_like.learning.estimators.catalog import ESTIMATORS
from ebana_like.learning.schedules.catalog import SCHEDULES, require_decay
from ebana_like.learning.updates.catalog import UPDATES
from ebana_like.nudges import NUDGES
from ebana_like.runs.entries import checked, setting
from ebana_like.signs import SIGNS
from ebana_like.simulators import ENGINES
from ebana_like.units import NOMINAL_CELSIUS

WINDOW = re.compile(r"(\d{1,6})x(\d{1,6})/(\d{1,6})", re.ASCII)
"""Of the windows of one layer: channels, pixels a side, stride."""


@dataclass(frozen=True)
class TrainingSettings:
    """How a circuit is trained, whichever it is. Volts, siemens, amperes.

    Values may also come as a config file or a command line has them: numbers as text, lists of numbers as lists, or as
    text with commas.
    Raises SettingError naming the setting, what is allowed and what came.
    """

    engine: str = setting("ngspice", "What solves the circuit.", ENGINES, former=ENGINES.former)
    workers: int = setting(1, "Processes that share the samples of a batch.", low=1, limit="workers")
    seed: int = setting(0, "Seed of initial conductances, data order and every other random draw.", low=0)

    epochs: int = setting(100, "Passes through the training samples.", low=1)
    batch: int = setting(10, "Samples averaged for one update.", low=1)
    stop_loss: float = setting(0.0, "Stop early when an epoch's mean training loss falls below this.", low=0)
    patience: int = setting(
        0,
        "Stop after so many epochs without a new smallest loss (of the validation data, where set aside); 0 for never.",
        low=0,
    )
    validation: float = setting(0.0, "Fraction of the samples set aside to choose settings by.", low=0)
    test: float = setting(0.0, "Fraction of the samples set aside to test on.", low=0)

    cost: str = setting("squared-error", "Cost of the scores.", COSTS)
    on: float = setting(1.0, "Target score of the right class (squared error).")
    off: float = setting(0.0, "Target score of the other classes (squared error).")
    temperature: float = setting(0.1, "Volts that count as one unit of log-odds (cross-entropy).", positive=True)
    smoothing: float = setting(0.0, "Part of the probability that targets give to all classes (cross-entropy).", low=0)
    estimator: str = setting(
        "centered",
        "Gradient estimator.",
        ESTIMATORS,
    )
    inexact: bool = setting(False, "Equilibrium propagation also where it is not exact; the start says by how much.")
    beta: float = setting(
        0.0,
        "Nudging factor: siemens, or the share of the way to the target with clamped outputs; 0: g_high with pairs of "
        "currents, a thousandth of it else, 0.1 with clamps. Of no effect on adjoint, contrastive, frequency and "
        "stochastic estimators.",
        low=0,
    )
    update: str = setting("sgd", "Update rule.", UPDATES)
    update_options: str = setting(
        "", "Options of the update rule, as in b1=0.8,nesterov=true; `train-circuit rules` lists them."
    )
    lr: tuple[float, ...] = setting((0.03,), "Learning rate relative to the conductance range; one, or one a crossbar.")
    schedule: str = setting(
        "exponential",
        "How the learning rate changes over the epochs; exponential: times `decay` after every epoch.",
        SCHEDULES,
    )
    schedule_options: str = setting("", "Options of the schedule, as in alpha=0.1; `train-circuit rules` lists them.")
    decay: float = setting(1.0, "Factor on the learning rate after every epoch.", positive=True)
    technology: str = setting(
        "ideal",
        "How devices follow an update: in pulses, with noise, between bounds of their own ...; `train-circuit rules` "
        "lists technologies.",
        TECHNOLOGIES,
    )
    technology_options: str = setting(
        "", "Options of the technology, as in step=0.002,rounding=kept; `train-circuit rules` lists them."
    )
    device: str = setting(
        "",
        "CSV file of the technology `measured`, with columns pulse, conductance and, of several devices, device; pulse "
        "numbers rise under pulses up and fall under pulses down.",
    )
    device_bins: int = setting(20, "Equal parts of a measured device's range in which its pulses are averaged.", low=2)
    precision: str = setting(
        "double",
        "Of training steps; single with engine native and estimator adjoint.",
        ("double", "single"),
    )

    readout: str = setting(
        "",
        "Sensors by which voltages are read, as in bits=10,noise=1e-4,offset=1e-3 (volts), with full_scale=2 volts, or "
        "ports=true for sensors at the outputs alone; perfect ones unless given.",
    )
    converter: str = setting(
        "",
        "What sets the inputs' voltages, as in bits=8,full_scale=5 (volts; the largest of the training samples unless "
        "given); without steps unless given.",
    )
    mismatch: str = setting(
        "",
        "Learn on a chip that differs from the design: deviations as in saturation=0.4,gain=5%,offset=10m; of "
        "saturation, threshold, gain, feedback, offset, rail, conductance.",
    )
    chip: int = setting(0, "Number of that chip, its seed; `train-circuit chips` numbers them alike.", low=0)
    celsius: float = setting(
        NOMINAL_CELSIUS, "Temperature of the circuit, degrees Celsius; of a netlist its own unless given.", low=-273
    )
    start: str = setting("", "Run folder or netlist whose trained values to begin with.")
    data: str = setting("", "File or folder of the data, for tasks whose data does not come with a package.")
    keep: str = setting("last", "Which epoch's values end up in the netlist.", ("last", "best"))
    checkpoint_batches: int = setting(
        100, "Batches between points from which training can go on and end with the same bits.", low=1
    )
    checkpoint_seconds: float = setting(30.0, "Seconds to pass before the next checkpoint is written.", low=0)

    def __post_init__(self) -> None:
        for entry in fields(self):
            object.__setattr__(self, entry.name, checked(entry, getattr(self, entry.name)))
        require_decay(self.schedule, self.decay)


@dataclass(frozen=True)
class Settings(TrainingSettings):
    """Everything needed to repeat the training of a task."""

    target: str = setting("", "Column of a table that is to be told from the others; the last one unless given.")

    lr_by_size: tuple[float, ...] = setting(
        (),
        "Learning rates a neuron, of the crossbars in front of neurons and of the last one: what lr 0 stands for is "
        "these times the layer's neurons.",
    )
    shift: int = setting(0, "Pixels by which images move at random each time they are learned from.", low=0)

    signs: str = setting(
        "doubled",
        "How positive conductances make weights of either sign: inputs and outputs doubled, hidden neurons with a "
        "mirrored row too, or every crossbar with one reference column.",
        SIGNS,
    )
    hidden: tuple[int, ...] = setting((10,), "Neurons of each hidden layer, as in 10 or 20,10.", low=1)
    windows: str = setting(
        "",
        "Hidden layers that see an image through windows, in place of hidden: CHANNELSxPIXELS/STRIDE each, as in "
        "24x7/3 or 16x5/2,32x3/1. All windows of a layer share their conductances.",
    )
    volts: float = setting(1.0, "Input voltage that the largest feature is scaled to.", positive=True)
    bias: float = setting(1.0, "Voltage of the bias pair beside the inputs; 0 leaves it out.", low=0)
    diode: str = setting("d1n4148", "Diode model of the neurons: its name in models/, or a file with one .model line.")
    neurons: str = setting(
        "pairs",
        "Diodes of a neuron. pairs: two, to a source on either side, and an amplifier behind it; halves: one to "
        "ground, by which half of a layer is never negative, half never positive, and no amplifier.",
        ("pairs", "halves"),
    )
    outputs: str = setting(
        "pairs",
        "What a score is. pairs: the voltage between two nodes; single: that of one node.",
        ("pairs", "single"),
    )
    bias_limit: float = setting(
        0.0,
        "Largest current of a trainable source at every neuron and output, amperes; 0 leaves such sources out.",
        low=0,
    )
    lr_bias: tuple[float, ...] = setting(
        (), "Learning rate of these currents relative to their range; one, or one a crossbar. That of lr unless given."
    )
    clamp: float = setting(0.0, "Voltage of the sources in series with the diodes.")
    gain: float = setting(4.0, "Voltage gain A of the amplifiers behind the neurons.", positive=True)
    feedback: float = setting(0.0, "Current gain B of the amplifiers; 0 stands for 1/A.", low=0)
    g_low: float = setting(1e-7, "Smallest conductance a trainable resistor can hold.", positive=True)
    g_high: float = setting(1e-4, "Largest conductance a trainable resistor can hold.", positive=True)
    g_start: tuple[float, ...] = setting(
        (4e-6, 1.2e-5),
        "Range the first conductances are drawn from, LOW,HIGH, for each crossbar or once for all.",
    )
    wires: str = setting(
        "",
        "Resistance of the crossbars' wires, as in row=1,column=1 (ohms, from cell to cell), with driver=0 at the rows "
        "and sense=0 at the columns; none unless given.",
    )

    nudging: str = setting("current", "How outputs are pulled to their targets.", NUDGES)

    def __post_init__(self) -> None:
        super().__post_init__()
        crossbars = len(self.stack) + 1
        if len(self.lr) not in (1, crossbars):
            raise SettingError(f"lr has {len(self.lr)} values; give one for all, or {crossbars}: one for each crossbar")
        if len(self.lr_bias) not in (0, 1, crossbars):
            raise SettingError(
                f"lr_bias has {len(self.lr_bias)} values; give one for all, or {crossbars}: one for each crossbar"
            )
        self._require_rates()
        if len(self.g_start) not in (2, 2 * crossbars):
            raise SettingError(
                f"g_start has {len(self.g_start)} values; give LOW,HIGH once, or for each of the {crossbars} crossbars"
            )

    @property
    def stack(self) -> tuple[int | tuple[int, int, int], ...]:
        """Of each hidden layer its neurons, or its windows' channels, pixels a side and stride. Raises SettingError."""
        if not self.windows:
            return self.hidden
        return tuple(map(self._window, self.windows.split(",")))

    def _window(self, text: str) -> tuple[int, int, int]:
        if not (found := WINDOW.fullmatch(text.strip())):
            raise SettingError(
                f"windows is {self.windows!r}; give CHANNELSxPIXELS/STRIDE for each layer, for example 24x7/3"
            )
        channels, pixels, stride = map(int, found.groups())
        return channels, pixels, stride

    def _require_rates(self) -> None:
        if self.lr_by_size:
            if len(self.lr_by_size) != 2:
                raise SettingError(
                    f"lr_by_size has {counted(len(self.lr_by_size), 'value')}; give two: of the first and last crossbar"
                )
            for rate in self.lr_by_size:
                require_number("lr_by_size", rate, above=0, shown_as=self.lr_by_size)
        if 0 not in self.lr:
            return
        if self.windows:
            raise SettingError("lr is 0, but rates by size are not those of windows; give lr a rate")
        if not self.lr_by_size:
            raise SettingError("lr is 0, and lr_by_size is not given; give lr a rate, or lr_by_size those a neuron")
        if self.update != "sgd":
            raise SettingError(
                f"lr is 0, which stands for the rates of sgd by the network's size, but update is {self.update}; "
                "give lr a rate, or set update to sgd"
            )


AnySettings = TypeVar("AnySettings", bound=TrainingSettings)
