"""What does TensorBoard get to see? The history, as a folder of event files."""

from pathlib import Path

from ebana_like.errors import SettingError
from ebana_like.files import make_folder
from ebana_like.training.loop import Callback
from ebana_like.training.progress import EpochRecord, Progress


class TensorBoard(Callback):
    """The callback that writes every epoch's numbers as TensorBoard scalars; the step is the epoch.

    start: where training begins; what an interrupted one wrote of later epochs is hidden.
    Raises SettingError where the package tensorboardX is not installed, RunError where the folder cannot be made, or
    is a link.
    """

    def __init__(self, folder: Path, start: Progress) -> None:
        try:
            from tensorboardX import SummaryWriter
        except ImportError as error:
            raise SettingError(
                "TensorBoard's files need tensorboardX; pip install 'ebana-like[tensorboard]'"
            ) from error
        make_folder(folder, folder.parent)
        self.writer = SummaryWriter(str(folder), purge_step=start.epoch + 1)

    def on_epoch(self, progress: Progress, record: EpochRecord) -> None:
        """Write one point of every curve."""
        for part in ("train", "validation", "test"):
            evaluation = getattr(record, part)
            if evaluation is not None:
                self.writer.add_scalar(f"loss/{part}", evaluation.loss, record.epoch)
                self.writer.add_scalar(f"{evaluation.measure}/{part}", evaluation.accuracy, record.epoch)
        for name in ("gradient_norm", "clamped", "seconds", "failures"):
            self.writer.add_scalar(f"training/{name}", getattr(record, name), record.epoch)
        self.writer.flush()

    def close(self) -> None:
        """Write what is still on its way to the file."""
        self.writer.close()
