"""How does the native engine carry a gradient back through a course? By every step's transposed matrix, last first.

What was taken forwards is taken back, for Euler's rule and for the trapezoid: the gradient is that of the steps, to
rounding, however long they are.
"""

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray
from ebana_like.simulators.native.courses.schedule import schedule
from ebana_like.simulators.native.courses.time_equations import time_equations
from ebana_like.systems.adjoint_course import AdjointCourse, check_slopes, spread_slopes
from ebana_like.systems.trajectories import Trajectories, Transient


def backwards(circuit: Circuit, course: Trajectories, analysis: Transient, slopes: FloatArray) -> AdjointCourse:
    """Return the costates of a course of this circuit; see `Backwards`."""
    slopes = check_slopes(course, slopes)
    equations = time_equations(circuit, circuit.of_elements(course.values))
    G, C, _, _, D, _ = equations.matrices
    at, plan = equations.unknowns, schedule(analysis).steps
    batch, times, nodes = course.voltages.shape
    whole = np.zeros((batch, times, equations.size))
    whole[..., :nodes] = course.voltages
    conducting, storing = equations.small_signal(whole @ equations.drop_of.T)
    pushed = np.zeros((batch, times, equations.size))
    pushed[..., :nodes] = spread_slopes(circuit, slopes)
    pushed = pushed[..., at]
    costates = np.zeros((batch, times + 1, len(at)))  # zero behind the last time
    carried = np.zeros((batch, times, len(at)))
    a, b = np.append(plan.a, 0.0), np.append(plan.b, 0.0)
    for k in range(times - 1, 0, -1):
        behind = costates[:, k + 1]
        y, c = conducting[:, k], storing[:, k]
        through = (a[k - 1] * c + y)[:, None, :] * D.T  # (batch, n, diodes)
        matrix = G + a[k - 1] * C + through @ D
        seen = (a[k] * c - b[k] * y) * (behind @ D.T)
        right = behind @ (a[k] * C - b[k] * G) + seen @ D - pushed[:, k]
        costates[:, k] = np.linalg.solve(matrix.transpose(0, 2, 1), right[..., None])[..., 0]
        carried[:, k] = costates[:, k] + b[k] * behind

    def of(rows: FloatArray) -> FloatArray:
        found = np.zeros((batch, times, equations.size))
        found[..., at] = rows
        return found

    all_costates = of(costates[:, :times])
    return AdjointCourse(
        course,
        slopes,
        all_costates[..., :nodes],
        of(carried)[..., :nodes],
        all_costates[..., equations.wires],
        np.asarray(plan.a),
    )
