"""How do aihwkit's presets answer pulses? Records mean and spread over 10,000 devices of each as a CSV.

    python record_aihwkit.py FOLDER      (where aihwkit is installed; made with 1.1.0)

Every device begins at 0 and gets as many pulses up as it has states, as many down, and then pairs of one up and one
down, as many pulses again. Weights are those that the array multiplies with, in units of the preset's own range
w_max - w_min.
"""

import csv
import sys
from pathlib import Path

import aihwkit
import numpy as np
import torch
from aihwkit.simulator.configs import SingleRPUConfig, UpdateParameters
from aihwkit.simulator.parameters.enums import PulseType
from aihwkit.simulator.presets import devices
from aihwkit.simulator.tiles import AnalogTile

PRESETS = {
    "idealized": "Idealized",
    "gokmen-vlasov": "GokmenVlasov",
    "capacitor": "Capacitor",
    "ecram": "EcRam",
    "ecram-mo": "EcRamMO",
    "reram-es": "ReRamES",
    "reram-sb": "ReRamSB",
    "reram-array-om": "ReRamArrayOM",
    "reram-array-hfo2": "ReRamArrayHfO2",
    "pcm": "PCM",
}
SIDE = 100
POINTS = 20  # recorded in each third


def main(folder: Path) -> None:
    for name, called in PRESETS.items():
        device = getattr(devices, f"{called}PresetDevice")()
        device.construction_seed = 1
        width = device.w_max - device.w_min
        states = round(width / device.dw_min)
        update = UpdateParameters(
            desired_bl=1, update_bl_management=False, update_management=False, pulse_type=PulseType.STOCHASTIC
        )
        torch.manual_seed(1)
        tile = AnalogTile(SIDE, SIDE, SingleRPUConfig(device=device, update=update))
        tile.set_weights(torch.zeros(SIDE, SIDE))
        tile.set_learning_rate(1.0)
        third = max(states, 4) // 2 * 2
        signs = np.concatenate([np.ones(third), -np.ones(third), np.tile([1, -1], third // 2)])
        every = max(third // POINTS, 1)
        pass
        x, ones = -torch.ones(1, SIDE), torch.ones(1, SIDE)
        rows = []
        for k, sign in enumerate(signs, start=1):
            tile.update(x, ones * sign)
            if k % every == 0 or k % third == 0:
                w = tile.get_weights()[0].numpy().astype(float) / width
                rows.append([k, f"{w.mean():.6f}", f"{w.std():.6f}"])
        with (folder / f"{name}.csv").open("w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["pulse", "mean", "spread"])
            writer.writerows(rows)
        print(name, aihwkit.__version__, states, len(rows), rows[-1], flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
