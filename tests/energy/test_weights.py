"""Kirchhoff's law as the gradient of a weighted pseudo-power: which weights, and when there are none."""

import re
from dataclasses import replace

import numpy as np
import pytest

from ebana_like.elements import CCCS, VCVS, Bank, Range, Resistors, VoltageSources
from ebana_like.energy import coenergy_weights, nearest_weights, symmetry, symmetry_defect
from ebana_like.errors import CircuitError
from ebana_like.netlist import read_netlist
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
    for layer, weight in enumerate(expected, start=1):
        assert set(weights[f"crossbar{layer}"]) == {weight}
    for layer, weight in enumerate(expected[:-1], start=1):
        assert set(weights[f"up{layer}"]) == set(weights[f"down{layer}"]) == {weight}
    assert set(weights["nudge"]) == {1}


def test_without_amplifiers_everything_counts_once():
    layers = [Inputs(2), Crossbar(3), DiodePair(), Crossbar(2), OutputPairs()]
    assert all((w == 1).all() for w in coenergy_weights(build_network(layers)).values())


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


def test_layers_that_lead_to_no_output_weigh_one_another_too():
    """Their conductances have no gradient, but the co-content needs them in proportion."""
    out = deep(Amplifier())
    x, ground = (np.array([out.nodes.index(name)]) for name in ("x0p", "0"))
    h, e, a = (np.array([len(out.nodes) + k]) for k in range(3))
    one = np.array([1e-5])
    banks = (
        Resistors("side", ("rside",), x, h, one),
        VCVS("lift", ("elift",), e, ground, h, ground, np.array([3.0])),
        VoltageSources("gauge", ("vgauge",), e, a, np.zeros(1)),
        CCCS("drain", ("fdrain",), h, ground, ("vgauge",), np.array([0.5])),
        Resistors("load", ("rload",), a, ground, one),
    )
    weights = coenergy_weights(replace(out, nodes=(*out.nodes, "h", "e", "a"), banks=(*out.banks, *banks)))
    assert weights["side"] / weights["load"] == pytest.approx(6)
    assert set(weights["crossbar1"]) == {256}


def test_an_amplifier_of_an_input_ties_nothing_together():
    circuit = deep(Amplifier())
    x, ground = (np.array([circuit.nodes.index(name)]) for name in ("x0p", "0"))
    banks: tuple[Bank, ...] = ()
    nodes = circuit.nodes
    for k, gain in enumerate((3.0, 5.0)):
        e, a = (np.array([len(nodes) + j]) for j in range(2))
        nodes = (*nodes, f"xe{k}", f"xa{k}")
        banks += (
            VCVS(f"lift{k}", (f"elift{k}",), e, ground, x, ground, np.array([gain])),
            VoltageSources(f"gauge{k}", (f"vgauge{k}",), e, a, np.zeros(1)),
            CCCS(f"drain{k}", (f"fdrain{k}",), x, ground, (f"vgauge{k}",), np.ones(1)),
            Resistors(f"to{k}", (f"rto{k}",), a, np.array([circuit.nodes.index("h1_0")]), np.array([1e-5])),
        )
    weights = coenergy_weights(replace(circuit, nodes=nodes, banks=(*circuit.banks, *banks)))
    assert set(weights["to0"]) == set(weights["to1"]) == {256}


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
    found = symmetry(spoil(deep(Amplifier())))
    assert not found.exact
    assert re.search(f"^not exact: .*{message}", str(found))


def test_a_circuit_with_weights_says_which():
    found = symmetry(deep(Amplifier()))
    assert found.exact
    assert "exact, with the weights 256 for crossbar1, up1, down1; 16 for crossbar2" in str(found)


def test_of_many_weights_the_largest_and_the_smallest_are_told():
    layers = [Inputs(2), Crossbar(5), DiodePair(), Amplifier(4.0), Crossbar(2), OutputPairs()]
    unequal = changed(build_network(layers), "back1", gain=4.0 / np.arange(1.0, 6.0))
    assert str(symmetry(unequal)).startswith(
        "exact, with the weights 5 to 1 for crossbar1, up1, down1; 1 for crossbar2"
    )


def test_a_cccs_without_its_vcvs_is_refused(divider):
    out, ground = np.array([2]), np.array([0])
    meter = VoltageSources("meter", ("vmeter",), out, np.array([3]), np.zeros(1))
    back = CCCS("back", ("fback",), out, ground, ("vmeter",), np.ones(1))
    circuit = replace(divider, nodes=(*divider.nodes, "a"), banks=(*divider.banks, meter, back))
    with pytest.raises(CircuitError, match="fback returns a current that no controlled voltage source"):
        coenergy_weights(circuit)


TRANSISTORS = """title
vin in 0 1
r1 in out 1k
m1 {nodes} n
vb bias 0 2
r2 bias out 1k
.model n nmos(kp=1m vto=0.5)
"""


@pytest.mark.parametrize(
    ("nodes", "exact"),
    [
        ("out out 0 0", True),  # a diode
        ("out bias 0 0", True),  # a resistor whose value a constant voltage sets
        ("in out 0 0", True),  # a current into a known voltage: only one terminal is free
        ("out in x x", False),
        ("out x 0 0", False),
    ],
)
def test_a_transistor_is_reciprocal_only_where_the_circuit_does_not_move_its_gate(nodes, exact):
    text = TRANSISTORS.format(nodes=nodes) + "r3 out x 1k\nr4 x 0 1k\n"
    circuit = read_netlist(text).circuit
    trainable = replace(circuit.bank("resistors", Resistors), trainable={"conductance": Range(0, 1)})
    banks = tuple(trainable if bank.name == "resistors" else bank for bank in circuit.banks)
    circuit = replace(circuit, banks=banks)
    if exact:
        assert coenergy_weights(circuit)["resistors"] == 1
    else:
        with pytest.raises(CircuitError, match="m1 has a control terminal that the circuit moves"):
            coenergy_weights(circuit)


@pytest.mark.parametrize("line", ["g1 out 0 in 0 1m", "h1 out x vin 10"])
def test_a_source_that_carries_a_signal_one_way_is_named(line):
    circuit = read_netlist(f"title\nvin in 0 1\nr1 in out 1k\nr2 out x 1k\nr3 x 0 1k\n{line}\n").circuit
    with pytest.raises(CircuitError, match=rf"{line[:2]} carries a signal in one direction only"):
        coenergy_weights(circuit)


def test_ratios_that_differ_get_their_geometric_mean_and_say_by_how_much():
    """Of the second layer's ratios 16, 16 and 4: the cube root of 1024, and a factor of 4 between two of them."""
    circuit = changed(deep(Amplifier()), "back2", gain=UNEQUAL)
    weights = nearest_weights(circuit)
    mean = 1024 ** (1 / 3)
    assert weights["crossbar3"].tolist() == [1]
    assert weights["crossbar2"] == pytest.approx(mean)
    assert weights["crossbar1"] == pytest.approx(16 * mean)
    assert symmetry_defect(circuit) == pytest.approx(np.log(4))
    assert "ratios that differ by a factor of up to 4" in str(symmetry(circuit))


def test_only_ratios_of_amplifiers_make_a_defect():
    assert symmetry_defect(deep(Amplifier())) == 0
    assert symmetry_defect(changed(deep(Amplifier()), "back1", gain=UNEQUAL)) == 0  # each neuron has a weight
    assert symmetry_defect(without(deep(Amplifier()), "back1")) == np.inf
