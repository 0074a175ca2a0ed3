"""What is built can be bought, is as good as can be found near by, and stands in the netlist."""

import csv
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from ebana_like.analysis.buildable import buildable
from ebana_like.cli import main
from ebana_like.errors import SettingError
from ebana_like.fitting import fit
from ebana_like.hardware.stock import series, stock
from ebana_like.learning import update_named
from ebana_like.runs import simulator_of

NETLIST = "a divider\nv1 in 0 1\nr1 in out 1k\nr2 out 0 1k\nr3 out 0 10k\n.end\n"


@pytest.fixture
def divider(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("my.cir").write_text(NETLIST)
    Path("data.csv").write_text("v1,out\n" + "".join(f"{v},{v * 0.2137}\n" for v in (-1, 0.5, 1, 2)))
    return {"data": "data.csv", "inputs": "v1", "outputs": "out", "lr": 0.03, "epochs": 60}


def test_series_are_those_of_the_standard():
    assert series(6) == [100, 150, 220, 330, 470, 680]
    assert series(12) == [100, 120, 150, 180, 220, 270, 330, 390, 470, 560, 680, 820]
    assert [len(series(n)) for n in (3, 24, 48, 96, 192)] == [3, 24, 48, 96, 192]
    assert series(48)[:4] == [100, 105, 110, 115]
    assert {499, 102, 976} <= set(series(96))
    assert series(192)[-16:-12] == [825, 835, 845, 856]
    assert 920 in series(192)
    assert 919 not in series(192)
    assert set(series(48)) < set(series(96)) < set(series(192))


def test_what_is_in_stock_within_a_range():
    assert stock("e3").within(100, 1e4).tolist() == [100, 220, 470, 1000, 2200, 4700, 10000]
    assert stock("4.7k, 100,220").within(150, 1e6).tolist() == [220, 4700]
    potentiometer = stock("digipot:4:10k:60")
    assert potentiometer.within(1, 1e6).tolist() == [2560, 5060, 7560]
    assert potentiometer.called(5060) == "step 2 of 4"
    with pytest.raises(SettingError, match="100,220 has no resistance from 1000 to 2000 Ohm"):
        stock("100,220").within(1e3, 2e3)


@pytest.mark.parametrize("text", ["e25", "", "100,-3", "digipot:1:10k", "digipot:256", "digipot:256:x", "100,,220"])
def test_what_is_no_stock_is_refused(text):
    with pytest.raises(SettingError, match="expected a series"):
        stock(text)


@pytest.mark.parametrize("text", ["E12", "digipot:64:10k"])
def test_everything_built_is_in_stock_and_no_neighbour_is_better(divider, text):
    done, goods = fit("my.cir", **divider), stock(text)
    rule = update_named("adam", 0.003)
    with simulator_of(done.problem.circuit, done.settings) as simulator:
        found = buildable(done.problem, done.kept.values, goods, simulator, rule, 5)
    losses = dict(found.losses)
    assert losses["and neighbours tried"] <= min(losses["rounded at once"], losses["rounded with retraining"])
    assert losses["and neighbours tried"] < losses["rounded at once"] / 2
    choices = goods.within(100, 1e5)
    assert set(found.built) <= set(choices)
    volts = np.array([-1, 0.5, 1, 2])

    def loss(r1, r2, r3):
        return float(np.mean((volts * (1 / r1) / (1 / r1 + 1 / r2 + 1 / r3) - 0.2137 * volts) ** 2) / 2)

    built = loss(*found.built)
    assert built == pytest.approx(losses["and neighbours tried"], rel=1e-6)
    for k in range(3):
        at = int(np.flatnonzero(choices == found.built[k])[0])
        for other in {max(at - 1, 0), min(at + 1, len(choices) - 1)}:
            moved = found.built.copy()
            moved[k] = choices[other]
            assert loss(*moved) >= built * (1 - 1e-6)


def test_the_command_writes_the_netlist_with_what_was_bought(divider):
    words = [f"--{name}={value}" for name, value in divider.items()]
    fitted = CliRunner().invoke(main, ["fit", "my.cir", *words, "--out", "RUN"])
    assert fitted.exit_code == 0, fitted.output
    done = CliRunner().invoke(main, ["values", "RUN", "--values", "E24", "--epochs", "2"])
    assert done.exit_code == 0, done.output
    for words in ("my.cir: 3 resistances from E24", "rounded at once", "RUN/my_E24.cir"):
        assert words in done.output
    old, new = NETLIST.splitlines(), Path("RUN/my_E24.cir").read_text().splitlines()
    assert old[:2] + old[5:] == new[:2] + new[5:]
    ohms = [float(line.split()[3]) for line in new[2:5]]
    with Path("RUN/values_E24.csv").open() as file:
        assert [float(row["chosen_ohms"]) for row in csv.DictReader(file)] == ohms
    assert set(ohms) <= set(stock("E24").within(1, 1e9))
    refused = CliRunner().invoke(main, ["values", "RUN", "--values", "E25"])
    assert refused.exit_code == 2


def test_values_that_load_each_other_are_tried_together(divider):
    scale = 0.61
    Path("data.csv").write_text("v1,out\n" + "".join(f"{v},{v * scale}\n" for v in (-1, 0.5, 1, 2)))
    done = fit("my.cir", **divider)
    with simulator_of(done.problem.circuit, done.settings) as simulator:
        found = buildable(done.problem, done.kept.values, stock("E12"), simulator, update_named("adam", 0.003), 20)
    near = [[c for c in stock("E12").within(100, 1e5) if 0.6 < c / each < 1.7] for each in found.trained]
    r1, r2, r3 = np.meshgrid(*near)
    off = abs(1 / (1 + r1 * (1 / r2 + 1 / r3)) - scale)
    ours = found.built[0] * (1 / found.built[1] + 1 / found.built[2])
    assert abs(1 / (1 + ours) - scale) <= off.min() * (1 + 1e-9)
