"""From where do MNIST's default settings come? 30 trials of three epochs, and the best on three seeds in full.

    python experiments/search/run.py PATH

Searches among the settings of space.toml in single precision by the adjoint, judged by 10,000 of the 60,000 training
digits (seed 0). Then those that it began from, the best, and the defaults, which are the best with fewer figures, train
for all ten epochs on three other splits, seeds 1 to 3; the test digits are looked at there for the first time. Goes on
where it was stopped. Writes trials.csv, slices.svg, importances.svg and confirmed.csv beside itself.
"""

import csv
import shutil
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from trainings import train_one

from ebana_like.cluster import Cluster, share
from ebana_like.runs import Settings
from ebana_like.search import Trial, importances, load_space, open_search, plot_importances, plot_slices, run_search
from ebana_like.tasks import TASKS

HERE = Path(__file__).parent
FOLDER = Path("runs", "search-mnist-study")
TRIALS, EPOCHS, SEEDS, WORKERS = 30, 3, (1, 2, 3), 2
HEADS = ("settings", "seed", "validation_error", "test_error", "train_error", "seconds")


def default(path: str) -> Settings:
    """Return the default settings in single precision, with 10,000 digits set aside."""
    settings = replace(TASKS["mnist"].settings, precision="single", estimator="adjoint", data=path)
    return replace(settings, validation=1 / 6)


def base(path: str) -> Settings:
    """Return those that the search began from; the defaults follow from what it found."""
    return replace(default(path), lr=(0.01,), temperature=0.1, smoothing=0.05)


def full(case: tuple[str, Settings]) -> list[str]:
    """Train in full; the row of confirmed.csv."""
    name, settings = case
    records = train_one(TASKS["mnist"].problem(settings), settings)
    last = records[-1]
    assert last.validation is not None
    assert last.test is not None
    errors = [f"{100 * (1 - part.accuracy):.2f}" for part in (last.validation, last.test, last.train)]
    return [name, str(settings.seed), *errors, f"{sum(record.seconds for record in records):.1f}"]


def searched(path: str) -> Trial:
    """Search, and draw what came of it; the best trial."""
    space = load_space(HERE / "space.toml", replace(base(path), epochs=EPOCHS))

    def watch(trial: Trial) -> None:
        score = trial.scored.scores[-1:]
        print(f"trial {trial.number}: {space.texts(trial.point)} {trial.scored.status} {score}", flush=True)

    with open_search(FOLDER, "mnist", space) as folder:
        run_search(folder, TRIALS, Cluster(WORKERS), watch)
        plot_slices(folder, HERE / "slices.svg")
        shares = importances(folder)
        plot_importances(shares, HERE / "importances.svg")
        shutil.copy(FOLDER / "trials.csv", HERE / "trials.csv")
        assert folder.best is not None
        best = folder.best
    for name, share_of in shares.items():
        print(f"{name}: {100 * share_of:.0f} % of the scores' variance")
    print(f"best: trial {best.number}, {100 * best.scored.value:.2f} %, {space.texts(best.point)}", flush=True)
    return best


def confirmed(path: str, best: Trial, told: Callable[[list[str]], None]) -> list[list[str]]:
    """Train in full on other seeds, those that are not done yet; a row each."""
    before, file = base(path), FOLDER / "confirmed.csv"
    found = load_space(HERE / "space.toml", before).settings(best.point)
    settings = {"before": before, "best": found, "default": default(path)}
    rows = list(csv.reader(file.open())) if file.exists() else []
    there = {(row[0], row[1]) for row in rows}
    cases = [(name, replace(settings[name], seed=seed)) for seed in SEEDS for name in settings]
    missing = [case for case in cases if (case[0], str(case[1].seed)) not in there]
    with closing(share(full, missing, Cluster(WORKERS))) as outcomes:
        for outcome in outcomes:
            assert outcome.result is not None, outcome.reason
            rows.append(outcome.result)
            told(outcome.result)
            with file.open("w") as there_file:
                csv.writer(there_file, lineterminator="\n").writerows(rows)
    return sorted(rows)


def main(path: str) -> None:
    best = searched(path)
    rows = confirmed(path, best, lambda row: print(*row, flush=True))
    with (HERE / "confirmed.csv").open("w") as file:
        csv.writer(file, lineterminator="\n").writerows([HEADS, *rows])
    for name in ("before", "best", "default"):
        errors = np.array([[float(row[k]) for k in (2, 3)] for row in rows if row[0] == name])
        means = errors.mean(axis=0)
        print(f"{name}: validation {means[0]:.2f} %, test {means[1]:.2f} % wrong, mean of {len(errors)} seeds")


if __name__ == "__main__":
    main(str(Path(sys.argv[1]).resolve()))
