"""The values of `.param` lines train: one number, followed by whatever names it, and put back into its line."""

import numpy as np
import pytest

from ebana_like.elements import Resistors
from ebana_like.errors import EbanaError
from ebana_like.fitting import fit, prepare
from ebana_like.netlist import Netlist, load_netlist, read_netlist, write_netlist
from ebana_like.simulators import NgspiceSimulator
from ebana_like.simulators.native.simulator import NativeSimulator
from ebana_like.training import evaluate

POTENTIOMETERS = """two potentiometers
V1 in 0 1
.param P=10k pos = 0.3 ; the wiper
.param offset={0.1*pos} load=20k
X1 in out 0 pot r={P} at={pos}
.subckt pot a w b r=1k at=0.5
Ra a w {r*(1-at)+1}
Rb w b {r*at+1}
.ends
V2 off 0 {offset}
R2 off out {sqrt(load*load)}
X2 out 0 leak
X3 out 0 leak
.subckt leak a b rl=50k
R1 a b {2*rl}
.ends
.end
"""


@pytest.fixture
def netlist(tmp_path):
    (tmp_path / "pots.cir").write_text(POTENTIOMETERS)
    write_table(tmp_path, "pos = 0.3", "pos = 0.7")
    return tmp_path / "pots.cir"


def write_table(folder, old, new):
    """Write what the circuit answers with another value."""
    true = read_netlist(POTENTIOMETERS.replace(old, new)).circuit
    rows = [f"{volts},{answer(true, volts)!r}" for volts in (-1.0, 0.5, 1.0, 2.0)]
    (folder / "data.csv").write_text("\n".join(["v1,out", *rows]) + "\n")


def answer(circuit, volts):
    """Return V(out) of a foreign circuit whose source v1 has a value."""
    bank = next(bank for bank in circuit.banks if "v1" in bank.labels)
    values = {f"{bank.name}.voltage": np.where(np.array(bank.labels) == "v1", volts, bank.voltage)}
    with NativeSimulator(circuit) as native:
        points = native.solve(values, np.zeros((1, 0)))
    return float(points.voltages[0, 0, circuit.nodes.index("out")])


def given(netlist, **others):
    return {"data": str(netlist.with_name("data.csv")), "inputs": "v1", "outputs": "out", "batch": "4", **others}


@pytest.mark.parametrize(
    ("name", "old", "new", "span"),
    [("{pos}", "pos = 0.3", "pos = 0.7", "0:1"), ("{x2.rl}", "rl=50k", "rl=30k", "10k:100k")],
)
def test_a_value_is_found_and_its_line_alone_changes(netlist, name, old, new, span):
    write_table(netlist.parent, old, new)
    asked = given(
        netlist, train=name, range=f"{name.strip('{}')}={span}", epochs=150, lr=0.05, schedule="cosine", decay=1
    )
    done = fit(netlist, **asked)
    (found,) = (each.of(done.kept.values) for each in done.system.trained)
    assert found == pytest.approx(float(new.split("=")[1].replace("k", "e3")), rel=1e-3)
    written = repr(found)
    assert done.fitted == POTENTIOMETERS.replace(old, f"{old.split('=')[0]}={' ' * old.count(' = ')}{written}")


@pytest.mark.parametrize("engine", [NativeSimulator, NgspiceSimulator])
@pytest.mark.parametrize("estimator", ["adjoint", "centered"])
def test_the_gradient_sums_over_all_that_follow(netlist, engine, estimator):
    asked = given(netlist, train="{pos},{load},x2.rl,p", range="pos=0:1", estimator=estimator)
    problem = prepare(netlist, given=asked).problem
    values, data, cost = problem.start().values, problem.data.train, problem.cost
    assert list(values) == ["param.pos", "param.load", "param.x2_rl", "param.p"]
    with engine(problem.circuit) as simulator:
        estimate = problem.estimator.estimate(
            simulator, values, data.features, data.targets(cost), cost, np.random.default_rng(0)
        )
        for at, value in values.items():
            step = 1e-4 * value
            losses = [evaluate(simulator, {**values, at: value + sign * step}, data, cost).loss for sign in (1, -1)]
            slope = (losses[0] - losses[1]) / (2 * step)
            assert estimate.gradients[at] == pytest.approx(slope, rel=2e-6)


def test_shared_values_stand_in_a_written_netlist(netlist):
    circuit = prepare(netlist, given=given(netlist, train="{pos},{load}", range="pos=0:1")).problem.circuit
    moved = circuit.with_values({"param.pos": np.array([0.6])})
    back = read_netlist(write_netlist(Netlist(moved))).circuit
    assert back.parameters.keys() == moved.parameters.keys()
    assert back.values()["param.pos"] == 0.6
    again, changed = (each.with_values({"param.pos": np.array([0.2])}) for each in (back, moved))
    for one, other in zip(again.banks, changed.banks, strict=True):
        for quantity in one.quantities:
            assert getattr(one, quantity).tolist() == getattr(other, quantity).tolist()


@pytest.mark.parametrize(
    ("train", "reason"),
    [
        ("{offset}", "offset follows from {0.1*pos}; train what it follows from, or write a number"),
        ("{nothing}", 'no element or parameter is called "{nothing}"'),
        ("{pos},ra", 'no element or parameter is called "ra"'),
        ("r2", 'the parameter "load" is used by r2'),
    ],
)
def test_what_cannot_be_trained_is_named(netlist, train, reason):
    if train == "r2":
        netlist.write_text(POTENTIOMETERS.replace("V2 off", "R9 in out {load}\nV2 off"))
        reason = 'the parameter "load" is used by r9, r2'
    with pytest.raises(EbanaError) as caught:
        prepare(netlist, given=given(netlist, train=train))
    assert reason in str(caught.value)


def test_a_parameter_that_a_model_follows_is_not_trained(netlist):
    netlist.write_text(POTENTIOMETERS.replace(".end\n", "D1 out 0 dd\n.model dd d is={1f*load}\n.end\n"))
    with pytest.raises(EbanaError, match="d1 follows the parameter load otherwise than by its value"):
        prepare(netlist, given=given(netlist, train="{load}"))


def test_the_file_read_again_has_the_trained_values(netlist):
    done = fit(netlist, **given(netlist, train="{pos},{load}", range="pos=0:1", epochs=3))
    done.save(netlist.with_name("fitted.cir"))
    back = load_netlist(netlist.with_name("fitted.cir")).circuit
    where = {label: (bank, k) for bank in back.banks for k, label in enumerate(bank.labels)}
    for bank in done.problem.circuit.with_values(done.kept.values).banks:
        for quantity in bank.trainable:
            read = [getattr(where[label][0], quantity)[where[label][1]] for label in bank.labels]
            assert read == pytest.approx(getattr(bank, quantity).tolist(), rel=1e-14)


def test_a_wiper_may_reach_its_end(tmp_path):
    text = "t\nV1 in 0 1\n.param pos=0.5\nRa in out {10k*(1-pos)}\nRb out 0 {10k*pos}\n.end\n"
    (tmp_path / "my.cir").write_text(text)
    (tmp_path / "data.csv").write_text("v1,out\n1,1\n2,2\n")
    asked = {"data": str(tmp_path / "data.csv"), "inputs": "v1", "outputs": "out", "epochs": 20, "lr": 0.2}
    done = fit(tmp_path / "my.cir", train="{pos}", range="pos=0:1", **asked)
    assert done.kept.values["param.pos"] == 1.0
    circuit = done.problem.circuit.with_values(done.kept.values)
    ohms = {label: 1 / g for b in circuit.of_kind(Resistors) for label, g in zip(b.labels, b.conductance, strict=True)}
    assert ohms == {"ra": pytest.approx(1e-3), "rb": pytest.approx(1e4)}  # as ngspice reads the fitted netlist
    assert done.records[-1].train.loss < 1e-12


MIRROR = """a mirror
vdd d 0 3
v1 in 0 1
r1 in a 10k
m1 a a 0 0 nm w={w} l=1u
m2 out a 0 0 nm w={2*w} l={len} m={many}
r2 d out 20k
.param w=4u len=2u many=1
.model nm nmos level=1 vto=.5 kp=1m lambda=.02
.end
"""


def test_a_parameter_that_widths_follow_is_trained(tmp_path):
    """The table was made by `ngspice -b` with a width of 6 um."""
    path = tmp_path / "mirror.cir"
    path.write_text(MIRROR)
    path.with_name("data.csv").write_text(
        "v1,out\n0.8,2.551824982\n1.0,2.201505248\n1.3,1.666938542\n1.6,1.132222216\n2.0,0.426698033\n"
    )
    learned = fit(path, **given(path, train="{w}", range="w=1u:20u", epochs=60, lr=0.3))
    widths = [line for line in learned.fitted.splitlines() if line.startswith(".param")]
    assert np.isclose(float(widths[0].split()[1].removeprefix("w=")), 6e-6, rtol=1e-3)
    assert learned.fitted.replace(widths[0], MIRROR.splitlines()[7]) == MIRROR


def test_a_size_that_nothing_trains_is_named(tmp_path):
    path = tmp_path / "mirror.cir"
    path.write_text(MIRROR)
    path.with_name("data.csv").write_text("v1,out\n1,1\n")
    with pytest.raises(EbanaError, match="the m of m2 follows a parameter, and is nothing that trains"):
        prepare(path, given=given(path, train="{many}"))
