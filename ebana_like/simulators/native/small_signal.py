"""How does the native engine answer to small sinusoids? One linear solve a frequency and a sample, with all slopes."""

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray
from ebana_like.netlist.wires import Unwired
from ebana_like.simulators.native.courses.time_equations import time_equations
from ebana_like.systems import OperatingPoints
from ebana_like.systems.response import Phasors, Response, swings


def respond(circuit: Circuit, points: OperatingPoints, phasors: Phasors, hertz: FloatArray) -> Response:
    """Return the answers at free operating points; see `SmallSignals`."""
    plain = Unwired(circuit)
    equations = time_equations(plain.circuit, plain.values(circuit.of_elements(points.values)))
    G, C, S, T, D, P = equations.matrices
    voltages = points.voltages[0]
    x = np.concatenate(swings(circuit, phasors, len(voltages)), axis=1)
    drops = voltages @ equations.drop_of[:, : voltages.shape[1]].T
    slopes, stored = equations.small_signal(drops)
    found = np.full((len(hertz), *voltages.shape), np.nan, dtype=complex)
    solved = np.isfinite(voltages).all(axis=1)
    for frequency, turns in enumerate((2j * np.pi * np.asarray(hertz, dtype=float)).tolist()):
        through = (slopes + turns * stored)[solved]
        matrices = G + turns * C + np.einsum("dn,bd,dm->bnm", D, through, D)
        pushed = x[solved] @ (S + turns * T).T + (through * (x[solved] @ P.T)) @ D
        u = np.linalg.solve(matrices, -pushed[..., None])[..., 0]
        whole = x[solved] @ equations.known.T
        whole[:, equations.unknowns] = u
        found[frequency, solved] = whole[:, : voltages.shape[1]]
    return Response(circuit, np.asarray(hertz, dtype=float), found)
