"""Settling is a gradient at every time, with the capacitances as the metric, and without them it is another."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ebana_like.analysis.examples import examples
from ebana_like.analysis.transient_check import backwards_error, transient_check, unequal, with_capacitances
from ebana_like.elements import Capacitors
from ebana_like.simulators import NativeSimulator, NgspiceSimulator

NETLISTS = Path(__file__).parents[2] / "netlists"


def checked(circuit, given, engine=NativeSimulator, betas=(1e-6, 1e-5), parameters=2):
    mean = np.full(len(circuit.storage.capacitors), circuit.storage.capacitors.capacitance.mean())
    with engine(circuit) as simulator, engine(with_capacitances(circuit, mean)) as equal:
        return transient_check(simulator, equal, given, betas, parameters)


def test_nudged_courses_are_the_gradient_at_every_time():
    given = examples(NETLISTS / "xor.cir", 2, 0, 0.3, None)
    check = checked(unequal(given.circuit, 1e-12, 0), given)
    assert len(check.moments) == 8
    # bias goes with beta^2, by up to 1e-6 at 1e-5 S, which is a share of some 0.1 of the outputs' conductances
    assert all(moment.centered[0] < 1e-7 and moment.centered[1] < 5e-6 for moment in check.moments)
    last = check.moments[-1]
    assert np.log10(last.centered[1] / last.centered[0]) == pytest.approx(2.0, abs=0.05)
    assert np.log10(last.one_sided[1] / last.one_sided[0]) == pytest.approx(1.0, abs=0.05)
    assert last.one_sided[1] > 0.1
    # without the metric it is another circuit's gradient, until all has settled
    assert check.moments[0].unmetered > 0.05
    assert check.moments[-1].unmetered < 0.02


def test_capacitances_between_nodes_are_part_of_the_metric():
    given = examples(NETLISTS / "xor.cir", 1, 0, 0.3, None)
    circuit = unequal(given.circuit, 1e-12, 1)
    own, ports = circuit.storage.capacitors, circuit.outputs
    across = Capacitors(
        own.name,
        (*own.labels, "c_across"),
        np.append(own.positive, ports.positive[:1]),
        np.append(own.negative, ports.negative[:1]),
        np.append(own.initial, np.nan),
        np.append(own.capacitance, 3e-12),
    )
    circuit = replace(circuit, storage=replace(circuit.storage, capacitors=across))
    check = checked(circuit, given, betas=(1e-6,))
    assert all(moment.centered[0] < 1e-7 for moment in check.moments)


def test_the_gradient_is_carried_back_through_the_course_of_arriving_inputs():
    given = examples(NETLISTS / "xor.cir", 2, 0, 0.3, None)
    with NativeSimulator(unequal(given.circuit, 1e-12, 0)) as simulator:
        assert backwards_error(simulator, given, 2) < 1e-7


def test_ngspice_says_the_same():
    given = examples(NETLISTS / "xor.cir", 1, 0, 0.3, None)
    check = checked(unequal(given.circuit, 1e-12, 0), given, NgspiceSimulator, (1e-5,), 1)
    # ngspice's steps have nine digits, of which a nudge of 1e-5 S and a difference of 1e-3 leave some six
    assert all(moment.centered[0] < 1e-5 for moment in check.moments)
