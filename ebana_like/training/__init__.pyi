"""Data as voltages, the training loop, settings, and the run folder."""

from .checkpoint import Checkpoint, load_newest, save_checkpoint
from .dataset import Dataset, MultilabelDataset, RegressionDataset
from .loop import Callback, Interrupted, evaluate, train
from .problem import Problem
from .progress import Best, EpochRecord, Evaluation, Progress
from .recorder import RunRecorder
from .resume import agreed_settings, progress_of
from .run import Run, begin_run, create_run, history_text, load_circuit, load_history
from .settings import (
    Settings,
    TrainingSettings,
    as_table,
    commented_config,
    decode,
    dump_config,
    load_config,
    require_files_allowed,
    setting,
    settings_in,
    with_files_found,
)
from .split import Split, VoltScale, in_range, in_volts, intensities_in_volts
from .stopping import is_finished

__all__ = [
    "Best",
    "Callback",
    "Checkpoint",
    "Dataset",
    "EpochRecord",
    "Evaluation",
    "Interrupted",
    "MultilabelDataset",
    "Problem",
    "Progress",
    "RegressionDataset",
    "Run",
    "RunRecorder",
    "Settings",
    "Split",
    "TrainingSettings",
    "VoltScale",
    "agreed_settings",
    "as_table",
    "begin_run",
    "commented_config",
    "create_run",
    "decode",
    "dump_config",
    "evaluate",
    "history_text",
    "in_range",
    "in_volts",
    "intensities_in_volts",
    "is_finished",
    "load_circuit",
    "load_config",
    "load_history",
    "load_newest",
    "progress_of",
    "require_files_allowed",
    "save_checkpoint",
    "setting",
    "settings_in",
    "train",
    "with_files_found",
]
