"""An engine of somebody else's, written on scipy in sixty lines, passes the same suite."""

import numpy as np
import pytest
from scipy.optimize import root

from ebana_like.conformance import ENGINE_CLAUSES, check_engine
from ebana_like.elements import Diodes, Resistors
from ebana_like.learning import Centered, SquaredError
from ebana_like.simulators import NativeSimulator, check_features, driven_values
from ebana_like.simulators.protocol import held_values
from ebana_like.systems import CircuitSystem, OperatingPoints

SCALE = 1e5  # ohms: makes volts of residuals


class RootEngine:
    """scipy.optimize.root on circuits of resistors and diodes, whose inputs are grounded and which currents nudge."""

    reduced = False

    def __init__(self, circuit):
        self.circuit, self.system = circuit, CircuitSystem(circuit)
        sources = circuit.bank(circuit.inputs.bank, object)
        self.inputs = sources.positive
        self.open = np.setdiff1d(np.arange(1, len(circuit.nodes)), self.inputs)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def forget(self):
        """There is nothing to forget: every point starts at 0 V."""

    def solve(self, conductances, features, nudging=None):
        features = check_features(self.circuit, features)
        conductances = held_values(self.circuit, conductances)
        banks = self._banks(conductances)
        nothing = np.zeros((1, len(features), self.circuit.outputs.count))
        free = self._phase(banks, features, nothing[0])
        phases = [free]
        if nudging is not None:
            scores = self.circuit.outputs.scores(free)
            (currents,) = driven_values(self.circuit, nudging, scores, slice(0, len(features))).values()
            phases += [self._phase(banks, features, amperes) for amperes in currents]
        voltages = np.stack(phases)
        converged = np.isfinite(voltages).all(axis=-1)
        lost = np.flatnonzero(~converged.all(axis=0)).tolist()
        iterations = np.ones(converged.shape, dtype=int)
        return OperatingPoints(
            self.circuit, conductances, voltages, converged, iterations, dict.fromkeys(lost, "root found nothing")
        )

    def adjoint(self, points, currents):
        banks, found = self._banks(points.values), np.full_like(points.voltages[0], np.nan)
        ports, injected = self.circuit.outputs, np.zeros_like(found)
        np.add.at(injected.T, ports.positive, currents.T)
        np.subtract.at(injected.T, ports.negative, currents.T)
        for sample in np.flatnonzero(points.converged[0]):
            _, slopes = self._leaving(banks, points.voltages[0, sample])
            found[sample] = 0
            found[sample, self.open] = np.linalg.solve(
                slopes[np.ix_(self.open, self.open)].T, injected[sample, self.open]
            )
        return found

    def _banks(self, conductances):
        circuit = self.circuit.with_values(conductances)
        return [bank for bank in circuit.banks if isinstance(bank, Resistors | Diodes)]

    def _leaving(self, banks, volts):
        """What leaves every node through the elements, and its derivatives by the node voltages."""
        currents, slopes, unit = np.zeros(len(volts)), np.zeros((len(volts),) * 2), np.eye(len(volts))
        for bank in banks:
            ends = unit[bank.positive] - unit[bank.negative]
            currents += ends.T @ bank.current(ends @ volts)
            slopes += ends.T @ (bank.slope(ends @ volts)[:, None] * ends)
        return currents, slopes

    def _phase(self, banks, features, amperes):
        """Node voltages of all samples, (batch, nodes)."""
        ports = self.circuit.outputs
        found = np.zeros((len(features), len(self.circuit.nodes)))
        found[:, self.inputs] = self.circuit.inputs.voltages(features)
        for volts, pull in zip(found, amperes, strict=True):
            injected = np.zeros(len(volts))
            np.add.at(injected, ports.positive, pull)
            np.subtract.at(injected, ports.negative, pull)

            def residual(x, volts=volts, injected=injected):
                volts[self.open] = x
                currents, slopes = self._leaving(banks, volts)
                return SCALE * (currents - injected)[self.open], SCALE * slopes[np.ix_(self.open, self.open)]

            answer = root(residual, np.zeros(len(self.open)), jac=True, tol=1e-14) if np.isfinite(pull).all() else None
            if answer is not None and np.abs(residual(answer.x)[0]).max() < 1e-12:
                volts[self.open] = answer.x
            else:
                volts[:] = np.nan
        return found


def test_an_engine_of_somebody_elses_conforms():
    # the circuit without an operating point has a controlled source, which this engine does not know
    check_engine(RootEngine, circuits=["mesh-currents"], skip=["unsolved_points_are_named"])


def test_what_it_does_not_know_is_caught():
    with pytest.raises(
        AssertionError, match='clause "unsolved_points_are_named" is broken by the engine on the circuit'
    ):
        check_engine(RootEngine, circuits=["mesh-currents"], skip={*ENGINE_CLAUSES} - {"unsolved_points_are_named"})


def test_a_clause_that_is_not_there_cannot_be_skipped():
    with pytest.raises(ValueError, match="no clause 'unsolved_points'; did you mean \"unsolved_points_are_named\""):
        check_engine(RootEngine, skip=["unsolved_points"])


def test_it_trains_as_any_other():
    from ebana_like.conformance import CIRCUITS

    circuit = CIRCUITS["mesh-currents"]()
    features, targets = np.random.default_rng(0).uniform(-2, 2, (3, 2)), np.zeros((3, 2))
    arguments = circuit.values(), features, targets, SquaredError(), np.random.default_rng(0)
    own, native = (Centered(1e-7).estimate(engine(circuit), *arguments) for engine in (RootEngine, NativeSimulator))
    assert own.gradients["weights.conductance"] == pytest.approx(native.gradients["weights.conductance"], rel=1e-5)
