"""Node voltages and answers as data: what comes out is what ngspice finds, under the names that went in."""

import csv
import io
import re
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from ebana_like import node_voltages, predict
from ebana_like.analysis import readout
from ebana_like.cli import main
from ebana_like.runs import Run, load_circuit
from ebana_like.simulators import NativeSimulator
from ebana_like.tasks import problem_of_run
from ebana_like.training import evaluate

AMPLIFIED = """two names that SPICE programs do not take
V1 /IN 0 5
VB bias 0 1
R1 /IN Net-_D1-K_ 1k
R2 Net-_D1-K_ 0 1k
X1 Net-_D1-K_ OUT amp
RL OUT 0 1k
.subckt amp a b
E1 mid 0 a 0 2
R1 mid b 1k
.ends
.end
"""


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def amplified(tmp_path):
    path = tmp_path / "amplified.cir"
    path.write_text(AMPLIFIED)
    return path


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "samples.csv"
    path.write_text("VB,V1,ignored\n0,1,a\n1,2,b\n\n2,-3,c\n")
    return path


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    assert run("xor", "--out", folder).exit_code == 0
    (path,) = folder.iterdir()
    return path


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A run of a table with a quantity, and one more row than was learned from."""
    folder = tmp_path_factory.mktemp("told")
    data = folder / "line.csv"
    data.write_text("left,x,y\n" + "".join(f"{k % 3},{k},{100 - 2.5 * k}\n" for k in range(40)))
    made = run("csv", "--data", data, "--target", "y", "--epochs", 5, "--engine", "native", "--out", folder / "runs")
    assert made.exit_code == 0, made.output
    (path,) = (folder / "runs").iterdir()
    return path, data


@pytest.mark.parametrize("engine", ["ngspice", "native"])
def test_the_voltages_of_a_netlist_as_it_stands_carry_the_names_it_gives(amplified, engine):
    made = run("voltages", amplified, "--csv", "-", "--engine", engine)
    assert made.exit_code == 0, made.output
    (row,) = rows_of(made.stdout)
    assert list(row) == ["/IN", "bias", "Net-_D1-K_", "X1.mid", "OUT"]
    # a divider by two, an amplifier of gain two, a divider by two
    expected = {"/IN": 5, "bias": 1, "Net-_D1-K_": 2.5, "OUT": 2.5, "X1.mid": 5}
    assert {name: float(volts) for name, volts in row.items()} == pytest.approx(expected, abs=1e-9)


def test_every_row_of_a_table_is_solved_at_the_sources_its_columns_are_called_after(amplified, table):
    found = node_voltages(amplified, table)
    assert found.rows == (2, 3, 5)
    assert found.volts[:, found.nodes.index("OUT")] == pytest.approx([0.5, 1, -1.5], abs=1e-9)
    assert found.volts[:, found.nodes.index("bias")] == pytest.approx([0, 1, 2], abs=1e-9)
    crossed = node_voltages(amplified, table, inputs="v1=VB,-vb=V1")
    assert crossed.volts[:, found.nodes.index("OUT")] == pytest.approx([0, 0.5, 1], abs=1e-9)
    assert crossed.volts[:, found.nodes.index("bias")] == pytest.approx([-1, -2, 3], abs=1e-9)


def test_csv_holds_all_digits_and_goes_to_a_file_or_to_stdout(trained, tmp_path):
    written, netlist = tmp_path / "out.csv", load_circuit(trained)
    made = run("voltages", trained, "--csv", written)
    assert made.exit_code == 0
    assert "made:" in made.output
    (row,) = rows_of(written.read_text())
    assert list(row) == list(netlist.circuit.nodes[1:])
    for node, recorded in netlist.recorded.items():
        assert float(row[node]) == pytest.approx(recorded, abs=1e-12)  # the same engine at another time
        assert row[node] == repr(float(row[node]))
    assert run("voltages", trained, "--csv", "-").stdout == written.read_text()


def test_without_csv_there_is_a_table(amplified, table):
    text = run("voltages", amplified).output
    assert "X1.mid" in text
    assert "+2.5" in text
    assert run("voltages", amplified, "--data", table).exit_code == 0


def test_a_run_answers_in_its_classes_and_counts_the_right_ones(trained, tmp_path):
    data = tmp_path / "corners.csv"
    data.write_text("a,b,kind\n1,-1,different\n-1,-1,same\n1,1,different\n-1,1,different\n")
    found = predict(trained, data)
    assert found.answers == ("different", "same", "same", "different")
    assert found.labels == ("different", "same", "different", "different")
    assert (found.measure, found.value) == ("accuracy", 0.75)
    made = run("predict", trained, "--data", data, "--csv", "-")
    assert made.exit_code == 0, made.output
    assert [(row["answer"], row["label"]) for row in rows_of(made.stdout)] == list(
        zip(found.answers, found.labels, strict=True)
    )
    assert [float(row["score_different over same"]) for row in rows_of(made.stdout)] == found.scores[:, 0].tolist()
    assert "accuracy: 75.0 % of 4 samples" in made.stderr
    assert "accuracy: 75.0 % of 4 samples" in run("predict", trained, "--data", data).output


def test_answers_need_no_labels(trained, tmp_path):
    data = tmp_path / "corners.csv"
    data.write_text("a,b\n1,-1\n-1,-1\n")
    found = predict(trained, data, engine="native")
    assert (found.answers, found.labels, found.measure) == (("different", "same"), (), "")


def test_scores_of_the_training_samples_are_those_of_training(told):
    path, data = told
    found = predict(path, data)
    problem, circuit = problem_of_run(Run(path)), load_circuit(path).circuit
    train = problem.data.train
    with NativeSimulator(circuit) as simulator:
        same = simulator.solve(circuit.values(), train.volts()).scores
        measured = evaluate(simulator, circuit.values(), train, problem.cost)
    rows = [np.flatnonzero(np.isclose([float(label) for label in found.labels], y))[0] for y in train.labels[:, 0]]
    assert found.scores[rows] == pytest.approx(same, abs=1e-12)
    quantities = found.quantities[rows]
    residual = ((quantities - train.labels) ** 2).sum() / ((train.labels - train.labels.mean()) ** 2).sum()
    assert 1 - residual == pytest.approx(measured.accuracy, abs=1e-9)


def test_columns_of_a_table_are_found_by_name(told, tmp_path):
    path, data = told
    other = tmp_path / "other.csv"
    other.write_text("x,more,left\n3,9,0\n")
    found, known = predict(path, other), predict(path, data)
    assert found.scores[0] == pytest.approx(known.scores[3], abs=1e-12)
    assert found.labels == ()


def test_features_beyond_all_that_was_learned_are_told_to_be_clipped(told, tmp_path):
    path, _ = told
    other = tmp_path / "far.csv"
    other.write_text("left,x\n2,1000\n2,5\n-7,2\n2,39\n")
    found = predict(path, other)
    said = "x is 1000, and the run learned from 2 to 39; it is taken for the end of that range"
    assert found.notes == (f"row 2: {said}, as others in 1 row",)
    assert found.scores[0] == pytest.approx(found.scores[3], abs=1e-9)
    other.write_text("left,x\n2,39\n0,2\n")
    assert predict(path, other).notes == ()


def test_a_netlist_from_elsewhere_is_read_at_the_outputs_that_are_named(amplified, table):
    found = predict(amplified, table, outputs="OUT-/IN,bias")
    assert found.outputs == ("OUT-/IN", "bias")
    assert found.scores == pytest.approx(np.array([[-0.5, 0], [-1, 1], [1.5, 2]]), abs=1e-9)
    noted = amplified.with_name("noted.cir")
    noted.write_text(AMPLIFIED.replace(".end\n", "* @fit inputs v1=V1\n* @fit outputs out\n.end\n"))
    assert predict(noted, table).scores[:, 0] == pytest.approx([0.5, 1, -1.5], abs=1e-9)


def test_our_own_netlist_takes_volts(trained, tmp_path):
    data = tmp_path / "volts.csv"
    data.write_text("q,a,b\n7,2,-2\n7,-2,-2\n")
    found = predict(trained / "netlist.cir", data, inputs="a,b")
    assert found.outputs == ("y0p-y0n",)
    assert (found.scores[:, 0] > 0).tolist() == [True, False]


class Unsolving(NativeSimulator):
    """Does not solve the second sample."""

    def solve(self, conductances, features, nudging=None):
        points = super().solve(conductances, features, nudging)
        converged = points.converged.copy()
        converged[:, 1] = False
        return replace(points, converged=converged, messages={1: "no convergence"})


def test_samples_that_are_not_solved_are_empty_and_named(amplified, table, monkeypatch):
    monkeypatch.setattr(readout, "simulator", lambda engine, circuit: Unsolving(circuit))
    made = run("voltages", amplified, "--data", table, "--engine", "native", "--csv", "-")
    assert made.exit_code == 1
    assert made.stderr.splitlines()[-1] == "not solved: row 3: no convergence"  # a slow machine says what it does
    assert [row["OUT"] != "" for row in rows_of(made.stdout)] == [True, False, True]
    answered = run("predict", amplified, "--data", table, "--outputs", "OUT", "--engine", "native", "--csv", "-")
    assert answered.exit_code == 1
    assert [row["score_OUT"] != "" for row in rows_of(answered.stdout)] == [True, False, True]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["predict", "{amplified}", "--data", "{table}"], "is a netlist without outputs; say with --outputs"),
        (["predict", "{amplified}", "--data", "{table}", "--outputs", "x"], 'outputs names "x", which is no node'),
        (["voltages", "{amplified}", "--data", "{table}", "--inputs", "v9=V1"], 'inputs names "v9"'),
        (["voltages", "{amplified}", "--data", "{none}"], "is called as a voltage source of .*(?i:v1, vb)"),
        (["predict", "{trained}", "--data", "{table}", "--outputs", "y"], "is a run, whose outputs are known"),
        (["predict", "{trained}", "--data", "{one}"], "has 1 column, but the circuit has 2 inputs"),
        (["predict", "{trained}", "--data", "{odd}"], "row 2, column \"kind\": 'odd' is no class of the run"),
        (["predict", "{trained}", "--data", "nowhere.csv"], "cannot read nowhere.csv"),
    ],
)
def test_what_does_not_fit_is_one_line(arguments, message, amplified, table, trained, tmp_path):
    files = {"none": "a,b\n1,2\n", "one": "a\n1\n", "odd": "a,b,kind\n1,2,odd\n"}
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text)
    paths = {"amplified": amplified, "table": table, "trained": trained}
    paths |= {name: tmp_path / f"{name}.csv" for name in files}
    made = run(*(argument.format(**paths) for argument in arguments))
    assert made.exit_code == 2
    assert len(made.output.splitlines()) == 1
    assert re.search(message, made.output)


def test_inspect_shows_the_names_of_the_netlist(amplified, tmp_path):
    made = run("inspect", amplified, "--html", tmp_path / "page.html")
    assert made.exit_code == 0, made.output
    assert re.search(r"^Net-_D1-K_ +\+2\.500000 V", made.output, re.MULTILINE)
    assert re.search(r"^X1\.mid +\+5\.000000 V", made.output, re.MULTILINE)
    assert "X1.E1" in made.output + (tmp_path / "page.html").read_text()
    assert "e_x1_e1" not in made.output + (tmp_path / "page.html").read_text()


LATCH = """latch
V1 in 0 0
E1 x 0 out 0 2
R1 x out 1k
R2 out 0 10k
R3 in out 100k
D1 out p dd
Vp p 0 1
D2 n out dd
Vn n 0 -1
.model dd d is=1e-14
.end
"""


@pytest.mark.parametrize("words", [("voltages", "--engine", "native"), ("voltages",), ("inspect",)])
def test_a_latch_on_its_edge_is_said_to_be_unstable(words, tmp_path):
    (tmp_path / "latch.cir").write_text(LATCH)
    done = CliRunner().invoke(main, [words[0], str(tmp_path / "latch.cir"), *words[1:]])
    assert done.exit_code == 0, done.output
    assert 'warning: the operating point is unstable: a push at node "' in done.output, done.output
