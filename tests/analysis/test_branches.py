"""What is shown of an operating point: currents with their directions, all the power there is, and Kirchhoff's law."""

from dataclasses import replace

import pytest

from ebana_like.analysis.branches import branches
from ebana_like.analysis.sample import training_sample
from ebana_like.energy import Wiring
from ebana_like.errors import SimulatorError
from ebana_like.simulators import NewtonSimulator, NgspiceSimulator
from ebana_like.tasks import TASKS
from ebana_like.training import train


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
    node = divider.nodes[Wiring(divider).roots[0]]
    voltages[divider.nodes.index(node)] += 1e-6
    with pytest.raises(SimulatorError, match=f'off by .* of the largest current at node "{node}", more than 1e-09'):
        branches(divider, voltages)


@pytest.mark.parametrize("engine", [NewtonSimulator, NgspiceSimulator])
@pytest.mark.parametrize(
    ("task", "changes"),
    [("xor", {}), ("xor", {"nudging": "switch"}), ("iris", {"hidden": (8, 8), "lr": (0.3, 0.3, 0.1)}), ("digits", {})],
)
def test_kirchhoffs_law_holds_at_all_points_of_trained_circuits(task, changes, engine):
    settings = replace(TASKS[task].settings, **changes, epochs=2, engine="newton")
    problem = TASKS[task].problem(settings)
    learned = train(problem, NewtonSimulator(problem.circuit)).conductances
    circuit = problem.circuit.with_conductances(learned)
    with engine(circuit) as simulator:
        for sample in (0, 1, len(problem.data.train) - 1):
            phases = training_sample(circuit, simulator, problem, sample)
            assert phases.nudged is not None
            assert phases.imbalance <= 1e-9
