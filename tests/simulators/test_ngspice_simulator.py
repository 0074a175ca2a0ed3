"""ngspice as the solver: its answers are those of the elements' laws, whatever way they are asked for."""

from dataclasses import replace

import numpy as np
import pytest

from ebana_like.elements import CurrentSources
from ebana_like.errors import SettingError, SimulatorError
from ebana_like.learning import SquaredError
from ebana_like.netlist import read_netlist
from ebana_like.networks import Amplifier, Crossbar, Currents, DiodePair, Inputs, OutputPairs, build_network
from ebana_like.nudges import Towards, nudging_of, pull_of
from ebana_like.simulators import NgspiceSimulator

SOLVED = 1e-12  # volts: ngspice stops when its step is below reltol = 1e-12 of voltages around 1 V
BETA = 1e-7


def network(nudging=None, hidden=(4,)):
    blocks = [block for size in hidden for block in (Crossbar(size), DiodePair("schottky"), Amplifier(gain=4))]
    return build_network([Inputs(2), *blocks, Crossbar(4), OutputPairs()], seed=5, nudging=nudging)


def batch(circuit, size=7, phases=2):
    rng = np.random.default_rng(1)
    features = rng.uniform(-3, 3, (size, 2))
    betas = BETA * np.tile([[1.0], [-1.0]], (1, size))[:phases]
    return features, nudging_of(circuit, SquaredError(), rng.uniform(-0.3, 0.3, (size, 2)), betas)


@pytest.fixture(scope="module")
def simulator():
    with NgspiceSimulator(network()) as running:
        yield running


def test_free_and_nudged_points_obey_the_laws(simulator, operating_point):
    circuit = simulator.circuit
    features, nudging = batch(circuit)
    points = simulator.solve(circuit.values(), features, nudging)
    assert points.converged.all()
    currents = nudging.drives(points.scores, slice(0, len(features)))["nudge.amperes"]
    for sample, x in enumerate(features):
        for phase, amperes in enumerate([np.zeros(2), *currents[:, sample]]):
            banks = [
                replace(b, amperes=amperes) if isinstance(b, CurrentSources) else b
                for b in circuit.with_features(x).banks
            ]
            expected = operating_point(replace(circuit, banks=tuple(banks)))
            assert points.voltages[phase, sample] == pytest.approx(expected, abs=SOLVED)


def test_switched_targets_act_as_their_norton_equivalent(nudging):
    """A source Y behind a conductance beta is a current beta Y beside it: beta (Y - s) at the nudged score s."""
    circuit = network(nudging)
    features, drive = batch(circuit)
    with NgspiceSimulator(circuit) as simulator:
        points = simulator.solve(circuit.values(), features, drive)
        free = simulator.solve(circuit.values(), features)
        held = points.scores if circuit.driven.way == "current" else circuit.outputs.scores(points.voltages[1])
    targets = drive.targets
    equivalent = network(Currents())
    currents = _Fixed(pull_of(equivalent, SquaredError()), BETA * (targets - held), np.ones((1, len(held))))
    with NgspiceSimulator(equivalent) as simulator:
        expected = simulator.solve(equivalent.values(), features, currents)
    assert free.scores == pytest.approx(points.scores, abs=SOLVED)
    assert circuit.outputs.scores(points.voltages[1]) == pytest.approx(
        equivalent.outputs.scores(expected.voltages[1]), abs=SOLVED
    )


class _Fixed(Towards):
    """Currents given outright, whatever the free scores are."""

    def drives(self, scores, samples):
        return {"nudge.amperes": self.targets[None, samples]}

    def part(self, samples):
        return _Fixed(self.pull, self.targets[samples], self.betas[:, samples])


def test_programmed_conductances_are_those_of_a_fresh_circuit(simulator, operating_point):
    circuit = simulator.circuit
    rng = np.random.default_rng(2)
    features, nudging = batch(circuit)
    for _ in range(3):
        conductances = {name: rng.uniform(1e-7, 1e-4, g.shape) for name, g in circuit.values().items()}
        points = simulator.solve(conductances, features, nudging)
        expected = operating_point(circuit.with_values(conductances).with_features(features[3]))
        assert points.voltages[0, 3] == pytest.approx(expected, abs=SOLVED)


def test_workers_share_a_batch(nudging):
    circuit = network(nudging)
    features, drive = batch(circuit)
    with NgspiceSimulator(circuit) as one, NgspiceSimulator(circuit, workers=3) as three:
        alone = one.solve(circuit.values(), features, drive)
        shared = three.solve(circuit.values(), features, drive)
        few = three.solve(circuit.values(), features[:2])  # fewer samples than workers
    read = circuit.outputs.scores  # the nodes behind an open switch hang on 1e-18 S and are known to 1e-11 V only
    assert read(shared.voltages) == pytest.approx(read(alone.voltages), abs=SOLVED)
    assert read(few.voltages[0]) == pytest.approx(read(alone.voltages[0, :2]), abs=SOLVED)


def test_the_sweep_starts_afresh_without_a_trace(simulator, operating_point):
    circuit = simulator.circuit
    features, _ = batch(circuit)
    many = np.resize(features, (25_000, 2))
    for _ in range(2):
        points = simulator.solve(circuit.values(), many)
    assert points.converged.all()
    expected = operating_point(circuit.with_values(circuit.values()).with_features(many[-1]))
    assert points.voltages[0, -1] == pytest.approx(expected, abs=SOLVED)


def test_an_empty_batch_has_no_points(simulator):
    points = simulator.solve(simulator.circuit.values(), np.zeros((0, 2)))
    assert points.voltages.shape == (1, 0, len(simulator.circuit.nodes))


@pytest.mark.parametrize(
    ("features", "message"),
    [
        (np.zeros((3, 5)), r"shape \(3, 5\); this circuit expects \(batch, 2\)"),
        (np.array([[0.0, 1.0], [np.nan, 1.0]]), "sample 1 has a feature that is not finite"),
    ],
)
def test_features_that_do_not_fit_are_refused(simulator, features, message):
    with pytest.raises(SettingError, match=message):
        simulator.solve(simulator.circuit.values(), features)


def test_it_runs_only_in_a_with_statement():
    with pytest.raises(SimulatorError, match="use it in a `with` statement"):
        NgspiceSimulator(network()).solve({}, np.zeros((1, 2)))
    with pytest.raises(SettingError, match="workers is 0"):
        NgspiceSimulator(network(), workers=0)


@pytest.mark.parametrize("workers", [1, 2])
def test_after_forgetting_the_bits_are_those_of_a_new_simulator_that_forgot(workers, nudging):
    """Whatever was solved before, and with whatever conductances."""
    circuit = network(nudging)
    features, drive = batch(circuit)
    changed = {name: g * (1 + 0.1 * np.sin(np.arange(len(g)))) for name, g in circuit.values().items()}
    found = []
    for history in (0, 1, 3):
        with NgspiceSimulator(circuit, workers) as simulator:
            for k in range(history):
                simulator.solve({name: g * (1 + k / 7) for name, g in changed.items()}, features + 0.1, drive)
            simulator.forget()
            found.append([simulator.solve(changed, features, drive).voltages.tobytes() for _ in range(2)])
    assert found[0] == found[1] == found[2]


AB = """class AB stage between coupling capacitors, none of which carries direct current
vcc vcc 0 4.64
vee vee 0 -8.23
v1 in 0 0
c1 in b1 10u
q1 c1 b1 e1 BC548
re1 e1 vee 648
d1 x1 x2 d1n4148
d2 x2 c1 d1n4148
r2 vcc x1 7.5k
q2 vcc x1 e2 BC548
q3 vee c1 e3 BC558
r3 e2 out 0.157
r4 e3 out 0.566
c2 out speaker 100u
rl speaker 0 8
.model BC548 NPN(IS=7.59E-15 VAF=73.4 BF=480 IKF=0.0962 NE=1.2665 ISE=3.278E-15 IKR=0.03 ISC=2E-13 NC=1.2 BR=5 RC=0.25
+ RB=100 IRB=0.0001 RBM=10 RE=0.5)
.model BC558 PNP(IS=1.02E-14 VAF=50 BF=300 IKF=0.1 NE=1.5 ISE=5E-15 IKR=0.012 ISC=1E-13 NC=1.2 BR=4 RC=0.4
+ RB=70 IRB=0.0001 RBM=5 RE=0.3)
.model d1n4148 d(is=4.35n n=1.906 bv=110 rs=0.568)
.end
"""


def test_a_stage_that_leakage_alone_decides_is_solved_as_far_as_ngspice_gets_and_that_is_said():
    circuit = read_netlist(AB, "ab").circuit
    with NgspiceSimulator(circuit) as simulator:
        points = simulator.solve({}, np.zeros((1, circuit.inputs.count)))
    assert points.converged.all()
    assert "solved as ngspice does by itself, with the tolerances" in points.messages[0]
    volts = dict(zip(circuit.nodes, points.voltages[0, 0], strict=True))
    assert volts["x1"] == pytest.approx(4.64, abs=1e-3)  # the first transistor has no base current and pulls nothing
    assert 4.64 - volts["out"] < 0.1
