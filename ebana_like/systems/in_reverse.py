"""How is a gradient played to a circuit in reversed time? In steps of Euler's rule, which are their own reverse.

Step k of a course, from t_{k-1} to t_k, is taken back by a step as long, whose end is mu_k = l_k / h_k: a charge of
-s_k flows into the outputs meanwhile, times a scale that keeps voltages at the usual size.
"""

import numpy as np

from ebana_like.elements import FloatArray
from ebana_like.errors import SettingError
from ebana_like.systems.adjoint_course import AdjointCourse
from ebana_like.systems.trajectories import Start, Trajectories, Transient

USUAL = 1e-12
"""Farads of a circuit without capacitors."""


def charge_a_slope(slopes: FloatArray, farads: FloatArray) -> float:
    """Return by how many coulombs a slope of one is played, given what stores charges: for voltages of about one."""
    usual = float(np.exp(np.log(farads).mean())) if farads.size else USUAL
    largest = float(np.abs(slopes).max(initial=0.0))
    return usual / largest if largest else usual


def in_reverse(course: Trajectories, rest: Start) -> Transient:
    """Return the steps of a course, the last first."""
    return Transient(np.concatenate([[0.0], np.cumsum(np.diff(course.times)[::-1])]), "euler", rest)


def backward_errors(course: Trajectories, slopes: FloatArray, scale: float) -> FloatArray:
    """Return the currents into the outputs at the times of the reversed steps, (batch, times, outputs), amperes."""
    found = np.zeros_like(slopes)
    found[:, 1:] = (-scale * slopes[:, 1:] / np.diff(course.times)[:, None])[:, ::-1]
    return found


def read_backwards(course: Trajectories, slopes: FloatArray, found: Trajectories, scale: float) -> AdjointCourse:
    """Return the costates that a circuit in reversed time has shown. Raises SettingError where it was not solved."""
    if not found.solved.all():
        raise SettingError(f"the course could not be played back: {'; '.join(found.messages.values())}")
    h = np.diff(course.times)
    costates: FloatArray = np.zeros(course.voltages.shape)
    of_inductors: FloatArray = np.zeros(course.currents.shape)
    back: tuple[FloatArray, FloatArray] = found.voltages[:, :0:-1], found.currents[:, :0:-1]
    costates[:, 1:] = h[:, None] * back[0][..., : costates.shape[2]] / scale
    of_inductors[:, 1:] = h[:, None] * back[1][..., : of_inductors.shape[2]] / scale
    return AdjointCourse(course, slopes, costates, costates, of_inductors, 1 / h)
