"""Operational amplifiers of five kinds, in three circuits: solved as ngspice does."""

from pathlib import Path

import numpy as np
import pytest

from ebana_like.netlist import read_netlist
from ebana_like.simulators import engine_for
from ebana_like.simulators.native.simulator import NativeSimulator
from ebana_like.simulators.ngspice.simulator import NgspiceSimulator

FOLDER = Path(__file__).parents[2] / "experiments" / "op_amps"
AMPLIFIERS = ("boyle_bipolar", "boyle_jfet", "boyle_poly", "value_limits", "table_stage")
CIRCUITS = ("filter", "instrumentation", "logarithm")


@pytest.mark.parametrize("circuit", CIRCUITS)
@pytest.mark.parametrize("amplifier", AMPLIFIERS)
def test_five_amplifiers_in_three_circuits_settle_where_ngspice_says(amplifier, circuit, ngspice):
    text = (FOLDER / f"{circuit}.cir").read_text().replace("AMPLIFIER", amplifier)
    read = read_netlist(text, folder=FOLDER).circuit
    library = (FOLDER / "opamps.lib").read_text()
    printed = "*# set numdgt=16\n.options reltol=1e-9 vntol=1e-12 abstol=1e-15\n.op"
    solved = ngspice(text.replace(".include opamps.lib", library).replace(".op", printed))
    engine = NativeSimulator if engine_for(read) == "native" else NgspiceSimulator
    assert (engine is NgspiceSimulator) == (amplifier in ("boyle_bipolar", "boyle_jfet"))
    with engine(read) as simulator:
        points = simulator.solve({}, np.zeros((1, 0)))
    shared = [(k, node) for k, node in enumerate(read.nodes) if node in solved]
    assert len(shared) > 5
    for k, node in shared:
        assert points.voltages[0, 0, k] == pytest.approx(solved[node], rel=1e-9, abs=1e-9), node


@pytest.mark.parametrize("amplifier", AMPLIFIERS)
def test_an_amplifier_rises_with_its_first_input(amplifier):
    """With inputs exchanged the same circuits have operating points too, which no real circuit keeps."""
    supplies = "vp vp 0 15\nvn vn 0 -15\nv1 a 0 1m\nrload out 0 5k"
    text = f"polarity\n.include opamps.lib\n{supplies}\nx1 a 0 vp vn out {amplifier}\n"
    read = read_netlist(text, folder=FOLDER).circuit
    with (NativeSimulator if engine_for(read) == "native" else NgspiceSimulator)(read) as simulator:
        volts = simulator.solve({}, np.zeros((1, 0))).voltages[0, 0]
    assert volts[read.nodes.index("out")] > 10
