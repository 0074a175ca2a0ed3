"""Learning signals of crossbars as outer products, and written out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ebana_like.circuit import Circuit
from ebana_like.elements import OuterProducts, Resistors, VoltageSources, dense, squared_norm
from ebana_like.networks import Crossbar, DiodePair, Inputs, OutputPairs, build_network

VOLTS = st.floats(-5, 5, allow_subnormal=False)  # whose products are zero, or not, by the order of the factors


def network(doubled: bool) -> Circuit:
    """Rows of inputs and a bias pair: in pairs of opposite voltages where the inputs are doubled."""
    return build_network([Inputs(2, doubled=doubled), Crossbar(3), DiodePair("d1n4148"), Crossbar(2), OutputPairs()])


def drive(circuit, voltages, features):
    """Hold the rows at the inputs' and the bias pair's voltages in all phases."""
    inputs, bias = circuit.bank("inputs", VoltageSources), circuit.bank("bias", VoltageSources)
    voltages[..., inputs.positive] = circuit.inputs.voltages(features)
    voltages[..., bias.positive] = bias.voltage
    return voltages


@pytest.fixture(scope="module", params=[True, False], ids=["doubled", "single"])
def circuit(request):
    return network(request.param)


@given(data=st.data())
def test_a_signal_of_products_is_what_single_elements_read(circuit, data):
    bank = circuit.bank("crossbar1", Resistors)
    voltages = data.draw(arrays(float, (3, 4, len(circuit.nodes)), elements=VOLTS))
    features = data.draw(arrays(float, (4, circuit.inputs.count), elements=VOLTS))
    drive(circuit, voltages, features)
    coefficients = data.draw(arrays(float, (3, 4), elements=VOLTS))
    coefficients[0] = -coefficients[1:].sum(axis=0)
    signal = bank.learning_signal("conductance", voltages, coefficients)
    expected = (coefficients[..., None] * bank.pseudo_power_by("conductance", bank.drop(voltages))).sum(axis=(0, 1))
    size = np.abs(coefficients).sum() * 100  # of the squares that cancel
    assert isinstance(signal, OuterProducts)
    assert dense(signal) == pytest.approx(expected, abs=1e-13 * size)
    assert dense(signal * 2.0) == pytest.approx(2 * expected, abs=2e-13 * size)
    assert squared_norm(signal) == pytest.approx(expected @ expected, rel=1e-9, abs=(1e-13 * size) ** 2 * len(bank))


def test_only_doubled_inputs_are_mirrored(circuit):
    voltages = drive(circuit, np.zeros((2, 1, len(circuit.nodes))), np.array([[1.0, 2.0]]))
    signal = circuit.bank("crossbar1", Resistors).learning_signal("conductance", voltages, np.array([[-1.0], [1.0]]))
    assert signal.mirrored == (circuit.inputs.polarity < 0).any()
    assert signal.rows.shape == (1, 3 if signal.mirrored else 4)
