"""Fitting a netlist leaves a run folder as every training does: it goes on, is looked at, and keeps the best epoch."""

import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from ebana_like.cli import main
from ebana_like.fitting import fit, reach
from ebana_like.netlist import load_netlist
from ebana_like.runs import Run, load_circuit, load_newest
from ebana_like.simulators import NgspiceSimulator
from ebana_like.tasks import problem_of_run
from ebana_like.training import Callback, evaluate

NETLIST = "a divider\nv1 in 0 1\nr1 in out 1k  ; above\nr2 out 0 1k\n.end\n"
OPTIONS = ["--inputs", "v1", "--outputs", "out", "--lr", "0.02", "--batch", "2", "--checkpoint-seconds", "0"]


@pytest.fixture
def divider(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("my.cir").write_text(NETLIST)
    Path("data.csv").write_text("v1,out\n" + "".join(f"{v},{v / 5}\n" for v in (-1, 0.5, 1, 2, 3)))
    return tmp_path


def run(*words):
    done = CliRunner().invoke(main, list(map(str, words)))
    assert done.exit_code == 0, done.output
    return done.output


def fitted(epochs, out, *more):
    return run("fit", "my.cir", "--data", "data.csv", *OPTIONS, "--epochs", epochs, "--out", out, *more)


def test_the_folder_has_the_netlist_as_it_came_and_as_fitted(divider):
    output = fitted(3, "runs/my")
    folder = Path("runs/my")
    assert (folder / "my_source.cir").read_text() == NETLIST == Path("my.cir").read_text()
    old, new = NETLIST.split("\n"), (folder / "my_fitted.cir").read_text().split("\n")
    assert [k for k, (a, b) in enumerate(zip(old, new, strict=True)) if a != b] == [2, 3]
    trained = load_circuit(folder).circuit.values()["trained.conductance"]
    assert [float(new[2].split()[3]), float(new[3].split()[3])] == (1 / trained).tolist()
    assert "my.cir: 5 training samples, 2 nodes, 2 trained values, native" in output
    assert f"fitted:   {folder / 'my_fitted.cir'}" in output
    assert {path.name for path in folder.glob("*.*")} >= {"config.toml", "history.csv", "netlist.cir"}
    unnamed = run("fit", "my.cir", "--data", "data.csv", *OPTIONS, "--epochs", 1)
    assert "made:     runs/my-" in unnamed


def test_a_training_that_made_it_worse_says_so(divider):
    Path("data.csv").write_text("v1,out\n" + "".join(f"{v},{v * 0.501}\n" for v in (-1, 0.5, 1, 2, 3)))
    warning = "warning: the netlist as it came was better, with a train loss of "
    assert warning in fitted(1, "runs/far", "--lr", "0.5")
    assert warning not in fitted(1, "runs/near", "--lr", "1e-5")


def test_a_folder_that_is_there_is_left_alone(divider):
    fitted(1, "runs/my")
    again = CliRunner().invoke(main, ["fit", "my.cir", "--data", "data.csv", *OPTIONS, "--out", "runs/my"])
    assert again.exit_code == 2
    assert "error: out is runs/my, which is there already" in again.output


def test_a_run_that_goes_on_ends_with_the_same_bits(divider):
    # 3 batches an epoch: checkpoints after batches 4 and 8, inside epochs
    fitted(4, "whole", "--checkpoint-batches", 4)
    fitted(2, "parts", "--checkpoint-batches", 4)
    Path("my.cir").write_text(NETLIST.replace("1k  ;", "5k ;"))  # what the file holds now is of no interest
    run("resume", "parts", "--epochs", 4)
    for name in ("netlist.cir", "my_fitted.cir", "my_source.cir"):
        assert (Path("whole") / name).read_bytes() == (Path("parts") / name).read_bytes()


def test_what_is_kept_is_the_best_epoch_by_the_loss_that_its_values_have(divider):
    fitted(6, "best", "--lr", "0.4", "--scale", "linear")
    with Path("best/history.csv").open() as file:
        losses = [float(row["train_loss"]) for row in csv.DictReader(file)]
    assert losses[-1] > 1.01 * min(losses)  # it overshoots, so that the last epoch is not the best
    problem = problem_of_run(Run(Path("best")))
    with NgspiceSimulator(problem.circuit) as ngspice:
        kept = evaluate(ngspice, load_circuit(Path("best")).circuit.values(), problem.data.train, problem.cost)
    assert kept.loss == pytest.approx(min(losses), rel=1e-6)  # as the history writes it, in seven digits
    fitted(6, "last", "--lr", "0.4", "--scale", "linear", "--keep", "last")
    progress = load_newest(Run(Path("last")).checkpoints, pytest.fail).progress
    assert np.array_equal(load_circuit(Path("last")).circuit.values()["trained.conductance"], *progress.values.values())


def test_the_function_returns_a_progress_with_the_text(divider):
    class Counted(Callback):
        epochs = 0

        def on_epoch(self, progress, record):
            self.epochs += 1

    counted = Counted()
    done = fit("my.cir", [counted], data="data.csv", inputs="v1", outputs="out", lr=0.02, epochs=3)
    assert counted.epochs == len(done.records) == done.epoch == 3
    assert done.kept is done.best
    done.save(Path("there.cir"))
    assert Path("there.cir").read_text() == done.fitted != NETLIST


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("report", "RUN"), "made:     RUN/report.html"),
        (("inspect", "RUN"), "output 0   out - 0"),
        (("voltages", "RUN"), "in"),
        (("predict", "RUN", "--data", "data.csv"), "R²: "),
        (("rerun", "RUN", "--with", "ngspice"), "same laws, up to rounding"),
        (("plot", "RUN", "--what", "loss"), "RUN/loss.svg"),
        (("gradcheck", "RUN"), "5 training samples of fit"),
        (("compare", "RUN", "RUN"), "made:     compare.svg"),
    ],
)
def test_what_looks_at_runs_looks_at_fits(divider, words, said):
    fitted(2, "RUN", "--verify", 2)
    assert float((Path("RUN") / "verification.csv").read_text().split(",")[-2]) < 1e-12
    assert said in run(*words)


def test_a_netlist_that_includes_files_is_said_to_run_beside_them(divider):
    Path("half.inc").write_text("r2 out 0 1k\n")
    Path("my.cir").write_text(NETLIST.replace("r2 out 0 1k", ".include half.inc"))
    said = fitted(1, "RUN", "--train", "r1")
    assert f"it includes files: to run it, copy it to {divider}\n" in said
    assert load_netlist(Path(Path("RUN/my_fitted.cir").rename("my_fitted.cir"))).circuit.nodes == ("0", "in", "out")


def test_a_folder_called_as_a_resistor_is_spoken_of_by_its_own_name(divider):
    """Messages about r1 say R1, as the netlist does; not those about the folder."""
    Path("my.cir").write_text(NETLIST.replace("r1", "R1"))
    said = run("fit", "my.cir", "--data", "data.csv", *OPTIONS, "--epochs", 1, "--out", "r1")
    assert re.search(r"inspect r1$", said, re.MULTILINE)
    assert re.search(r"^R1 +1 kΩ", said, re.MULTILINE)
    again = CliRunner().invoke(main, ["fit", "my.cir", "--data", "data.csv", *OPTIONS, "--out", "r1"])
    assert "error: out is r1, which is there already" in again.output


def test_a_stranger_s_netlist_names_no_files_outside(divider):
    fitted(1, "mine")
    Path("evil.cir").write_text(NETLIST.replace(".end", f"* @fit start {divider / 'elsewhere'}\n.end"))
    for text in ("* @fit start ../mine\n", "* @fit netlist other.cir\n"):
        Path("sub").mkdir(exist_ok=True)
        Path("sub/evil.cir").write_text(NETLIST.replace(".end", f"{text}.end"))
        done = CliRunner().invoke(main, ["fit", "sub/evil.cir", "--data", "data.csv", *OPTIONS, "--out", "x"])
        assert done.exit_code != 0
        assert "lies outside its folder" in done.output or "cannot say its own netlist" in done.output
    assert json.dumps(sorted(path.name for path in Path("sub").iterdir())) == '["evil.cir"]'


def test_the_report_speaks_in_the_netlist_s_words(divider):
    Path("limits.csv").write_text("v1,out\n1,1.1\n2,2.5\n")
    output = run("fit", "my.cir", "--data", "limits.csv", *OPTIONS, "--epochs", 40, "--lr", "0.2", "--out", "RUN")
    missed = "out: 2 targets lie above all that the circuit was found to reach"
    reached = 2 * 1e-2 / (1e-2 + 1e-4)  # r1 at its least, r2 at its most, as far as their ranges go
    assert f"warning: {missed}; one is 2.5 V, and the most found there is {reached:.4g} V" in output
    assert "warning: r1 (100 Ω, at its least), r2 (10 kΩ, at its most) have come to the end of the range" in output
    run("report", "RUN")
    page = (Path("RUN") / "report.html").read_text()
    for words in (missed, "Targets and answers", "residual (V)", "at its most", "my_fitted.cir differs from it"):
        assert words in page, words
    assert "sit at the" not in page  # of banks


def test_what_there_was_no_time_to_look_for_is_not_said_to_be_missed(divider, monkeypatch):
    Path("limits.csv").write_text("v1,out\n1,1.1\n2,2.5\n")
    monkeypatch.setattr(reach, "SECONDS", -1.0)
    assert "lie above" not in run("fit", "my.cir", "--data", "limits.csv", *OPTIONS, "--epochs", 1, "--out", "RUN")


def test_a_measure_is_not_taken_for_a_resistor(divider):
    """Elements are spoken of as the netlist spells them, and r2 would become R2."""
    Path("my.cir").write_text(NETLIST.replace("r2", "R2"))
    assert re.search(r"train R² -?\d", fitted(1, "RUN"))


def test_a_run_whose_first_sample_is_at_rest_is_inspected(divider):
    Path("rest.csv").write_text("v1,out\n0,0\n1,0.5\n2,1.1\n")
    run("fit", "my.cir", "--data", "rest.csv", *OPTIONS, "--epochs", 1, "--out", "RUN")
    assert "training sample 0" in run("inspect", "RUN")


def test_targets_within_reach_are_not_spoken_of(divider):
    assert "warning" not in fitted(1, "RUN")


def test_the_report_of_two_inputs_and_classes(divider):
    text = "two\nv1 a 0 0\nv2 b 0 0\nr1 a out 1k\nr2 b out 2k\nd1 out 0 dd\n.model dd d(is=1f)\n.end\n"
    Path("two.cir").write_text(text)
    Path("two.csv").write_text("v1,v2,out,kind\n0,0,0,low\n1,0,0.5,high\n0,1,0.2,low\n1,1,0.6,high\n")
    common = ("fit", "two.cir", "--data", "two.csv", "--inputs", "v1,v2", "--outputs", "out", "--epochs", 2)
    run(*common, "--out", "volts")
    run(*common, "--labels", "kind", "--out", "classes")
    for name, words in (("volts", ("out over each input", "answered over asked")), ("classes", ("Transfer curves",))):
        run("report", name)
        page = (Path(name) / "report.html").read_text()
        assert all(word in page for word in words)


def test_a_run_knows_the_folders_that_its_netlist_includes_from(divider):
    Path("parts").mkdir()
    Path("parts/diode.lib").write_text(".model dd d(is=1f)\n")
    Path("home").mkdir()
    Path("home/my.cir").write_text(NETLIST.replace(".end", "d1 out 0 dd\n.include diode.lib\n.end"))
    words = ("fit", "home/my.cir", "--data", "data.csv", *OPTIONS, "--epochs", 1, "--out")
    assert CliRunner().invoke(main, [*map(str, words), "x"]).exit_code != 0
    run(*words, "RUN", "--include-path", "parts")
    run("resume", "RUN", "--epochs", 2)
    assert str(divider / "parts") in (Path("RUN") / "config.toml").read_text()


def test_a_run_that_trains_a_parameter_is_looked_at_as_well(divider):
    text = "pot\n.param p=10k pos=0.3\nv1 in 0 1\nr1 in out {p*pos}\nr2 out 0 {p*(1-pos)}\n.end\n"
    Path("pot.cir").write_text(text)
    run("fit", "pot.cir", "--data", "data.csv", *OPTIONS, "--train", "{pos}", "--range", "pos=0:0.9", "--out", "RUN")
    assert "{pos}" in run("resume", "RUN", "--epochs", 101)  # 0 is no resistance, and yet an end of the range
    assert "recommended: beta" in run("gradcheck", "RUN")  # sends the circuit to ngspice's process
    run("tolerance", "RUN", "--tolerance", "r*=1%", "--count", 10)
    with Path("RUN/sensitivity.csv").open() as file:
        assert sorted(row["element"] for row in csv.DictReader(file)) == ["r1", "r2"]  # each differs by itself
    refused = CliRunner().invoke(main, ["values", "RUN", "--values", "E24"])
    assert "nothing that is trained is a resistance" in refused.output


def test_the_printed_config_is_one_to_begin_with(divider):
    Path("fit.toml").write_text(run("config", "fit"))
    words = ("--data", "data.csv", "--inputs", "v1", "--outputs", "out", "--epochs", 1)
    assert "my.cir: 5 training samples" in run("fit", "my.cir", "--config", "fit.toml", *words, "--out", "RUN")


def test_the_report_tells_of_the_epoch_that_was_kept(divider):
    fitted(6, "RUN", "--lr", "0.4")
    run("report", "RUN")
    with Path("RUN/history.csv").open() as file:
        history = [(float(row["train_loss"]), row["epoch"]) for row in csv.DictReader(file)]
    loss, epoch = min(history)
    page = (Path("RUN") / "report.html").read_text()
    assert f"variance explained in epoch {epoch}, the best, which is kept: train" in page
    assert f"{loss:.2e}" in page
