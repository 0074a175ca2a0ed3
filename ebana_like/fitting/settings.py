"""What can be set for fitting a netlist? What training takes, and what the netlist itself does not say."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ebana_like.errors import SettingError
from ebana_like.files import require_allowed
from ebana_like.learning.estimators.catalog import ESTIMATORS
from ebana_like.learning.updates.catalog import UPDATES
from ebana_like.netlist.deck import ANNOTATION, Deck, Line, read_deck
from ebana_like.netlist.deck.include import read_text
from ebana_like.netlist.deck.reading import Reading, read_with, reading_with
from ebana_like.runs import TrainingSettings, decode, load_config, require_files_allowed, setting, settings_in
from ebana_like.runs.named_files import FILES
from ebana_like.simulators import ENGINES

NOTE = f"{ANNOTATION}fit"
"""How comment lines begin that hold settings: `* @fit inputs v1,v2`."""


@dataclass(frozen=True)
class AutoOr:
    """Every name of a seam, and the choice that is left to us."""

    names: Iterable[str]

    def __iter__(self) -> Iterator[str]:
        return iter(["auto", *self.names])


@dataclass(frozen=True)
class FitSettings(TrainingSettings):
    """How a netlist is fitted to a table. Volts, siemens, amperes."""

    netlist: str = setting("", "The netlist.")
    include_path: str = setting(
        "", "Folders, separated by commas, that the netlist may include files from; looked through for those not found."
    )
    data: str = setting("", "CSV file with a header: a column for each input and output, or for labels.")
    inputs: str = setting("", "Voltage sources that carry columns: v1,v2 or v1=x,-v2=x (minus for its negative).")
    outputs: str = setting(
        "", "Nodes, or pairs as in a-b, that are to reach the columns of these names, or of others: a-b=y."
    )
    labels: str = setting("", "Column of class names, in place of columns of target voltages.")
    train: str = setting(
        "r*",
        "What to train, separated by commas: names or patterns of elements (r*,v1,e1,m1.w), {pos} for a parameter.",
    )
    scale: str = setting(
        "auto",
        "Steps as shares of the value (logarithmic) or of the range (linear); auto: the first where a positive range "
        "spans more than a decade.",
        ("auto", "linear", "logarithmic"),
    )
    range: str = setting("", "Ranges of what is trained, in the netlist's units: pos=0:1,r*=100:10k.")
    engine: str = setting(
        "auto", "What solves the circuit; auto: native where it can.", AutoOr(ENGINES), former=ENGINES.former
    )
    estimator: str = setting(
        "auto", "Gradient estimator; auto: centered where it is exact, else adjoint.", AutoOr(ESTIMATORS)
    )
    volts: float = setting(0.0, "Scale every input column to this range, +-volts; 0: columns are volts already.", low=0)
    g_low: float = setting(0.0, "Smallest conductance of a trained resistor; 0: a tenth of the smallest now.", low=0)
    g_high: float = setting(0.0, "Largest conductance of a trained resistor; 0: ten times the largest now.", low=0)
    beta: float = setting(0.0, "Nudging factor, siemens; 0: a thousandth of the mean trained conductance.", low=0)
    update: str = setting("adam", "Update rule.", UPDATES)
    lr: tuple[float, ...] = setting((0.03,), "Learning rate relative to the range of what is trained.")
    keep: str = setting("best", "Which epoch's values end up in the netlist.", ("last", "best"))

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.lr) != 1:
            raise SettingError(f"lr has {len(self.lr)} values; one rate holds for all trained resistors")

    @property
    def reading(self) -> Reading:
        """How the netlist is to be read."""
        return reading_with([Path(word) for word in self.include_path.split(",") if word])


def gather(netlist: Path, config: Path | None, given: Mapping[str, object], where: str) -> FitSettings:
    """Return the settings of the netlist's comment lines, over them those of a TOML file, over them the given ones.

    where: what error messages call the origin of the given ones. Names of data files in the comment lines are relative
    to the netlist. Raises SettingError for what is not understood.
    """
    tables = {} if config is None else load_config(config)
    first = FitSettings() if config is None else settings_in(tables, "settings", FitSettings(), str(config))
    if config is not None:
        require_files_allowed(first, config, [*given, "netlist"])
    with read_with(decode(given, first, where).reading):
        deck = read_deck(read_text(netlist)[0], str(netlist), netlist.parent)
    settings = noted(deck, given)
    if config is not None:
        settings = settings_in(tables, "settings", settings, str(config))
    settings = decode({**given, "netlist": str(netlist)}, settings, where)
    for name in ("data", "inputs", "outputs"):
        if not getattr(settings, name):
            raise SettingError(f'{name} is not given; use --{name}, or a line "{NOTE} {name} ..." in the netlist')
    return settings


def noted(deck: Deck, given: Container[str] = ()) -> FitSettings:
    """Return the settings of the netlist's comment lines over the defaults; errors and names as `gather`.

    given: names of settings that are given otherwise. Raises SettingError for a data file outside the netlist's folder
    that this person never named.
    """
    settings = FitSettings(celsius=deck.conditions.celsius)
    for line in deck.statements:
        if isinstance(line, Line) and line.text.startswith(NOTE):
            key, _, value = line.text[len(NOTE) :].strip().partition(" ")
            if key in ("netlist", "include_path"):
                raise line.error(f"a netlist cannot say its own {key}; leave the line out")
            if key in FILES:
                value = str(Path(line.source).parent / value.strip())
            settings = decode({key: value.strip()}, settings, f"{line.source}, line {line.number}")
            if key in FILES and key not in given:
                require_allowed(Path(value), Path(line.source), key)
    return settings
