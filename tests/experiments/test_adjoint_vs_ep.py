"""The experiment on the adjoint paper's circuit in small: the circuit as the text has it, and a few iterations."""

import runpy
from pathlib import Path

import numpy as np
import pytest

from ebana_like.elements import Diodes
from ebana_like.energy import symmetry
from ebana_like.simulators import NativeSimulator

RUN = runpy.run_path(str(Path(__file__).parents[2] / "experiments" / "adjoint_vs_ep" / "run.py"), run_name="small")


def test_the_circuit_has_the_sizes_of_the_text():
    circuit = RUN["paper_circuit"](0)
    assert {at: len(g) for at, g in circuit.values().items()} == {"input.conductance": 8, "output.conductance": 8}
    assert sum(map(len, circuit.of_kind(Diodes))) == 4
    assert circuit.inputs.count == 2
    assert symmetry(circuit).exact


def test_one_sided_nudging_misses_at_once_and_centered_hardly():
    circuit = RUN["paper_circuit"](0)
    with NativeSimulator(circuit) as simulator:
        rows = {name: RUN["trained"](name, simulator, 3) for name in RUN["ESTIMATORS"]}
    assert all(row["error"] == 0 for row in rows["adjoint"])
    assert rows["adjoint"][-1]["loss"] < rows["adjoint"][0]["loss"]
    for k in range(3):
        positive, centered, higher = (rows[name][k]["error"] for name in ("positive", "centered", "higher order"))
        assert positive > 0.01
        assert higher < centered < positive / 100


def test_all_estimators_start_from_the_same_point():
    with NativeSimulator(RUN["paper_circuit"](1)) as simulator:
        losses = [RUN["trained"](name, simulator, 1)[0]["loss"] for name in RUN["ESTIMATORS"]]
    assert losses == pytest.approx(np.full(4, losses[0]), rel=1e-12)
