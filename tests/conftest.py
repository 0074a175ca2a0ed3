"""Small circuits, and two ways to solve them that share no code with the package's simulators."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import settings

from ebana_like.circuit import Circuit, CurrentNudging, InputPorts, OutputPorts
from ebana_like.elements import (
    CCCS,
    VCVS,
    CurrentLaw,
    CurrentSources,
    FloatArray,
    Resistors,
    Switches,
    VoltageSources,
)
from ebana_like.networks import Currents, SwitchedTargets

# Always the same examples, without a clock: a test that passed stays passed on a slower machine.
settings.register_profile("repeatable", deadline=None, derandomize=True, database=None)
settings.load_profile("repeatable")


@pytest.fixture
def divider() -> Circuit:
    """Two resistors, 2 uS above 1 uS, halfway between an input of 3 V and ground: the output is at 2 V."""
    ground, source, out = np.array([0]), np.array([1]), np.array([2])
    return Circuit(
        "divider",
        ("0", "in", "out"),
        (
            VoltageSources("inputs", ("vin",), source, ground, np.array([3.0])),
            Resistors("top", ("rtop",), source, out, np.array([2e-6]), trainable=True, low=1e-7, high=1e-4),
            Resistors("bottom", ("rbottom",), out, ground, np.array([1e-6])),
            CurrentSources("nudge", ("inudge",), ground, out, np.zeros(1)),
        ),
        InputPorts("inputs", np.array([0]), np.array([1.0])),
        OutputPorts(out, ground),
        CurrentNudging("nudge"),
    )


@pytest.fixture(params=[Currents(), SwitchedTargets(beta=1e-6)], ids=["currents", "switches"])
def nudging(request: pytest.FixtureRequest) -> Currents | SwitchedTargets:
    """Both ways to nudge."""
    return request.param


@pytest.fixture(scope="session")
def operating_point() -> Callable[[Circuit], FloatArray]:
    """Solve a circuit for its node voltages, (nodes,), volts."""
    return solve


def solve(circuit: Circuit) -> FloatArray:
    """Newton's method on Kirchhoff's equations, dense, from the elements' laws alone.

    Unknowns are the node voltages and the currents of voltage sources, VCVS and switches. A switch has its
    own current so that 1 kOhm beside 1 MOhm costs no digits.
    """
    branches = [bank for bank in circuit.banks if isinstance(bank, VoltageSources | VCVS | Switches)]
    labels = [label for bank in branches for label in bank.labels]
    nodes, size = len(circuit.nodes), len(circuit.nodes) + len(labels)
    unit = np.eye(size)
    current_of = {label: unit[nodes + k] for k, label in enumerate(labels)}

    def terms(x: FloatArray) -> Iterator[tuple[FloatArray, FloatArray, FloatArray]]:
        """Yield in which equations a bank's terms stand, their values, and their derivatives by x."""
        for bank in circuit.banks:
            drop = unit[bank.positive] - unit[bank.negative]
            if isinstance(bank, CurrentLaw):
                yield drop, bank.current(drop @ x), bank.slope(drop @ x)[:, None] * drop
            elif isinstance(bank, CCCS):
                copied = bank.gain[:, None] * np.array([current_of[label] for label in bank.control])
                yield drop, copied @ x, copied
            else:
                own = np.array([current_of[label] for label in bank.labels]).reshape(len(bank), size)
                law, held = drop, np.zeros(len(bank))
                if isinstance(bank, VoltageSources):
                    held = bank.voltage
                elif isinstance(bank, VCVS):
                    control = unit[bank.control_positive] - unit[bank.control_negative]
                    law = drop - bank.gain[:, None] * control
                else:
                    law = drop - own / bank.conductance(x[:nodes])[:, None]
                yield drop, own @ x, own
                yield own, law @ x - held, law

    x = np.zeros(size)
    for _ in range(500):
        f, jacobian = np.zeros(size), np.zeros((size, size))
        for equations, value, derivative in terms(x):
            f += equations.T @ value
            jacobian += equations.T @ derivative
        f[0], jacobian[0] = x[0], unit[0]  # ground: V = 0 in place of Kirchhoff's law
        step = np.linalg.solve(jacobian, -f)
        largest = np.abs(step[:nodes]).max()
        x += step * 0.1 / max(largest, 0.1)  # a diode's exponential wants small steps at first
        if largest < 1e-12:  # quadratic convergence: what is left is rounding
            return x[:nodes]
    raise AssertionError("Newton's method did not converge")


@pytest.fixture
def ngspice(tmp_path) -> Callable[[str], dict[str, float]]:
    """Run a netlist in the ngspice program: node voltages, and source currents as `name#branch`."""
    if not shutil.which("ngspice"):
        pytest.skip("ngspice is not installed")

    def run(text: str) -> dict[str, float]:
        (tmp_path / "circuit.cir").write_text(text)
        done = subprocess.run(
            ["ngspice", "-b", "circuit.cir"],
            cwd=tmp_path,
            env={**os.environ, "HOME": str(tmp_path)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        found = re.findall(r"^\s*(\S+)\s+(-?\d\.\d+e[+-]\d+)\s*$", done.stdout, re.MULTILINE)
        assert found, done.stdout + done.stderr
        return {name: float(value) for name, value in found}

    return run
