"""The experiment on signs in small: settings are chosen on other seeds, and both rules learn XOR with them."""

import runpy
from dataclasses import replace
from pathlib import Path

import pytest

from ebana_like.tasks import TASKS

RUN = runpy.run_path(
    str(Path(__file__).parents[2] / "experiments" / "sign_updates" / "run.py"), run_name="sign_updates"
)


@pytest.mark.parametrize(("rule", "rates"), [("sgd", "0.0001,0.1"), ("sign", "1e-6,3e-3")])
def test_the_rate_that_learns_is_chosen_and_used(rule, rates, tmp_path, monkeypatch):
    monkeypatch.setitem(RUN["STEPS"], "lr", rates)
    monkeypatch.setitem(RUN["STEPS"], "decay", "0.95")
    plan = RUN["Plan"]({"lr": rates}, "100:102", "0:2", 0.0, "train_loss<1e-2")
    base = replace(TASKS["xor"].settings, epochs=60)
    found = RUN["compare"]("xor", rule, plan, base, tmp_path, workers=1)
    assert found.chosen["lr"] == rates.split(",")[1]
    assert [result.cell.settings.seed for result in found.results] == [0, 1]
    assert all(result.cell.settings.update == rule for result in found.results)
    assert (RUN["last"](found.results, "train_loss") < 1e-2).all()
