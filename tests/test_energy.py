"""Kirchhoff's law as the gradient of a weighted pseudo-power: which weights, and when there are none."""

from dataclasses import replace

import numpy as np
import pytest

from ebana_like.elements import CCCS, Bank, CurrentLaw, Resistors, VoltageSources
from ebana_like.energy import coenergy_weights
from ebana_like.errors import CircuitError
from ebana_like.networks import Amplifier, Crossbar, DiodePair, Inputs, OutputPairs, build_network


def deep(amplifier: Amplifier, nudging=None, seed=0):
    """Two hidden layers of diode pairs, with conductances over two decades."""
    hidden = [Crossbar(3, initial=(1e-6, 1e-4)), DiodePair("d1n4148"), amplifier]
    layers = [Inputs(2), *hidden, *hidden, Crossbar(2, initial=(1e-6, 1e-4)), OutputPairs()]
    return build_network(layers, seed=seed, nudging=nudging).with_features(np.array([1.0, -0.6]))


@pytest.mark.parametrize(
    ("gain", "feedback", "expected"),
    [(4.0, None, (256, 16, 1)), (4.0, 0.25, (256, 16, 1)), (4.0, 1.0, (16, 4, 1)), (4.0, 4.0, (1, 1, 1))],
)
def test_each_amplifier_multiplies_what_lies_before_it_by_its_ratio(gain, feedback, expected, nudging):
    weights = coenergy_weights(deep(Amplifier(gain, feedback), nudging))
    assert {name: set(w) for name, w in weights.items()} == {
        f"crossbar{layer}": {weight} for layer, weight in enumerate(expected, start=1)
    }


def test_without_amplifiers_everything_counts_once():
    layers = [Inputs(2), Crossbar(3), DiodePair(), Crossbar(2), OutputPairs()]
    assert all((w == 1).all() for w in coenergy_weights(build_network(layers)).values())


def power(circuit, voltages, weights):
    """Total pseudo-power; the diodes of a layer weigh as much as its crossbar."""
    total = 0.0
    for bank in circuit.banks:
        if isinstance(bank, CurrentLaw):
            weight = weights.get(f"crossbar{bank.name[-1]}", 1.0)
            total += np.sum(weight * bank.pseudo_power(bank.drop(voltages)))
    return total


def slopes_of_power(circuit, voltages, weights, gain):
    """dP/dV of every hidden and output node; the amplifier behind a hidden node follows: V(a) = A V(h)."""
    slopes, h = [], 1e-6
    for node in (name for name in circuit.nodes if name[0] in "hy"):
        move = np.zeros(len(voltages))
        move[circuit.nodes.index(node)] = h
        if node[0] == "h":
            move[[circuit.nodes.index(f"{stage}{node[1:]}") for stage in "ea"]] = gain * h
        change = power(circuit, voltages + move, weights) - power(circuit, voltages - move, weights)
        slopes.append(change / (2 * h))
    return np.array(slopes)


@pytest.mark.parametrize(("gain", "feedback"), [(4.0, None), (4.0, 1.0), (2.0, 0.7)])
@pytest.mark.parametrize("seed", range(3))
def test_the_operating_point_is_where_the_weighted_power_is_stationary(gain, feedback, seed, operating_point):
    circuit = deep(Amplifier(gain, feedback), seed=seed)
    voltages = operating_point(circuit)
    weights = {name: w[0] for name, w in coenergy_weights(circuit).items()}
    first = circuit.bank("crossbar1", Resistors)
    scale = weights["crossbar1"] * np.abs(first.current(first.drop(voltages))).max()
    # Central differences over h = 1 uV err by (h / N Vt)^2 / 6 = 1e-10 of the currents, and by rounding of P,
    # 1e-16 P / h, some 1e-9 of them.
    assert np.abs(slopes_of_power(circuit, voltages, weights, gain)).max() < 1e-8 * scale
    assert np.abs(slopes_of_power(circuit, voltages, {}, gain)).max() > 1e-3 * scale


def changed(circuit, name, **arrays):
    return replace(circuit, banks=tuple(replace(b, **arrays) if b.name == name else b for b in circuit.banks))


def moved(circuit, name, field, node):
    """The circuit with the `field` end of the bank's first element at another node."""
    ends = getattr(circuit.bank(name, Bank), field).copy()
    ends[0] = circuit.nodes.index(node)
    return changed(circuit, name, **{field: ends})


def without(circuit, name):
    return replace(circuit, banks=tuple(bank for bank in circuit.banks if bank.name != name))


def with_load(circuit, node):
    load = Resistors("load", ("rload",), np.array([circuit.nodes.index(node)]), np.array([0]), np.ones(1))
    return replace(circuit, banks=(*circuit.banks, load))


def with_spy(circuit, control):
    where = np.array([circuit.nodes.index("h1_1")])
    spy = CCCS("spy", ("fspy",), where, np.array([0]), (control,), np.ones(1))
    return replace(circuit, banks=(*circuit.banks, spy))


UNEQUAL = np.array([0.25, 0.25, 1.0])


def test_amplifiers_of_the_first_layer_may_differ():
    """Only inputs lie before its neurons, so that each column of its crossbar has a weight of its own."""
    weights = coenergy_weights(changed(deep(Amplifier()), "back1", gain=UNEQUAL))
    rows = 6
    assert weights["crossbar1"].tolist() == [256] * rows + [256] * rows + [64] * rows


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda c: without(c, "back1"), "eforward1_0 carries voltage forward but no current source returns"),
        (lambda c: moved(c, "back1", "positive", "h1_2"), "eforward1_0 and fback1_0 .* at the same node"),
        (lambda c: moved(c, "back1", "negative", "h1_2"), "eforward1_0 and fback1_0 .* other ends grounded"),
        (lambda c: moved(c, "forward1", "control_negative", "h1_2"), "eforward1_0 .* other ends grounded"),
        (lambda c: changed(c, "back1", gain=np.zeros(3)), "eforward1_0 and fback1_0 have gains 4 and 0"),
        (lambda c: changed(c, "back2", gain=UNEQUAL), "forward2_. asks for the weight .* another path asks"),
        (lambda c: with_spy(c, "vmeter1_0"), "fback1_0 and fspy both return the current of one amplifier"),
        (lambda c: with_spy(c, "vbias_0"), "fspy returns a current that no controlled voltage source drives"),
        (lambda c: with_load(c, "e1_0"), 'eforward1_0 drives more than the 0 V source .* node "e1_0"'),
    ],
)
def test_a_circuit_without_weights_is_refused_naming_the_element(spoil, message):
    with pytest.raises(CircuitError, match=message):
        coenergy_weights(spoil(deep(Amplifier())))


def test_a_cccs_without_its_vcvs_is_refused(divider):
    out, ground = np.array([2]), np.array([0])
    meter = VoltageSources("meter", ("vmeter",), out, np.array([3]), np.zeros(1))
    back = CCCS("back", ("fback",), out, ground, ("vmeter",), np.ones(1))
    circuit = replace(divider, nodes=(*divider.nodes, "a"), banks=(*divider.banks, meter, back))
    with pytest.raises(CircuitError, match="fback returns a current that no controlled voltage source"):
        coenergy_weights(circuit)
