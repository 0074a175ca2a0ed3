"""The native engine gives ngspice's voltages at every node, free and nudged."""

from itertools import cycle

import numpy as np
import pytest

from ebana_like.netlist import diode_models
from ebana_like.networks import Currents, SwitchedTargets
from ebana_like.simulators import NativeSimulator, NgspiceSimulator

AGREEMENT = 1e-11  # volts; ngspice itself is left some 1e-13 V beside the solution by its own tolerances

NETWORKS = [
    pytest.param({"hidden": (8,)}, Currents(), id="xor"),
    pytest.param({"hidden": (8,)}, SwitchedTargets(), id="xor-switched"),
    pytest.param({"hidden": (10,), "features": 4, "outputs": 3}, Currents(), id="iris"),
    pytest.param({"hidden": (10,), "features": 4, "outputs": 3}, SwitchedTargets(), id="iris-switched"),
    pytest.param({"hidden": (100,), "features": 784, "outputs": 10}, Currents(), id="mnist"),
    pytest.param({"hidden": (6, 5), "gain": 4.0, "feedback": 4.0}, Currents(), id="two-ideal-transformers"),
    pytest.param({"hidden": (6, 5, 4), "outputs": 2}, Currents(), id="three"),
    *(
        pytest.param({"model": model, "clamp": clamp}, Currents(), id=model)
        for model, clamp in zip(diode_models(), cycle((0.3, 0.0, -0.1, 1.0)), strict=False)
    ),
]


@pytest.mark.parametrize(("options", "nudging"), NETWORKS)
def test_all_nodes_have_the_same_voltages(options, nudging, network, stimuli):
    circuit = network(nudging, **options)
    features, pull = stimuli(circuit)
    native = NativeSimulator(circuit).solve(circuit.values(), features, pull)
    with NgspiceSimulator(circuit) as simulator:
        ngspice = simulator.solve(circuit.values(), features, pull)
    assert native.converged.all()
    assert not native.messages
    assert np.abs(native.voltages - ngspice.voltages).max() < AGREEMENT
