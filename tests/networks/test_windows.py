"""Crossbars that look through windows, and mirrored amplifiers: what they compute, gradients, and SPICE's volts."""

import numpy as np
import pytest
from scipy.signal import correlate2d

from ebana_like import (
    Adjoint,
    Amplifier,
    Centered,
    Crossbar,
    DiodePair,
    Inputs,
    NativeSimulator,
    NgspiceSimulator,
    OutputPairs,
    SquaredError,
    Wires,
    build_network,
)
from ebana_like.energy import symmetry
from ebana_like.errors import CircuitError, SettingError
from ebana_like.netlist import Netlist, read_netlist, write_netlist
from ebana_like.networks import AveragePool, Convolution, LocalCrossbar, MaxPool, Outputs
from ebana_like.networks.signed import Span, signed_layers
from ebana_like.runs import Settings
from ebana_like.runs.assembly import layers

RNG = np.random.default_rng(0)
NEURON = DiodePair("d1n4148"), Amplifier(4)
IN_MIRROR = DiodePair("d1n4148"), Amplifier(4, mirrored=True)
NETWORKS = {
    "mirrored": [Inputs(4), Crossbar(5), *IN_MIRROR, Crossbar(4), *IN_MIRROR, Crossbar(3), Outputs()],
    "reference": [
        Inputs(4, doubled=False),
        Crossbar(5, reference=8e-6),
        DiodePair("d1n4148", clamp=0.1),
        Amplifier(4),
        Crossbar(4, reference=8e-6),
        DiodePair("d1n4148"),
        Amplifier(4),
        Crossbar(3, reference=8e-6),
        Outputs(),
    ],
    "convolutions": [
        Inputs(25),
        Convolution((1, 5, 5), 3, 1, channels=2),
        *NEURON,
        Convolution((2, 3, 3), 2, 1, channels=3),
        *IN_MIRROR,
        Crossbar(3),
        Outputs(),
    ],
    "convolution behind mirrors": [
        Inputs(16, bias=0.0),
        Convolution((1, 4, 4), 2, 1, channels=2),
        *IN_MIRROR,
        Convolution((2, 3, 3), 2, 1, channels=2),
        *IN_MIRROR,
        Crossbar(4),
        OutputPairs(),
    ],
    "local": [Inputs(25), LocalCrossbar((1, 5, 5), 3, 2, channels=2), *NEURON, Crossbar(4), OutputPairs()],
    "mean": [
        Inputs(36),
        Convolution((1, 6, 6), 3, 1, channels=2),
        *NEURON,
        AveragePool((2, 4, 4), 2, 2),
        Amplifier(2, mirrored=True),
        Crossbar(3),
        Outputs(),
    ],
    "maximum": [
        Inputs(36),
        Convolution((1, 6, 6), 3, 1, channels=2),
        *NEURON,
        MaxPool((2, 4, 4), 2, 2, model="schottky"),
        Amplifier(2),
        Crossbar(4),
        OutputPairs(),
    ],
}


def case(name):
    circuit = build_network(NETWORKS[name], seed=1)
    rng = np.random.default_rng(2)
    return circuit, rng.normal(size=(3, circuit.inputs.count)) * 2, rng.normal(size=(3, circuit.outputs.count)) / 10


@pytest.mark.parametrize("name", NETWORKS)
def test_gradients_are_those_of_finite_differences(name):
    """Of a value that many resistors share, the sum over them: one step moves them all."""
    circuit, x, targets = case(name)
    assert symmetry(circuit).exact
    cost, values = SquaredError(), circuit.values()
    with NativeSimulator(circuit) as simulator:
        given = simulator, values, x, targets, cost, np.random.default_rng(0)
        exact, nudged = (rule.estimate(*given).gradients for rule in (Adjoint(), Centered(1e-7)))
        for address, gradient in exact.items():
            largest = np.abs(gradient).max()
            assert np.abs(nudged[address] - gradient).max() < 1e-6 * largest
            for k in np.argsort(np.abs(gradient))[[-1, -2]]:
                step = 1e-4 * values[address][k]
                moved = [
                    values | {address: values[address] + way * step * (np.arange(len(gradient)) == k)}
                    for way in (1, -1)
                ]
                losses = [cost.value(simulator.solve(each, x).scores, targets).mean() for each in moved]
                assert (losses[0] - losses[1]) / (2 * step) == pytest.approx(gradient[k], abs=1e-6 * largest)


@pytest.mark.parametrize("name", NETWORKS)
def test_ngspice_has_the_native_volts(name):
    circuit, x, _ = case(name)
    with NativeSimulator(circuit) as native, NgspiceSimulator(circuit) as spice:
        volts, spices = (engine.solve(circuit.values(), x).voltages for engine in (native, spice))
    assert np.abs(volts - spices).max() < 1e-9


@pytest.mark.parametrize("name", ["convolutions", "maximum"])
def test_netlists_come_back_with_what_is_shared(name):
    circuit = case(name)[0]
    again = read_netlist(write_netlist(Netlist(circuit)), "again.cir").circuit
    assert again.nodes == circuit.nodes
    for at, value in circuit.values().items():
        assert (again.values()[at] == value).all()
        assert again.parameters[at].range == circuit.parameters[at].range


def solved(layers, x, seed=0):
    circuit = build_network(layers, seed=seed)
    with NativeSimulator(circuit) as simulator:
        return circuit, simulator.solve(circuit.values(), x).scores


def test_a_convolution_without_neurons_is_a_correlation_over_the_sum_of_its_conductances():
    x = RNG.normal(size=(2, 2 * 4 * 5))
    circuit, scores = solved([Inputs(40, bias=0.0), Convolution((2, 4, 5), 3, 1, channels=3), Outputs()], x)
    values = circuit.values()["crossbar1.conductance"].reshape(3, 2, 2, 3, 3)  # filter, side, channel, window
    signed = values[:, 0] - values[:, 1]
    for sample, found in zip(x.reshape(2, 2, 4, 5), scores.reshape(2, 3, 2, 3), strict=True):
        for filter_, total, channel in zip(signed, values.sum(axis=(1, 2, 3, 4)), found, strict=True):
            wanted = sum(correlate2d(one, kernel, "valid") for one, kernel in zip(sample, filter_, strict=True))
            assert channel == pytest.approx(wanted / total, abs=1e-12)


def test_a_stride_leaves_windows_out():
    block = Convolution((1, 28, 28), 5, 2, channels=8)
    assert block.out == (8, 12, 12)
    assert Convolution((8, 12, 12), 5, 2, channels=4).out == (4, 4, 4)
    circuit = build_network([Inputs(784), block, Outputs()])
    assert len(circuit.values()["crossbar1.conductance"]) == 8 * (2 * 25 + 2)
    assert len(circuit.named("crossbar1")) == 8 * 144 * 52


def test_pools_give_the_mean_and_the_maximum_of_their_windows():
    x = np.abs(RNG.normal(size=(2, 32))) + 0.5
    windows = x.reshape(2, 2, 2, 2, 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(2, 8, 4)
    single = Inputs(32, bias=0.0, doubled=False)
    _, mean = solved([single, AveragePool((2, 4, 4), 2, 2), Outputs()], x)
    assert mean == pytest.approx(windows.mean(axis=2), abs=1e-12)
    _, most = solved([single, MaxPool((2, 4, 4), 2, 2), Outputs()], x)
    # the ideal model (IS 1 nA, N Vt 1.3 mV) carries 0.25 uA at 7 mV
    assert most == pytest.approx(windows.max(axis=2), abs=0.01)
    assert (most < windows.max(axis=2)).all()


def test_a_mirrored_amplifier_drives_rows_at_opposite_voltages():
    circuit, x, _ = case("mirrored")
    with NativeSimulator(circuit) as simulator:
        volts = dict(zip(circuit.nodes, simulator.solve(circuit.values(), x).voltages[0].T, strict=True))
    for k in range(5):
        assert volts[f"a1_{k}"] == pytest.approx(4 * volts[f"h1_{k}"], abs=1e-12)
        assert volts[f"na1_{k}"] == pytest.approx(-4 * volts[f"h1_{k}"], abs=1e-12)


def test_columns_of_one_sum_are_read_against_the_reference():
    """s_j = sum_i (g_ij - c) x_i / G where all columns and the reference add up to G."""
    circuit = build_network([Inputs(3, bias=0.0, doubled=False), Crossbar(2, reference=2e-6), Outputs()])
    g = np.array([[1.0, 2.0, 3.0], [4.0, 1.5, 0.5]]) * 1e-6
    x = RNG.normal(size=(4, 3))
    with NativeSimulator(circuit) as simulator:
        scores = simulator.solve({"crossbar1.conductance": g.ravel()}, x).scores
    assert scores == pytest.approx(x @ (g - 2e-6).T / 6e-6, abs=1e-12)


@pytest.mark.parametrize(
    ("weights", "rows", "columns"), [("doubled", (10, 6), 20), ("mirrored", (10, 12), 10), ("reference", (6, 6), 11)]
)
def test_weights_of_either_sign_in_three_ways(weights, rows, columns):
    """Rows of both crossbars of 4-6-10 with a bias pair, and columns of the last."""
    span = Span((4e-6, 1.2e-5), (1e-7, 1e-4))
    layers = signed_layers(weights, (4, 1.0), [6], 10, [span, span], [DiodePair(), Amplifier(4.0)])
    circuit = build_network(layers)
    crossbars = circuit.named("crossbar1"), circuit.named("crossbar2")
    assert tuple(len(np.unique(bank.positive)) for bank in crossbars) == rows
    last = [bank.negative for bank in circuit.banks if bank.name in ("crossbar2", "reference2")]
    assert len(np.unique(np.concatenate(last))) == columns
    assert circuit.outputs.count == 10
    with pytest.raises(CircuitError, match="doubled, mirrored, reference"):
        signed_layers("tripled", (4, 1.0), [6], 10, [span, span], [DiodePair(), Amplifier(4.0)])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Convolution((1, 4, 4), 5, 1, channels=2), "does not fit"),
        (lambda: Convolution((4, 4), 2, 1, channels=2), "channels, height, width"),
        (lambda: Convolution((1, 4, 4), 2, 0, channels=2), "stride"),
        (lambda: LocalCrossbar((1, 4, 4), 2, 1, channels=0), "channels"),
        (lambda: LocalCrossbar((1, 4, 4), 2, 1, channels=1, limits=(1e-4, 1e-7)), "range"),
        (lambda: build_network([Inputs(9), Convolution((1, 4, 4), 2, 1, channels=2), Outputs()]), "16 pixels"),
        (lambda: Amplifier(4, mirrored=1), "mirrored"),
        (lambda: Crossbar(4, reference=0.0), "reference"),
        (lambda: Crossbar(4, reference=1e-6, wires=Wires(row=1)), "wires"),
        (lambda: MaxPool((1, 4, 4), 2, 2, siemens=0.0), "siemens"),
    ],
)
def test_what_does_not_fit_is_named(make, words):
    with pytest.raises(CircuitError, match=words):
        make()


def test_windows_in_the_settings_are_convolutions():
    settings = Settings(windows="3x3/1, 2x2/2", signs="mirrored", gain=5, bias=0.5, seed=4, g_start=(1e-6, 2e-6))
    found = build_network(layers(settings, 36, 3), seed=4)
    span = {"initial": (1e-6, 2e-6), "limits": (1e-7, 1e-4)}
    first = Convolution((1, 6, 6), 3, 1, channels=3, **span)
    second = Convolution(first.out, 2, 2, channels=2, **span)
    neurons = [DiodePair("d1n4148"), Amplifier(5, mirrored=True)]
    expected = build_network(
        [Inputs(36, 0.5), first, *neurons, second, *neurons, Crossbar(3, *span.values()), Outputs()], seed=4
    )
    assert found.nodes == expected.nodes
    assert list(found.values()) == list(expected.values())
    for at, value in expected.values().items():
        assert np.array_equal(found.values()[at], value)


@pytest.mark.parametrize(
    ("changes", "features", "message"),
    [
        ({"windows": "24x7"}, 36, "CHANNELSxPIXELS/STRIDE"),
        ({"windows": "2x3/1,"}, 36, "CHANNELSxPIXELS/STRIDE"),
        ({"windows": "2x3/1", "lr": (0.1, 0.1, 0.1)}, 36, "2: one for each crossbar"),
        ({"windows": "2x3/1", "signs": "reference"}, 36, "signs doubled or mirrored"),
        ({"windows": "2x3/1"}, 35, "35 features are none"),
        ({"windows": "2x7/1"}, 36, "does not fit"),
    ],
)
def test_windows_that_do_not_suit_are_refused(changes, features, message):
    with pytest.raises((SettingError, CircuitError), match=message):
        build_network(layers(Settings(**changes), features, 3))
