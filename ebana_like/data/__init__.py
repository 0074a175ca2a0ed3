"""Samples and their answers, as voltages."""

from ebana_like.data.dataset import Dataset, MultilabelDataset, RegressionDataset
from ebana_like.data.split import Split, VoltScale, by_converter, in_range, in_volts, intensities_in_volts

__all__ = [
    "Dataset",
    "MultilabelDataset",
    "RegressionDataset",
    "Split",
    "VoltScale",
    "by_converter",
    "in_range",
    "in_volts",
    "intensities_in_volts",
]
