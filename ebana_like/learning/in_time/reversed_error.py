"""Which gradient does a linear circuit compute from its own error, played backwards? That of a cost along its course.

A reciprocal linear circuit of resistors, capacitors and inductors is its own adjoint circuit. Run it once as it is.
Then, from rest and with its sources dead, let the error of the first run flow into its outputs backwards in time. Every
element multiplies what it carried in the first run, backwards, with what it carries in the second:

    dL/dg = int mu v dt,    dL/dC = int mu dv/dt dt,    dL/dL = -int nu di/dt dt.

It needs no small nudge and loses nothing by resistors, where an echo does not retrace. By Euler's rule the steps are
those of the gradient exactly; a circuit with diodes needs its course played back to it instead, `Backwards`.
"""

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import CurrentSources, FloatArray, Resistors, VoltageSources
from ebana_like.errors import CircuitError, SettingError
from ebana_like.simulators.protocol import InTime
from ebana_like.systems import AdjointCourse, Start, Trajectories, Transient
from ebana_like.systems.adjoint_course import check_slopes
from ebana_like.systems.in_reverse import backward_errors, charge_a_slope, in_reverse, read_backwards


def departs(circuit: Circuit) -> str:
    """Return why a circuit is not its own adjoint circuit, naming an element; empty where it is."""
    stranger = circuit.stranger(Resistors, VoltageSources, CurrentSources)
    return stranger and f"{stranger}: a circuit is its own adjoint where it is linear and reciprocal"


def reversed_error(engine: InTime, course: Trajectories, analysis: Transient, slopes: FloatArray) -> AdjointCourse:
    """Return the costates of a course, found by the circuit itself; arguments as for `Backwards.backwards`.

    Raises CircuitError where the circuit is not its own adjoint, SettingError for another rule than Euler's.
    """
    circuit = engine.circuit
    if reason := departs(circuit):
        raise CircuitError(reason)
    if analysis.method != "euler":
        raise SettingError('errors are played backwards in steps of Euler\'s rule; follow with method "euler"')
    slopes = check_slopes(course, slopes)
    (driven,) = circuit.driven.addresses
    batch, count = slopes.shape[:2]
    scale = charge_a_slope(slopes, circuit.storage.capacitors.capacitance)
    held = {f"{bank.name}.voltage": np.zeros((count, len(bank))) for bank in circuit.of_kind(VoltageSources)}
    held |= {f"{bank.name}.amperes": np.zeros((count, len(bank))) for bank in circuit.of_kind(CurrentSources)}
    held.pop(f"{circuit.inputs.bank}.voltage", None)
    rest = Start(np.zeros((batch, len(circuit.nodes))), np.zeros((batch, course.currents.shape[2])))
    nothing = np.zeros((batch, circuit.inputs.count))
    errors = backward_errors(course, slopes, scale)
    found = engine.follow(course.values, nothing, in_reverse(course, rest), {**held, driven: errors})
    return read_backwards(course, slopes, found, scale)
