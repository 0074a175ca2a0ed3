"""What a circuit refuses, and how it is changed without being changed."""

from dataclasses import replace

import numpy as np
import pytest

from ebana_like.elements import CCCS, VCVS, Resistors, VoltageSources
from ebana_like.errors import CircuitError
from ebana_like.networks import Amplifier, Crossbar, Inputs, OutputPairs, build_network
from ebana_like.nudges import Currents, SwitchedTargets
from ebana_like.ports import InputPorts, OutputPorts

AT_GROUND, AT_OUT = np.array([0]), np.array([2])


def extra(name="extra", label="rextra", positive=AT_OUT, negative=AT_GROUND):
    return Resistors(name, (label,), positive, negative, np.array([1e-6]))


def inputs(bank):
    return InputPorts(bank, np.array([0]), np.array([1.0]))


def test_the_divider_divides(divider, operating_point):
    # 3 V over 2 uS and 1 uS in series; an ulp or two of 2 V
    assert operating_point(divider)[2] == pytest.approx(2.0, rel=5e-16)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: {"nodes": ("in", "0", "out")}, 'the first node is "in"; it must be ground, "0"'),
        (lambda c: {"nodes": ()}, 'the first node is ""'),
        (lambda c: {"nodes": ("0", "out", "out")}, 'two nodes are called "out"'),
        (lambda c: {"banks": (*c.banks, extra(name="top"))}, 'two banks are called "top"'),
        (lambda c: {"banks": (*c.banks, extra(label="rtop"))}, 'two elements are called "rtop"'),
        (lambda c: {"nodes": (*c.nodes, "lost")}, 'node "lost" floats'),
        (lambda c: {"inputs": inputs("x")}, 'there is no bank "x" in this circuit; it has inputs, top'),
        (lambda c: {"inputs": inputs("top")}, '"top" holds resistor .* where voltage_source is needed'),
        (
            lambda c: {"driven": Currents.driven("top")},
            '"top.amperes" is no address; it is a bank and one of conductance',
        ),
        (
            lambda c: {"driven": SwitchedTargets.driven("inputs", "inputs", "inputs")},
            '"inputs.conductance" is no address',
        ),
        (lambda c: {"outputs": OutputPorts(*2 * [np.array([1, 2])])}, '"nudge" nudges 1 outputs .* has 2'),
        (lambda c: {"title": "two\nlines"}, "title 'two.*first line"),
        (lambda c: {"title": " "}, "title"),
        (lambda c: {"title": "*ng_script"}, "title"),
        (lambda c: {"title": ".include /etc/passwd"}, "title"),
    ],
)
def test_a_circuit_that_cannot_be_is_refused_by_name(divider, change, message):
    with pytest.raises(CircuitError, match=message):
        replace(divider, **change(divider))


@pytest.mark.parametrize("unfixed", ["current source", "cccs", "control pin"])
def test_a_node_that_only_current_sources_or_control_pins_touch_floats(divider, unfixed):
    """None of them carries a current that depends on the node's voltage."""
    nodes, lost = (*divider.nodes, "lost"), np.array([3])
    touching = {
        "current source": replace(divider.banks[-1], positive=lost),
        "cccs": CCCS("back", ("f0",), lost, AT_GROUND, ("vin",), np.ones(1)),
        "control pin": VCVS("forward", ("e0",), AT_OUT, AT_GROUND, lost, AT_GROUND, np.ones(1)),
    }[unfixed]
    banks = [bank for bank in divider.banks if bank.name != touching.name]
    with pytest.raises(CircuitError, match='node "lost" floats'):
        replace(divider, nodes=nodes, banks=(*banks, touching))


def test_a_copied_current_must_be_there(divider):
    back = CCCS("back", ("f0",), AT_OUT, AT_GROUND, ("vmeter",), np.ones(1))
    with pytest.raises(CircuitError, match="f0 copies the current of vmeter, which is no voltage source"):
        replace(divider, banks=(*divider.banks, back))


def test_other_conductances_make_another_circuit(divider, operating_point):
    wanted = np.array([1e-6])
    changed = divider.with_values({"top.conductance": wanted})
    wanted[0] = 7.0  # the caller's array stays the caller's
    assert changed.values()["top.conductance"].tolist() == [1e-6]
    assert divider.values()["top.conductance"].tolist() == [2e-6]
    assert operating_point(changed)[2] == pytest.approx(1.5, rel=5e-16)


@pytest.mark.parametrize(
    ("conductances", "message"),
    [
        ({"middle.conductance": np.ones(1)}, 'there is no bank "middle"'),
        ({"top": np.ones(1)}, '"top" is no address; it is a bank and one of amperes, conductance, voltage'),
        ({"inputs.conductance": np.ones(1)}, '"inputs.conductance" is no address; it is a bank and one of voltage'),
        ({"top.conductance": np.ones(2)}, '"top" has 1 elements but conductance has shape'),
        ({"top.conductance": np.zeros(1)}, "resistor rtop .* must be finite and above zero"),
    ],
)
def test_conductances_that_do_not_fit_are_refused_by_name(divider, conductances, message):
    with pytest.raises(CircuitError, match=message):
        divider.with_values(conductances)


def test_only_trainable_banks_are_learned(divider):
    (parameter,) = divider.parameters.values()
    assert (parameter.unit, parameter.low, parameter.high) == ("S", 1e-7, 1e-4)
    assert set(divider.values()) == {"top.conductance"}


def test_features_drive_both_signs_of_a_doubled_input():
    layers = [Inputs(2, bias=0.5), Crossbar(2), Amplifier(), Crossbar(2), OutputPairs()]
    blank = build_network(layers)
    sample = blank.with_features(np.array([0.25, -3.0]))
    assert sample.bank("inputs", VoltageSources).voltage.tolist() == [0.25, -0.25, -3.0, 3.0]
    assert sample.bank("bias", VoltageSources).voltage.tolist() == [0.5, -0.5]
    assert not blank.bank("inputs", VoltageSources).voltage.any()
    assert blank.inputs.count == 2
    batch = blank.inputs.voltages(np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
    assert batch.tolist() == [[1, -1, 2, -2], [3, -3, 4, -4], [5, -5, 6, -6]]


def test_scores_are_differences_of_output_voltages():
    ports = OutputPorts(np.array([1, 3]), np.array([2, 0]))
    assert ports.count == 2
    voltages = np.array([[0.0, 5.0, 3.0, 1.0], [0.0, 1.0, 4.0, -2.0]])
    assert ports.scores(voltages).tolist() == [[2, 1], [-3, -2]]


@pytest.mark.parametrize("features", [np.zeros(0), np.zeros(2), np.zeros((1, 1))])
def test_a_sample_of_another_size_is_refused(divider, features):
    with pytest.raises(CircuitError, match="but the circuit has 1 inputs; give it the shape"):
        divider.with_features(features)


def test_sources_in_a_loop_are_refused(divider):
    parallel = VoltageSources("again", ("vagain",), np.array([1]), np.array([0]), np.array([2.0]))
    with pytest.raises(CircuitError, match='"again" closes a loop of voltage sources'):
        replace(divider, banks=(*divider.banks, parallel))
