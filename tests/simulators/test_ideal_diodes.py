"""Networks of ideal diodes are solved to the last digits, whatever their depth, and learn by either gradient."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import lsq_linear

from ebana_like.analysis.steep import largest_deviation, steepened
from ebana_like.circuit import Circuit
from ebana_like.elements import CurrentSources, FloatArray, IdealDiodes, Resistors, dense
from ebana_like.energy import element_currents
from ebana_like.errors import CircuitError
from ebana_like.learning import Adjoint, Centered, SquaredError
from ebana_like.netlist import Netlist, diode_model, read_netlist, write_netlist
from ebana_like.networks import (
    Amplifier,
    BiasCurrents,
    Crossbar,
    DiodePair,
    HalfDiodes,
    Inputs,
    OutputPairs,
    Outputs,
    Skip,
    SwitchedTargets,
    build_network,
)
from ebana_like.nudges import Nudge
from ebana_like.simulators import NativeSimulator, NgspiceSimulator
from ebana_like.values import Values

G = 1e-5
"""Siemens: the conductances' size."""

DEPTHS = [(7,), (5, 8, 6)]


def half_diodes(
    hidden: tuple[int, ...], nudging: Nudge | None = None, model: str = "perfect", skips: bool = False
) -> Circuit:
    """Return a network; skips: whether its outputs see the first layer and the inputs too."""
    layers, rows = [Inputs(4, bias=0)], 8
    for k, columns in enumerate((*hidden, 3)):
        most = G / np.sqrt(rows)
        layers += [Skip(1), Skip(0)] if skips and k == len(hidden) else []
        layers += [Crossbar(columns, (-most, most), (1e-6 * G, 10 * G)), BiasCurrents(G), HalfDiodes(model)]
        rows = columns
    return build_network([*layers[:-1], Outputs()], "ideal", seed=len(hidden), nudging=nudging)


def amplified(model: str = "perfect") -> Circuit:
    layers = [Inputs(3), Crossbar(5), DiodePair(model, 0.2), Amplifier(4), Crossbar(4), OutputPairs()]
    return build_network(layers, "amplified", seed=1)


def drawn(circuit: Circuit) -> dict[str, FloatArray]:
    """The circuit's values with biases that are not zero."""
    rng, values = np.random.default_rng(3), circuit.values()
    return values | {at: rng.uniform(-G, G, len(v)) / 10 for at, v in values.items() if at.endswith("amperes")}


def samples(circuit: Circuit, count: int = 6) -> FloatArray:
    return np.random.default_rng(4).normal(size=(count, circuit.inputs.count)) * 8


def quadratic_programme(circuit: Circuit, values: Values, features: FloatArray) -> FloatArray:
    """Node voltages of one sample by bounded least squares on the Laplacian: no code is shared with the engine."""
    circuit = circuit.with_values(values).with_features(features)
    size = len(circuit.nodes)
    laplacian, into = np.zeros((size, size)), np.zeros(size)
    for bank in circuit.of_kind(Resistors):
        for p, n, g in zip(bank.positive, bank.negative, bank.conductance, strict=True):
            laplacian[[p, n], [p, n]] += g
            laplacian[[p, n], [n, p]] -= g
    for bank in circuit.of_kind(CurrentSources):
        np.add.at(into, bank.negative, bank.amperes)
        np.subtract.at(into, bank.positive, bank.amperes)
    inputs = circuit.named(circuit.inputs.bank)
    volts = np.zeros(size)
    volts[inputs.positive] = inputs.voltage
    free = np.setdiff1d(np.arange(1, size), inputs.positive)
    low, high = np.full(size, -np.inf), np.full(size, np.inf)
    for bank in circuit.of_kind(IdealDiodes):  # from ground, or to it
        low[bank.negative[bank.positive == 0]] = 0
        high[bank.positive[bank.negative == 0]] = 0
    upper = np.linalg.cholesky(laplacian[np.ix_(free, free)] / G).T
    right = np.linalg.solve(upper.T, (into - laplacian @ volts)[free] / G)
    volts[free] = lsq_linear(upper, right, (low[free], high[free]), method="bvls", tol=1e-15).x
    return volts


@pytest.mark.parametrize(("hidden", "skips"), [*((hidden, False) for hidden in DEPTHS), ((5, 6), True)])
def test_the_voltages_are_those_of_a_quadratic_programme(hidden: tuple[int, ...], skips: bool) -> None:
    circuit = half_diodes(hidden, skips=skips)
    values, features = drawn(circuit), samples(circuit)
    with NativeSimulator(circuit) as engine:
        points = engine.solve(values, features)
    assert points.usable.all()
    for volts, x in zip(points.voltages[0], features, strict=True):
        # bounded least squares ends within some 1e-12 of the square root's condition
        np.testing.assert_allclose(volts, quadratic_programme(circuit, values, x), rtol=0, atol=1e-9)


@pytest.mark.parametrize("hidden", DEPTHS)
def test_diodes_carry_no_current_backwards_and_have_no_drop_forwards(hidden: tuple[int, ...]) -> None:
    circuit = half_diodes(hidden)
    values, features = drawn(circuit), samples(circuit)
    with NativeSimulator(circuit) as engine:
        points = engine.solve(values, features)
    conducting = 0
    for volts, x in zip(points.voltages[0], features, strict=True):
        found = element_currents(circuit.with_values(values).with_features(x), volts)
        assert float(found.imbalance) < 1e-12
        for bank in circuit.of_kind(IdealDiodes):
            drop, amperes = bank.drop(volts), found.of[bank.name]
            assert (drop <= 0).all()
            assert (amperes >= 0).all()
            assert (drop * amperes == 0).all()
            conducting += int((amperes > 0).sum())
    assert conducting > 0


def test_a_layer_may_stand_behind_amplifiers_between_rails() -> None:
    circuit = amplified()
    features = samples(circuit)
    with NativeSimulator(circuit) as engine:
        points = engine.solve(circuit.values(), features)
    neurons = [circuit.nodes.index(f"h1_{k}") for k in range(5)]
    volts = points.voltages[0][:, neurons]
    assert (np.abs(volts) <= 0.2).all()
    assert (np.abs(volts) == 0.2).any()
    assert (np.abs(volts) < 0.2).any()
    found = element_currents(circuit.with_features(features[0]), points.voltages[0, 0])
    assert float(found.imbalance) < 1e-12


@pytest.mark.parametrize("nudging", [None, SwitchedTargets(1e-8)], ids=["currents", "switches"])
@pytest.mark.parametrize("hidden", [(7,), (5, 8, 6)])
def test_both_gradients_are_that_of_finite_differences(hidden: tuple[int, ...], nudging: Nudge | None) -> None:
    circuit = half_diodes(hidden, nudging)
    values, features = drawn(circuit), samples(circuit)
    targets, cost = np.eye(3)[[0, 1, 2, 0, 1, 2]], SquaredError(1.0, 0.0)
    rng = np.random.default_rng(0)
    with NativeSimulator(circuit) as engine:
        exact = Adjoint().estimate(engine, values, features, targets, cost, rng).gradients
        beta = 1e-8 if nudging is None else 1e-10  # of 2e-5 S at the outputs: centered, its bias goes with the square
        nudged = Centered(beta).estimate(engine, values, features, targets, cost, rng).gradients
        for at, signal in exact.items():
            gradient, step = dense(signal), 1e-10
            k = int(np.abs(gradient).argmax())
            losses = []
            for sign in (1, -1):
                moved = values | {at: values[at] + sign * step * (np.arange(len(values[at])) == k)}
                losses.append(cost.value(engine.solve(moved, features).scores, targets).mean())
            assert gradient[k] == pytest.approx((losses[0] - losses[1]) / (2 * step), rel=1e-6)
            # where nudges are switched they pull against 1 mS in series, and beta is a thousandth of a per mille of it
            np.testing.assert_allclose(dense(nudged[at]), gradient, rtol=0, atol=1e-6 * np.abs(gradient).max())


def test_a_steeper_diode_comes_nearer_in_both_engines() -> None:
    circuit = half_diodes((4, 4))
    values, features = drawn(circuit), samples(circuit, 3)
    with NativeSimulator(circuit) as engine:
        ideal = engine.solve(values, features).voltages[0]
    largest = []
    for emission in (1.0, 0.1, 0.01):
        model = replace(diode_model("perfect"), name="steep", emission=emission)
        banks = [replace(b, model=model) if isinstance(b, IdealDiodes) else b for b in circuit.banks]
        as_given = replace(circuit, banks=tuple(banks))
        steep, solved = steepened(as_given), as_given.with_values(values)
        allowed = max(largest_deviation(solved.with_features(x), v) for x, v in zip(features, ideal, strict=True))
        found = []
        for engine_of in (NativeSimulator, NgspiceSimulator):
            with engine_of(steep) as engine:
                points = engine.solve(values, features)
            assert points.usable.all()
            found.append(points.voltages[0])
        np.testing.assert_allclose(found[0], found[1], rtol=0, atol=1e-9)
        deviation = np.abs(found[0] - ideal).max()
        assert deviation <= allowed
        largest.append(deviation)
    assert largest[0] > 9 * largest[1] > 81 * largest[2]  # in proportion to N, but for logarithms


def test_a_netlist_holds_steep_diodes_says_so_and_is_read_back() -> None:
    circuit = half_diodes((4, 4))
    circuit = circuit.with_values(drawn(circuit))
    text = write_netlist(Netlist(circuit))
    assert "* SPICE has no ideal diodes: these have N 0.001, IS 1e-12 A" in text
    assert ".model perfect d is=1e-12 n=0.001" in text
    again = read_netlist(text).circuit
    assert [bank.kind for bank in again.banks] == [bank.kind for bank in circuit.banks]
    assert write_netlist(Netlist(again)) == text
    features = samples(circuit, 2)
    steep = steepened(again)
    with NativeSimulator(circuit) as engine, NgspiceSimulator(steep) as ngspice:
        ideal = engine.solve({}, features).voltages[0]
        as_written = ngspice.solve({}, features).voltages[0]
    order = [steep.nodes.index(node) for node in circuit.nodes]
    allowed = max(largest_deviation(circuit.with_features(x), v) for x, v in zip(features, ideal, strict=True))
    assert np.abs(as_written[:, order] - ideal).max() <= allowed < 1e-3


def test_ideal_diodes_elsewhere_are_refused_with_what_to_do() -> None:
    circuit = half_diodes((4,))
    floating = IdealDiodes("more", ("dmore",), np.array([9]), np.array([10]), diode_model("perfect"))
    loop = replace(circuit, banks=(*circuit.banks, floating))
    with pytest.raises(CircuitError, match="dfloor1_0 is an ideal diode; ideal diodes are solved in layered networks"):
        NativeSimulator(loop)
    with pytest.raises(CircuitError, match="SPICE has none: use --engine native, or another diode"):
        NgspiceSimulator(circuit)


def test_outputs_of_real_diodes_may_be_read_against_ground_too() -> None:
    """A layered network of real diodes with bias currents and single outputs agrees with the general engine."""
    layers = [Inputs(3), Crossbar(5), BiasCurrents(1e-6), DiodePair("silicon"), Amplifier(4), Crossbar(2), Outputs()]
    circuit = build_network(layers, "single", seed=1)
    values, features = circuit.values() | {"bias1.amperes": np.linspace(-1e-6, 1e-6, 5)}, samples(circuit)
    with NativeSimulator(circuit) as engine, NgspiceSimulator(circuit) as ngspice:
        assert engine._layered is not None
        ours, theirs = engine.solve(values, features), ngspice.solve(values, features)
        np.testing.assert_allclose(ours.voltages, theirs.voltages, rtol=0, atol=1e-10)
        targets, cost, rng = np.eye(2)[[0, 1, 0, 1, 0, 1]], SquaredError(1.0, 0.0), np.random.default_rng(0)
        exact = Adjoint().estimate(engine, values, features, targets, cost, rng).gradients
        beside = Adjoint().estimate(ngspice, values, features, targets, cost, rng).gradients
    for at, gradient in exact.items():
        np.testing.assert_allclose(dense(gradient), dense(beside[at]), rtol=1e-6, atol=1e-9)
