"""Does my device learn? Circuits under every published device, and under each imperfection alone.

    python experiments/devices/run.py                        # XOR, Iris and digits; goes on where it was stopped
    python experiments/devices/run.py digits ecram rarely    # of a task, a technology or a rule alone
    python experiments/devices/run.py plot                   # the figure alone

Rows are appended to results.csv as they are computed; a row that is there is not computed again.
"""

import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ebana_like.hardware import Pulsed, technology_named
from ebana_like.runs import Settings
from ebana_like.simulators import NativeSimulator
from ebana_like.tasks import TASKS
from ebana_like.training import train

sys.path.insert(0, str(Path(__file__).parents[1]))
from rows import add_row

HERE = Path(__file__).parent
RESULTS = HERE / "results.csv"

SEEDS = {"iris": 3, "digits": 2, "xor": 5}
EPOCHS = {"xor": 200, "iris": 60, "digits": 6}
SIGN = {"xor": 1e-3, "iris": 1e-3, "digits": 1e-3}
"""Steps of the sign rule, shares of the range, as in experiments/sign_updates."""

RARE = 0.1
"""Share of the range that a rest fills before it is written, where that is done rarely."""

PRESETS = (
    "ideal",
    "idealized",
    "gokmen-vlasov",
    "capacitor",
    "ecram",
    "ecram-mo",
    "reram-es",
    "reram-sb",
    "reram-array-om",
    "reram-array-hfo2",
    "pcm",
    "ion-drift",
    "vteam",
    "data-driven",
    "data-driven-2021",
    "stanford-pku",
)
FINE = ("idealized", "gokmen-vlasov", "capacitor", "ecram", "ecram-mo", "reram-es", "reram-sb", "pcm")
"""Devices with pulses far smaller than a tenth of the range."""
CELLS = tuple(
    f"{name}-{n}" for name in ("idealized", "capacitor", "ecram", "ecram-mo", "reram-es", "reram-sb") for n in (2, 4)
)
"""Two and four devices a value."""
FASTER = "transfer.gain=30,transfer.share=0.005"
TRANSFERS = (
    "transfer.buffered=false",
    "transfer.chop=0.1",
    FASTER,
    f"{FASTER},transfer.buffered=false",
    f"{FASTER},transfer.chop=0.02",
    f"{FASTER},transfer.chop=0.1,transfer.averaged=0.5",
    f"{FASTER},transfer.off=0.2",
    f"{FASTER},transfer.off=0.2,transfer.chop=0.02",
)
"""Tiki-taka otherwise: written at once (its first version), chopped, AGAD, and with references wrong by a fifth of the
range.

FASTER: the fast bank gets so much of gradients that it forgets what it had before a sign flips.
"""
WRITTEN = ("pcm-nandakumar", "pcm-joshi", "reram-wan")
IMPERFECTIONS = (
    ("levels", "count=64,rounding=nearest"),
    ("levels", "count=64"),
    ("levels", "count=64,rounding=kept"),
    ("levels", "count=16,rounding=nearest"),
    ("levels", "count=16"),
    ("levels", "count=16,rounding=kept"),
    ("constant", ""),
    ("constant", "cycle=1"),
    ("constant", "cycle=3"),
    ("constant", "device=0.3"),
    ("constant", "imbalance=0.3"),
    ("constant", "imbalance_device=0.3"),
    ("linear", ""),
    ("soft-bounds", ""),
    ("power", ""),
    ("constant", "write_noise=0.02"),
    ("constant", "write_noise=0.1"),
    ("constant", "stuck_low=0.025,stuck_high=0.025"),
    ("constant", "stuck_low=0.1,stuck_high=0.1"),
    ("constant", "leak=100000"),
    ("constant", "drift=0.05"),
)


def rarely(technology: str) -> str:
    """Return the options with which rests are written once they fill a share of `RARE` of the range."""
    devices = technology_named(technology)
    assert isinstance(devices, Pulsed)
    pulses = round(RARE / devices.step)
    return f"rounding=kept,least={pulses},most={2 * pulses}"


@dataclass(frozen=True)
class Case:
    """A training's task, technology, its options, and how it is driven: sgd, sign, kept, rarely, tiki-taka."""

    task: str
    technology: str
    options: str
    rule: str

    def settings(self, seed: int) -> Settings:
        options = [self.options, *(["rounding=kept"] if self.rule == "kept" else [])]
        given: dict[str, Any] = {
            "engine": "native",
            "seed": seed,
            "epochs": EPOCHS[self.task],
            "stop_loss": 0.0,
            "technology": self.technology,
            "technology_options": ",".join(filter(None, options)),
        }
        if self.rule == "tiki-taka":
            given["technology_options"] = ",".join(filter(None, [self.options, "transfer.every=1"]))
        if self.rule == "rarely":
            given["technology_options"] = rarely(self.technology)
        if self.rule == "sign":
            given |= {"update": "sign", "lr": (SIGN[self.task],)}
        return replace(TASKS[self.task].settings, **given)


def cases() -> Iterator[Case]:
    for task in SEEDS:
        for name in PRESETS:
            for rule in ("sgd",) if name == "ideal" else ("sgd", "kept", "sign", "tiki-taka"):
                yield Case(task, name, "", rule)
        for name in FINE:
            yield Case(task, name, "", "rarely")
        yield Case(task, "ideal", "", "sign")
        for name in (*CELLS, *WRITTEN):
            yield Case(task, name, "", "sgd")
        for name in ("reram-es", "reram-array-hfo2"):
            for options in TRANSFERS:
                yield Case(task, name, options, "tiki-taka")
        for name, options in IMPERFECTIONS:
            yield Case(task, name, options, "sgd")


def learned(case: Case) -> list[float]:
    """Return the share of right answers after the last epoch, on data held out where the task has any, by seed."""
    found = []
    for seed in range(SEEDS[case.task]):
        problem = TASKS[case.task].problem(case.settings(seed))
        with NativeSimulator(problem.circuit) as simulator:
            last = train(problem, simulator).records[-1]
        found.append(float((last.test or last.train).accuracy))
    return found


def done() -> dict[Case, dict[str, str]]:
    if not RESULTS.exists():
        return {}
    with RESULTS.open() as file:
        rows = list(csv.DictReader(file))
    return {Case(row["task"], row["technology"], row["options"], row["rule"]): row for row in rows}


def main(words: list[str]) -> None:
    for case in cases():
        if case in done() or not {case.task, case.technology, case.rule}.issuperset(words):
            continue
        accuracies = 100 * np.array(learned(case))
        row = {
            **vars(case),
            "seeds": len(accuracies),
            "epochs": EPOCHS[case.task],
            "accuracy": f"{accuracies.mean():.2f}",
            "least": f"{accuracies.min():.2f}",
        }
        add_row(RESULTS, row)
        print(", ".join(f"{name} {value}" for name, value in row.items() if value != ""), flush=True)


def _label(case: Case) -> str:
    return f"{case.technology} {case.options}".strip()


def plot() -> None:
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    rows = done()
    tasks = [task for task in ("digits", "iris", "xor") if any(case.task == task for case in rows)]
    colours = {"sgd": "#3b6ea5", "kept": "#5a9e6f", "sign": "#c8553d", "tiki-taka": "#8a5fa8", "rarely": "#d9a13b"}
    labels = list(dict.fromkeys(_label(case) for case in cases() if case in rows))
    figure, panels = plt.subplots(
        1, len(tasks), figsize=(5 + 2.6 * len(tasks), 1.6 + 0.25 * len(labels)), sharey=True, squeeze=False
    )
    for axes, task in zip(panels[0], tasks, strict=True):
        ideal = float(rows[Case(task, "ideal", "", "sgd")]["accuracy"])
        axes.axvline(ideal, color="#999999", linewidth=0.8)
        for k, (rule, colour) in enumerate(colours.items()):
            mine = [(case, row) for case, row in rows.items() if case.task == task and case.rule == rule]
            heights = [labels.index(_label(case)) + 0.14 * (k - 2) for case, _ in mine]
            if not mine:
                continue
            axes.scatter([float(row["accuracy"]) for _, row in mine], heights, s=16, color=colour, label=rule, zorder=3)
        axes.set(title=task, xlabel="right answers (%)")
        axes.set_yticks(range(len(labels)), labels, fontsize=7.5)
        axes.set_ylim(len(labels) - 0.5, -0.5)
        axes.grid(axis="y", color="#eeeeee", linewidth=6, zorder=0)
    panels[0][0].legend(fontsize=7, loc="lower left")
    figure.tight_layout()
    figure.savefig(HERE / "devices.svg")


if __name__ == "__main__":
    if sys.argv[1:] != ["plot"]:
        main(sys.argv[1:])
    plot()
