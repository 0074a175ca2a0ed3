"""A ReLU network as a circuit: its outputs but for O(eps), on both engines."""

from itertools import pairwise

import jax.numpy as jnp
import numpy as np
import pytest
from click.testing import CliRunner
from sklearn.datasets import load_iris
from sklearn.neural_network import MLPClassifier, MLPRegressor

from ebana_like import NativeSimulator, NgspiceSimulator
from ebana_like.cli import main
from ebana_like.elements import Resistors
from ebana_like.errors import CircuitError, RunError
from ebana_like.netlist import Netlist, load_netlist, read_netlist, write_netlist
from ebana_like.networks import Affine, affine, relu_circuit, relu_layers, relu_outputs

CORNERS = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])


def xor():
    trained = MLPRegressor(hidden_layer_sizes=(4,), solver="lbfgs", random_state=1, max_iter=500).fit(
        CORNERS, [0, 1, 1, 0]
    )
    return relu_layers(trained), CORNERS


def iris():
    x, y = load_iris(return_X_y=True)
    trained = MLPClassifier((8, 6), solver="lbfgs", random_state=0, max_iter=300).fit(x, y)
    return relu_layers(trained), x[::10]


def random():
    rng = np.random.default_rng(0)
    sizes = (6, 12, 8, 5, 3)
    pairs = [(rng.normal(size=(b, a)), rng.normal(size=b)) for a, b in pairwise(sizes)]
    return relu_layers(pairs), rng.normal(size=(12, 6))


def volts(found, engine, x):
    with engine(found.circuit) as simulator:
        points = simulator.solve({}, x * found.volts)
    assert points.usable.all()
    return points.voltages[0], found.outputs(points.scores)


@pytest.mark.parametrize("network", [xor, iris, random])
def test_outputs_are_the_networks_but_for_a_share_of_eps(network):
    layers, x = network()
    wanted = relu_outputs(layers, x)
    # so many siemens: the 1e-12 S that SPICE lays across every diode are then less than any eps of the third layer's
    found = {eps: relu_circuit(layers, eps, siemens=1e4) for eps in (1e-2, 1e-3, 1e-4)}
    off = [np.abs(volts(each, NativeSimulator, x)[1] - wanted).max() / np.abs(wanted).max() for each in found.values()]
    slopes = np.diff(np.log10(off)) / -1
    assert off[1] < 1e-2  # a few eps
    assert slopes == pytest.approx([1, 1], abs=0.1)  # O(eps)
    native, spice = (volts(found[1e-3], engine, x)[0] for engine in (NativeSimulator, NgspiceSimulator))
    assert np.abs(spice - native).max() < 1e-9


def test_the_trained_network_answers_as_the_regressor_does():
    layers, x = xor()
    trained = MLPRegressor(hidden_layer_sizes=(4,), solver="lbfgs", random_state=1, max_iter=500).fit(
        CORNERS, [0, 1, 1, 0]
    )
    assert relu_outputs(layers, x)[:, 0] == pytest.approx(trained.predict(x), abs=1e-12)
    assert volts(relu_circuit(layers, 1e-6), NativeSimulator, x)[1][:, 0] == pytest.approx([0, 1, 1, 0], abs=0.01)


def test_columns_of_every_layer_have_one_conductance():
    layers, _ = random()
    circuit = relu_circuit(layers, 0.1, siemens=1e-3).circuit
    for number, name in enumerate(("crossbar1", "crossbar2", "crossbar3")):
        bank = circuit.bank(name, Resistors)
        at = np.bincount(bank.negative, bank.conductance)
        assert at[at > 0] == pytest.approx(1e-3 * 0.1**number)
    last, pads = circuit.bank("crossbar4", Resistors), circuit.bank("pads4", Resistors)
    total = np.bincount(last.negative, last.conductance) + np.bincount(
        pads.positive, pads.conductance, last.negative[-1] + 1
    )
    assert total[total > 0] == pytest.approx(1e-6)


def test_a_unit_without_weights_and_weights_of_zero_need_no_resistor():
    first = Affine(np.array([[1.0, 0.0], [0.0, 0.0]]), np.zeros(2))
    last = Affine(np.array([[2.0, 1.0]]), np.zeros(1))
    found = relu_circuit([first, last], 1e-6)
    assert len(found.circuit.bank("crossbar1", Resistors)) == 2
    assert "biasp" not in found.circuit.nodes
    outputs = volts(found, NativeSimulator, np.array([[3.0, 7.0], [-3.0, 7.0]]))[1][:, 0]
    assert outputs == pytest.approx([6, 0], abs=1e-4)


def test_its_netlist_comes_back():
    circuit = relu_circuit(random()[0]).circuit
    again = read_netlist(write_netlist(Netlist(circuit)), "again.cir").circuit
    assert again.nodes == circuit.nodes
    for one, other in zip(circuit.banks, again.banks, strict=True):
        assert one.summary == other.summary


class Module:
    """What a torch module shows of itself."""

    def __init__(self, layers):
        self.arrays = {}
        for k, layer in enumerate(layers):
            self.arrays |= {f"{2 * k}.weight": layer.weights, f"{2 * k}.bias": layer.biases}

    def state_dict(self):
        return self.arrays


def test_weights_come_from_torch_flax_pairs_and_files(tmp_path):
    layers, _ = random()
    flax = {
        f"Dense_{k}": {"kernel": jnp.asarray(e.weights.T), "bias": jnp.asarray(e.biases)} for k, e in enumerate(layers)
    }
    np.savez(
        tmp_path / "net.npz",
        **{f"w{k}": e.weights for k, e in enumerate(layers)},
        **{f"b{k}": e.biases for k, e in enumerate(layers)},
    )
    turned = [(e.weights.T, e.biases) for e in layers]
    for source in (Module(layers), Module(layers).state_dict(), {"params": flax}, turned, layers, tmp_path / "net.npz"):
        for one, other in zip(layers, relu_layers(source), strict=True):
            assert other.weights == pytest.approx(one.weights, rel=1e-6)  # JAX has singles here
            assert other.biases == pytest.approx(one.biases, rel=1e-6)


def test_square_weights_are_turned_by_their_name():
    W = np.arange(4.0).reshape(2, 2)
    assert (relu_layers({"a.weight": W})[0].weights == W).all()
    assert (relu_layers({"a.kernel": W})[0].weights == W.T).all()


def test_a_convolution_is_a_matrix():
    kernel = np.array([1.0, -2.0, 0.5])
    found = affine(lambda x: np.stack([x[:, k : k + 3] @ kernel + 1 for k in range(3)], axis=1), 5)
    assert found.biases == pytest.approx([1, 1, 1])
    assert found.weights == pytest.approx(np.array([[1, -2, 0.5, 0, 0], [0, 1, -2, 0.5, 0], [0, 0, 1, -2, 0.5]]))
    with pytest.raises(CircuitError, match="not affine"):
        affine(lambda x: np.maximum(x, 0), 3)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({"w0": np.ones((2, 3)), "w1": np.ones((2, 4))}, "do not fit"),
        ({"w0": np.ones((2, 3, 3, 3))}, "convolutions"),
        ({"b0": np.ones(2)}, "0 arrays of weights"),
        ({"w0": "text"}, "no array of numbers"),
        ([np.ones((2, 2))], "a pair"),
    ],
)
def test_what_makes_no_layers_is_named(source, words):
    with pytest.raises(CircuitError, match=words):
        relu_layers(source)


def test_another_activation_is_refused():
    trained = MLPRegressor(
        hidden_layer_sizes=(2,), solver="lbfgs", activation="tanh", max_iter=500, random_state=0
    ).fit(CORNERS, [0, 1, 1, 1])
    with pytest.raises(CircuitError, match="tanh"):
        relu_layers(trained)


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ([], "no layers"),
        ([Affine(np.zeros((1, 2)), np.zeros(1))], "all zero"),
        ([Affine(np.ones((1, 2)), np.zeros(2))], "layer 1"),
        ([Affine(np.ones((1, 2)), np.zeros(1)), Affine(np.ones((1, 2)), np.zeros(1))], "layer 2 takes 2"),
        ([Affine(np.full((1, 2), np.nan), np.zeros(1))], "finite"),
    ],
)
def test_layers_that_are_none_are_refused(layers, words):
    with pytest.raises(CircuitError, match=words):
        relu_circuit(layers)


def test_convert_writes_a_netlist_that_says_its_units(tmp_path):
    layers, x = random()
    weights, out = tmp_path / "net.npz", tmp_path / "net.cir"
    np.savez(
        weights,
        **{f"w{k}": e.weights for k, e in enumerate(layers)},
        **{f"b{k}": e.biases for k, e in enumerate(layers)},
    )
    done = CliRunner().invoke(main, ["convert", str(weights), "--out", str(out), "--eps", "1e-4", "--siemens", "1"])
    assert done.exit_code == 0, done.output
    assert "6-12-8-5-3" in done.output
    netlist = load_netlist(out)
    scale = float(netlist.settings["output_volts"])
    with NativeSimulator(netlist.circuit) as simulator:
        scores = simulator.solve({}, x).scores
    assert scores / scale == pytest.approx(relu_outputs(layers, x), abs=1e-3 * np.abs(relu_outputs(layers, x)).max())


def test_a_file_that_is_none_is_refused(tmp_path):
    (tmp_path / "net.npz").write_bytes(b"PK nothing")
    with pytest.raises(CircuitError, match="numpy.savez"):
        relu_layers(tmp_path / "net.npz")
    with pytest.raises(RunError, match="cannot read"):
        relu_layers(tmp_path / "none.npz")
