"""Transistor circuits train by the default of `fit`, in ngspice; equilibrium propagation too where it is wanted."""

import numpy as np
import pytest
from click.testing import CliRunner

from ebana_like.analysis.differences import differences, distance, flat
from ebana_like.cli import main
from ebana_like.errors import CircuitError
from ebana_like.fitting import fit, prepare
from ebana_like.learning import Adjoint
from ebana_like.simulators import NgspiceSimulator
from ebana_like.training import Callback

MOS = ".model nm nmos(vto=0.7 kp=1e-4 lambda=0.02 gamma=0.4 phi=0.65)"
CIRCUITS = {
    "common emitter": (
        """common-emitter stage
v1 in 0 1
vcc vcc 0 9
r1 in b 10k
r2 vcc b 80k
r3 b 0 20k
rc vcc out 4.7k
re e 0 470
q1 out b e npn
.model npn npn(is=1e-15 bf=120 vaf=60 ikf=20m rb=80 rc=2 re=0.5)
.end""",
        lambda x: 6.0 - 3.0 * (x - 1.0),
        [0.9, 1.1],
    ),
    "long-tailed pair": (
        """long-tailed pair
v1 in 0 0
vcc vcc 0 5
vee vee 0 -5
r1 vcc a 10k
r2 vcc out 12k
re e vee 8.2k
rb1 in b1 1k
rb2 0 b2 1k
q1 a b1 e npn
q2 out b2 e npn
.model npn npn(is=1e-15 bf=100 vaf=80)
.end""",
        lambda x: 2.5 + 2.0 * np.tanh(10.0 * x),
        [-0.2, 0.2],
    ),
    "MOS pair": (
        f"""MOS transistor that drives another
V1 in 0 1.5
VDD vdd 0 3.3
M1 d1 in s 0 NM w=10u l=1u
R1 vdd d1 20k
RS s 0 10k
M2 out d1 0 0 NM w=5u l=1u
R2 vdd out 30k
{MOS}
.end""",
        lambda x: 0.9 * x,
        [0.8, 2.2],
    ),
}


@pytest.fixture
def made(tmp_path):
    """A netlist with a table, and what `fit` is to be given."""

    def make(name):
        text, target, (low, high) = CIRCUITS[name]
        (tmp_path / "my.cir").write_text(text)
        rows = [f"{x:.6g},{target(x):.6g}" for x in np.linspace(low, high, 8)]
        (tmp_path / "data.csv").write_text("\n".join(["v1,out", *rows]))
        return tmp_path / "my.cir", {"data": str(tmp_path / "data.csv"), "inputs": "v1", "outputs": "out", "batch": 8}

    return make


@pytest.mark.parametrize("name", CIRCUITS)
def test_a_stage_learns_by_default_what_is_asked_of_it(name, made):
    netlist, given = made(name)
    if name == "common emitter":  # from 470 Ohm to 80 kOhm: each has a range of its own
        given |= {"range": "r1=1k:100k,r2=8k:800k,r3=2k:200k,rc=1k:22k,re=100:2k", "lr": 0.003}
    assert prepare(netlist, given=given).settings.estimator == "adjoint"
    found = fit(netlist, **{"lr": 0.03, **given}, epochs=20)
    losses = [record.train.loss for record in found.records]
    assert min(losses) < 0.1 * losses[0]
    assert not any(record.failures for record in found.records)


def test_widths_and_lengths_train_and_stand_in_their_lines(made):
    netlist, given = made("MOS pair")
    given |= {"train": "m*.w,m1.l,r1", "range": "m*.w=1u:100u,m1.l=0.5u:5u"}
    problem = prepare(netlist, given=given).problem
    with NgspiceSimulator(problem.circuit) as simulator:
        data, values = problem.data.train, problem.circuit.values()
        arguments = data.features, data.targets(problem.cost)
        found = Adjoint().estimate(simulator, values, *arguments, problem.cost, np.random.default_rng(0))

        def loss(present):
            scores = simulator.solve(present, data.features).scores
            return float(problem.cost.value(scores, arguments[1]).mean())

        expected = differences(loss, values)
    assert len(flat(values)) == 4
    for address, slopes in expected.items():
        assert distance(found.gradients[address], slopes) < 1e-7
    fitted = fit(netlist, **given, epochs=3, lr=0.05)
    changed = [line for line in fitted.fitted.splitlines() if line not in CIRCUITS["MOS pair"][0].splitlines()]
    assert [line.split()[0] for line in changed] == ["M1", "R1", "M2"]
    assert all(" l=1u" in line for line in changed if line.startswith("M2"))


CROSSBAR = f"""two inputs, two outputs, a transistor in series with every resistor
vin1 x1 0 0.1
vin2 x2 0 0.2
vg11 g11 0 1.5
vg12 g12 0 1.5
vg21 g21 0 1.5
vg22 g22 0 1.5
r11 x1 a11 5k
r12 x1 a12 5k
r21 x2 a21 5k
r22 x2 a22 5k
m11 a11 g11 y1 0 NM w=2u l=1u
m12 a12 g12 y2 0 NM w=2u l=1u
m21 a21 g21 y1 0 NM w=2u l=1u
m22 a22 g22 y2 0 NM w=2u l=1u
rs1 y1 0 1k
rs2 y2 0 1k
{MOS}
.end"""


def test_gate_voltages_of_a_crossbar_train_at_ninety_degrees_as_well(tmp_path):
    (tmp_path / "my.cir").write_text(CROSSBAR.replace(".end", ".temp 90\n.end"))
    inputs = np.random.default_rng(0).uniform(0, 0.3, (6, 2))
    rows = np.hstack([inputs, inputs @ [[0.02, 0.03], [0.03, 0.01]]])
    lines = ["vin1,vin2,y1,y2", *(",".join(map(str, row)) for row in rows.tolist())]
    (tmp_path / "data.csv").write_text("\n".join(lines))
    given = {"data": str(tmp_path / "data.csv"), "inputs": "vin1,vin2", "outputs": "y1,y2", "train": "vg*"}
    given |= {"range": "vg*=0.8:5", "batch": 6}
    problem = prepare(tmp_path / "my.cir", given=given).problem
    with NgspiceSimulator(problem.circuit) as simulator:
        data, values, cost = problem.data.train, problem.circuit.values(), problem.cost
        arguments = data.features, data.targets(cost)
        found = problem.estimator.estimate(simulator, values, *arguments, cost, np.random.default_rng(0))
        expected = differences(
            lambda v: float(cost.value(simulator.solve(v, arguments[0]).scores, arguments[1]).mean()), values
        )
    assert distance(flat(found.gradients), flat(expected)) < 1e-7
    fitted = fit(tmp_path / "my.cir", **given, epochs=25, lr=0.02)
    losses = [record.train.loss for record in fitted.records]
    assert min(losses) < 0.1 * losses[0]
    changed = [line.split()[0] for line in fitted.fitted.splitlines() if line not in CROSSBAR.splitlines()]
    assert changed[:4] == ["vg11", "vg12", "vg21", "vg22"]


MIXED = """a transistor among behavioural sources and sources of every kind
v1 in 0 1
vcc vcc 0 9
r1 in b 10k
r2 b 0 20k
q1 c b e npn
rc vcc c 3k
re e 0 500
b1 x 0 v=2*tanh(v(c)-4)+0.1*v(e)*v(c)
r3 x out 2k
vm out o2 0
r4 o2 0 1k
h1 y 0 vm 500
r5 y out 4k
b2 out 0 i=1e-4*v(out)*v(out)*v(out)
f1 b 0 vm 0.02
.model npn npn(is=1e-15 bf=100 vaf=60 rb=100)
.end"""


def test_values_of_every_kind_have_the_gradient_of_finite_differences_beside_a_transistor(tmp_path):
    (tmp_path / "my.cir").write_text(MIXED)
    (tmp_path / "data.csv").write_text("v1,out\n1,0.4\n2,0.2\n3,0.6\n")
    given = {"data": str(tmp_path / "data.csv"), "inputs": "v1", "outputs": "out", "train": "r*,vcc,h1,f1"}
    problem = prepare(tmp_path / "my.cir", given=given).problem
    with NgspiceSimulator(problem.circuit) as simulator:
        data, values, cost = problem.data.train, problem.circuit.values(), problem.cost
        features, targets = data.features, data.targets(cost)
        found = Adjoint().estimate(simulator, values, features, targets, cost, np.random.default_rng(0)).gradients

        def loss(present):
            return float(cost.value(simulator.solve(present, features).scores, targets).mean())

        expected = differences(loss, values)
    for address, slopes in expected.items():
        assert found[address] == pytest.approx(slopes, rel=1e-7), address


class Notes(Callback):
    def __init__(self):
        self.notes = []

    def on_note(self, note):
        self.notes.append(note)


def test_equilibrium_propagation_runs_where_it_is_not_exact_and_says_by_how_much(made):
    """A transistor that only degenerates: its source follows the gate's resistors, and the cosine is near one."""
    netlist, given = made("MOS pair")
    given |= {"estimator": "centered", "beta": 1e-6}
    with pytest.raises(CircuitError, match="control terminal that the circuit moves.*--inexact"):
        prepare(netlist, given=given)
    notes = Notes()
    found = fit(netlist, [notes], **given, inexact=True, epochs=2, lr=1e-4)
    (note,) = notes.notes
    assert found.records[0].messages[0] == note
    problem = prepare(netlist, given={**given, "inexact": True}).problem
    with NgspiceSimulator(problem.circuit) as simulator:
        data = problem.data.train
        order = problem.order(0)[0]
        arguments = data.features[order], data.targets(problem.cost, order), problem.cost, np.random.default_rng(0)
        one, other = (
            flat(each.estimate(simulator, problem.circuit.values(), *arguments).gradients)
            for each in (problem.estimator, Adjoint())
        )
    cosine = one @ other / np.linalg.norm(one) / np.linalg.norm(other)
    assert float(note.rsplit(" ", 1)[1]) == pytest.approx(cosine, abs=2e-4)


def test_the_command_takes_inexact_as_a_flag(made, tmp_path):
    netlist, given = made("MOS pair")
    options = [word for name, value in given.items() for word in (f"--{name}", str(value))]
    run = ["--out", str(tmp_path / "run"), "--epochs", "1", "--lr", "1e-4", "--estimator", "centered", "--inexact"]
    done = CliRunner().invoke(main, ["fit", str(netlist), *options, *run])
    assert done.exit_code == 0, done.output
    assert "on the first batch the cosine of its gradient with the adjoint's is" in " ".join(done.output.split())
    assert "inexact = true" in (tmp_path / "run" / "config.toml").read_text()
