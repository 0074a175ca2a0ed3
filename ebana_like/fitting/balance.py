"""How do volts and amperes add up to one cost? Each output counts relative to how far its targets are spread."""

from dataclasses import replace

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.data import Dataset, RegressionDataset
from ebana_like.fitting.ports import output_units
from ebana_like.learning import Cost, SquaredError


def balanced(cost: Cost, circuit: Circuit, learned: Dataset) -> Cost:
    """Return the cost of a fit: where some outputs are voltages and some are currents, with weights 1 / spread^2 of the
    training targets, times that of the first output, whose loss stays as it is.

    learned: training samples.
    """
    if not isinstance(cost, SquaredError) or not isinstance(learned, RegressionDataset):
        return cost
    if len(set(output_units(circuit))) < 2:
        return cost
    spreads = np.ptp(learned.targets(cost), axis=0)
    spreads = np.where(spreads > 0, spreads, 1.0)
    return replace(cost, weights=tuple(((spreads[0] / spreads) ** 2).tolist()))
