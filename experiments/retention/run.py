"""How long does a trained circuit last? Digits, learned with ideal devices, written into published ones, left alone.

    python experiments/retention/run.py               # resumable; results.csv, retention.svg

Rows are appended to results.csv as they are computed; a technology that is there is not computed again.
"""

import csv
import sys
import tempfile
from pathlib import Path

from click.testing import CliRunner

from ebana_like.analysis.chips import quantiles
from ebana_like.analysis.retention import aged
from ebana_like.analysis.trained import Trained, read_trained
from ebana_like.cli.main import main as command
from ebana_like.pages.retention import SECONDS, time_words

sys.path.insert(0, str(Path(__file__).parents[1]))
from rows import add_row

HERE = Path(__file__).parent
RESULTS = HERE / "results.csv"

TRAINING = "digits --engine native --epochs 6 --decay 0.7 --seed 0"
TECHNOLOGIES = (
    "pcm-nandakumar",
    "pcm-hermes",
    "pcm-hermes-two",
    "pcm-joshi",
    "reram-wan",
    "cmo-hfox",
    "cmo-hfox-fine",
    "capacitor",
)
TIMES = tuple(SECONDS[unit] for unit in ("s", "h", "d", "y"))
CHIPS = 5


def trained(folder: str) -> Trained:
    done = CliRunner().invoke(command, [*TRAINING.split(), "--out", folder], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    (run,) = Path(folder).iterdir()
    return read_trained(run)


def done() -> list[dict[str, str]]:
    if not RESULTS.exists():
        return []
    with RESULTS.open() as file:
        return list(csv.DictReader(file))


def main() -> None:
    missing = [name for name in TECHNOLOGIES if name not in {row["technology"] for row in done()}]
    with tempfile.TemporaryDirectory() as folder:
        run = trained(folder) if missing else None
        for name in missing:
            assert run is not None
            found = aged(run, TIMES, CHIPS, name)
            for seconds, chips in zip((0.0, *found.seconds), (found.written, *found.later), strict=True):
                spread = {which: 100 * float(pair[0]) for which, pair in quantiles(chips).items()}
                row = {
                    "technology": name,
                    "after": time_words(seconds) if seconds else "written",
                    "chips": CHIPS,
                    "trained": f"{100 * found.design.accuracy:.2f}",
                    "mean": f"{spread['mean']:.2f}",
                    "worst": f"{spread['worst']:.2f}",
                }
                add_row(RESULTS, row)
                print(", ".join(f"{key} {value}" for key, value in row.items()), flush=True)


def plot() -> None:
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    rows = done()
    figure, axes = plt.subplots(figsize=(6.4, 3.8), layout="constrained")
    for name in TECHNOLOGIES:
        mine = [row for row in rows if row["technology"] == name]
        axes.plot([row["after"] for row in mine], [float(row["mean"]) for row in mine], marker="o", label=name)
    axes.axhline(float(rows[0]["trained"]), color="#777777", linestyle=":", label="as trained")
    axes.set(xlabel="time since the last write", ylabel="right answers, mean of the chips (%)", ylim=(88, 100))
    axes.legend(fontsize=7)
    figure.savefig(HERE / "retention.svg")


if __name__ == "__main__":
    main()
    plot()
