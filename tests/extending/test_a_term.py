"""A kind of element that a solver never heard of is solved by what it says of itself: a current or a voltage."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest

from ebana_like.adjoint import adjoint_circuit
from ebana_like.elements import Bank, FloatArray, IntArray, VoltageLaw
from ebana_like.elements.term import Branch, Flow
from ebana_like.errors import CircuitError
from ebana_like.simulators import NativeSimulator
from ebana_like.simulators.native.general import GeneralEngine
from ebana_like.simulators.ngspice.adjoint import Injected


@dataclass(frozen=True, eq=False)
class Gyrators(Bank):
    """Half a gyrator: conductance times the voltage of the other port flows."""

    kind: ClassVar[str] = "gyrator"
    letter: ClassVar[str] = "g"
    terminals: ClassVar[tuple[str, ...]] = ("positive", "negative", "other")
    paths: ClassVar[tuple[tuple[str, str], ...]] = ()

    other: IntArray
    siemens: FloatArray

    @property
    def term(self):
        return Flow(self.siemens, (self.other, np.zeros_like(self.other)))

    def spice_lines(self, nodes):
        return []


@dataclass(frozen=True, eq=False)
class Halves(VoltageLaw):
    """Half the voltage of another node is held."""

    kind: ClassVar[str] = "half"
    letter: ClassVar[str] = "e"

    other: IntArray

    @property
    def term(self):
        return Branch(np.full(len(self), 0.5), (self.other, np.zeros_like(self.other)))

    def spice_lines(self, nodes):
        return []


@dataclass(frozen=True, eq=False)
class Riddles(Bank):
    """It says nothing."""

    kind: ClassVar[str] = "riddle"
    letter: ClassVar[str] = "x"

    def spice_lines(self, nodes):
        return []


@pytest.mark.parametrize("engine", [NativeSimulator, GeneralEngine], ids=["compiled", "numpy"])
def test_a_current_and_a_voltage_of_kinds_unknown_to_solvers(engine, divider):
    """Half the output is held at one more node, and 1 uS times that leaves the output: 2 (2 - v) = v + v / 2."""
    ground, out, held = np.array([0]), np.array([2]), np.array([3])
    banks = Halves("half", ("ehalf",), held, ground, out), Gyrators("g", ("gg",), out, ground, held, np.array([1e-6]))
    circuit = replace(divider, nodes=(*divider.nodes, "held"), banks=(*divider.banks, *banks))
    _, source, output, half = engine(circuit).solve({}, np.array([[2.0]]), None).voltages[0, 0]
    assert source == 2.0
    assert output == pytest.approx(8 / 7, rel=1e-12)
    assert half == pytest.approx(4 / 7, rel=1e-12)


def test_its_gradient_follows_from_what_it_says(divider):
    """The adjoint circuit carries the current back to the node it followed, and the voltage to the one it is of."""
    ground, out, held = np.array([0]), np.array([2]), np.array([3])
    banks = Halves("half", ("ehalf",), held, ground, out), Gyrators("g", ("gg",), out, ground, held, np.array([1e-6]))
    circuit = replace(divider, nodes=(*divider.nodes, "held"), banks=(*divider.banks, *banks))
    simulator = NativeSimulator(circuit)
    points = simulator.solve({}, np.array([[2.0]]))
    by_equations = simulator.adjoint(points, np.array([[1e-6]]))[0]
    mirrored = adjoint_circuit(circuit, points.voltages[0, 0], np.array([1e-6]))
    injected = Injected({mirrored.driven.addresses[0]: np.array([[1e-6]])})
    by_circuit = NativeSimulator(mirrored).solve({}, np.zeros((1, 1)), injected).voltages[1, 0]
    assert by_circuit[:4] == pytest.approx(by_equations, rel=1e-12, abs=1e-15)
    assert by_circuit[2] == pytest.approx(1e-6 / 3.5e-6, rel=1e-12)


def test_an_element_that_says_nothing_is_refused(divider):
    at = np.array([divider.nodes.index("out")])
    circuit = replace(divider, banks=(*divider.banks, Riddles("riddle", ("xriddle",), at, np.array([0]))))
    with pytest.raises(CircuitError, match="xriddle is a riddle; what it does in a circuit is not known here"):
        NativeSimulator(circuit).solve({}, np.array([[2.0]]))
