"""Small circuits, and two ways to solve them that share no code with the package's simulators."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import settings
from hypothesis.internal.conjecture import providers

from ebana_like.circuit import Circuit
from ebana_like.cluster import Cluster
from ebana_like.conformance import operating_point_by_laws
from ebana_like.data import Dataset
from ebana_like.data.shifted import ShiftedImages
from ebana_like.elements import (
    Bank,
    CurrentLaw,
    CurrentSources,
    EnergyLaw,
    FloatArray,
    Range,
    Resistors,
    VoltageSources,
)
from ebana_like.learning import Cost, CrossEntropy, SquaredError, Stencil
from ebana_like.networks import Currents, SwitchedTargets
from ebana_like.nudges import Nudge
from ebana_like.ports import InputPorts, OutputPorts
from ebana_like.systems import OperatingPoints

with suppress(ModuleNotFoundError):  # an environment of before; tests/test_shapes.py is skipped there
    from shapes import check_shapes

    for first, others in (
        (Bank, []),
        (Cost, [SquaredError, CrossEntropy]),
        (CurrentLaw, []),
        (Dataset, [ShiftedImages]),
        (InputPorts, []),
        (EnergyLaw, []),
        (Nudge, [Currents, SwitchedTargets]),
        (OperatingPoints, []),
        (OutputPorts, []),
        (Stencil, []),
    ):
        check_shapes(first, others)

# Most programs of tests run a few times: compiled plainly they are ready in a third of the time. `make thorough` has
# them compiled as users do.
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0 --xla_cpu_use_fusion_emitters=false")

# Always the same examples, without a clock: a test that passed stays passed on a slower machine.
settings.register_profile("repeatable", deadline=None, derandomize=True, database=None)
settings.load_profile("repeatable")
# And whatever else has been imported: numbers that stand in the package's modules are not tried beside the others.
providers._get_local_constants = lambda: providers._local_constants


@pytest.fixture
def divider() -> Circuit:
    """Two resistors, 2 uS above 1 uS, halfway between an input of 3 V and ground: the output is at 2 V."""
    ground, source, out = np.array([0]), np.array([1]), np.array([2])
    return Circuit(
        "divider",
        ("0", "in", "out"),
        (
            VoltageSources("inputs", ("vin",), source, ground, np.array([3.0])),
            Resistors("top", ("rtop",), source, out, np.array([2e-6]), trainable={"conductance": Range(1e-7, 1e-4)}),
            Resistors("bottom", ("rbottom",), out, ground, np.array([1e-6])),
            CurrentSources("nudge", ("inudge",), ground, out, np.zeros(1)),
        ),
        InputPorts("inputs", np.array([0]), np.array([1.0])),
        OutputPorts(out, ground),
        Currents.driven("nudge"),
    )


@pytest.fixture(autouse=True, scope="module")
def room_for_compiled_code() -> Iterator[None]:
    """Throw compiled code away before a process has so much that the next to be compiled ends it.

    A test file takes up to 16,000 memory maps, and not all by engines, which look at it themselves.
    """
    yield
    if runtime := sys.modules.get("ebana_like.simulators.native.runtime"):
        runtime.make_room()


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """The address of a Dask scheduler with two workers that are threads of this process: it begins in no time."""
    from distributed import LocalCluster

    from ebana_like.cluster.connection import quiet

    options = {"processes": False, "protocol": "inproc", "dashboard_address": "127.0.0.1:0", "memory_limit": None}
    with quiet(), LocalCluster(n_workers=2, threads_per_worker=1, **options) as cluster:
        yield cluster.scheduler_address


@pytest.fixture
def cluster(scheduler: str) -> Cluster:
    """Two workers that are threads of this process."""
    return Cluster(address=scheduler)


@pytest.fixture(params=[Currents(), SwitchedTargets(beta=1e-6)], ids=["currents", "switches"])
def nudging(request: pytest.FixtureRequest) -> Currents | SwitchedTargets:
    """Both ways to nudge."""
    return request.param


@pytest.fixture(scope="session")
def operating_point() -> Callable[[Circuit], FloatArray]:
    """Solve a circuit for its node voltages, (nodes,), volts."""
    return operating_point_by_laws


@pytest.fixture
def ngspice_vectors(tmp_path) -> Callable[[str], dict[str, np.ndarray]]:
    """Run a netlist's analysis in the ngspice program: every vector, `v(a)` as `a`, of complex numbers where it has."""
    if not shutil.which("ngspice"):
        pytest.skip("ngspice is not installed")

    def run(text: str) -> dict[str, np.ndarray]:
        (tmp_path / "circuit.cir").write_text(text)
        done = subprocess.run(
            ["ngspice", "-b", "-n", "-r", "circuit.raw", "circuit.cir"],
            cwd=tmp_path,
            env={**os.environ, "HOME": str(tmp_path)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=60,
        )
        raw = tmp_path / "circuit.raw"
        assert raw.exists(), done.stdout + done.stderr
        header, _, data = raw.read_bytes().partition(b"\nBinary:\n")
        lines = header.decode().splitlines()
        first = lines.index("Variables:") + 1
        names = [line.split()[1].removeprefix("v(").removesuffix(")") for line in lines[first:]]
        values = np.frombuffer(data, complex if "complex" in header.decode() else float).reshape(-1, len(names))
        return dict(zip(names, values.T, strict=True))

    return run


@pytest.fixture
def ngspice(tmp_path) -> Callable[[str], dict[str, float]]:
    """Run a netlist in the ngspice program: node voltages, and source currents as `name#branch`."""
    if not shutil.which("ngspice"):
        pytest.skip("ngspice is not installed")

    def run(text: str) -> dict[str, float]:
        # without the line at which our netlists end the program: all voltages are wanted, not only the outputs
        (tmp_path / "circuit.cir").write_text(text.replace("*# quit $sim_status\n", ""))
        done = subprocess.run(
            ["ngspice", "-b", "circuit.cir"],
            cwd=tmp_path,
            env={**os.environ, "HOME": str(tmp_path)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=60,
        )
        found = re.findall(r"^\s*(\S+)\s+(-?\d\.\d+e[+-]\d+)\s*$", done.stdout, re.MULTILINE)
        assert found, done.stdout + done.stderr
        return {name: float(value) for name, value in found}

    return run
