"""Data as voltages, the training loop, settings, and the run folder."""

from ebana_like.training.dataset import Dataset, MultilabelDataset, RegressionDataset
from ebana_like.training.loop import (
    Callback,
    EpochRecord,
    Evaluation,
    Interrupted,
    Problem,
    Progress,
    evaluate,
    train,
)
from ebana_like.training.run import (
    Run,
    RunRecorder,
    begin_run,
    create_run,
    history_text,
    load_circuit,
    load_history,
)
from ebana_like.training.settings import (
    Settings,
    TrainingSettings,
    as_table,
    decode,
    dump_config,
    load_config,
    setting,
)
from ebana_like.training.split import Split, VoltScale, in_range, in_volts, intensities_in_volts, split

__all__ = [
    "Callback",
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
    "as_table",
    "begin_run",
    "create_run",
    "decode",
    "dump_config",
    "evaluate",
    "history_text",
    "in_range",
    "in_volts",
    "intensities_in_volts",
    "load_circuit",
    "load_config",
    "load_history",
    "setting",
    "split",
    "train",
]
