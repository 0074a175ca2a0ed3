"""What a sweep leaves behind: all cells, what became of each, and a summary that counts them right."""

import csv
from dataclasses import replace

import numpy as np
import pytest

from ebana_like.cluster import Cluster
from ebana_like.errors import RunError, SettingError
from ebana_like.runs import load_circuit, simulator_of
from ebana_like.sweeps import (
    DONE,
    CellResult,
    make_grid,
    open_sweep,
    parse_goal,
    plot_map,
    run_sweep,
    summarise,
)
from ebana_like.tasks import TASKS
from ebana_like.training import train

XOR = replace(TASKS["xor"].settings, engine="native", epochs=3)
GOAL = parse_goal("train_loss<0.05")
HERE = Cluster()


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """Two diode models, one of which there is not, from two seeds."""
    grid = make_grid("xor", XOR, {"diode": "valve,schottky", "seed": "0:2"})
    with open_sweep(tmp_path_factory.mktemp("sweep") / "new", grid) as folder:
        return folder, run_sweep(folder, GOAL, HERE)


def test_a_cell_is_the_training_its_settings_say(swept):
    folder, results = swept
    cell = folder.grid.cells[3]
    problem = TASKS["xor"].problem(replace(XOR, diode="schottky", seed=1))
    with simulator_of(problem.circuit, XOR) as simulator:
        alone = train(problem, simulator).values
    found = load_circuit(folder.run(cell).path).circuit.values()
    assert all(np.array_equal(found[name], alone[name]) for name in alone)
    assert folder.run(cell).settings() == cell.settings
    assert [row["epoch"] for row in results[3].history] == [1, 2, 3]


@pytest.mark.parametrize("left", ["", "junk\n", "epoch,train_loss\n1,\n"])
def test_a_cell_whose_history_is_gone_is_trained_again(left, tmp_path):
    grid = make_grid("xor", XOR, {"seed": "0:2"})
    with open_sweep(tmp_path / "sweep", grid) as folder:
        before = run_sweep(folder, GOAL, HERE)
        folder.run(grid.cells[1]).history.write_text(left)
        assert list(folder.finished()) == [0]
        again = run_sweep(folder, GOAL, HERE)
    measured = [[row["train_loss"] for row in results[1].history] for results in (before, again)]
    assert measured[0] == measured[1]


def test_a_cell_that_fails_is_in_the_table_with_its_reason(swept):
    folder, results = swept
    assert [results[k].status for k in range(4)] == ["failed", "failed", "done", "done"]
    with folder.results.open() as file:
        rows = list(csv.DictReader(file))
    assert [(row["cell"], row["diode"], row["seed"], row["status"]) for row in rows] == [
        ("0", "valve", "0", "failed"),
        ("1", "valve", "1", "failed"),
        ("2", "schottky", "0", "done"),
        ("3", "schottky", "1", "done"),
    ]
    assert all(row["reason"].startswith('no diode model "valve"') or "valve" in row["reason"] for row in rows[:2])
    assert float(rows[3]["train_loss"]) == results[3].history[-1]["train_loss"]


def test_a_cluster_leaves_the_same_table_and_the_same_circuits(swept, tmp_path, cluster):
    alone, _ = swept
    with open_sweep(tmp_path, alone.grid) as folder:
        run_sweep(folder, GOAL, cluster)

    def table(of):
        with of.results.open() as file:
            return [{**row, "seconds": ""} for row in csv.DictReader(file)]

    assert table(folder) == table(alone)
    for cell in folder.grid.cells[2:]:
        found, expected = folder.run(cell).path, alone.run(cell).path
        assert (found / "netlist.cir").read_bytes() == (expected / "netlist.cir").read_bytes()
        assert sorted(path.name for path in found.rglob("*")) == sorted(path.name for path in expected.rglob("*"))


def test_a_cell_keeps_what_its_setting_says(tmp_path):
    """A rate too high for signs lets the loss rise and fall, so that the best epoch is not the last one."""
    grid = make_grid("xor", replace(XOR, update="sign", epochs=20), {"lr": "0.05", "keep": "last,best"})
    with open_sweep(tmp_path, grid) as folder:
        results = run_sweep(folder, GOAL, HERE)
    best = int(np.argmin([row["train_loss"] for row in results[1].history])) + 1
    assert best < 20
    for cell, epochs in zip(grid.cells, (20, best), strict=True):
        problem = TASKS["xor"].problem(replace(cell.settings, epochs=epochs))
        with simulator_of(problem.circuit, XOR) as simulator:
            expected = train(problem, simulator).values
        found = load_circuit(folder.run(cell).path)
        assert found.settings["epochs"] == str(epochs)
        assert all(np.array_equal(found.circuit.values()[name], expected[name]) for name in expected)


def test_a_second_call_trains_nothing(swept):
    folder, _ = swept
    before = {path: path.stat().st_mtime_ns for path in (folder.path / "cells").rglob("*")}
    again = []
    with open_sweep(folder.path, folder.grid) as same:
        results = run_sweep(same, GOAL, HERE, again.append)
    assert again == []
    assert len(results) == 4
    assert {path: path.stat().st_mtime_ns for path in (folder.path / "cells").rglob("*")} == before


def test_a_lost_cell_is_tried_again_and_a_failed_one_is_not(swept):
    folder, _ = swept
    results = folder.finished()
    folder.write({**results, 2: replace(results[2], status="lost", reason="its process was killed")}, GOAL)
    again = []
    run_sweep(folder, GOAL, HERE, again.append)
    assert [(result.cell.number, result.status) for result in again] == [(2, "done")]


def test_another_grid_in_the_same_folder_is_refused_with_both(swept):
    folder, _ = swept
    before = (folder.path / "sweep.toml").read_bytes()
    other = make_grid("xor", replace(XOR, beta=1e-8), {"diode": "schottky,silicon", "seed": "0:2"})
    with pytest.raises(SettingError) as caught, open_sweep(folder.path, other):
        pass
    text = str(caught.value)
    assert "diode is valve,schottky there, schottky,silicon here" in text
    assert "beta is 0.0 there, 1e-08 here" in text
    assert "seed" not in text
    assert (folder.path / "sweep.toml").read_bytes() == before


def test_results_that_are_not_of_this_sweep_are_named(tmp_path):
    with open_sweep(tmp_path, make_grid("xor", XOR, {"seed": "0:2"})) as folder:
        folder.results.write_text("cell,status,reason\n7,done,\n")
        with pytest.raises(RunError, match=r"is not the results of this sweep .* delete it to train all cells"):
            folder.finished()


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    grid, message = make_grid("xor", XOR, {"seed": "0:2"}), r"cannot make the folder .*file/sweep: Not a directory"
    with pytest.raises(RunError, match=message), open_sweep(tmp_path / "file" / "sweep", grid):
        pass


def history(*losses):
    return [{"epoch": float(k), "train_loss": loss, "seconds": 1.0} for k, loss in enumerate(losses, start=1)]


def test_a_group_counts_all_its_seeds_and_takes_medians_over_those_that_converged():
    grid = make_grid("xor", XOR, {"beta": "1e-8,1e-7", "seed": "0:4", "lr": "0.1,0.2"})
    histories = {
        ("1e-8", "0", "0.1"): history(0.01),
        ("1e-8", "1", "0.1"): history(0.2, 0.1, 0.02),
        ("1e-8", "2", "0.1"): history(0.3, 0.3, 0.3),
        ("1e-7", "0", "0.2"): history(0.3),
    }
    results = [CellResult(cell, DONE, "", histories[cell.point]) for cell in grid.cells if cell.point in histories]
    failed = next(cell for cell in grid.cells if cell.point == ("1e-8", "3", "0.1"))
    first, second = summarise(grid, [*results, CellResult(failed, "failed", "why", history(0.01))], GOAL)
    assert (first.point, first.trainings, first.failed, first.converged) == (("1e-8", "0.1"), 4, 1, 2)
    assert first.median_epochs == 2  # of 1 and 3
    assert first.final == {"train_loss": 0.02}  # of 0.01, 0.02 and 0.3
    assert (second.point, second.trainings, second.converged) == (("1e-7", "0.2"), 1, 0)
    assert np.isnan(second.median_epochs)


@pytest.mark.parametrize("axes", [{}, {"beta": "1e-8,1e-7"}, {"beta": "1e-8,1e-7", "lr": "1,2,3", "volts": "1,2"}])
def test_the_map_shows_every_group(axes, tmp_path):
    grid = make_grid("xor", XOR, {"seed": "0:4", **axes})
    groups = summarise(
        grid,
        [
            CellResult(
                cell, DONE, "", history(*[0.1] * (4 + cell.number), 0.01) if cell.point[0] == "0" else history(1)
            )
            for cell in grid.cells
        ],
        GOAL,
    )
    plot_map(grid, groups, GOAL, tmp_path / "map.svg")
    text = (tmp_path / "map.svg").read_text()
    assert text.count("<!-- 0.25 -->") >= 1  # one seed of four, and glyphs written once are reused
    for epochs in {group.median_epochs for group in groups}:
        assert f"<!-- {epochs:.3g} -->" in text
