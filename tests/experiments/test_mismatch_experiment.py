"""The experiment on mismatch in small: what the thesis claims holds for diodes, and not for the amplifiers' ratio."""

import runpy
from pathlib import Path

import pytest

from ebana_like.energy import coenergy_weights
from ebana_like.hardware import Mismatch
from ebana_like.learning import Adjoint

RUN = runpy.run_path(str(Path(__file__).parents[2] / "experiments" / "mismatch" / "run.py"), run_name="mismatch")


@pytest.fixture(scope="module")
def given():
    return RUN["problem"]("iris", epochs=5)


def cosine(given, design, chip, estimator):
    found, truth = (RUN["gradients"](chip, given, each)["crossbar1.conductance"] for each in (estimator, Adjoint()))
    return RUN["cosine"](found, truth)


def test_diodes_cancel_in_equilibrium_propagation_alone(given):
    design = RUN["trained"](given)
    chip = Mismatch(saturation=2.0).numbered(design, 0)
    nominal = RUN["WithWeights"](dict(coenergy_weights(design)))
    backward = RUN["NominalBackward"](RUN["NativeSimulator"](design))
    assert cosine(given, design, chip, nominal) > 1 - 1e-6
    assert cosine(given, design, chip, backward) < 0.95
    assert cosine(given, design, design, backward) > 1 - 1e-12


def test_ratios_do_not_cancel_unless_they_are_known(given):
    design = RUN["trained"](given)
    chip = Mismatch(gain=0.3).numbered(design, 0)
    nominal, own = (RUN["WithWeights"](dict(coenergy_weights(circuit))) for circuit in (design, chip))
    assert cosine(given, design, chip, nominal) < 0.99
    assert cosine(given, design, chip, own) > 1 - 1e-6
