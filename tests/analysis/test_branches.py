"""What is shown of an operating point: currents with their directions, all the power there is, and Kirchhoff's law."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ebana_like.analysis.branches import branches
from ebana_like.analysis.sample import training_sample
from ebana_like.energy import CurrentEquations
from ebana_like.errors import SimulatorError
from ebana_like.netlist import load_netlist, read_netlist
from ebana_like.simulators import NativeSimulator, NgspiceSimulator
from ebana_like.tasks import TASKS
from ebana_like.training import train

FOREIGN = Path(__file__).parents[2] / "netlists" / "foreign"


def test_the_divider_draws_three_volts_through_one_and_a_half_megohm(divider, operating_point):
    found = branches(divider, operating_point(divider))
    # 2 uS and 1 uS in series make 2/3 uS; 3 V drive 2 uA and give 6 uW
    assert found.currents["top"] == pytest.approx([2e-6], rel=1e-14)
    assert found.currents["inputs"] == pytest.approx([-2e-6], rel=1e-14)
    assert found.drops["top"] == pytest.approx([1.0], rel=1e-14)
    assert found.heat == pytest.approx({"top": 2e-6, "bottom": 4e-6}, rel=1e-14)
    assert found.watts == pytest.approx({"inputs": -6e-6, **found.heat, "nudge": 0}, rel=1e-14)


def test_a_point_that_is_none_is_refused_naming_its_node(divider, operating_point):
    voltages = operating_point(divider)
    node = divider.nodes[CurrentEquations(divider).roots[0]]
    voltages[divider.nodes.index(node)] += 1e-6
    with pytest.raises(SimulatorError, match=f'off by .* of the largest current at node "{node}", more than 1e-09'):
        branches(divider, voltages)


@pytest.mark.parametrize("engine", [NativeSimulator, NgspiceSimulator])
@pytest.mark.parametrize(
    ("task", "changes"),
    [
        ("xor", {}),
        pytest.param("xor", {"nudging": "switch"}, marks=pytest.mark.thorough),
        ("iris", {"hidden": (8, 8), "lr": (0.3, 0.3, 0.1)}),
        pytest.param("digits", {}, marks=pytest.mark.thorough),
    ],
)
def test_kirchhoffs_law_holds_at_all_points_of_trained_circuits(task, changes, engine):
    settings = replace(TASKS[task].settings, **changes, epochs=2, engine="native")
    problem = TASKS[task].problem(settings)
    learned = train(problem, NativeSimulator(problem.circuit)).values
    circuit = problem.circuit.with_values(learned)
    with engine(circuit) as simulator:
        for sample in (0, 1, len(problem.data.train) - 1):
            phases = training_sample(circuit, simulator, problem, sample)
            assert phases.nudged is not None
            assert phases.imbalance <= 1e-9


def test_controlled_sources_of_all_four_kinds_carry_what_kirchhoff_asks_of_them():
    """v(a) is 0.5 V; g takes 1 mS of it into 1 kOhm, h makes 2 kOhm of the current that vm measures there."""
    text = "t\nv1 in 0 1\nr1 in a 1k\nr2 a 0 1k\ng1 0 b a 0 1m\nvm b c 0\nr3 c 0 1k\nh1 d 0 vm 2k\nr4 d 0 1k\n"
    circuit = read_netlist(text + "e1 e 0 d 0 2\nr5 e 0 1k\nf1 0 f vm 2\nr6 f 0 1k\n").circuit
    point = NativeSimulator(circuit).solve({}, np.zeros((1, 0))).voltages[0, 0]
    found = branches(circuit, point)
    assert found.imbalance < 1e-12
    for bank, milliamperes in {"vccss": 0.5, "ccvss": -1.0, "vcvss": -2.0, "cccss": 1.0}.items():
        assert found.currents[bank] == pytest.approx([1e-3 * milliamperes], rel=1e-12), bank


def test_at_rest_a_residual_of_rounding_is_none():
    """Where all inputs stand at 0 V no current flows that a residual could be a share of."""
    circuit = read_netlist("t\nv1 in 0 0\nr1 in out 1k\nr2 out 0 1k\n").circuit
    assert branches(circuit, np.array([0.0, 0.0, -1.9e-27])).imbalance == pytest.approx(2 * 1.9e-30 / 1e-12)
    with pytest.raises(SimulatorError, match='at node "out"'):
        branches(circuit, np.array([0.0, 0.0, 1e-15]))


def test_beside_transistors_the_currents_of_resistors_are_known():
    circuit = load_netlist(FOREIGN / "clipper.cir").circuit
    with NgspiceSimulator(circuit) as simulator:
        found = branches(circuit, simulator.solve({}, np.zeros((1, 0))).voltages[0, 0])
    assert set(found.currents) == {"resistors", "nudge"}
    assert np.isnan(found.imbalance)
    drops, resistors = found.drops["resistors"], next(b for b in circuit.banks if b.name == "resistors")
    assert found.currents["resistors"] == pytest.approx(resistors.conductance * drops)
    assert found.heat["resistors"] == pytest.approx(float(resistors.conductance @ drops**2))
