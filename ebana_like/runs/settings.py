"""What can be set for a training? One dataclass, from which the command line, config files and run records are made."""

import tomllib
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from numbers import Real
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import tomli_w

from ebana_like.checks import LONGEST, require_number, shown
from ebana_like.errors import SettingError, counted, meant
from ebana_like.files import allow, followed, is_file_name, read_file, require_allowed
from ebana_like.hardware.catalog import TECHNOLOGIES
from ebana_like.learning.costs.catalog import COSTS
from ebana_like.learning.estimators.catalog import ESTIMATORS
from ebana_like.learning.schedules.catalog import SCHEDULES, require_decay
from ebana_like.learning.updates.catalog import UPDATES
from ebana_like.limits import require_at_most
from ebana_like.nudges import NUDGES
from ebana_like.options import EXAMPLES, table_of, text_of
from ebana_like.signs import SIGNS
from ebana_like.simulators import ENGINES
from ebana_like.units import NOMINAL_CELSIUS

COMMENT_COLUMN = 36

FILES = ("data", "start", "diode", "device", "netlist", "include_path")
"""Settings that are names of files, or may be; the last one of several folders."""

OPTIONS = tuple(EXAMPLES)
"""Settings that are options by name, as text or as a table."""

MOST_DOTS = 500
"""In a line of a config file."""

ABOUT = "run"
"""The table in which a run's config says what is no setting: its task, its date ..."""


WANTED = {str: "a word", int: "a whole number", float: "a number", bool: "true or false"}
"""What the value of a setting of each type is called."""

YES_OR_NO: Mapping[object, bool] = {True: True, False: False, "true": True, "false": False}


def setting(
    default: Any,
    help: str,
    choices: Iterable[str] = (),
    low: float | None = None,
    positive: bool = False,
    limit: str = "",
    former: Mapping[str, str] = MappingProxyType({}),
) -> Any:
    """Make a field with the text that tells people what it is, and what is allowed.

    choices: names, of which it must be one; asked for when a value is given, for plug-ins may add some.
    limit: the name of the limit that its value stands under, see `ebana_like.limits`.
    former: choices of before, and what they are called now.
    """
    allowed = {"choices": choices, "low": low, "positive": positive, "limit": limit, "former": former}
    return field(default=default, metadata={"help": help, **allowed})


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
        "Nudging factor: siemens, or the share of the way to the target with clamped outputs; 0: g_high with nudges in "
        "pairs, a thousandth of it else, 0.1 with clamps. Of no effect on adjoint, contrastive, frequency and "
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
    start: str = setting("", "Run folder or netlist whose trained values to begin with.")
    data: str = setting("", "File or folder of the data, for tasks whose data does not come with a package.")
    keep: str = setting("last", "Which epoch's values end up in the netlist.", ("last", "best"))
    checkpoint_batches: int = setting(
        100, "Batches between points from which training can go on and end with the same bits.", low=1
    )
    checkpoint_seconds: float = setting(30.0, "Seconds to pass before the next checkpoint is written.", low=0)

    def __post_init__(self) -> None:
        for entry in fields(self):
            value, limits = getattr(self, entry.name), entry.metadata
            is_options = entry.name in OPTIONS or (entry.name == "mismatch" and isinstance(value, Mapping))
            value = _options(entry.name, value) if is_options else _convert(entry.name, value, entry.type)
            if isinstance(value, str):
                value = limits["former"].get(value, value)
            object.__setattr__(self, entry.name, value)
            choices = limits["choices"]
            if choices and value not in choices:
                near = meant(value, choices, "")
                raise SettingError(
                    f"{entry.name} is {shown(value)}; choose one of {', '.join(choices)}"
                    + (f"; {near}" if near.endswith("?") else "")
                )
            if isinstance(value, str | bool):
                continue
            numbers = value if isinstance(value, tuple) else (value,)
            if limits["low"] is not None and not numbers:
                raise SettingError(f"{entry.name} is empty; give it a value of at least {limits['low']}")
            for number in numbers:
                require_number(
                    entry.name, number, low=limits["low"], above=0 if limits["positive"] else None, shown_as=value
                )
            if limits["limit"]:
                require_at_most(limits["limit"], value, f"{entry.name} is {value:,}")
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

    mismatch: str = setting(
        "",
        "Learn on a chip that differs from the design: deviations as in saturation=0.4,gain=5%,offset=10m; of "
        "saturation, threshold, gain, feedback, offset, rail, conductance.",
    )
    chip: int = setting(0, "Number of that chip, its seed; `train-circuit chips` numbers them alike.", low=0)
    celsius: float = setting(NOMINAL_CELSIUS, "Temperature of the circuit, degrees Celsius.", low=-273)

    def __post_init__(self) -> None:
        super().__post_init__()
        crossbars = len(self.hidden) + 1
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
        if not self.lr_by_size:
            raise SettingError("lr is 0, and lr_by_size is not given; give lr a rate, or lr_by_size those a neuron")
        if self.update != "sgd":
            raise SettingError(
                f"lr is 0, which stands for the rates of sgd by the network's size, but update is {self.update}; "
                "give lr a rate"
            )


AnySettings = TypeVar("AnySettings", bound=TrainingSettings)


def decode(values: Mapping[str, Any], base: AnySettings, where: str) -> AnySettings:
    """Return settings with the given values over those of `base`.

    where: what error messages call their origin. Raises SettingError naming the key, the value and what is allowed.
    """
    if not isinstance(values, Mapping):
        raise SettingError(f"{where}: the settings are {values!r}; expected a table")
    known = [entry.name for entry in fields(base)]
    for key in values:
        if key not in known:
            raise SettingError(f'{where}: there is no setting "{str(key)[:LONGEST]}"; {meant(key, known)}')
    try:
        return replace(base, **values)
    except SettingError as error:
        raise SettingError(f"{where}: {error}") from error


def settings_in(tables: Mapping[str, Any], name: str, base: AnySettings, where: str) -> AnySettings:
    """Return the settings of a config file, over those of `base`: those in the table of that name, or at its top.

    tables: as `load_config` returns them; what a run recorded of itself is left aside. Raises SettingError as `decode`
    does, and for a table of another name.
    """
    given = {key: value for key, value in tables.items() if key != ABOUT}
    for key, value in given.items():
        if isinstance(value, Mapping) and key != name:
            raise SettingError(f"{where}: there is no table [{key}]; {meant(key, [name])}")
    return decode(given.get(name, given), base, where)


def require_files_allowed(settings: TrainingSettings, named_in: Path, given: Container[str] = ()) -> None:
    """Raise SettingError where settings of a file name files outside its folder that this person never named.

    given: settings that the person gave besides, which stand above those of the file.
    """
    for name, path in _files_of(settings):
        if name not in given:
            require_allowed(path, named_in, name)


def allow_files(settings: TrainingSettings, known: TrainingSettings | None = None) -> None:
    """Remember the files that settings name, for whoever named them is this person.

    known: settings that a file had before; what they name too is left aside, for that may be somebody else's wish.
    """
    before = [] if known is None else _files_of(known)
    for named in _files_of(settings):
        if named not in before:
            allow(named[1])


def with_files_found(settings: AnySettings) -> AnySettings:
    """Return settings that name their files as they are found from everywhere, for the config of a run."""
    found: dict[str, Any] = {}
    for name, path in _files_of(settings):
        found[name] = ",".join([*([found[name]] if name in found else []), str(followed(path))])
    return replace(settings, **found)


def _files_of(settings: TrainingSettings) -> list[tuple[str, Path]]:
    """Return the files that settings name, with the setting. A diode model is one where its name is that of a file."""
    named = {name: getattr(settings, name, "") for name in FILES}
    words = [(name, word) for name, text in named.items() for word in (text.split(",") if "path" in name else [text])]
    return [(name, Path(word)) for name, word in words if word and (name != "diode" or is_file_name(word))]


def load_config(path: Path, inside: Sequence[Path] = ()) -> dict[str, Any]:
    """Return the tables of a TOML file. Raises SettingError when it cannot be read, or lies outside of folders."""
    try:
        text = read_file(path, "config_bytes", SettingError, inside=inside).decode()
        for number, line in enumerate(text.splitlines(), start=1):
            if line.count(".") > MOST_DOTS:  # the parser takes minutes for a name of 50,000 parts
                raise SettingError(f"{path}, line {number}: has more than {MOST_DOTS} dots; break it into several")
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError: no UTF-8, no TOML, or a number of 10,000 digits
        if isinstance(error, SettingError):
            raise
        raise SettingError(f"{path} is not a TOML file: {error}") from error


def dump_config(tables: Mapping[str, Any]) -> str:
    """Return tables as TOML text."""
    return tomli_w.dumps(tables)


def commented_config(settings: TrainingSettings) -> str:
    """Return settings as the text of a config file that says behind every value what it means and what is allowed."""
    lines = ["[settings]"]
    for entry, value in zip(fields(settings), as_table(settings).values(), strict=True):
        limits = entry.metadata
        allowed = f" One of {', '.join(limits['choices'])}." if limits["choices"] else ""
        if limits["low"] is not None:
            allowed = f" At least {limits['low']:g}."
        if limits["positive"]:
            allowed = " Above zero."
        lines.append(f"{entry.name} = {_toml(value)}".ljust(COMMENT_COLUMN) + f"# {limits['help']}{allowed}")
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    """Return a value as TOML, lists on one line."""
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return dump_config({"value": value}).removeprefix("value = ").rstrip("\n")


def as_table(settings: TrainingSettings) -> dict[str, Any]:
    """Return settings as a TOML table."""
    values = {entry.name: getattr(settings, entry.name) for entry in fields(settings)}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _convert(key: str, value: Any, kind: Any) -> Any:
    """Return the value as the type a setting has; a string may list numbers, as on the command line."""
    item = int if kind in (int, tuple[int, ...]) else float
    wanted = WANTED.get(kind, "numbers separated by commas")
    try:
        if kind is bool:
            return YES_OR_NO[value.lower() if isinstance(value, str) else value]
        if kind is str:
            if not isinstance(value, str):
                raise ValueError
            return value
        if kind in (int, float):
            return _number(value, item)
        parts = (
            (value.split(",") if value else [])
            if isinstance(value, str)
            else value
            if isinstance(value, list | tuple)
            else [value]
        )
        return tuple(_number(part, item) for part in parts)
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise SettingError(f"{key} is {shown(value)}; expected {wanted}") from error


def _options(key: str, value: Any) -> str:
    """Return options as one text, in the form of the command line."""
    return text_of(table_of(value, key))


def _number(value: Any, kind: type[int] | type[float]) -> int | float:
    if isinstance(value, bool) or not issubclass(type(value), str | Real):
        raise ValueError
    if isinstance(value, str) and ("_" in value or not value.isascii()):
        raise ValueError
    if kind is int and isinstance(value, float) and not value.is_integer():
        raise ValueError
    return kind(value)
