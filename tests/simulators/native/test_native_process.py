"""The engine leaves a process and its JAX as it found them, and uses every device there is."""

import os
import subprocess
import sys

import pytest

SILENT = """
import sys
import ebana_like
from ebana_like.simulators import simulator
from ebana_like.cli import *
assert "jax" not in sys.modules
"""

SINGLES = """
import jax.numpy as jnp
import numpy as np
import ebana_like as e
circuit = e.build_network([e.Inputs(2), e.Crossbar(8), e.DiodePair(), e.Amplifier(4.0), e.Crossbar(2), e.OutputPairs()])
volts = np.random.default_rng(0).uniform(-3, 3, (8, 2))
points = e.NativeSimulator(circuit).solve({}, volts)
assert points.voltages.dtype == np.float64
assert jnp.ones(3).dtype == jnp.float32
from ebana_like.simulators.native.general import GeneralEngine
assert np.abs(points.voltages - GeneralEngine(circuit).solve({}, volts, None).voltages).max() < 1e-12
"""

DEVICES = (
    """
import jax
assert len(jax.devices()) == 4
from ebana_like.simulators.native.runtime import doubles, shared_out
with doubles():
    assert len(shared_out(__import__("numpy").zeros((8, 2))).sharding.device_set) == 4
"""
    + SINGLES
)


FOUR = f"{os.environ['XLA_FLAGS']} --xla_force_host_platform_device_count=4"


def run(code: str, **environment: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_importing_the_package_imports_no_jax():
    run(SILENT)


def test_doubles_inside_singles_outside():
    run(SINGLES)


TRAINING = """
from dataclasses import replace
import numpy as np
from ebana_like.simulators import NativeSimulator
from ebana_like.tasks import TASKS
from ebana_like.training import train
given = TASKS["iris"].problem(replace(TASKS["iris"].settings, update="sgd", epochs=1, batch=20, engine="native"))
class Alone(NativeSimulator):
    descends = False  # batch by batch
found, expected = (train(given, make(given.circuit)).values for make in (NativeSimulator, Alone))
assert max(abs(found[name] - expected[name]).max() for name in found) < 1e-14
"""


def test_a_batch_is_spread_over_four_devices():
    run(DEVICES, XLA_FLAGS=FOUR)


@pytest.mark.thorough
def test_training_is_spread_over_four_devices():
    run(TRAINING, XLA_FLAGS=FOUR)
