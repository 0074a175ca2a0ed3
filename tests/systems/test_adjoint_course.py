"""A gradient carried back through a course is that of its steps, by all that is stored, conducts, and is held first."""

from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest

from ebana_like.analysis.differences import differences, distance
from ebana_like.circuit import Circuit
from ebana_like.conformance.in_time import random_netlist
from ebana_like.elements import Resistors
from ebana_like.errors import CircuitError, SettingError
from ebana_like.learning import Adjoint, SquaredError
from ebana_like.loading import loaded
from ebana_like.netlist import Netlist, read_netlist, write_netlist
from ebana_like.networks import Amplifier, Crossbar, DiodePair, Inputs, OutputPairs, build_network
from ebana_like.nudges import Currents
from ebana_like.nudges.ways.current import sources_across
from ebana_like.ports import OutputPorts
from ebana_like.simulators import NativeSimulator, NgspiceSimulator
from ebana_like.systems import Start, Transient
from ebana_like.systems.playback import playback
from ebana_like.systems.recurrent import recurrent_circuit
from ebana_like.values import Range

NONE = np.zeros((1, 0))
STEPS = 60
WEIGHTS = np.linspace(0.0, 1.0, STEPS + 1)[:, None] ** 2  # a cost at all times, most of it at the end
CASES = [(NativeSimulator, "euler"), (NativeSimulator, "trapezoid"), (NgspiceSimulator, "euler")]


def trained(text: str, *outputs: str) -> Circuit:
    circuit = read_netlist(text).circuit
    ends = np.array([circuit.nodes.index(name) for name in outputs])
    ports = OutputPorts(ends, np.zeros_like(ends))
    banks = [
        replace(bank, trainable={"conductance": Range(1e-9, 1.0)}) if isinstance(bank, Resistors) else bank
        for bank in circuit.banks
        if bank.name not in circuit.driven.banks()
    ]
    return replace(circuit, outputs=ports, banks=(*banks, sources_across(ports)), driven=Currents.driven("nudge"))


def checked(engine, circuit, analysis, features, weights=WEIGHTS, some=3):
    """Return errors relative to differences: of conductances, capacitances, inductances, and the start."""
    first = {at: np.arange(min(some, len(v))) for at, v in circuit.values().items()}

    def loss(values, of=circuit, start=analysis.start):
        with nullcontext(same) if of is circuit else engine(of) as simulator:
            course = simulator.follow(values, features, replace(analysis, start=start))
        return float((weights * course.scores**2).sum())

    with engine(circuit) as same:
        return _errors(same, loss, circuit, analysis, features, weights, first, some)


def _errors(same, loss, circuit, analysis, features, weights, first, some):
    course = same.follow({}, features, analysis)
    found = same.backwards(course, analysis, 2 * weights * course.scores)
    gradients, truth = found.gradients(), differences(loss, circuit.values(), first)
    errors = {at: distance(gradients[at][first[at]], truth[at]) for at in first}
    for name, gradient in (("capacitance", found.by_capacitance), ("inductance", found.by_inductance)):
        bank = getattr(circuit.storage, {"capacitance": "capacitors", "inductance": "inductors"}[name])
        if len(bank) and not circuit.storage.couplings:
            at, chosen = f"{bank.name}.{name}", np.arange(1)  # each difference is four circuits
            slopes = differences(
                lambda held: loss({}, replace(circuit, storage=circuit.storage.with_values(held))),
                {at: getattr(bank, name)},
                {at: chosen},
            )
            errors[name] = distance(gradient()[chosen], slopes[at])
    if analysis.start is not None:
        errors["start"] = distance(*_by_start(found.by_start(), loss, circuit, analysis.start, some))
    return errors


def _by_start(found, loss, circuit, start, some):
    storing = np.unique(circuit.storage.capacitors.positive)[:some]
    truth = []
    for part, places in (("voltages", storing), ("currents", range(start.currents.shape[1]))):
        for place in places:
            held, step = getattr(start, part), 1e-3 if part == "voltages" else 1e-5
            sides = []
            for by in (-2, -1, 1, 2):
                moved = held.copy()
                moved[0, place] += by * step
                sides.append(loss({}, start=replace(start, **{part: moved})))
            truth.append((sides[0] - 8 * sides[1] + 8 * sides[2] - sides[3]) / (12 * step))
    own = np.concatenate([found.voltages[0, storing], found.currents[0]])
    return own, np.array(truth)


@pytest.mark.parametrize(("engine", "method"), CASES)
def test_the_gradient_of_a_circuit_with_diodes_coils_and_controlled_sources(engine, method):
    text = random_netlist(np.random.default_rng(2), "diode")
    circuit = trained(text.replace("k1 l0 l1 0.4\n", ""), "n2", "n3")
    free = np.zeros((1, len(circuit.nodes)))
    free[0, 1:] = np.random.default_rng(0).uniform(-0.2, 0.2, len(circuit.nodes) - 1)
    coils = len(circuit.storage.inductors)
    analysis = Transient(np.linspace(0, 2e-6, STEPS + 1), method, Start(free, np.full((1, coils), 1e-4)))
    errors = checked(engine, circuit, analysis, NONE, np.repeat(WEIGHTS, 2, axis=1), 2)
    assert set(errors) == {"resistors.conductance", "capacitance", "inductance", "start"}
    # ngspice's steps have nine digits, of which a difference of 1e-3 leaves six
    assert max(errors.values()) < (1e-8 if engine is NativeSimulator else 1e-6), errors


@pytest.mark.parametrize(("engine", "method"), CASES)
def test_the_gradient_of_a_network_with_amplifiers(engine, method):
    layers = [Inputs(2), Crossbar(3), DiodePair(), Amplifier(4.0), Crossbar(2), OutputPairs()]
    circuit = loaded(build_network(layers), 1e-12)
    features = np.array([[1.0, -2.0], [2.0, 1.5]])
    with NativeSimulator(circuit) as simulator:
        rest = simulator.solve({}, 0 * features).voltages[0]
    analysis = Transient(np.linspace(0, 4e-9, STEPS + 1), method, Start(rest, np.zeros((2, 0))))
    errors = checked(engine, circuit, analysis, features, some=2)
    errors.pop("start")  # of nodes that amplifiers drive nothing is held
    assert max(errors.values()) < 1e-7, errors


@pytest.mark.parametrize("engine", [NativeSimulator, NgspiceSimulator])
def test_a_long_course_has_the_gradient_of_where_it_settles(engine):
    layers = [Inputs(2), Crossbar(3), DiodePair(), Amplifier(4.0), Crossbar(2), OutputPairs()]
    circuit, cost = loaded(build_network(layers), 1e-12), SquaredError()
    features, targets = np.array([[1.0, -2.0], [2.0, 1.5]]), np.array([[0.3], [-0.3]])
    times = np.linspace(0.0, 1e-5, 151)  # 20 of its slowest time constants; of Euler's steps any length has this limit
    with engine(circuit) as simulator:
        settled = simulator.solve({}, features)
        truth = Adjoint().estimate(simulator, circuit.values(), features, targets, cost, np.random.default_rng(0))
        analysis = Transient(times, "euler", Start(settled.voltages[0], np.zeros((2, 0))))
        course = simulator.follow({}, features, analysis)
        slopes = np.zeros(course.scores.shape)
        slopes[:, -1] = cost.gradient(settled.scores, targets) / len(features)
        found = simulator.backwards(course, analysis, slopes).gradients()
    for at, value in truth.gradients.items():
        assert found[at] == pytest.approx(value, rel=1e-5, abs=1e-5 * np.abs(value).max())


@pytest.mark.parametrize("engine", [NativeSimulator, NgspiceSimulator])
def test_a_linearized_circuit_driven_by_the_errors_settles_at_the_adjoint(engine):
    layers = [Inputs(2), Crossbar(3), DiodePair(), Amplifier(4.0), Crossbar(2), OutputPairs()]
    circuit, features = loaded(build_network(layers), 1e-12), np.array([[1.0, -2.0]])
    error, steps = np.array([[0.2]]), 150
    analysis = Transient.even(1e-5, steps, "euler")
    with engine(circuit) as simulator:
        settled = simulator.solve({}, features)
        adjoint = simulator.adjoint(settled, -error)
        still = replace(analysis, start=Start(settled.voltages[0], np.zeros((1, 0))))
        course = simulator.follow({}, features, still)
        slopes = np.zeros(course.scores.shape)
        slopes[:, -1] = error
        costates = simulator.backwards(course, still, slopes).costates
    recurrent = recurrent_circuit(circuit.with_features(features[0]), settled.voltages[0, 0], -error[0])
    (errors,) = recurrent.driven.addresses
    rest = Start(np.zeros((1, len(recurrent.nodes))), np.zeros((1, 0)))
    with engine(recurrent) as simulator:
        driven = {errors: np.tile(-error, (steps + 1, 1))}
        found = simulator.follow({}, 0 * features, replace(analysis, start=rest), driven).voltages
    nodes, largest = len(circuit.nodes), np.abs(adjoint).max()
    assert found[:, -1, :nodes] == pytest.approx(adjoint, abs=1e-8 * largest)
    # before it has settled it is the gradient of a settling that was looked at so long
    lately = np.cumsum(costates[0, ::-1], axis=0)
    assert found[0, 1:, :nodes] == pytest.approx(lately[:-1], abs=1e-6 * largest)
    assert np.abs(found[0, 2, :nodes] - adjoint[0]).max() > 1e-3 * largest


def test_the_netlist_of_reversed_time_runs_alone(ngspice_vectors):
    text = "t\nv1 s 0 0.8\nr1 s a 1k\nc1 a 0 1n\nd1 a b m\nr2 b 0 2k\nc2 b 0 0.5n\n"
    circuit = trained(text + ".model m d is=1e-9 n=1.2 cjo=200p\n.end\n", "b")
    analysis = Transient.even(2e-6, 400, "euler")
    start = Start(np.zeros((1, len(circuit.nodes))), np.zeros((1, 0)))
    analysis = replace(analysis, start=start)
    with NativeSimulator(circuit) as simulator:
        course = simulator.follow({}, NONE, analysis)
        slopes = np.zeros(course.scores.shape)
        slopes[:, -1] = 1.0
        ours = simulator.backwards(course, analysis, slopes)
    played = playback(course, analysis, slopes)
    lines = write_netlist(Netlist(played.with_waveforms(0)))
    head, _, _ = lines.partition(".op")
    theirs = ngspice_vectors(f"{head}.tran 5n 2u 0 5n uic\n.end\n")
    h, at = analysis.times[1], np.linspace(0.2e-6, 1.9e-6, 9)
    for node in ("a", "b"):
        mu = ours.costates[0, :, circuit.nodes.index(node)] / h * played.scale
        expected = np.interp(at, analysis.times[1:], mu[:0:-1])
        # ngspice takes steps and a rule of its own: both are off by a share of a step, 5e-9 of 1e-6 s
        assert np.interp(at, theirs["time"], theirs[node]) == pytest.approx(expected, abs=1e-2 * np.abs(mu).max())


def test_what_cannot_be_carried_back_is_refused():
    circuit = trained("t\nv1 a 0 1\nr1 a b 1k\nc1 b 0 1n\n.end\n", "b")
    analysis = Transient.even(1e-6, 10)
    with NativeSimulator(circuit) as native, NgspiceSimulator(circuit) as ngspice:
        course = native.follow({}, NONE, analysis)
        with pytest.raises(SettingError, match=r"slopes have shape \(1, 3, 1\)"):
            native.backwards(course, analysis, np.zeros((1, 3, 1)))
        with pytest.raises(SettingError, match='follow with method "euler"'):
            ngspice.backwards(course, analysis, np.zeros((1, 11, 1)))
    sources = tuple(
        replace(bank, trainable={"voltage": Range(0.0, 1.0)}) if bank.kind == "voltage_source" else bank
        for bank in circuit.banks
    )
    with NativeSimulator(replace(circuit, banks=sources)) as native:
        back = native.backwards(native.follow({}, NONE, analysis), analysis, np.zeros((1, 11, 1)))
        with pytest.raises(CircuitError, match=r"changes with voltage_sources.voltage is not read off its adjoint"):
            back.gradients()
