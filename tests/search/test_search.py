"""A search finds what learns, never looks at the test set, and goes on as if it had never been stopped."""

import csv
import re
import shlex
from contextlib import suppress
from dataclasses import replace

import pytest
from click.testing import CliRunner

from ebana_like.cli import main
from ebana_like.cluster import Cluster
from ebana_like.errors import SettingError, TrainingError
from ebana_like.runs import simulator_of
from ebana_like.search import importances, open_search, run_search
from ebana_like.search.space import space_of
from ebana_like.search.trial import Asked, run_trial, searched
from ebana_like.tasks import TASKS
from ebana_like.training import train

IRIS = replace(TASKS["iris"].settings, engine="native", epochs=3, hidden=(4,), batch=20, validation=0.25)
SPACE = {"lr": {"low": 1e-4, "high": 1.0, "log": True}, "update": ["sgd", "sign"]}
HERE = Cluster()


class StopError(Exception):
    """Stops a search."""


def found(path, trials=6, on=HERE, stop=None, base=IRIS):
    """Search in a folder; the trials that ended, by number."""
    seen = []

    def watch(trial):
        seen.append(trial.number)
        if len(seen) == stop:
            raise StopError

    with open_search(path, "iris", space_of(SPACE, base, "space")) as folder:
        with suppress(StopError):
            run_search(folder, trials, on, watch)
        return folder.ended, seen


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A search of six trials that was never stopped, and its folder."""
    path = tmp_path_factory.mktemp("search")
    return found(path)[0], path


def test_a_search_that_is_stopped_and_goes_on_is_the_one_that_was_not(whole, tmp_path):
    assert found(tmp_path, stop=2)[1] == [0, 1]
    ended, seen = found(tmp_path)
    assert seen == [2, 3, 4, 5]
    assert ended == whole[0]
    assert (tmp_path / "trials.csv").read_text() == (whole[1] / "trials.csv").read_text()
    assert found(tmp_path) == (ended, [])


def test_another_seed_looks_elsewhere(whole, tmp_path):
    other = found(tmp_path, trials=1, base=replace(IRIS, seed=1))[0]
    assert other[0].point != whole[0][0].point


def test_workers_run_all_trials_and_each_scores_what_its_settings_do(tmp_path, cluster):
    ended, _ = found(tmp_path, on=cluster)
    assert sorted(ended) == list(range(6))
    for trial in ended.values():
        settings = space_of(SPACE, IRIS, "space").settings(trial.point)
        assert run_trial("iris", Asked(trial.number, settings, ())).scores[: len(trial.scored.scores)] == (
            trial.scored.scores
        )


def test_the_score_is_that_of_the_validation_samples_and_the_test_set_is_not_there(whole):
    trial = next(trial for trial in whole[0].values() if trial.scored.status == "done")
    settings = space_of(SPACE, IRIS, "space").settings(trial.point)
    problem = TASKS["iris"].problem(settings)
    assert problem.data.test is not None
    assert searched("iris", settings).data.test is None
    with simulator_of(problem.circuit, settings) as simulator:
        records = train(problem, simulator).records
    assert trial.scored.scores == tuple(record.validation.accuracy for record in records)
    assert trial.scored.value == records[-1].validation.accuracy


def test_a_trial_below_the_median_of_others_is_pruned_and_a_better_one_is_not():
    good = (0.2, 0.3, 0.4)
    trial = Asked(9, replace(IRIS, lr=(0.05,)), (good,) * 5)
    assert run_trial("iris", trial).status == "done"
    pruned = run_trial("iris", replace(trial, others=((1.1, 1.1, 1.1),) * 5))
    assert (pruned.status, len(pruned.scores)) == ("pruned", 2)  # after one epoch nobody is judged
    assert pruned.scores == run_trial("iris", trial).scores[:2]


def test_a_trial_that_fails_is_in_the_table_with_its_reason_and_others_go_on(tmp_path, monkeypatch):
    count = iter(range(10))

    def failing(*arguments, **options):
        if next(count) == 1:
            raise TrainingError("it diverges")
        return train(*arguments, **options)

    monkeypatch.setattr("ebana_like.search.trial.train", failing)
    ended, _ = found(tmp_path, trials=3)
    assert [ended[k].scored.status for k in range(3)] == ["done", "failed", "done"]
    rows = list(csv.DictReader((tmp_path / "trials.csv").read_text().splitlines()))
    assert (rows[1]["status"], rows[1]["score"], rows[1]["reason"]) == ("failed", "", "it diverges")
    assert float(rows[2]["score"]) == pytest.approx(ended[2].scored.value, rel=1e-5)


def test_what_matters_is_found(tmp_path):
    with open_search(tmp_path, "iris", space_of(SPACE, IRIS, "space")) as folder:
        run_search(folder, 1, HERE)
        assert importances(folder) == {}
        (trial,) = folder.ended.values()
        for number in range(1, 12):
            scored = replace(trial.scored, value=number / 20, status="done")
            point = {"lr": 10 ** (-4 + number / 3), "update": ("sgd", "sign")[number % 2]}
            folder.add(replace(trial, number=number, point=point, scored=scored))
        shares = importances(folder)
    assert list(shares) == ["lr", "update"]
    assert shares["lr"] > 0.9
    assert sum(shares.values()) == pytest.approx(1)


def test_another_search_in_the_same_folder_is_refused_with_both(whole):
    other = space_of({**SPACE, "update": ["sgd", "momentum"]}, IRIS, "space")
    message = "holds another search: update is sgd,sign there, sgd,momentum here"
    with pytest.raises(SettingError, match=message), open_search(whole[1], "iris", other):
        pass


def test_a_task_without_samples_to_spare_is_refused():
    with pytest.raises(SettingError, match="sets no samples aside to judge trials by; give --validation 0.2"):
        searched("iris", replace(IRIS, validation=0.0))


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_the_command_ends_with_one_that_trains_with_the_best_settings(tmp_path):
    (tmp_path / "space.toml").write_text("lr = {low = 1e-3, high = 0.3, log = true}\nbatch = [10, 20]\n")
    options = ["--engine", "native", "--epochs", "2", "--hidden", "4"]
    result = run("search", "iris", "--space", tmp_path / "space.toml", "--trials", 5, *options, "--out", tmp_path / "s")
    assert result.exit_code == 0, result.output
    assert "judged by 20 % of the samples, 2 epochs each, in this process" in result.output
    assert len(re.findall(r"^ +\d of 5  trial \d: .* \(lr [\d.e-]+ batch [12]0\)$", result.output, re.MULTILINE)) == 5
    made = {path.name for path in (tmp_path / "s").iterdir()}
    assert {"trials.csv", "trials.journal", "slices.svg", "search.toml"} <= made
    words = shlex.split(re.search(r"^train: +(.*)$", result.output, re.MULTILINE)[1])
    with (tmp_path / "s" / "trials.csv").open() as file:
        best = max(csv.DictReader(file), key=lambda row: (float(row["score"] or 0), -int(row["trial"])))
    assert words[1:] == ["iris", *options, "--lr", best["lr"], "--batch", best["batch"]]
    trained = run(*words[1:], "--out", tmp_path / "runs")
    assert trained.exit_code == 0, trained.output


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("lr = 1", [], r"error: \S+space.toml: lr is 1; give a range as"),
        ("lr = [1, 2]", ["--lr", "3"], r"error: lr is given, and \S+space.toml searches it; leave one of the two out"),
        ("lr = [1, 2]", ["--workers", "2", "--cluster", "tcp://a:1"], "so give one of the two"),
    ],
)
def test_bad_use_of_a_search_is_one_clear_line(text, options, message, tmp_path):
    (tmp_path / "space.toml").write_text(text)
    result = run("search", "iris", "--space", tmp_path / "space.toml", *options, "--out", tmp_path / "s")
    assert result.exit_code == 2
    assert re.search(message, result.output)
    assert len(result.output.splitlines()) == 1
    assert not (tmp_path / "s").exists()
