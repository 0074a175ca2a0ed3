"""What device is it whose pulses were measured? Its steps, their spread and their noise, by parts of its range.

A place is a conductance's share of the way from the smallest to the largest that was measured; a step, the change from
one line to the next divided by the pulses between them. Noise of the measurement counts as noise from cycle to cycle.
"""

import numpy as np
from numpy.typing import NDArray

from ebana_like.checks import require_number
from ebana_like.elements import FloatArray
from ebana_like.errors import SettingError, counted
from ebana_like.hardware.laws import Tabulated
from ebana_like.hardware.pulsed import Pulsed
from ebana_like.systems import BoolArray

BINS = 20

MOST_TRIED = 1000
"""Parts that are tried, at most, before some are advised."""


def fitted_device(
    pulses: FloatArray,
    conductances: FloatArray,
    devices: NDArray[np.intp] | None = None,
    bins: int = BINS,
    called: str = "the device",
) -> Pulsed:
    """Return a technology whose pulses are in the mean, spread and noise as measured ones.

    pulses: how many a device has had, (lines,), less those down: numbers rise under pulses up and fall under pulses
        down. conductances: siemens, (lines,). devices: which it was, (lines,); one unless given.
    bins: equal parts of the range, in each of which steps are averaged. called: what messages name.
    Raises SettingError for a part of the range in which no pulse of a direction begins, and for what is no measurement.
    """
    require_number(f"bins of {called}", bins, whole=True, low=2)
    devices = np.zeros(len(pulses), dtype=np.intp) if devices is None else devices
    low, high = float(conductances.min(initial=np.inf)), float(conductances.max(initial=-np.inf))
    if not 0 <= low < high:
        raise SettingError(
            f"{called} has conductances from {low:g} to {high:g} S; expected some that differ, none below zero"
        )
    places = (conductances - low) / (high - low)
    follows = (devices[1:] == devices[:-1]) & (pulses[1:] != pulses[:-1])
    between = np.diff(pulses)[follows]
    steps, owners = np.diff(places)[follows] / between, np.unique(devices[1:][follows], return_inverse=True)[1]
    at = np.minimum((places[:-1][follows] * bins).astype(int), bins - 1)
    means, noises, sizes = [], [], []
    for up in (True, False):
        mine = (between > 0) == up
        where, shape = (owners[mine], at[mine]), (owners.max(initial=0) + 1, bins)
        counts, sums = np.zeros(shape), np.zeros(shape)
        np.add.at(counts, where, 1)
        np.add.at(sums, where, steps[mine])
        if not counts.any(axis=0).all():
            fewer = range(min(bins - 1, MOST_TRIED), 1, -1)
            ways = places[:-1][follows], between > 0
            advice = next((count for count in fewer if _covers(*ways, count)), None)
            _refuse(int(np.argmin(counts.any(axis=0))), bins, up, low, high, called, advice)
        of_each = np.divide(sums, counts, out=np.full(shape, np.nan), where=counts > 0)
        mean = np.nanmean(of_each, axis=0)  # of devices, however many pulses each took to cross a part
        if not mean.mean() > 0:
            raise SettingError(
                f"{called}: pulses {'up lower' if up else 'down raise'} its conductance in the mean; numbers of pulses "
                "rise under pulses up and fall under pulses down"
            )
        several = (steps[mine] - of_each[where]) ** 2 * abs(between[mine])
        freedom = np.maximum(counts.sum(axis=0) - counts.any(axis=1).sum(), 1)
        noises.append(np.sqrt(np.bincount(at[mine], several, bins) / freedom))
        sizes.append(sums.sum(axis=1) / np.maximum((counts * mean).sum(axis=1), 1e-300))
        means.append(mean)
    step = float(np.mean(means))
    spread = float(np.std(sizes))
    law = Tabulated(*(tuple((mean / step).tolist()) for mean in means), *(tuple(noise.tolist()) for noise in noises))
    return Pulsed(step=step, law=law, cycle=1.0, device=spread)


def _covers(begins: FloatArray, up: BoolArray, bins: int) -> bool:
    """Whether pulses up and pulses down begin, (pulses,), in every one of so many equal parts."""
    at = np.minimum((begins * bins).astype(int), bins - 1)
    return all(np.bincount(at[way], minlength=bins).all() for way in (up, ~up))


def _refuse(empty: int, bins: int, up: bool, low: float, high: float, called: str, advice: int | None) -> None:
    begin, end = (low + (high - low) * (empty + k) / bins for k in (0, 1))
    raise SettingError(
        f"{called} has no pulse {'up' if up else 'down'} that begins between {begin:.4g} and {end:.4g} S, one of "
        f"{counted(bins, 'part')} of its range; measure there"
        + ("; averages over fewer parts do not help" if advice is None else f", or average over fewer parts, {advice}")
    )
