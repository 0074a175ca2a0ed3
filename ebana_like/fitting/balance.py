"""How do volts and amperes add up to one cost? Each output counts relative to how far its targets are spread."""

from dataclasses import replace

import numpy as np

from ebana_like.data import Split
from ebana_like.fitting.ports import columns, is_current
from ebana_like.fitting.settings import FitSettings
from ebana_like.learning import Cost, SquaredError


def balanced(cost: Cost, settings: FitSettings, data: Split) -> Cost:
    """Return the cost of a fit: where some outputs are voltages and some are currents, with weights 1 / spread^2 of the
    training targets, times that of the first output, whose loss stays as it is."""
    currents = [is_current(output) for output, _ in columns(settings.outputs)]
    if not isinstance(cost, SquaredError) or settings.labels or all(currents) or not any(currents):
        return cost
    spreads = np.ptp(data.train.targets(cost), axis=0)
    spreads = np.where(spreads > 0, spreads, 1.0)
    return replace(cost, weights=tuple(((spreads[0] / spreads) ** 2).tolist()))
