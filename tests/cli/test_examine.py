"""`gradcheck` and `power`: what they print is what the circuit's physics says, for runs and bare netlists."""

import csv
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from ebana_like.analysis.gradcheck import order
from ebana_like.cli import main
from ebana_like.elements import Resistors
from ebana_like.learning import nudged_estimators
from ebana_like.netlist import Netlist, load_netlist, save_netlist
from ebana_like.runs import Run, load_circuit

NETLISTS = Path(__file__).parents[2] / "netlists"


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """An XOR run of a few epochs."""
    folder = tmp_path_factory.mktemp("runs")
    assert run("xor", "--engine", "native", "--epochs", 5, "--beta", 1e-7, "--out", folder).exit_code == 0
    (path,) = folder.iterdir()
    return Run(path)


@pytest.fixture
def one_way(tmp_path):
    """A netlist whose amplifiers carry nothing back."""
    circuit = load_netlist(NETLISTS / "xor.cir").circuit
    path = tmp_path / "one_way.cir"
    save_netlist(Netlist(replace(circuit, banks=tuple(b for b in circuit.banks if b.name != "back1"))), path)
    return path


def rows(path):
    with path.open() as file:
        return list(csv.DictReader(file))


def test_gradcheck_finds_the_orders_of_the_estimators(trained):
    done = run("gradcheck", trained.path, "--beta", "1e-8:1e-5:log7")
    assert done.exit_code == 0, done.output
    assert "exact, with the weights 16 for crossbar1" in done.output
    found = rows(trained.path / "gradcheck.csv")
    error = {(r["estimator"], r["beta"], r["bank"]): float(r["relative_error"]) for r in found}
    assert error["adjoint in ngspice", "", "all"] < 1e-9
    assert error["finite differences", "", "all"] < 1e-6
    for name, power in (("positive", 1), ("negative", 1), ("centered", 2)):
        for bank in ("all", "crossbar1", "crossbar2"):
            assert error[name, "1e-05", bank] / error[name, "1e-06", bank] == pytest.approx(10**power, rel=0.1)
    bests = done.output.partition("order in beta")[2]
    orders = re.findall(r"^(positive|centered|higher-order) +\S+ +\S+ +(\S+)", bests, re.MULTILINE)
    assert {name: round(float(power)) for name, power in orders} == {"positive": 1, "centered": 2, "higher-order": 4}
    assert re.search(r"recommended: beta = \S+ S for centered, error", done.output)
    moves = re.findall(r"^(neurons 1|amplifiers 1|outputs) +\d+ +([\d.]+) [µm]V", done.output, re.MULTILINE)
    assert [name for name, _ in moves] == ["neurons 1", "amplifiers 1", "outputs"]
    assert float(moves[1][1]) == pytest.approx(4 * float(moves[0][1]), rel=0.02), "the amplifiers' gain"
    assert re.search(r"^noise borne: \S+ [nµm]?V a reading, \S+ V/S times beta", done.output, re.MULTILINE)
    assert (trained.path / "gradcheck.png").stat().st_size > 0


@pytest.mark.parametrize("columns", [80, 120])
def test_gradchecks_table_has_error_and_cosine_of_every_bank_in_few_columns(columns, trained, tmp_path, monkeypatch):
    monkeypatch.setattr("ebana_like.cli.printer.PAGE_WIDTH", columns)
    save_netlist(Netlist(load_circuit(trained.path).circuit), tmp_path / "xor.cir")
    done = run("gradcheck", tmp_path / "xor.cir", "--beta", "1e-8:1e-6:log3")
    assert done.exit_code == 0, done.output
    printed = done.output.partition("nudged, against")[2].partition("all banks together")[0]
    estimates = r"^((?:[a-z]+[a-z -]*[a-z])?) +(\d[.]\d.*)$"
    lines = [(name, cells.split()) for name, cells in re.findall(estimates, printed, re.MULTILINE)]
    assert [name for name, _ in lines if name] == [*nudged_estimators(), "finite differences", "adjoint in ngspice"]
    found = rows(tmp_path / "xor-gradcheck.csv")
    for k, (_, cells) in enumerate(lines):  # beta where nudged, then two numbers a bank
        own = found[3 * k : 3 * k + 3]
        assert [row["bank"] for row in own] == ["all", "crossbar1", "crossbar2"]
        numbers = [f"{float(row['relative_error']):.1e}" for row in own]
        gaps = [f"{float(row['cosine_gap']):.0e}" for row in own]
        assert cells[-6:] == [number for pair in zip(numbers, gaps, strict=True) for number in pair]
    assert max(map(len, printed.splitlines())) <= columns


def test_a_bias_hidden_by_round_off_has_no_order():
    betas = np.geomspace(1e-9, 1e-5, 9)
    assert order(betas, 1e-20 / betas + 0.3 * betas**2) == pytest.approx(2, abs=0.01)
    assert np.isnan(order(betas, 1e-8 + 1e-3 * betas))


def test_the_adjoint_netlist_left_behind_is_the_one_of_the_first_sample(trained, tmp_path):
    assert (
        run("gradcheck", trained.path, "--beta", "1e-7:1e-7:log1", "--out", tmp_path, "--parameters", 0).exit_code == 0
    )
    mirrored = load_netlist(tmp_path / f"{trained.path.name}-adjoint.cir").circuit
    circuit = load_circuit(trained.path).circuit
    first, own = (each.bank("crossbar1", Resistors).conductance for each in (mirrored, circuit))
    assert first.tolist() == own.tolist()
    assert not any(bank.kind == "diode" for bank in mirrored.banks)
    assert any(np.any(bank.amperes) for bank in mirrored.banks if bank.kind == "current_source")


def test_a_one_way_netlist_is_flagged_and_the_adjoint_offered(one_way):
    done = run("gradcheck", one_way, "--beta", "1e-8:1e-7:log2")
    assert done.exit_code == 0, done.output
    assert "not exact: eforward1_0 carries voltage forward but no current source returns its current" in done.output
    assert "--estimator adjoint" in done.output
    assert "recommended" not in done.output
    error = {
        (r["estimator"], r["bank"]): float(r["relative_error"])
        for r in rows(one_way.with_name("one_way-gradcheck.csv"))
    }
    assert error["finite differences", "all"] < 1e-6
    assert error["centered", "all"] > 0.1
    assert error["centered", "crossbar2"] < 1e-6, "behind the amplifiers nothing is one-way"


@pytest.mark.parametrize("path", ["run", "xor_switched.cir", "deep.cir"])
def test_powers_rows_add_up(path, trained, tmp_path):
    done = run("power", trained.path if path == "run" else NETLISTS / path, "--sample", 2, "--out", tmp_path)
    assert done.exit_code == 0, done.output
    (file,) = tmp_path.glob("*power.csv")
    found = rows(file)
    total = float(re.search(r"^total +(\S+) W", done.output, re.MULTILINE)[1])
    weighted = sum(float(r["weighted_pseudo_power"] or 0) for r in found)
    assert weighted == pytest.approx(total, rel=1e-6), "seven digits are printed"
    power = [float(r["power"]) for r in found]
    assert abs(sum(power)) < 1e-12 * max(map(abs, power))
    assert "; convex" in done.output
    assert float(re.search(r"residual: (\S+) of", done.output)[1]) < 1e-9


def test_power_of_a_one_way_netlist_has_watts_but_no_cocontent(one_way):
    done = run("power", one_way)
    assert done.exit_code == 0, done.output
    assert "not exact" in done.output
    assert "stationary" not in done.output
    assert "inference draws" in done.output


def test_a_step_of_centered_nudging_takes_three_phases(trained):
    text = run("power", trained.path, "--settling", 2e-6).output
    inference = float(re.search(r"inference draws \S+ W.*; (\S+) J in 2e-06 s", text)[1])
    step = float(re.search(r"a training step draws (\S+) J a sample: a free phase and 2 nudged", text)[1])
    assert step == pytest.approx(3 * inference, rel=0.01)  # nudges of 1e-7 S change hardly anything


def test_inspect_says_whether_equilibrium_propagation_is_exact(one_way):
    assert "not exact: eforward1_0" in run("inspect", one_way).output
    assert "exact, with the weights 16" in run("inspect", NETLISTS / "xor.cir").output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("gradcheck", NETLISTS / "xor.cir", "--beta", "1e-9"), "beta is '1e-9'; give LOW:HIGH:logN"),
        (("gradcheck", NETLISTS / "xor.cir", "--beta", "1e-6:1e-9:log3"), "give LOW:HIGH:logN"),
        (("gradcheck", NETLISTS / "xor.cir", "--samples", "0"), "samples is 0; give at least 1"),
        (("gradcheck", NETLISTS / "xor.cir", "--out", __file__), "test_examine.py' is a file"),
        (("gradcheck", NETLISTS / "foreign" / "graph.cir"), "is trainable, so there is no gradient to check"),
        (("power", NETLISTS / "xor.cir", "--sample", "-1"), "sample is -1; the first one is 0"),
        (("power", NETLISTS / "xor.cir", "--settling", "0"), "settling is 0 s; it must be above zero"),
    ],
)
def test_bad_use_is_one_line(arguments, message):
    done = run(*arguments)
    assert done.exit_code == 2
    assert message in done.output
    assert done.output.count("\n") == 1


def test_a_sample_beyond_the_data_is_named(trained):
    done = run("power", trained.path, "--sample", 4)
    assert done.exit_code == 2
    assert "sample is 4; there are samples 0 to 3" in done.output
