"""The co-content is what Kirchhoff's law is the gradient of, and it is least at the operating point."""

from dataclasses import replace

import numpy as np
import pytest

from ebana_like.elements import CCCS, VoltageSources
from ebana_like.energy import (
    CurrentEquations,
    cocontent,
    cocontent_gradient,
    element_currents,
    is_convex,
    rises,
    total_cocontent,
)
from ebana_like.errors import CircuitError
from ebana_like.learning import SquaredError
from ebana_like.netlist import Netlist, write_netlist
from ebana_like.networks import Amplifier, Crossbar, DiodePair, Inputs, OutputPairs, SwitchedTargets, build_network
from ebana_like.nudges import nudging_of

AMPLIFIERS = [Amplifier(4), Amplifier(4, 1), Amplifier(2, 0.7), Amplifier(4, 4)]


def deep(amplifier=None, nudging=None, seed=0):
    """Two hidden layers of diode pairs, with conductances over two decades."""
    hidden = [Crossbar(3, initial=(1e-6, 1e-4)), DiodePair("d1n4148", 0.1), amplifier or Amplifier()]
    layers = [Inputs(2), *hidden, *hidden, Crossbar(2, initial=(1e-6, 1e-4)), OutputPairs()]
    return build_network(layers, seed=seed, nudging=nudging).with_features(np.array([1.0, -0.6]))


def pulled(circuit):
    """The circuit nudged by its own kind of branch."""
    values = nudging_of(circuit, SquaredError(), np.array([[0.2]]), np.array([[1e-6]])).drives(
        np.zeros((1, 1)), slice(1)
    )
    return circuit.with_values({address: value[0, 0] for address, value in values.items()})


def anywhere(circuit, rng):
    """Voltages that obey every source and amplifier, and no more."""
    wiring = CurrentEquations(circuit)
    voltages = sum(rng.uniform(-0.4, 0.4) * wiring.followers(k) for k in range(len(wiring.roots)))
    for bank in circuit.of_kind(VoltageSources):
        grounded = bank.negative == 0
        voltages[bank.positive[grounded]] = bank.voltage[grounded]
    return voltages


@pytest.mark.parametrize("amplifier", AMPLIFIERS, ids=str)
def test_kirchhoffs_residual_is_the_gradient_of_the_cocontent(amplifier, nudging):
    """Two ways to it: physical currents with CCCS, and weighted pseudo-power with what follows each node."""
    circuit, rng = pulled(deep(amplifier, nudging)), np.random.default_rng(1)
    wiring = CurrentEquations(circuit)
    ratio = amplifier.gain / (amplifier.feedback or 1 / amplifier.gain)
    weight = {"1": ratio**2, "2": ratio, "y": 1.0, "n": 1.0}
    weights = [weight[circuit.nodes[root][1] if circuit.nodes[root][0] == "h" else "y"] for root in wiring.roots]
    for _ in range(3):
        voltages = anywhere(circuit, rng)
        residual = element_currents(circuit, voltages).residual[wiring.roots]
        slopes = cocontent_gradient(circuit, voltages)[1]
        assert slopes == pytest.approx(weights * residual, rel=1e-10, abs=1e-13 * np.abs(slopes).max())


@pytest.mark.parametrize("amplifier", AMPLIFIERS, ids=str)
def test_the_cocontent_is_the_integral_of_its_gradient(amplifier, nudging):
    circuit = pulled(deep(amplifier, nudging))
    start, end = (anywhere(circuit, np.random.default_rng(seed)) for seed in (1, 2))
    way = end - start
    roots = CurrentEquations(circuit).roots
    at, share = np.polynomial.legendre.leggauss(60)
    path = start + (at[:, None] + 1) / 2 * way
    integral = share / 2 @ (cocontent_gradient(circuit, path)[1] @ way[roots])
    ends = total_cocontent(circuit, np.stack([start, end]))
    # sixty nodes integrate exponentials over some 16 N Vt to rounding
    assert integral == pytest.approx(ends[1] - ends[0], rel=1e-11)


@pytest.mark.parametrize("amplifier", AMPLIFIERS, ids=str)
@pytest.mark.parametrize("seed", range(3))
def test_the_operating_point_is_the_least(amplifier, seed, nudging, operating_point):
    circuit = pulled(deep(amplifier, nudging, seed))
    voltages = operating_point(circuit)
    currents = element_currents(circuit, voltages)
    assert currents.imbalance <= 1e-9
    assert is_convex(circuit)
    # moving the tie between a resistor of 1 uS and a closed switch of 1 mS by 1 mV costs 1e-9 W, the others less
    assert all(rise > 0 for rise in rises(circuit, voltages, step=1e-3).values())


def test_the_plain_sum_of_pseudo_powers_is_not_stationary(operating_point):
    """What is overlooked when amplifiers are left out of the sum."""
    circuit = deep(Amplifier(4))
    voltages = operating_point(circuit)
    plain, wiring = {}, CurrentEquations(circuit)
    for bank in circuit.banks:
        if hasattr(bank, "pseudo_power"):
            plain[bank.name] = bank.current(bank.drop(voltages))
    slopes = wiring.pulled_back(wiring.node_sums(plain))[1]
    weighted = cocontent_gradient(circuit, voltages)[1]
    assert np.abs(slopes).max() > 1e-3 * max(np.abs(i).max() for i in plain.values())
    assert np.abs(weighted).max() < 1e-9 * np.abs(slopes).max()


@pytest.mark.parametrize("amplifier", AMPLIFIERS, ids=str)
def test_shares_add_up_to_the_total(amplifier, nudging, operating_point):
    circuit = pulled(deep(amplifier, nudging))
    voltages = operating_point(circuit)
    found = cocontent(circuit, voltages)
    assert sum(share.weighted for share in found.shares) == pytest.approx(found.total, rel=1e-12)
    assert sum(found.by_kind().values()) == pytest.approx(found.total, rel=1e-12)
    assert total_cocontent(circuit, voltages) == pytest.approx(found.total, rel=1e-12)
    assert set(found.by_kind()) == {"resistors", "diodes", "nudging", "amplifiers"}


def test_power_is_neither_made_nor_lost(nudging, operating_point):
    circuit = pulled(deep(nudging=nudging))
    voltages = operating_point(circuit)
    currents = element_currents(circuit, voltages).of
    watts = {bank.name: bank.drop(voltages) @ currents[bank.name] for bank in circuit.banks}
    largest = max(map(abs, watts.values()))
    assert abs(sum(watts.values())) < 1e-12 * largest
    assert watts["inputs"] < 0 < watts["crossbar1"]


def test_source_currents_are_those_of_ngspice(nudging, ngspice, operating_point):
    circuit = pulled(deep(nudging=nudging))
    currents = element_currents(circuit, operating_point(circuit))
    solved = ngspice(write_netlist(Netlist(circuit)).replace(".print op", ".print op " + branches(circuit)))
    largest = max(np.abs(current).max() for current in currents.of.values())
    compared = 0
    for bank in circuit.of_kind(VoltageSources):
        for label, amperes in zip(bank.labels, currents.of[bank.name].tolist(), strict=True):
            # ngspice's own tolerances leave some 1e-12 of the currents
            assert solved[f"{label}#branch"] == pytest.approx(amperes, rel=1e-9, abs=1e-10 * largest)
            compared += 1
    assert compared >= 12


def branches(circuit):
    return " ".join(f"i({label})" for bank in circuit.of_kind(VoltageSources) for label in bank.labels)


def test_a_negative_amplifier_makes_it_no_bowl():
    circuit = deep()
    flipped = tuple(replace(b, gain=-b.gain) if isinstance(b, CCCS) and b.name == "back1" else b for b in circuit.banks)
    assert not is_convex(replace(circuit, banks=flipped))


def test_a_circuit_is_nudged_its_own_way_only(nudging):
    wrong = "nudge.amperes" if isinstance(nudging, SwitchedTargets) else "nudge.conductance"
    with pytest.raises(
        CircuitError,
        match='"nudge[.](amperes|conductance)" is no address; it is a bank and one of (amperes|conductance)',
    ):
        deep(nudging=nudging).with_values({wrong: np.array([1e-7])})
