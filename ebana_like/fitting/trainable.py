"""How is fitting a netlist a training like any other? By saying what a run folder needs to know of it."""

from dataclasses import dataclass, field
from pathlib import Path

from ebana_like.data import Split
from ebana_like.fitting.fit import prepared, samples, samples_in_volts
from ebana_like.fitting.settings import FitSettings
from ebana_like.training import Problem


@dataclass(frozen=True)
class FittedNetlist:
    """A netlist of one's own that learns a table, as what a run folder is of; see `Trainable` in `ebana_like.tasks`."""

    name: str = "fit"
    summary: str = "a netlist of one's own, fitted to a table"
    settings: FitSettings = field(default_factory=FitSettings)

    def called(self, settings: FitSettings) -> str:
        """Return the name of the netlist's file."""
        return Path(settings.netlist).name

    def command(self, settings: FitSettings) -> list[str]:
        """Return the command that fits it again."""
        return [self.name, settings.netlist]

    def problem(self, settings: FitSettings, folder: Path | None = None) -> Problem:
        """Return the training problem, of the netlist as the run has kept it where there is one."""
        return prepared(settings, folder).problem

    def parts(self, settings: FitSettings) -> Split:
        """Return the table's samples, split."""
        return samples(settings)

    def scaled(self, parts: Split, settings: FitSettings) -> Split:
        """Return samples with features in volts."""
        return samples_in_volts(parts, settings)


FIT = FittedNetlist()
