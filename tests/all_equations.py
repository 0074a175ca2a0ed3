"""The layered engine beside all of Kirchhoff's equations: voltages to rounding, its loop beside steps by batches."""

import numpy as np

from ebana_like import SGD, Adjoint, Centered, Dataset, NativeSimulator, Split, SquaredError
from ebana_like.simulators.native.general import GeneralEngine
from ebana_like.training import Problem, train

ROUNDING = 1e-12  # volts: both stop when what is left is below this


class ByBatches(NativeSimulator):
    """One that leaves training steps to others."""

    descends = False


def agree(circuit, features, pull):
    """Assert that voltages are those of all equations, and that twelve digits of what a training moves are those of
    steps batch by batch; of three classes.
    """
    native, general = (
        each(circuit).solve(circuit.values(), features, pull) for each in (NativeSimulator, GeneralEngine)
    )
    assert native.messages == {}
    assert np.abs(native.voltages - general.voltages).max() < ROUNDING
    rng = np.random.default_rng(0)
    data = Dataset(rng.normal(size=(8, features.shape[1])), rng.permutation(8) % 3, tuple("abc"))
    for estimator in (Centered(1e-6), Adjoint()):
        problem = Problem(circuit, Split(data), SquaredError(0.1, -0.1), estimator, SGD(0.05), epochs=2, batch=4)
        assert NativeSimulator(circuit).descends
        found, expected = (train(problem, engine(circuit)).values for engine in (NativeSimulator, ByBatches))
        for address, value in expected.items():
            moved = np.abs(value - circuit.values()[address]).max()
            assert np.abs(found[address] - value).max() < 1e-6 * moved  # what centered nudging leaves of 12 digits
