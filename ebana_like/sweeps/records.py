"""What did every epoch of a training do? The callback that remembers."""

from dataclasses import dataclass, field

from ebana_like.training import Callback, EpochRecord, Progress


@dataclass
class Records(Callback):
    """The callback that keeps every epoch's record."""

    epochs: list[EpochRecord] = field(default_factory=list)

    def on_epoch(self, progress: Progress, record: EpochRecord) -> None:
        """Keep the record."""
        self.epochs.append(record)
