"""Tolerances: copies stay within them, corners and slopes are those of closed forms and finite differences."""

import csv
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from ebana_like import (
    Amplifier,
    Crossbar,
    Dataset,
    DiodePair,
    Inputs,
    NativeSimulator,
    OutputPairs,
    SquaredError,
    build_network,
    load_netlist,
)
from ebana_like.analysis.spread import drawn, spread, tolerances
from ebana_like.analysis.tolerance import Subject, subject, tolerance
from ebana_like.cli import main
from ebana_like.cluster import Cluster
from ebana_like.errors import SettingError

DIVIDER = "a divider\nV1 in 0 5\nR1 in Out 1k\nR2 Out 0 2k\n.end\n"
CORNERS = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]], dtype=float)


@pytest.fixture
def divider(tmp_path):
    (tmp_path / "d.cir").write_text(DIVIDER)
    return tmp_path / "d.cir"


def network():
    """Return a small layered network with its samples and cost, untrained."""
    layers = [Inputs(2), Crossbar(4), DiodePair("d1n4148"), Amplifier(gain=4), Crossbar(2), OutputPairs()]
    data = Dataset(CORNERS, labels=np.array([0, 1, 1, 0]), classes=("same", "different"))
    return Subject(
        "xor", build_network(layers, seed=3), {}, data.volts(), ("score",), "", data, SquaredError(0.3, -0.3)
    )


def test_the_corners_and_slopes_of_a_divider_are_those_of_its_formula(divider):
    found = tolerance(subject(divider, outputs="out"), "r*=1%,v1=100m", 200, seed=4)
    assert found.measures == (("out", "V"),)
    assert found.nominal == pytest.approx([10 / 3], rel=1e-12)
    low, high = (v * r2 / (r1 + r2) for v, r1, r2 in ((4.9, 1010, 1980), (5.1, 990, 2020)))
    assert found.corners[0] == pytest.approx([low, high], rel=1e-12)
    assert ((low < found.copies) & (found.copies < high)).all()
    # d out / d ln R1 = -V R1 R2 / (R1 + R2)^2, times 1 %; of R2 the opposite; of V1 R2 / (R1 + R2) times 100 mV
    slope = 0.01 * 5 * 2 / 9
    expected = {"V1": 0.1 * 2 / 3, "R1": -slope, "R2": slope}
    assert dict(zip(found.spread.names, found.slopes[0], strict=True)) == pytest.approx(expected, rel=1e-9)
    total = sum(move**2 for move in expected.values())
    first, _, share = found.ranked(0)[0]
    assert (first, share) == ("V1", pytest.approx(expected["V1"] ** 2 / total))


@pytest.mark.parametrize("text", ["r*=1%", "r*=1%,vbias*=10m,vinputs*=2%", "crossbar2=0.5%,rails1=20m"])
def test_slopes_equal_finite_differences(text):
    of = network()
    found = tolerance(of, text, 1)
    circuit = found.spread.circuit
    inputs = of.circuit.inputs
    features = of.features if circuit.inputs.count == 2 else inputs.voltages(of.features)
    targets = of.data.targets(of.cost)

    def results(shares):
        points = native.solve(found.spread.values(shares), found.spread.features(features, shares))
        return np.array([of.cost.value(points.scores, targets).mean(), *points.scores[:, 0]])

    step, slopes = 0.02, np.empty((5, found.spread.count))
    with NativeSimulator(circuit) as native:
        for k in range(found.spread.count):
            moved = np.zeros(found.spread.count)
            moved[k] = step
            near, far = (results(n * moved) - results(-n * moved) for n in (1, 2))
            slopes[:, k] = (8 * near - far) / (12 * step)  # wrong by the fourth power of a fiftieth of a tolerance
    assert found.slopes[0] == pytest.approx(slopes[0], rel=1e-6, abs=1e-8 * np.abs(slopes[0]).max())
    row = 1 + np.abs(slopes[1:]).sum(axis=1).argmax()  # an output's slopes are those of the row that moves most
    assert found.slopes[2] == pytest.approx(slopes[row], rel=1e-6, abs=1e-8 * np.abs(slopes[row]).max())


@pytest.mark.parametrize("text", ["r*=1%", "r*=1%,v*=2%", "e*=1%"])
def test_copies_solved_together_or_apart_are_those_of_ngspice(text):
    found, expected = (tolerance(network(), text, 6, engine=engine) for engine in ("native", "ngspice"))
    assert np.ptp(expected.copies, axis=0)[[0, 2]].min() > 0
    assert found.copies == pytest.approx(expected.copies, abs=1e-9)


def test_workers_share_copies_and_change_nothing(divider, cluster):
    of = subject(divider, outputs="out")
    alone, shared = (tolerance(of, "r*=1%", 60, engine="ngspice", on=on) for on in (Cluster(), cluster))
    assert np.array_equal(alone.copies, shared.copies)


def test_draws_are_those_of_their_distribution_and_of_their_number():
    uniform, normal = (drawn(4000, 3, distribution, 1) for distribution in ("uniform", "normal"))
    assert np.abs(uniform).max() <= 1
    assert uniform.std() == pytest.approx(1 / np.sqrt(3), rel=0.02)  # 12,000 draws: 0.6 % each way
    assert normal.std() == pytest.approx(1 / 3, rel=0.02)
    assert np.array_equal(drawn(7, 3, "uniform", 1), uniform[:7])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "tolerance is empty"),
        ("r1", 'tolerance has "r1"; expected NAME=AMOUNT'),
        ("r1=0%", "expected NAME=AMOUNT"),
        ("r1=x%", "expected NAME=AMOUNT"),
        ("q*=1%", 'names "q\\*", and no element with a value is called so; there are V1, R1, R2'),
        ("r1=2k", "the tolerance of r1 is as large as its value, 1000 Ohm"),
    ],
)
def test_what_cannot_be_meant_is_named(divider, text, reason):
    with pytest.raises(SettingError, match=reason):
        tolerance(subject(divider, outputs="out"), text, 2)


def test_the_last_of_several_tolerances_counts():
    names, circuit = {}, load_netlist(Path(__file__).parents[2] / "netlists" / "foreign" / "ladder.cir").circuit
    found = spread(circuit, names, tolerances("r*=1%,r3=5%"))
    widths = dict(zip(found.names, found.varied[0].width, strict=True))
    assert (widths["r1"], widths["r3"]) == pytest.approx((10, 235))


def test_the_command_writes_tables_and_a_page(divider):
    words = ["tolerance", str(divider), "--tolerance", "r*=1%,V1=2%", "--outputs", "out", "--count", "20"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    assert "a divider: 3 elements may differ; its own operating point" in done.output
    with divider.with_name("d-tolerance.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 20
    assert all(3.2 < float(row["out"]) < 3.5 for row in rows)
    lines = divider.with_name("d-sensitivity.csv").read_text().splitlines()
    assert sorted(line.split(",")[0] for line in lines) == ["R1", "R2", "V1", "element"]
    assert "each element moved by its tolerance alone" in divider.with_name("d-tolerance.html").read_text()
    refused = CliRunner().invoke(main, ["tolerance", str(divider), "--tolerance", "r*=1%"])
    assert refused.exit_code == 2
    assert "does not say what its outputs are" in refused.output
