"""A netlist learns a table, and its text stays what it was but for the trained values."""

import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from ebana_like.cli import main
from ebana_like.elements import Diodes, Resistors
from ebana_like.errors import CircuitError, NetlistError, SettingError
from ebana_like.fitting import fit, prepare
from ebana_like.fitting.settings import FitSettings
from ebana_like.hardware import Mismatch
from ebana_like.netlist import load_netlist
from ebana_like.netlist.deck.reading import Reading, read_with
from ebana_like.runs.without_effect import without_effect
from ebana_like.simulators import NativeSimulator, NgspiceSimulator
from ebana_like.training import evaluate

FOREIGN = Path(__file__).parents[2] / "netlists" / "foreign"
GRAPH = {"inputs": "vin1=a,vin2=b,vin3=a,-vin4=b", "outputs": "o1-o2", "epochs": 3, "lr": 0.02}

DIVIDER = """* by hand\r
* @fit inputs v1\r
*   kept exactly:\t \r
V1 in 0 DC 3 ; supply\r
R1   in  out   {2*r}   ; above\r
+ tc1=0\r
r2 out\r
* between\r
+ 0 R = 1k\r
.param r=500\r
.end\r
"""


@pytest.fixture
def divider(tmp_path):
    (tmp_path / "my.net").write_bytes(DIVIDER.replace("supply", "5 \u00b5A").encode("latin-1"))
    (tmp_path / "data.csv").write_text("v1,out\n" + "".join(f"{v},{v / 5}\n" for v in (-1, 0.5, 1, 2)))
    return tmp_path / "my.net"


@pytest.fixture
def graph_table(tmp_path):
    rng = np.random.default_rng(1)
    rows = [f"{a:.4f},{b:.4f},{0.2 * a - 0.1 * b:.4f}" for a, b in rng.uniform(-1, 1, (12, 2))]
    (tmp_path / "graph.csv").write_text("\n".join(["a,b,o1-o2", *rows]))
    return tmp_path / "graph.csv"


CASES = [
    ("graph.cir", {**GRAPH}),
    ("ladder.cir", {"epochs": 6, "lr": 0.0005}),
    ("clipper.cir", {"epochs": 3, "lr": 0.003}),
    ("xor_stages.cir", {"epochs": 8, "lr": 0.003}),
]


@pytest.mark.parametrize(("name", "given"), CASES)
def test_each_netlist_learns_and_changes_in_its_trained_values_only(name, given, graph_table, tmp_path):
    if name == "graph.cir":
        given = {**given, "data": graph_table}
    before = prepare(FOREIGN / name, given={k: str(v) for k, v in given.items()})
    after = fit(FOREIGN / name, **given)
    first, *_, last = losses(before, after)
    assert last < first

    old, new = before.system.source.text.split("\n"), after.fitted.split("\n")
    trained = after.problem.circuit.bank("trained", Resistors).labels
    changed = [(a, b) for a, b in zip(old, new, strict=True) if a != b]
    assert len(changed) <= len(trained)
    for a, b in changed:
        # the words before and behind the fourth are the same, spaces and comments too
        pattern = r"(\s*\S+\s+\S+\s+\S+\s+)(\{[^}]*\}|\S+)(.*)"
        (a_head, _, a_tail), (b_head, value, b_tail) = (re.fullmatch(pattern, line).groups() for line in (a, b))
        assert (a_head, a_tail) == (b_head, b_tail)
        assert float(value) > 0

    after.save(tmp_path / "fitted.cir")
    back = load_netlist(tmp_path / "fitted.cir").circuit
    found = {}
    for bank in back.of_kind(Resistors):
        found |= dict(zip(bank.labels, bank.conductance, strict=True))
    assert [found[label] for label in trained] == after.kept.values["trained.conductance"].tolist()  # bit for bit


def names(prepared):
    return [each.name for each in prepared.system.trained]


def losses(before, after):
    """Return the training loss before and after, from ngspice."""
    problem = after.problem
    with NgspiceSimulator(problem.circuit) as simulator:
        return [
            evaluate(simulator, values, problem.data.train, problem.cost).loss
            for values in (before.problem.start().values, after.kept.values)
        ]


def test_an_output_may_reach_a_column_of_another_name(divider):
    table = divider.with_name("other.csv")
    table.write_text((divider.parent / "data.csv").read_text().replace("out", "y"))
    given = {"data": str(table), "outputs": "out=y"}
    assert prepare(divider, given=given).problem.data.train.classes == ("y",)
    with pytest.raises(SettingError, match='has no column "out"; it has v1, y'):
        prepare(divider, given={**given, "outputs": "out"})


def test_line_ends_encoding_and_continued_lines_stay(divider):
    done = fit(divider, data=divider.parent / "data.csv", outputs="out", train="r*", epochs=30, lr=0.1)
    done.save(divider.with_name("out.net"))
    old, new = divider.read_bytes(), divider.with_name("out.net").read_bytes()
    conductances = done.kept.values["trained.conductance"]
    r1, r2 = (repr(1 / g) for g in conductances)
    numbers = rb"[\d.e+-]+"
    shape = re.escape(old).replace(re.escape(b"{2*r}"), numbers).replace(re.escape(b"R = 1k"), b"R = " + numbers)
    assert re.fullmatch(shape, new)
    assert r1.split(".")[0].encode() in new
    assert r2.split(".")[0].encode() in new
    ratio = conductances[0] / conductances.sum()
    assert ratio == pytest.approx(0.2, abs=0.02)  # the divider that the table asks for; Adam steps around it


def test_settings_stand_in_the_netlist_in_a_file_or_on_the_command_line(divider):
    data = str(divider.parent / "data.csv")
    config = divider.with_name("fit.toml")
    config.write_text(f'[settings]\ndata = "{data}"\noutputs = "in"\nepochs = 7\n')
    prepared = prepare(divider, config, {"outputs": "out"})
    found, limits = prepared.settings, prepared.problem.circuit.parameters["trained.conductance"]
    assert (found.inputs, found.outputs, found.epochs, found.engine) == ("v1", "out", 7, "native")
    assert found.beta == pytest.approx(1e-6)  # a thousandth of 1 mS
    assert (limits.low, limits.high) == pytest.approx((1e-4, 1e-2))


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"inputs": "r1"}, 'inputs names "r1", which is no source of the netlist; there are v1'),
        ({"inputs": "v1,v1=out"}, "every source can carry one column"),
        ({"inputs": "v1=x"}, 'has no column "x"; it has v1, out'),
        ({"outputs": "in"}, 'has no column "in"; it has v1, out. Another column is taken by --outputs in=COLUMN'),
        ({"outputs": "out2"}, 'outputs names "out2", which is no node or pair of nodes; did you mean "out"?'),
        ({"train": "q*"}, 'no element or parameter is called "q*"; there are r1, r2'),
        ({"labels": "v1"}, "row 3, column \"v1\": '0.5' is a quantity, not a class"),
        ({"labels": "kind", "data": "kinds.csv"}, "1 outputs, but the table asks for 4 (a, b, c, d)"),
        ({"g_low": 1.0}, "g_low is 1 and g_high is 0.01; the range ends before it begins"),
        ({"outputs": ""}, 'outputs is not given; use --outputs, or a line "* @fit outputs ..." in the netlist'),
        ({"lr": "1,2"}, "one rate holds for all trained resistors"),
        ({"hidden": "3"}, 'there is no setting "hidden"'),
    ],
)
def test_what_does_not_fit_together_is_named(divider, given, reason):
    divider.with_name("kinds.csv").write_text("v1,kind\n1,a\n2,b\n3,c\n4,d\n")
    given = {"data": "data.csv", "outputs": "out", **given}
    given["data"] = str(divider.with_name(given["data"]))
    with pytest.raises(SettingError, match=re.escape(reason)):
        prepare(divider, given=given, where="test")


def written(tmp_path, text):
    (tmp_path / "my.cir").write_text(text)
    (tmp_path / "data.csv").write_text("v1,out\n1,0.2\n2,0.4\n")
    return {"data": str(tmp_path / "data.csv"), "inputs": "v1", "outputs": "out"}


def test_a_resistor_of_an_included_file_is_not_trained_and_that_is_said(tmp_path):
    (tmp_path / "part.inc").write_text("r1 in out 1k\n")
    given = written(tmp_path, "t\nv1 in 0 1\n.include part.inc\nr2 out 0 1k\n")
    notes = []
    with read_with(Reading(tell=notes.append)):
        assert names(prepare(tmp_path / "my.cir", given=given)) == ["r2"]
    (note,) = notes
    assert "r1 is not trained" in note
    assert "r1 stands in an included file; move it into" in note
    for asked in ({"train": "r1"}, {"train": "r*,r1"}):
        with pytest.raises(NetlistError, match="r1 stands in an included file; move it into"):
            prepare(tmp_path / "my.cir", given={**given, **asked})
    with read_with(Reading(strict=True)), pytest.raises(SettingError, match="r1 is not trained.*reading is strict"):
        prepare(tmp_path / "my.cir", given=given)


CELLS = """t
.subckt fixed a b
R1 a m 1k
R2 m b 2k
.ends
.subckt given a b r=1k
R1 a b {r}
.ends
v1 in 0 1
x1 in out fixed
x2 out 0 given r=3k
x3 out 0 given r=4k
Rl out 0 9k
.end
"""


def test_patterns_reach_into_subcircuits_and_leave_out_what_has_no_number_of_its_own(tmp_path):
    given = {**written(tmp_path, CELLS), "epochs": 1}
    notes = []
    with read_with(Reading(tell=notes.append)):
        assert names(prepare(tmp_path / "my.cir", given=given)) == ["x1.R1", "x1.R2", "Rl"]
    assert len(notes) == 1
    assert "x2.r1 is not trained: x2.r1 and x3.r1 are one line of the text and have different values" in notes[0]
    done = fit(tmp_path / "my.cir", train="r*,{x3.r}", lr=0.1, **given)
    assert [each.name for each in done.system.trained] == ["x1.R1", "x1.R2", "Rl", "{x3.r}"]
    changed = [
        line for line, before in zip(done.fitted.splitlines(), CELLS.splitlines(), strict=True) if line != before
    ]
    assert [line.split()[0] for line in changed] == ["R1", "R2", "x3", "Rl"]


def test_a_value_stays_as_it_was_written_until_it_changes(tmp_path):
    text = "t\nv1 in 0 1\nr1 in out {2*half}\nr2 out 0 1MEG\n.param half=0.5k\n.end\n"
    prepared = prepare(tmp_path / "my.cir", given=written(tmp_path, text))
    values = prepared.problem.start().values
    moved = {address: value * np.array([1.0, 0.5]) for address, value in values.items()}
    assert prepared.system.fitted(moved) == text.replace("1MEG", "2000000.0")


def test_a_nudging_factor_is_found_for_estimators_that_nudge_alone(divider):
    found = {}
    for estimator in ("centered", "adjoint"):
        given = {"data": str(divider.with_name("data.csv")), "outputs": "out", "estimator": estimator}
        found[estimator] = prepare(divider, given=given).settings
    assert found["centered"].beta == pytest.approx(1e-6)
    assert without_effect(found["adjoint"], FitSettings()) == []


def test_a_pattern_takes_no_source_that_carries_an_input(tmp_path):
    given = written(tmp_path, "t\nv1 in 0 1\nr1 in out 1k\nr2 out b 1k\nv2 b 0 0.5\n")
    assert names(prepare(tmp_path / "my.cir", given={**given, "train": "v*"})) == ["v2"]


@pytest.mark.parametrize(
    ("amplifier", "reason"), [("e1 b 0 a 0 0.5", "e1 carries voltage forward"), ("g1 0 b a 0 1m", "g1")]
)
def test_a_circuit_without_co_content_is_told_and_learns_by_the_adjoint(amplifier, reason, tmp_path):
    given = written(tmp_path, f"t\nv1 in 0 1\nr1 in a 1k\nr2 a 0 1k\n{amplifier}\nr3 b out 1k\nr4 out 0 1k\n")
    with pytest.raises(CircuitError, match=rf"{reason}.*Train it with --estimator adjoint"):
        fit(tmp_path / "my.cir", **given, estimator="centered")
    before = prepare(tmp_path / "my.cir", given=given)
    assert before.settings.estimator == "adjoint"
    first, last = losses(before, fit(tmp_path / "my.cir", **given, epochs=20, lr=0.05))
    assert last < first / 2


def test_a_source_whose_current_is_copied_carries_no_input(tmp_path):
    given = written(tmp_path, "t\nv1 in 0 1\nr1 in out 1k\nr2 out 0 1k\nf1 out 0 v1 0.1\n")
    with pytest.raises(SettingError, match="put a source of 0 V in series"):
        prepare(tmp_path / "my.cir", given=given)


@pytest.mark.parametrize("source", ["g1 out 0 a 0 1m", "h1 b 0 vm 300\nr5 b out 1k"])
def test_gradients_through_one_way_sources_are_those_of_finite_differences(tmp_path, source):
    given = written(tmp_path, f"t\nv1 in 0 1\nr1 in a 1k\nvm a m 0\nr2 m 0 1k\nr3 a out 1k\nr4 out 0 1k\n{source}\n")
    problem = prepare(tmp_path / "my.cir", given={**given, "estimator": "adjoint"}).problem
    data, cost, g = problem.data.train, problem.cost, problem.start().values["trained.conductance"]
    with NativeSimulator(problem.circuit) as native:
        estimate = problem.estimator.estimate(
            native, {"trained.conductance": g}, data.features, data.targets(cost), cost, np.random.default_rng(0)
        )

        def loss(conductances):
            return evaluate(native, {"trained.conductance": conductances}, data, cost).loss

        steps = 1e-4 * np.diag(g)
        slopes = [(loss(g + step) - loss(g - step)) / (2 * step.sum()) for step in steps]
    # steps of a ten-thousandth leave an error of their square
    assert estimate.gradients["trained.conductance"] == pytest.approx(slopes, rel=1e-6)
    with NgspiceSimulator(problem.circuit) as ngspice:
        by_ngspice = problem.estimator.estimate(
            ngspice, {"trained.conductance": g}, data.features, data.targets(cost), cost, np.random.default_rng(0)
        )
    expected = estimate.gradients["trained.conductance"]
    assert by_ngspice.gradients["trained.conductance"] == pytest.approx(expected, rel=1e-9)


def test_a_netlist_without_ports_is_inspected():
    done = CliRunner().invoke(main, ["inspect", str(FOREIGN / "graph.cir")])
    assert done.exit_code == 0, done.output
    assert "8 nodes, 21 elements" in done.output


SHARED = {
    "a potentiometer": (
        ".param P=10k pos=0.3\nr1 in out {P*pos}\nr2 out 0 {P*(1-pos)}\n",
        'line 4: the parameter "p" is used by r1, r2, which would be trained apart from each other; '
        "train the parameter, --train '{p}', or others than r1",
    ),
    "two equal resistors": (".param rw=1k\nr1 in out {rw}\nr2 out 0 'rw'\n", '"rw" is used by r1, r2'),
    "by other parameters": (
        ".param p=1k top={p*2} low={p/2}\nr1 in out {top}\nr2 out 0 {low}\n",
        '"p" is used by r1, r2',
    ),
    "inside a subcircuit": (
        "x1 in out 0 pot r=5k\n.subckt pot a w b r=1k pos=0.5\nr1 a w {r*pos}\nr2 w b {r-r*pos}\n.ends\n",
        '"x1.pos" is used by x1.r1, x1.r2',
    ),
    "handed into a subcircuit": (
        ".param p=1k\nr1 in out {p}\nx1 out 0 s q={2*p}\n.subckt s a b q=1\nr1 a b {q}\n.ends\n",
        '"p" is used by r1, x1.r1',
    ),
    "also by a source": (".param p=1k\nr1 in out {p}\nr2 out 0 1k\ni1 0 out {1/p}\n", '"p" is used by r1, i1'),
    "also by a capacitor": (".param p=1k\nr1 in out {p}\nr2 out 0 1k\nc1 out 0 {1n/p}\n", '"p" is used by r1, c1'),
    "also by a model": (
        ".param p=1k\nr1 in out {p}\nr2 out 0 1k\nd1 out 0 dd\n.model dd d is={1p/p}\n",
        '"p" is used by r1, d1',
    ),
}


@pytest.mark.parametrize("name", SHARED)
def test_resistors_that_share_a_parameter_are_not_trained_apart(tmp_path, name):
    lines, reason = SHARED[name]
    given = written(tmp_path, f"t\nv1 in 0 1\n{lines}")
    with pytest.raises(NetlistError, match=re.escape(reason)):
        prepare(tmp_path / "my.cir", given={**given, "train": re.findall(r"used by ([\w.]+)", reason)[0]})


def test_a_parameter_of_one_resistor_alone_and_numbers_beside_shared_ones_are_trained(tmp_path):
    lines = ".param p=1k q=2*p\nr1 in out {q+p}\nr2 out 0 1k\nr3 out a {s}\nr4 a 0 {s}\n.param s=5k\n"
    given = written(tmp_path, f"t\nv1 in 0 1\n{lines}")
    assert names(prepare(tmp_path / "my.cir", given={**given, "train": "r1,r2"})) == ["r1", "r2"]
    with pytest.raises(NetlistError, match='"s" is used by r3, r4'):
        prepare(tmp_path / "my.cir", given={**given, "train": "r4"})


@pytest.mark.parametrize(
    ("netlist", "given", "message"),
    [
        (None, {}, "netlist is None; expected the name of its file"),
        ("my.net", {"data": {"v1": [1], "out": [2]}}, "fit: data is {'v1': .*; expected a word"),
        ("my.net", {"data": "data.csv", "inputs": 5}, "fit: inputs is 5; expected a word"),
        ("my.net", {"data": "data.csv", "beta": float("nan")}, "fit: beta is nan; it must be finite"),
        ("my.net", {"data": "data.csv", "epoch": 3}, 'there is no setting "epoch"; did you mean "epochs"'),
    ],
)
def test_an_argument_that_cannot_be_is_named(netlist, given, message, divider):
    with pytest.raises(SettingError, match=message):
        fit(netlist and divider.with_name(netlist), outputs="out", **given)


def test_a_netlist_whose_lines_end_in_carriage_returns_keeps_them(tmp_path):
    text = "t\nv1 in 0 1\nr1 in out 1k\n* note\nr2 out 0 2k\n.end\n".replace("\n", "\r")
    given = written(tmp_path, "")
    (tmp_path / "my.cir").write_bytes(text.encode())
    prepared = prepare(tmp_path / "my.cir", given=given)
    values = prepared.problem.start().values
    assert prepared.system.fitted(values) == text
    doubled = {address: 2 * value for address, value in values.items()}
    assert prepared.system.fitted(doubled) == text.replace("1k", "500.0").replace("2k", "1000.0")


CLAMP = "clamp\nv1 in 0 1\nr1 in out 1k\nr2 out 0 1k\nd1 out 0 dx\nd2 0 out dx\n.model dx d(is=1e-9)\n.end\n"


def test_a_netlist_learns_on_a_chip_and_its_text_stays_the_design_s(divider):
    """Areas of chip 3 in the circuit that learns; in the fitted text what they were, and the values learned there."""
    divider.write_text(CLAMP)
    given = {"data": str(divider.parent / "data.csv"), "inputs": "v1", "outputs": "out", "epochs": 3}
    plain, chip = (fit(divider, **given, **more) for more in ({}, {"mismatch": "saturation=1", "chip": 3}))
    drawn = Mismatch(saturation=1).numbered(plain.problem.circuit, 3)
    found = list(chip.problem.circuit.of_kind(Diodes))
    assert sum(len(bank) for bank in found) == 2
    for bank in found:
        np.testing.assert_array_equal(bank.area, drawn.named(bank.name).area)
        assert (bank.area != 1).all()
    lines = [each.fitted.split("\n") for each in (plain, chip)]
    assert [a.split()[0] for a, b in zip(*lines, strict=True) if a != b] == ["r1", "r2"]


@pytest.mark.parametrize(
    ("line", "given", "celsius"), [("", {}, 27), (".temp 85", {}, 85), (".temp 85", {"celsius": 0}, 0)]
)
def test_a_netlist_stands_at_its_own_temperature_unless_another_is_given(line, given, celsius, divider):
    divider.write_text(f"{DIVIDER.replace('.end', line)}\n", newline="")
    settings = {"data": str(divider.parent / "data.csv"), "outputs": "out", "epochs": 1, **given}
    found = fit(divider, **settings)
    assert found.problem.circuit.conditions.celsius == celsius
    assert found.settings.celsius == celsius
