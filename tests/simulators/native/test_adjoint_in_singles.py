"""In single precision the adjoint of the first of several layers is as right as that of the last, small as it is."""

import jax
import jax.numpy as jnp
import numpy as np

from ebana_like.networks import Amplifier, Crossbar, DiodePair, Inputs, OutputPairs, build_network
from ebana_like.simulators import NativeSimulator
from ebana_like.simulators.native.layers.network import NO_WIRES
from ebana_like.simulators.native.layers.phases import transposed
from ebana_like.simulators.native.runtime import doubles

LAYERS = 3


def adjoint_of(dtype: type) -> list[np.ndarray]:
    hidden = [each for _ in range(LAYERS) for each in (Crossbar(200), DiodePair(), Amplifier(4.0, 0.004))]
    circuit = build_network([Inputs(4), *hidden, Crossbar(4), OutputPairs()])
    layered = NativeSimulator(circuit)._layered
    assert layered is not None
    rng = np.random.default_rng(0)
    voltages = tuple(rng.uniform(-0.3, 0.3, (4, size)) for size in layered.sizes)
    currents = np.zeros((4, len(layered.ports.positive)))
    currents[:, :2] = rng.standard_normal((4, 2))

    def typed(array: np.ndarray) -> jax.Array:
        return jnp.asarray(array, dtype if np.asarray(array).dtype.kind == "f" else None)

    with doubles():
        given = (*layered.held, layered.split(circuit.values()), NO_WIRES, voltages, currents)
        found, _ = transposed(False, *jax.tree.map(typed, given))
    return [np.asarray(each, float) for each in found]


def test_every_layer_has_its_digits():
    double, single = adjoint_of(np.float64), adjoint_of(np.float32)
    sizes = [np.linalg.norm(each) for each in double]
    assert sizes[0] < 1e-2 * sizes[-1]
    for k in range(LAYERS + 1):
        assert np.linalg.norm(single[k] - double[k]) < 1e-2 * sizes[k]
