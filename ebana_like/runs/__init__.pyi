"""Trainings as people start them: settings, what they stand for, and the folder that is left."""

from .assembly import (
    beta_of,
    converter_of,
    cost_of,
    device_in,
    engine_of,
    estimator_of,
    layers,
    problem_of,
    rates_of,
    readout_of,
    simulator_of,
    technology_of,
    update_of,
)
from .checkpoint import Checkpoint, load_newest, save_checkpoint
from .config import as_table, commented_config, decode, dump_config, load_config, settings_in
from .entries import setting
from .named_files import require_files_allowed, with_files_found
from .recorder import RunRecorder
from .resume import agreed_settings, progress_of
from .run import Run, begin_run, create_run, history_text, load_circuit, load_history
from .settings import Settings, TrainingSettings

__all__ = [
    "Checkpoint",
    "Run",
    "RunRecorder",
    "Settings",
    "TrainingSettings",
    "agreed_settings",
    "as_table",
    "begin_run",
    "beta_of",
    "commented_config",
    "converter_of",
    "cost_of",
    "create_run",
    "decode",
    "device_in",
    "dump_config",
    "engine_of",
    "estimator_of",
    "history_text",
    "layers",
    "load_circuit",
    "load_config",
    "load_history",
    "load_newest",
    "problem_of",
    "progress_of",
    "rates_of",
    "readout_of",
    "require_files_allowed",
    "save_checkpoint",
    "setting",
    "settings_in",
    "simulator_of",
    "technology_of",
    "update_of",
    "with_files_found",
]
