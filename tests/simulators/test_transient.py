"""In time both engines take the same steps, and those are the ones of the trapezoid and of Euler's implicit rule."""

import numpy as np
import pytest

from ebana_like.conformance.in_time import random_netlist
from ebana_like.elements.waveform import Line
from ebana_like.errors import CircuitError, SettingError
from ebana_like.loading import loaded
from ebana_like.netlist import read_netlist
from ebana_like.networks import Amplifier, Crossbar, DiodePair, Inputs, OutputPairs, build_network
from ebana_like.simulators import NativeSimulator, NgspiceSimulator
from ebana_like.systems import Adaptive, Start, Transient

RC = "t\nv1 a 0 dc 0 pwl(0 0 1n 1 1 1)\nr1 a b 1k\nc1 b 0 1n\n.end\n"
NONE = np.zeros((1, 0))


def both(circuit, analysis, features, driven=None):
    with NativeSimulator(circuit) as native, NgspiceSimulator(circuit) as ngspice:
        return [engine.follow({}, features, analysis, driven) for engine in (native, ngspice)]


@pytest.mark.parametrize("engine", [NativeSimulator, NgspiceSimulator])
@pytest.mark.parametrize("method", ["trapezoid", "euler"])
def test_a_capacitor_charges_step_by_step_as_the_rule_says(engine, method):
    circuit = read_netlist(RC).circuit
    tau, h = 1e-6, 1e-7
    analysis = Transient(h * np.arange(30), method)
    with engine(circuit) as simulator:
        found = simulator.follow({}, NONE, analysis).of("b")[0]
    v = [0.0]
    for step in range(29):
        if method == "euler" or step < 2:
            v.append((v[-1] + h / tau) / (1 + h / tau))
        else:
            v.append((v[-1] * (1 - h / tau / 2) + h / tau) / (1 + h / tau / 2))
    assert found == pytest.approx(v, abs=1e-11)


def test_the_trapezoid_is_of_second_order_on_a_ringing_circuit():
    text = "t\ni1 0 a 0\nl1 a 0 1m\nc1 a 0 1n\nr1 a 0 1meg\n.end\n"
    circuit = read_netlist(text).circuit
    start, stop, errors = Start(np.array([[0.0, 1.0]]), np.zeros((1, 1))), 1e-5, []
    with NativeSimulator(circuit) as simulator:
        for steps in (400, 800):
            times = np.linspace(0, stop, steps + 1)
            found = simulator.follow({}, NONE, Transient(times, start=start))
            damping = 1 / (2 * 1e6 * 1e-9)
            turns = np.sqrt(1 / (1e-3 * 1e-9) - damping**2)
            exact = np.exp(-damping * times) * (np.cos(turns * times) - damping / turns * np.sin(turns * times))
            errors.append(np.abs(found.of("a")[0] - exact).max())
    assert errors[1] < 3e-4  # (turns h)^2 / 12 of a radian a radian, ten radians long, and two steps of Euler's
    assert np.log2(errors[0] / errors[1]) == pytest.approx(2.0, abs=0.05)


@pytest.mark.parametrize(("kind", "seed"), [("rc", 0), ("rlc", 1), ("diode", 2), ("diode", 3)])
def test_engines_agree_on_random_circuits(kind, seed):
    circuit = read_netlist(random_netlist(np.random.default_rng(seed), kind)).circuit
    ours, theirs = both(circuit, Transient.even(1e-5, 500), NONE)
    assert ours.solved.all()
    assert theirs.solved.all()
    swing = np.ptp(theirs.voltages, axis=(0, 1)).max()
    assert swing > 0.3
    # measured 2e-11 of the swing: both stop where Newton's method no longer moves
    assert np.abs(ours.voltages - theirs.voltages).max() < 1e-9 * swing
    largest = np.abs(theirs.currents).max(initial=0.0)
    assert np.abs(ours.currents - theirs.currents).max(initial=0.0) <= 1e-8 * largest


def test_an_area_scales_what_a_diode_carries_and_stores():
    text = "t\nv1 a 0 dc 0 pulse(0 1 0 1n 1n 1)\nr1 a b 1k\nd1 b 0 m area=3\nc1 b 0 1p\n"
    circuit = read_netlist(text + ".model m d(is=1e-12 cjo=100p tt=1n)\n.end\n").circuit
    ours, theirs = both(circuit, Transient.even(1e-6, 100), NONE)
    assert ours.of("b") == pytest.approx(theirs.of("b"), abs=1e-8)  # ngspice stops a step at nine digits
    assert 0.2 < ours.of("b")[0, 10] < 0.3


def test_ngspices_own_steps_lead_to_the_same_course(ngspice_vectors):
    text = random_netlist(np.random.default_rng(4), "diode")
    options = ".options reltol=1e-10 vntol=1e-13 abstol=1e-16 trtol=1e12 chgtol=1e-22 method=trap\n.end\n"
    vectors = ngspice_vectors(text.replace(".tran 20n 10u\n.end\n", ".tran 20n 0.9u 0 20n\n" + options))
    circuit = read_netlist(text).circuit
    with NativeSimulator(circuit) as simulator:
        found = simulator.follow({}, NONE, Transient(vectors["time"]))
    for node in circuit.nodes[1:]:
        assert found.of(node)[0] == pytest.approx(vectors[node], abs=1e-9)


def network():
    layers = [Inputs(2), Crossbar(3), DiodePair(), Amplifier(gain=4), Crossbar(2), OutputPairs()]
    return build_network(layers)


def test_every_sample_of_a_batch_follows_its_own_inputs_and_nudges():
    circuit, times = network(), np.linspace(0, 1e-6, 21)
    circuit = loaded(circuit, 1e-11)
    features = np.array([[1.0, -2.0], [0.5, 0.5], [-1.0, 2.0]])
    moving = features[:, None] * np.linspace(1, 0.5, 21)[:, None]
    nudges = {"nudge.amperes": np.tile(1e-6 * np.sin(1e7 * times)[:, None], (1, circuit.outputs.count))}
    ours, theirs = both(circuit, Transient(times), moving, nudges)
    assert np.abs(ours.voltages - theirs.voltages).max() < 1e-9
    with NativeSimulator(circuit) as simulator:
        settled = simulator.solve({}, features)
        alone = simulator.follow({}, moving[1:2], Transient(times), nudges)
        still = simulator.follow({}, features, Transient(times))
    assert ours.voltages[:, 0] == pytest.approx(settled.voltages[0], abs=1e-9)
    assert ours.voltages[1:2] == pytest.approx(alone.voltages, abs=1e-12)
    assert still.voltages == pytest.approx(np.repeat(settled.voltages[0][:, None], 21, axis=1), abs=1e-9)


def test_a_start_is_where_another_course_ended():
    circuit = read_netlist(random_netlist(np.random.default_rng(5), "diode")).circuit
    whole = Transient.even(2e-6, 100, "euler")
    first, second = Transient(whole.times[:51], "euler"), whole.times[50:]
    with NativeSimulator(circuit) as simulator:
        everything = simulator.follow({}, NONE, whole)
        begun = simulator.follow({}, NONE, first)
    ours, theirs = both(circuit, Transient(second, "euler", begun.state()), NONE, at_times(circuit, second))
    assert ours.voltages == pytest.approx(everything.voltages[:, 50:], abs=1e-9)
    assert theirs.voltages == pytest.approx(everything.voltages[:, 50:], abs=1e-9)


def at_times(circuit, times):
    """The circuit's waveforms, as ngspice's own clock begins at zero with every course."""
    of = circuit.storage.waveforms
    line = Line(2e-8, 2e-6)
    banks = {"voltage_sources": "v1", "current_sources": "i1"}
    found = {}
    for name, label in banks.items():
        bank = circuit.named(name)
        quantity = "voltage" if label == "v1" else "amperes"
        held = np.tile(getattr(bank, quantity), (len(times), 1))
        held[:, bank.labels.index(label)] = of[label].values(times, line)
        found[f"{name}.{quantity}"] = held
    return found


def test_what_cannot_be_followed_is_refused():
    transistor = "t\nv1 c 0 5\nr1 c b 1meg\nq1 c b 0 qq\n.model qq npn\n.end\n"
    with pytest.raises(CircuitError, match="only ngspice knows its law"):
        NativeSimulator(read_netlist(transistor).circuit)
    unread = read_netlist("t\nv1 a 0 1\nr1 a 0 1\nc1 a 0 cmod\n.end\n").circuit
    for engine in (NativeSimulator, NgspiceSimulator):
        with engine(unread) as simulator, pytest.raises(CircuitError, match="c1 is not read: .* missing in time"):
            simulator.follow({}, NONE, Transient.even(1.0, 2))
    with NativeSimulator(read_netlist(RC).circuit) as simulator:
        with pytest.raises(SettingError, match=r"the features have shape \(1, 3\)"):
            simulator.follow({}, np.zeros((1, 3)), Transient.even(1.0, 2))
        with pytest.raises(SettingError, match="voltage_sources.voltage has shape"):
            simulator.follow({}, NONE, Transient.even(1.0, 2), {"voltage_sources.voltage": np.zeros((2, 1))})
    with pytest.raises(SettingError, match="rising"):
        Transient(np.array([0.0, 1.0, 1.0]))


def test_transistors_are_followed_by_ngspice(ngspice_vectors):
    text = "t\nv1 v 0 5\nv2 i 0 0\nr1 v c 1k\nr2 i b 10k\nq1 c b 0 qq\nc1 c 0 1n\n.model qq npn cje=10p tf=1n\n"
    wave = "v2 i 0 dc 0 pwl(0 0 1u 1.5)"
    circuit = read_netlist(text.replace("v2 i 0 0", wave)).circuit
    analysis = Transient.even(1e-6, 400)
    with NgspiceSimulator(circuit) as simulator:
        found = simulator.follow({}, NONE, analysis)
    theirs = ngspice_vectors(text.replace("v2 i 0 0", wave) + ".options reltol=1e-6\n.tran 1n 1u 0 1n\n.end\n")
    assert np.interp(analysis.times, theirs["time"], theirs["c"]) == pytest.approx(found.of("c")[0], abs=2e-3)
    assert np.ptp(found.of("c")) > 0.5


@pytest.mark.parametrize(("kind", "seed"), [("rc", 0), ("rlc", 1), ("diode", 2)])
def test_steps_of_its_own_are_as_few_and_as_good_as_ngspices(kind, seed, ngspice_vectors):
    text = random_netlist(np.random.default_rng(seed), kind)
    theirs = ngspice_vectors(text.replace(".tran 20n 10u", ".tran 200n 10u"))
    circuit = read_netlist(text).circuit
    with NativeSimulator(circuit) as simulator:
        found = simulator.adapt({}, NONE, Adaptive(1e-5))
        fine = simulator.follow({}, NONE, Transient.even(1e-5, 20000))
    assert found.solved.all()
    assert len(found.times) < 1.5 * len(theirs["time"])
    assert {1e-6, 1.4e-6, 4.4e-6, 4.8e-6, 7e-6} <= {round(t, 12) for t in found.times.tolist()}  # corners of the pulse
    off, ngspices = 0.0, 0.0
    for node in circuit.nodes[1:]:
        right = fine.of(node)[0]
        off = max(off, np.abs(found.of(node)[0] - np.interp(found.times, fine.times, right)).max())
        ngspices = max(ngspices, np.abs(theirs[node] - np.interp(theirs["time"], fine.times, right)).max())
    assert off < 1.5 * ngspices


def test_steps_follow_the_fastest_sample_and_what_arrives_at_once():
    circuit = read_netlist("t\nv1 a 0 0\nr1 a b 1k\nc1 b 0 1n\nd1 b 0 m\n.model m d is=1e-12\n.end\n").circuit
    start = Start(np.array([[0.0, 0.0, -1.0], [0.0, 0.0, 0.5]]), np.zeros((2, 0)))
    with NativeSimulator(circuit) as simulator:
        few, many = (
            simulator.adapt({}, np.zeros((2, 0)), Adaptive(1e-5, relative=r, start=start)) for r in (1e-2, 1e-6)
        )
        right = simulator.follow({}, np.zeros((2, 0)), Transient(many.times, start=start))
    assert many.voltages == pytest.approx(right.voltages, abs=1e-9)  # the same steps give the same course
    assert len(few.times) < len(many.times)
    errors = [np.abs(each.of("b")[0] + np.exp(-each.times / 1e-6)).max() for each in (few, many)]
    assert errors[1] < 2e-4 < errors[0] < 2e-2
    with pytest.raises(SettingError, match="trust of an adaptive course is 0"):
        Adaptive(1e-5, trust=0)
