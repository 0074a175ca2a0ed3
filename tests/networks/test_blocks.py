"""Which circuit a list of layers makes."""

from dataclasses import replace

import numpy as np
import pytest

from ebana_like.circuit import GROUND
from ebana_like.elements import CCCS, VCVS, CurrentSources, Diodes, Range, Resistors, Switches, VoltageSources
from ebana_like.errors import CircuitError, SettingError
from ebana_like.netlist import Netlist, write_netlist
from ebana_like.networks import (
    Amplifier,
    Crossbar,
    Currents,
    DiodePair,
    Inputs,
    OutputPairs,
    SwitchedTargets,
    build_network,
)

NAN = float("nan")

LAYERS = [
    Inputs(2),
    Crossbar(3),
    DiodePair(clamp=0.3),
    Amplifier(gain=4),
    Crossbar(2),
    DiodePair(clamp=0.2),
    Amplifier(gain=2, feedback=1),
    Crossbar(4),
    OutputPairs(),
]


def names(circuit, indices):
    return [circuit.nodes[k] for k in indices]


def test_nodes_stand_in_the_order_in_which_the_text_names_them(nudging):
    """So that a reader who numbers nodes as they come gets the same numbers."""
    circuit = build_network(LAYERS, nudging=nudging)
    found = [GROUND]
    for line in write_netlist(Netlist(circuit)).splitlines()[1:]:
        if line[0] not in "*.":
            pins = 4 if line[0] in "es" else 2
            found += [node for node in line.split()[1 : 1 + pins] if node not in found]
    assert tuple(found) == circuit.nodes


def test_features_and_bias_are_doubled():
    circuit = build_network(LAYERS)
    inputs, bias = (circuit.bank(name, VoltageSources) for name in ("inputs", "bias"))
    assert names(circuit, inputs.positive) == ["x0p", "x0n", "x1p", "x1n"]
    assert circuit.inputs.feature.tolist() == [0, 0, 1, 1]
    assert circuit.inputs.polarity.tolist() == [1, -1, 1, -1]
    assert names(circuit, bias.positive) == ["biasp", "biasn"]
    assert bias.voltage.tolist() == [1, -1]


def test_inputs_may_stand_single_and_without_bias():
    circuit = build_network([Inputs(3, bias=0, doubled=False), Crossbar(2), OutputPairs()])
    assert circuit.nodes == ("0", "x0p", "x1p", "x2p", "y0p", "y0n")
    assert circuit.inputs.polarity.tolist() == [1, 1, 1]


def test_a_crossbar_joins_every_row_with_every_column_column_by_column():
    circuit = build_network(LAYERS)
    crossbar = circuit.bank("crossbar2", Resistors)
    rows, columns = ["a1_0", "a1_1", "a1_2"], ["h2_0", "h2_1"]
    assert names(circuit, crossbar.positive) == 2 * rows
    assert names(circuit, crossbar.negative) == [column for column in columns for _ in rows]
    assert crossbar.labels[1 * 3 + 2] == "rcrossbar2_2_1"  # element column * rows + row


def test_first_conductances_fill_the_initial_range_and_stay_trainable_within_the_limits():
    layers = [Inputs(20), Crossbar(50, initial=(2e-6, 8e-6), limits=(1e-6, 9e-6)), OutputPairs()]
    crossbar = build_network(layers).bank("crossbar1", Resistors)
    g = crossbar.conductance
    assert g.min() >= 2e-6
    assert g.max() <= 8e-6
    # 2100 uniform draws: the ends of the range are reached to a hundredth of it but for a chance of e^-21
    assert np.ptp(g) > 0.98 * 6e-6
    assert crossbar.trainable == {"conductance": Range(1e-6, 9e-6)}


def test_the_same_seed_makes_the_same_circuit_and_another_seed_another():
    one, same, other = (write_netlist(Netlist(build_network(LAYERS, seed=seed))) for seed in (1, 1, 2))
    assert one == same != other
    generator = np.random.default_rng(1)
    assert write_netlist(Netlist(build_network(LAYERS, seed=generator))) == one


def test_all_neurons_of_a_layer_share_its_two_rails():
    circuit = build_network(LAYERS)
    for layer, count, clamp in ((1, 3, 0.3), (2, 2, 0.2)):
        rails = circuit.bank(f"rails{layer}", VoltageSources)
        up, down = (circuit.bank(f"{name}{layer}", Diodes) for name in ("up", "down"))
        hidden = [f"h{layer}_{k}" for k in range(count)]
        assert names(circuit, rails.positive) == [f"up{layer}", f"down{layer}"]
        assert rails.voltage.tolist() == [clamp, -clamp]
        assert (names(circuit, up.positive), names(circuit, up.negative)) == (hidden, count * [f"up{layer}"])
        assert (names(circuit, down.negative), names(circuit, down.positive)) == (hidden, count * [f"down{layer}"])


def test_a_diode_pair_clamps_its_node_softly(operating_point):
    """However hard it is driven, a node leaves the clamp voltage by a diode drop only."""
    layers = [Inputs(1, bias=0, doubled=False), Crossbar(2), DiodePair(clamp=0.3), OutputPairs()]
    circuit = build_network(layers)
    node = circuit.outputs.positive[0]
    drives = ([-20.0], [-5.0], [5.0], [20.0])  # volts
    hidden = np.array([operating_point(circuit.with_features(np.array(x)))[node] for x in drives])
    assert np.all(np.diff(hidden) > 0)
    assert np.all(np.abs(hidden) < 0.3 + 0.8)  # 0.8 V carries 0.2 A through the silicon diode
    assert np.all(np.abs(hidden) > 0.3 + 0.4)  # 0.4 V carries 50 nA, less than 5 V drives in


def test_an_amplifier_carries_voltage_forward_and_current_back(operating_point):
    circuit = build_network(LAYERS, seed=3).with_features(np.array([1.0, -0.5]))
    assert {bank.name: bank.gain[0] for bank in circuit.of_kind(VCVS)} == {"forward1": 4, "forward2": 2}
    assert {bank.name: bank.gain[0] for bank in circuit.of_kind(CCCS)} == {"back1": 0.25, "back2": 1}
    v = dict(zip(circuit.nodes, operating_point(circuit), strict=True))
    for k in range(3):
        assert v[f"a1_{k}"] == pytest.approx(4 * v[f"h1_{k}"], rel=1e-12)  # a few roundings of the solver
    back = circuit.bank("back1", CCCS)
    assert names(circuit, back.positive) == ["h1_0", "h1_1", "h1_2"]
    assert back.control == circuit.bank("meter1", VoltageSources).labels


def test_scores_are_read_from_pairs_of_columns():
    circuit = build_network(LAYERS)
    assert names(circuit, circuit.outputs.positive) == ["y0p", "y1p"]
    assert names(circuit, circuit.outputs.negative) == ["y0n", "y1n"]


def test_nudging_by_current_flows_from_the_pairs_negative_to_its_positive_node():
    circuit = build_network(LAYERS, nudging=Currents())
    assert circuit.driven == Currents.driven("nudge")
    nudge = circuit.bank("nudge", CurrentSources)
    assert names(circuit, nudge.positive) == ["y0n", "y1n"]
    assert names(circuit, nudge.negative) == ["y0p", "y1p"]
    assert not nudge.amperes.any()


def test_nudging_by_switch_is_off_until_it_is_closed(operating_point):
    """Open, it leaves the score where it was; closed, it carries beta (Y - s) into the pair."""
    beta, target = 1e-6, 0.5
    layers = [Inputs(1), Crossbar(2), OutputPairs()]
    bare = build_network(layers).with_features(np.array([0.7]))
    switched = build_network(layers, nudging=SwitchedTargets(beta)).with_features(np.array([0.7]))
    assert switched.driven == SwitchedTargets.driven("targets", "nudge", "close")
    assert len(switched.bank("switches", Switches)) == 1

    def solved(circuit, **sources):
        for name, volts in sources.items():
            bank = circuit.bank(name, VoltageSources)
            changed = replace(bank, voltage=np.array([volts]))
            circuit = replace(circuit, banks=tuple(changed if b is bank else b for b in circuit.banks))
        voltages = operating_point(circuit)
        return voltages, float(circuit.outputs.scores(voltages)[0])

    _, free = solved(bare)
    # an open switch of 1e-18 S beside 1e-5 S moves nothing but the last digit
    assert solved(switched, targets=target)[1] == pytest.approx(free, abs=1e-12)
    voltages, nudged = solved(switched, targets=target, close=1.0)
    assert abs(nudged - target) < abs(free - target)
    nudge = switched.bank("nudge", Resistors)
    # beta is of resistor and switch together; rounding of the voltages is left, some 1e-16 V of 0.1 V
    assert nudge.current(nudge.drop(voltages)) == pytest.approx(beta * (target - nudged), rel=1e-13)


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        (lambda: [Crossbar(2), OutputPairs()], "layer Crossbar has nothing to connect to; begin .* with Inputs"),
        (lambda: [DiodePair()], "layer DiodePair has nothing to connect to"),
        (lambda: [Amplifier()], "layer Amplifier has nothing to connect to"),
        (lambda: [OutputPairs()], "layer OutputPairs has nothing to connect to"),
        (lambda: [], "begins with Inputs and ends with OutputPairs"),
        (lambda: [Inputs(2), Crossbar(2)], "begins with Inputs and ends with OutputPairs"),
        (lambda: [Inputs(2), Crossbar(3), OutputPairs()], "OutputPairs stands behind 3 nodes, which do not make pairs"),
        (lambda: [Inputs(0)], "Inputs: features is 0; it must be at least 1, as many as the data has"),
        (
            lambda: [Inputs(2), Crossbar(0), OutputPairs()],
            "Crossbar: columns is 0; it must be at least 1, one for each neuron or output node",
        ),
        (
            lambda: [Inputs(2), Crossbar(2, initial=(1e-9, 1e-6))],
            "1e-09 to 1e-06 S, outside its limits 1e-07 to 0.0001 S",
        ),
        (lambda: [Inputs(2), Crossbar(2, initial=(1e-6, 1e-3))], "1e-06 to 0.001 S, outside its limits"),
        (lambda: [Inputs(2), Crossbar(2, initial=(1e-5, 1e-6))], "1e-05 to 1e-06 S, outside its limits"),
        (lambda: [Inputs(2), Crossbar(2), Amplifier(gain=0)], "Amplifier: gain is 0; it must be above zero"),
        (lambda: [Inputs(2), Crossbar(2), Amplifier(gain=-4)], "Amplifier: gain is -4; it must be above zero"),
        (
            lambda: [Inputs(2), Crossbar(2), Amplifier(4, feedback=0)],
            "Amplifier: feedback is 0; it must be above zero, or None for 1/gain",
        ),
        (lambda: [Inputs(2), Inputs(1), Crossbar(2), OutputPairs()], 'two nodes are called "biasn"'),
        # arguments, refused before there is a circuit
        (lambda: [Inputs(2.0)], "Inputs: features is 2; expected a whole number"),
        (lambda: [Inputs(True)], "Inputs: features is True; expected a whole number"),
        (lambda: [Inputs(2, bias=NAN)], "Inputs: bias is nan; it must be finite, in volts"),
        (lambda: [Inputs(2, doubled=3)], "Inputs: doubled is 3; expected True or False"),
        (lambda: [Crossbar("10")], "Crossbar: columns is '10'; expected a whole number"),
        (lambda: [Crossbar(2, initial=1e-6)], r"Crossbar: initial is 1e-06; expected \(low, high\) in siemens"),
        (lambda: [Crossbar(2, initial=(0, 1e-6))], "Crossbar: initial is 0,1e-06; it must be above zero, in siemens"),
        (lambda: [Crossbar(2, limits=(1e-6, NAN))], "Crossbar: limits is 1e-06,nan; it must be finite"),
        (
            lambda: [Crossbar(2, limits=(1e-4, 1e-7))],
            "has the limits 0.0001 to 1e-07 S; the range ends before it begins",
        ),
        (lambda: [DiodePair(clamp=float("inf"))], "DiodePair: clamp is inf; it must be finite"),
        (lambda: [Inputs(2), Crossbar(2), OutputPairs], "layer 3 is the class OutputPairs; expected one such as"),
        (lambda: Inputs(2), r"the layers are Inputs.*; expected a list of layers"),
        (lambda: [Inputs(1), Crossbar(1)] and 3, "the layers are 3; expected a list of layers"),
        # sizes
        (lambda: [Crossbar(2_000_000)], "Crossbar: columns is 2,000,000; more than 100,000 are taken for a mistake"),
        (lambda: [Inputs(10**9)], "Inputs: features is 1,000,000,000; more than 100,000"),
        (lambda: [Inputs(9_000), Crossbar(9_000)], "the layers have 162,036,002 elements; more than 100,000,000"),
        (lambda: [Inputs(1)] + [Amplifier()] * 9_999, "there are 10,000 layers; more than 1,000"),
    ],
)
def test_a_layer_that_does_not_fit_is_named(layers, message):
    with pytest.raises(CircuitError, match=message):
        build_network(layers())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"seed": -1}, "seed is -1; it must be at least 0"),
        ({"seed": "x"}, "seed is 'x'; expected a whole number, or a numpy generator"),
        ({"nudging": "current"}, r"nudging is 'current'; expected Currents\(\) or SwitchedTargets\(beta\)"),
    ],
)
def test_an_argument_that_cannot_be_is_named(arguments, message):
    with pytest.raises(SettingError, match=message):
        build_network(LAYERS, **arguments)
    with pytest.raises(
        SettingError, match="SwitchedTargets: beta is nan; it must be finite and above zero, in siemens"
    ):
        SwitchedTargets(NAN)


def test_more_columns_are_taken_where_the_message_says_how(monkeypatch):
    with pytest.raises(CircuitError) as caught:
        Crossbar(100_001)
    monkeypatch.setenv(*str(caught.value).rpartition(" ")[2].split("="))
    assert Crossbar(100_001).columns == 100_001


def test_an_unknown_diode_model_names_the_known_ones():
    with pytest.raises(SettingError, match=r'no diode model "germanium".*silicon'):
        build_network([Inputs(2), Crossbar(2), DiodePair("germanium"), OutputPairs()])
