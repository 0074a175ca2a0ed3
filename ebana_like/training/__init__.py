"""Data as voltages, the training loop, settings, and the run folder."""

from ebana_like.training.checkpoint import Checkpoint, load_newest, save_checkpoint
from ebana_like.training.dataset import Dataset, MultilabelDataset, RegressionDataset
from ebana_like.training.loop import Callback, Interrupted, evaluate, train
from ebana_like.training.problem import Problem
from ebana_like.training.progress import Best, EpochRecord, Evaluation, Progress
from ebana_like.training.recorder import RunRecorder
from ebana_like.training.resume import agreed_settings, progress_of
from ebana_like.training.run import Run, begin_run, create_run, history_text, load_circuit, load_history
from ebana_like.training.settings import (
    Settings,
    TrainingSettings,
    as_table,
    commented_config,
    decode,
    dump_config,
    load_config,
    setting,
    settings_in,
)
from ebana_like.training.split import Split, VoltScale, in_range, in_volts, intensities_in_volts, split
from ebana_like.training.stopping import is_finished

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
    "save_checkpoint",
    "setting",
    "settings_in",
    "split",
    "train",
]
