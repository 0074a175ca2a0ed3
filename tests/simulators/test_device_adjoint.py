"""The adjoint of circuits with devices only SPICE knows is the finite difference of ngspice's own answers."""

from dataclasses import replace

import numpy as np
import pytest

from ebana_like.analysis.differences import differences
from ebana_like.circuit import Circuit
from ebana_like.elements import (
    BipolarTransistors,
    CurrentSources,
    JFETs,
    ModelCard,
    MOSFETs,
    Range,
    Resistors,
    SpiceDiodes,
    VoltageSources,
    WarmDiodes,
)
from ebana_like.learning import Adjoint, SquaredError
from ebana_like.ports import Driven, InputPorts, OutputPorts
from ebana_like.simulators import NgspiceSimulator

COST = SquaredError(1.0, 0.0)


def nodes(*numbers):
    return np.array(numbers, dtype=np.intp)


def card(kind, text):
    return ModelCard("model", kind, dict(pair.split("=") if "=" in pair else (pair, "") for pair in text.split()))


OUTER = {"npn": 1, "pnp": -1, "nmos": 1, "pmos": -1, "njf": 1, "pjf": -1, "d": 1, "vdmos": 1}
BJT = "is=1e-15 bf=100 br=3 vaf=50 ikf=0.01 ise=1e-14 ne=1.5 isc=1e-13 nc=1.7"
MOS1 = "level=1 vto={} kp=1e-4 gamma=0.5 phi=0.7 lambda=0.02 is=1e-14"
DEVICES = {
    "npn": ("npn", BJT, ""),
    "npn with rb rc re": ("npn", f"{BJT} rb=200 rc=10 re=2", "area=2.0"),
    "npn whose base resistance falls": ("npn", f"{BJT} rb=500 rbm=20 irb=1e-5 rc=10 re=2", ""),
    "npn with a substrate": ("npn", f"{BJT} iss=1e-14 ns=1.1 rc=20", ""),
    "pnp": ("pnp", f"{BJT} rb=100 re=5", "area=0.5"),
    "nmos level 1": ("nmos", MOS1.format(0.6), "w=2e-5 l=1e-6"),
    "pmos level 1": ("pmos", MOS1.format(-0.6), "w=4e-5 l=1e-6"),
    "nmos with rd rs": ("nmos", f"{MOS1.format(0.6)} rd=200 rs=300", "w=2e-5 l=1e-6"),
    "nmos level 2": ("nmos", "level=2 vto=0.6 kp=1e-4 gamma=0.4 nsub=1e16 tox=2e-8 uo=600 nfs=1e11", "w=2e-5 l=2e-6"),
    "nmos level 3": (
        "nmos",
        "level=3 vto=0.6 nsub=1e16 tox=2e-8 theta=0.1 eta=0.2 kappa=0.3 nfs=1e11",
        "w=2e-5 l=2e-6",
    ),
    "vdmos": ("vdmos", "nchan vto=1.5 kp=0.02 rd=1 rs=0.5 rg=10 is=1e-14 rb=2 lambda=0.01", ""),
    "njf": ("njf", "vto=-2 beta=1e-3 lambda=0.01 is=1e-14", ""),
    "pjf with rd rs": ("pjf", "vto=-2 beta=1e-3 lambda=0.01 is=1e-14 rd=50 rs=80", "area=2.0"),
    "diode with rs and breakdown": ("d", "is=1e-14 n=1.2 rs=5 bv=4 ibv=1e-6 ikf=0.01 isr=1e-12 nr=2", "area=1.5"),
    "diode that warms itself": ("d", "is=1e-13 n=1.05 rs=1 rth0=1e3", "thermal"),
}


def stage(kind, text, size):
    """A device whose every terminal sees resistors: a control, an outlet to the supply, a follower, a bulk."""
    sign = OUTER[kind]
    model, control, bulk = card(kind, text), {"control": nodes(3)}, {"bulk": nodes(6)}
    ends = nodes(4), nodes(5)
    if size == "thermal":
        ends = nodes(3), nodes(0)
        device = WarmDiodes("device", ("d1",), *ends, model, (size,), cathode=nodes(5), heat=nodes(6))
    elif kind == "d":
        device = SpiceDiodes("device", ("d1",), nodes(3), nodes(5), model, (size,))
    elif kind in JFETs.types:
        device = JFETs("device", ("j1",), *ends, model, (size,), **control)
    elif kind in BipolarTransistors.types:
        device = BipolarTransistors("device", ("q1",), *ends, model, (size,), **control, **bulk)
    else:
        bulk = {"bulk": nodes(5)} if kind == "vdmos" else bulk
        device = MOSFETs("device", ("m1",), *ends, model, (size,), **control, **bulk)
    if kind != "vdmos":
        sizes = dict.fromkeys(device.quantities, Range(1e-9, 10.0))
        device = replace(device, trainable=sizes)
    ohms = np.array([1e4, 2e4, 3e3, 5e2, 2e3, 1e5])
    anywhere = {"voltage": Range(-20.0, 20.0)}
    return Circuit(
        "a device and resistors",
        ("0", "in", "vcc", "b", "c", "e", "w", "well"),
        (
            VoltageSources("inputs", ("vin",), nodes(1), nodes(0), np.zeros(1)),
            VoltageSources("supply", ("vcc",), nodes(2), nodes(0), np.array([5.0 * sign]), trainable=anywhere),
            VoltageSources("well", ("vw",), nodes(7), nodes(0), np.array([-0.8 * sign]), trainable=anywhere),
            Resistors(
                "resistors",
                tuple(f"r{k}" for k in range(6)),
                nodes(1, 3, 2, 5, 7, 4),
                nodes(3, 0, 4, 0, 6, 0),
                1 / ohms,
                trainable={"conductance": Range(1e-9, 1.0)},
            ),
            device,
            CurrentSources("nudge", ("i1", "i2"), nodes(0, 0), nodes(4, 5), np.zeros(2)),
        ),
        InputPorts("inputs", nodes(0), np.ones(1)),
        OutputPorts(nodes(4, 5), nodes(0, 0)),
        Driven("current", ("nudge.amperes",)),
    ), sign * np.array([[-3.3], [0.3], [1.3], [2.6], [4.9], [9.0]])


LIKE_OTHERS = ("nmos level 2", "nmos level 3", "pmos level 1", "npn with rb rc re", "pnp")
CHOSEN = [pytest.param(name, marks=pytest.mark.thorough) if name in LIKE_OTHERS else name for name in DEVICES]


@pytest.mark.parametrize("name", CHOSEN)
def test_slopes_by_every_resistor_source_and_size_are_finite_differences_of_ngspice(name):
    """Cut off, saturated, in triode, reversed: by features of -3.3 to 9 V at the control."""
    circuit, features = stage(*DEVICES[name])
    targets = np.tile([3.1, 0.2], (len(features), 1))
    with NgspiceSimulator(circuit) as simulator:
        for sample in range(len(features)):
            one, wanted = features[[sample]], targets[[sample]]
            values = circuit.values()
            found = Adjoint().estimate(simulator, values, one, wanted, COST, np.random.default_rng(0))
            assert found.points.messages == {}

            def loss(given, one=one, wanted=wanted):
                return float(COST.value(simulator.solve(given, one).scores, wanted)[0])

            expected = differences(loss, values)
            moves = np.concatenate([slopes * values[of] for of, slopes in found.gradients.items()])
            truth = np.concatenate([slopes * values[of] for of, slopes in expected.items()])
            # leakage of 1e-12 S drowns in the rounding of what series resistances of some ohms carry: 1e-8 of the rest
            assert moves == pytest.approx(truth, rel=1e-6, abs=1e-8 * np.abs(truth).max() + 1e-11), sample
