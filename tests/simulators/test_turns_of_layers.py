"""Turns of odd and even layers end where conjugate gradients from turn to turn end, sooner or later."""

import numpy as np
import pytest

from ebana_like.networks import BiasCurrents, Crossbar, HalfDiodes, Inputs, Outputs, build_network
from ebana_like.simulators import NativeSimulator
from ebana_like.simulators.native.layers import ideal

G = 1e-5
SIZES = (20, 20, 20, 5)


def network():
    """Three hidden layers whose crossbars conduct the better the further behind, so that turns shrink errors slowly."""
    layers = [Inputs(6, bias=0)]
    for k, columns in enumerate(SIZES):
        span = (0.2 * 3**k * G, 3**k * G)
        layers += [Crossbar(columns, span, (1e-6 * G, 100 * G)), BiasCurrents(G), HalfDiodes()]
    return build_network([*layers[:-1], Outputs()], "slow", seed=5)


def turns(circuit, values, x, count):
    """All layers of one sample after so many turns of odd and even ones, from zero."""
    matrices = [values[f"crossbar{k}.conductance"].reshape(n, -1) for k, n in enumerate(SIZES, start=1)]
    matrices[0] = matrices[0][:, 0::2] - matrices[0][:, 1::2]  # rows are +x and -x of each feature in turn
    totals = [values[f"crossbar{k}.conductance"].reshape(n, -1).sum(axis=1) for k, n in enumerate(SIZES, start=1)]
    volts = [x, *(np.zeros(n) for n in SIZES)]
    for _ in range(count):
        for k in (1, 3, 2, 4):
            into = matrices[k - 1] @ volts[k - 1]
            total = totals[k - 1]
            if k < len(SIZES):
                into, total = into + volts[k + 1] @ matrices[k], total + matrices[k].sum(axis=0)
            h, half = into / total, SIZES[k - 1] // 2
            volts[k] = h if k == len(SIZES) else np.concatenate([h[:half].clip(min=0), h[half:].clip(max=0)])
    return np.concatenate(volts[1:])


@pytest.mark.thorough
def test_both_ways_end_at_the_same_voltages_and_one_of_them_sooner(monkeypatch):
    circuit = network()
    features = np.random.default_rng(0).normal(size=(6, 6)) * 10
    names = [f"h{k}_{j}" for k, n in enumerate(SIZES[:-1], start=1) for j in range(n)]
    nodes = [circuit.nodes.index(name) for name in (*names, *(f"y{j}" for j in range(SIZES[-1])))]
    with NativeSimulator(circuit) as engine:
        together = engine.solve({}, features)
        monkeypatch.setattr(ideal, "FACES", 0)  # read when a batch of another size is compiled
        alone = engine.solve({}, features[:2])
    assert together.usable.all()
    assert alone.usable.all()
    np.testing.assert_allclose(alone.voltages[0], together.voltages[0, :2], rtol=0, atol=1e-10)
    assert together.iterations[0, :2].max() <= alone.iterations[0].min() / 3

    values, reached = circuit.values(), together.voltages[0, 0, nodes]
    far, near = (np.abs(turns(circuit, values, features[0], count) - reached).max() for count in (6, 3000))
    assert near < 1e-11
    assert far > 1e-6  # what as many turns as were published leave
