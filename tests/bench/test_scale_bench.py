"""Training is measured over its size: time beside its products, memory, the circuit's joules, the machine's."""

import pytest
from click.testing import CliRunner

from ebana_like.analysis.power import power_report
from ebana_like.bench.machine_energy import joules_between, joules_counted
from ebana_like.bench.random_images import learner
from ebana_like.bench.record import load_record
from ebana_like.bench.rounds import Timing
from ebana_like.bench.scale import Cost, Shape, exponents, grid, joules_a_sample
from ebana_like.cli.bench import bench
from ebana_like.errors import SettingError
from ebana_like.simulators import NativeSimulator


def test_every_combination_is_measured_once():
    shapes = grid([100, 200], [1, 3], [20], ["double", "single"], [1, 4])
    assert len(set(shapes)) == len(shapes) == 16
    assert shapes[-1].name == "200-200-200, batch 20, single, 4 devices"
    assert "device_count=4" in shapes[-1].environment["XLA_FLAGS"]


def test_batches_that_do_not_divide_are_refused_before_measuring():
    with pytest.raises(SettingError, match="10 samples an update cannot be shared out evenly to 4 devices"):
        grid([100], [1], [20, 10], ["double"], [1, 4])


def cost(width, depth, milliseconds):
    timing = Timing("training", (milliseconds,) * 3)
    return Cost(Shape(width, depth, 20, "double", 1), timing, Timing("products", (0.5,) * 3), 1.0, 1.0, None)


def test_the_exponent_is_that_of_the_width_alone():
    costs = [cost(100, 1, 1.0), cost(400, 1, 4.0), cost(100, 2, 1.0), cost(400, 2, 8.0), cost(100, 3, 1.0)]
    found = exponents(costs)
    assert found == pytest.approx(
        {
            "1 hidden layer, batch 20, double, 1 device": 1.0,
            "2 hidden layers, batch 20, double, 1 device": 1.5,
        }
    )
    assert costs[1].times_products == 8


def test_joules_are_the_power_of_the_phases_for_a_microsecond():
    given = learner((8,), 10, 10, {"estimator": "positive", "beta": 1e-9})
    circuit, volts = given.problem.circuit, given.problem.data.train.volts([0])
    with NativeSimulator(circuit) as engine:
        points = engine.solve({}, volts)
    free = power_report(circuit.with_features(volts[0]), points.voltages[0, 0]).drawn
    # the nudged phase moves the outputs by some 1e-4 of their voltages
    assert joules_a_sample(given) == pytest.approx(2e-6 * free, rel=1e-3)
    assert joules_a_sample(learner((8,), 10, 10, {"estimator": "adjoint"})) == pytest.approx(1e-6 * free, rel=1e-12)


def test_the_machine_is_counted_over_its_counters_end(tmp_path):
    assert joules_counted(tmp_path) is None
    for name, now in (("intel-rapl:0", 2_000_000), ("intel-rapl:1", 500_000), ("intel-rapl:0:0", 7)):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "energy_uj").write_text(f"{now}\n")
        (folder / "max_energy_range_uj").write_text("10000000\n")
    after = joules_counted(tmp_path)
    assert after == {"intel-rapl:0": 2.0, "intel-rapl:1": 0.5}
    assert joules_between({"intel-rapl:0": 1.5, "intel-rapl:1": 9.0}, after, tmp_path) == pytest.approx(0.5 + 1.5)
    assert joules_between(None, after, tmp_path) is None


def test_it_is_saved_for_the_next_release(tmp_path):
    path = tmp_path / "numbers.json"
    few = "--width 5 --depth 1 --batch 20 --precision single --devices 2 --samples 20 --rounds 1"
    done = CliRunner().invoke(bench, f"scale {few} --save {path}")
    assert done.exit_code == 0, done.output
    assert "5, batch 20, single, 2 devices" in done.output
    numbers = {number.name: number.median for number in load_record(path, "scale").numbers}
    ratio = numbers["5, batch 20, single, 2 devices: training, times its products"]
    times = (
        numbers[f"5, batch 20, single, 2 devices: {what}, ms a sample"] for what in ("training", "its matrix products")
    )
    training, products = times
    assert ratio == pytest.approx(training / products)
    assert 10 < numbers["5, batch 20, single, 2 devices: most memory, MB"] < 10_000
