"""Whatever an element's line says can be trained: by its name, within its range, and put back where it stands."""

import difflib

import numpy as np
import pytest

from ebana_like.elements import Resistors
from ebana_like.errors import EbanaError
from ebana_like.fitting import fit, prepare
from ebana_like.fitting.ports import output_units
from ebana_like.fitting.reach import unreached
from ebana_like.netlist import load_netlist
from ebana_like.simulators import NgspiceSimulator
from ebana_like.simulators.native.simulator import NativeSimulator
from ebana_like.training import evaluate

BRIDGE = """bridge
I1 0 top 1m
R1 top a 1k
R2 a 0 1k
R3 top b 2k
R4 b 0 1.5k
X1 top 0 leg
X2 top 0 leg
.subckt leg p n
Ra p q 10k
Rb q n 5k
.ends
E1 o 0 a b 2 ; gain
G1 0 o a 0 0.1m
Rs o o2 50
Ro o2 0 1k
V9 c 0 dc = 0.5
I9 0 o ac 1 dc 1u
Rc c o2 2k
.end
"""


@pytest.fixture
def bridge(tmp_path):
    (tmp_path / "bridge.cir").write_text(
        BRIDGE.replace("Ro o", "Ro o2").replace("Ro o2 0 1k", "Rs o o2 50\nRo o2 0 1k")
    )
    (tmp_path / "data.csv").write_text("i1,o2\n" + "".join(f"{i},{300 * i + 0.1}\n" for i in (-1e-3, 5e-4, 1e-3, 2e-3)))
    return tmp_path / "bridge.cir"


def settings(bridge, **given):
    return {"data": str(bridge.with_name("data.csv")), "inputs": "i1", "outputs": "o2", "batch": "4", **given}


TRAINED = "r1,x1.ra,v9,i9,e1,g1"


def test_sources_gains_and_tied_resistors_train_and_nothing_else_of_the_text_changes(bridge):
    given = settings(bridge, train=TRAINED, range="i9=-1m:1m", epochs=120, estimator="adjoint")
    done = fit(bridge, **given)
    with NativeSimulator(done.problem.circuit) as native:
        before, after = (
            evaluate(native, values, done.problem.data.train, done.problem.cost).loss
            for values in (done.problem.start().values, done.kept.values)
        )
    assert after < before / 10
    changed = [
        line[2:].split()[0]
        for line in difflib.ndiff(done.system.source.text.split("\n"), done.fitted.split("\n"))
        if line.startswith("+ ")
    ]
    assert changed == ["R1", "Ra", "E1", "V9"]  # G1 and I9 feed a node that E1 holds, and stay as they came
    assert "; gain" in done.fitted
    assert "dc = " in done.fitted
    assert "ac 1 dc " in done.fitted
    done.save(bridge.with_name("fitted.cir"))
    back = load_netlist(bridge.with_name("fitted.cir")).circuit
    for bank in done.problem.circuit.with_values(done.kept.values).banks:
        for quantity in bank.trainable:
            where = {label: (other, k) for other in back.banks for k, label in enumerate(other.labels)}
            read = [getattr(where[label][0], quantity)[where[label][1]] for label in bank.labels]
            assert read == getattr(bank, quantity).tolist()  # bit for bit, tied ones too


@pytest.mark.parametrize("engine", [NativeSimulator, NgspiceSimulator])
def test_gradients_of_all_of_them_are_those_of_finite_differences(bridge, engine):
    prepared = prepare(bridge, given=settings(bridge, train=TRAINED, range="i9=-1m:1m", estimator="adjoint"))
    problem = prepared.problem
    values, data, cost = problem.start().values, problem.data.train, problem.cost
    with engine(problem.circuit) as simulator:
        estimate = problem.estimator.estimate(
            simulator, values, data.features, data.targets(cost), cost, np.random.default_rng(0)
        )
        for each in prepared.system.trained:
            step = 1e-4 * (problem.circuit.parameters[each.address].span)
            if each.reciprocal:
                step = 1e-4 * values[each.address][each.position]
            losses = []
            for sign in (1, -1):
                moved = {at: value.copy() for at, value in values.items()}
                moved[each.address][each.position] += sign * step
                losses.append(evaluate(simulator, moved, data, cost).loss)
            slope = (losses[0] - losses[1]) / (2 * step)
            assert estimate.gradients[each.address][each.position] == pytest.approx(slope, rel=2e-6)


def test_ranges_are_in_the_units_of_the_netlist(bridge):
    prepared = prepare(bridge, given=settings(bridge, train="r1,r2,e1", range="r*=100:5k,e1=1:4", estimator="adjoint"))
    parameters = prepared.problem.circuit.parameters
    limits = {each.name: each.limits(parameters) for each in prepared.system.trained}
    assert limits == {"R1": pytest.approx((100, 5000)), "R2": pytest.approx((100, 5000)), "E1": (1, 4)}
    assert [each.unit for each in prepared.system.trained] == ["Ohm", "Ohm", ""]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"train": "q7"}, 'no element or parameter is called "q7"'),
        ({"train": "i1"}, "i1 carries a column of the table; take it out of train, or of inputs"),
        ({"train": "r1", "range": "r1=5"}, 'range has "r1=5"; expected NAME=LOW:HIGH'),
        ({"train": "r1", "range": "r1=5k:1k"}, 'range has "r1=5k:1k", which ends before it begins'),
        ({"train": "r1", "range": "r2=1:2"}, 'range names "r2", and nothing that is trained is called so'),
        ({"train": "r1", "range": "r1=0:2"}, "a resistance begins above zero"),
        ({"train": "r1", "outputs": "i(r1)=o2"}, 'outputs names "i(r1)", and there is no such voltage source'),
    ],
)
def test_what_cannot_be_trained_is_named(bridge, given, reason):
    with pytest.raises(EbanaError) as caught:
        prepare(bridge, given=settings(bridge, estimator="adjoint", **given))
    assert reason in str(caught.value)


def test_one_line_whose_values_differ_is_not_tied(tmp_path):
    text = "t\nv1 in 0 1\nx1 in out s r=1k\nx2 out 0 s r=2k\n.subckt s a b r=1\nr1 a b {r}\n.ends\n"
    (tmp_path / "my.cir").write_text(text)
    (tmp_path / "data.csv").write_text("v1,out\n1,0.5\n2,1\n")
    with pytest.raises(EbanaError, match="x1.r1 and x2.r1 are one line of the text and have different values"):
        prepare(tmp_path / "my.cir", given={"data": str(tmp_path / "data.csv"), "inputs": "v1", "outputs": "out"})


def test_factors_of_a_line_count_and_stay(tmp_path):
    lines = ["v1 in 0 1", "R1 in out 1k m=2", "R2 out 0 2k tc1=1m temp=77", "R3 out 0 rm 4k", "R4 out 0 0.5k ; plain"]
    text = "\n".join(["t", *lines, ".model rm r(tc1=0 rsh=1)", ".end", ""])
    (tmp_path / "my.cir").write_text(text)
    (tmp_path / "data.csv").write_text("v1,out\n1,0.3\n2,0.6\n-1,-0.3\n")
    given = {"data": str(tmp_path / "data.csv"), "inputs": "v1", "outputs": "out", "epochs": 40, "batch": 3}
    done = fit(tmp_path / "my.cir", train="r*", **given)
    assert [each.of(done.problem.start().values) for each in done.system.trained] == pytest.approx([1e3, 2e3, 4e3, 500])
    assert [each.factor for each in done.system.trained] == pytest.approx([2.0, 1 / 1.05, 1.0, 1.0])
    assert " m=2\n" in done.fitted
    assert " tc1=1m temp=77\n" in done.fitted
    done.save(tmp_path / "fitted.cir")
    back = load_netlist(tmp_path / "fitted.cir").circuit
    found = np.concatenate([bank.conductance for bank in back.of_kind(Resistors)])
    assert found == pytest.approx(done.kept.values["trained.conductance"], rel=1e-14)


def test_volts_and_amperes_count_by_their_spread(bridge):
    rows = (f"{i},{300 * i + 0.1},{0.02 * i}\n" for i in (-1e-3, 5e-4, 1e-3, 2e-3))
    bridge.with_name("data.csv").write_text("i1,o2,i(v9)\n" + "".join(rows))
    asked = settings(bridge, outputs="o2,i(v9)", train="r*,v9,rc", epochs=150, schedule="cosine", decay="1")
    problem = prepare(bridge, given=asked).problem
    targets = problem.data.train.targets(problem.cost)
    assert problem.cost.weights == pytest.approx([1.0, (900e-3 / 60e-6) ** 2])
    scores = targets + [[0.01, 1e-5]] * 4
    assert problem.cost.value(scores, targets) == pytest.approx([(0.01**2 + (1e-5 * 900e-3 / 60e-6) ** 2) / 2] * 4)
    done = fit(bridge, **asked)
    with NativeSimulator(done.problem.circuit) as native:
        off = [
            np.sqrt(((native.solve(values, done.problem.data.train.features).scores - targets) ** 2).mean(axis=0))
            for values in (problem.start().values, done.kept.values)
        ]
    assert (off[1] < off[0] / 2).all()


def test_an_output_that_is_a_current_is_spoken_of_in_amperes(bridge):
    given = settings(bridge, outputs="o2,i(v9)=current", train="r1")
    bridge.with_name("data.csv").write_text("i1,o2,current\n0.001,100,1\n0.002,200,2\n")
    problem = prepare(bridge, given=given).problem
    assert output_units(problem.circuit) == ["V", "A"]
    with NativeSimulator(problem.circuit) as native:
        volts, amperes = (str(missed) for missed in unreached(problem, native))
    assert "one is 200 V, and the most" in volts
    assert "one is 2 A, and the most" in amperes
