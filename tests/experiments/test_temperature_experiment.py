"""The experiment on temperature in small: what is trained at 27 degrees is looked at, and learns on, elsewhere."""

import runpy
from pathlib import Path

RUN = runpy.run_path(str(Path(__file__).parents[2] / "experiments" / "temperature" / "run.py"), run_name="temperature")


def test_heat_hurts_and_learning_there_repairs():
    changes = {"epochs": 15, **RUN["BARRIER"]}
    rows = RUN["compare"]("iris", "iris", changes, 1, (27.0, 100.0))
    loss = {(row["celsius"], row["way"]): float(row["loss"]) for row in rows}
    assert loss[100.0, "trained at 27"] > 2 * loss[27.0, "trained at 27"]
    assert loss[100.0, "retrained"] < loss[100.0, "trained at 27"]
    assert loss[27.0, "trained there"] == loss[27.0, "trained at 27"]
