"""What is a task? Data, a network, and settings known to work: everything behind `train-circuit NAME`."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ebana_like.errors import SettingError
from ebana_like.runs.settings import Settings, TrainingSettings

if TYPE_CHECKING:
    from ebana_like.data import Split
    from ebana_like.tasks.hopfield import HopfieldSettings
    from ebana_like.training import Problem


class Trainable(Protocol):
    """What the training in a run folder is of: a task, or a netlist of one's own.

    name: by which a run folder knows it. summary: one line about it. settings: the defaults; where a method takes
    settings, they are of this kind.
    """

    @property
    def name(self) -> str: ...

    @property
    def summary(self) -> str: ...

    @property
    def settings(self) -> TrainingSettings: ...

    def called(self, settings: Any) -> str:
        """Return what a person calls that which is trained."""

    def command(self, settings: Any) -> list[str]:
        """Return the words behind `train-circuit` that begin another training of it."""

    def problem(self, settings: Any, folder: Path | None = None) -> "Problem":
        """Return the training problem; folder: of the run that began with these settings, where there is one."""

    def parts(self, settings: Any) -> "Split":
        """Return the data split as the settings ask, features in their own units."""

    def scaled(self, parts: "Split", settings: Any) -> "Split":
        """Return data with features in volts, and quantities with their range, as the training samples ask."""


@dataclass(frozen=True)
class Task:
    """A named problem. Tasks are described without numpy; what loads and trains them is imported when that begins.

    summary: one line for the list of tasks. size: samples, and neurons from inputs to output pairs.
    expect: what the default settings reach. time: how long they take on one core.
    settings: the defaults.
    load: the data, all of it to learn from but for a test set that comes with it; features in their own units. Its
        argument are the settings, of which it may heed `data` and `target`. heeds: which of the two.
    white: the largest intensity of features such as pixels, which are all scaled alike; None where every feature is
        scaled by its own range.
    """

    name: str
    summary: str
    size: str
    expect: str
    time: str
    settings: Settings
    load: "Callable[[Any], Split]"
    white: float | None = None
    heeds: tuple[str, ...] = ()

    def called(self, settings: Settings) -> str:
        """Return its name; see `Trainable`."""
        return self.name

    def command(self, settings: Settings) -> list[str]:
        """Return its name, which is its command; see `Trainable`."""
        return [self.name]

    def problem(self, settings: Settings, folder: Path | None = None) -> "Problem":
        """Return the training problem for these settings. Raises SettingError when the start does not fit them."""
        from ebana_like.runs import load_circuit
        from ebana_like.runs.assembly import problem_of

        start = load_circuit(Path(settings.start)).circuit if settings.start else None
        return problem_of(settings, self.scaled(self.parts(settings), settings), f"ebana_like {self.name}", start)

    def scaled(self, parts: "Split", settings: "Settings | HopfieldSettings") -> "Split":
        """Return data with features in volts, and quantities with their range, as the training samples ask."""
        from ebana_like.data import by_converter, in_range, in_volts, intensities_in_volts
        from ebana_like.runs import converter_of

        parts = in_range(parts)
        if self.white is None:
            parts = in_volts(parts, settings.volts)
        else:
            parts = intensities_in_volts(parts, settings.volts, self.white)
        return by_converter(parts, converter_of(settings))

    def parts(self, settings: "Settings | HopfieldSettings") -> "Split":
        """Return the data split as the settings ask, features in their own units."""
        from ebana_like.data import Split
        from ebana_like.data.split import split

        for name in ("data", "target"):
            if getattr(settings, name) and name not in self.heeds:
                raise SettingError(
                    f"{name} is {getattr(settings, name)}, but {self.name} comes with data of its own; leave it out, "
                    "or train on a table: csv"
                )
        data = self.load(settings)
        if data.test is not None and settings.test:
            raise SettingError(f"{self.name} comes with a test set; leave the setting test at 0")
        parts = split(data.train, settings.validation, settings.test, settings.seed)
        parts = Split(parts.train, parts.validation, data.test or parts.test)
        return self._shifted(parts, settings.shift) if settings.shift else parts

    def _shifted(self, parts: "Split", shift: int) -> "Split":
        from ebana_like.data.shifted import ShiftedImages

        if self.white is None:
            raise SettingError(f"shift is {shift}, but {self.name} has no images to move; leave it at 0")
        return parts.map(
            lambda data: ShiftedImages(data.features, data.labels, data.classes, unit=data.unit, shift=shift)
        )
