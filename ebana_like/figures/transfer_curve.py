"""How does a neuron bend? Its voltage over the voltage it would have without its diodes."""

import numpy as np

from ebana_like.elements import DiodeModel, Diodes, FloatArray
from ebana_like.figures.svg import BLUE, INK, Picture
from ebana_like.units import si

POINTS = 401
LARGEST_DRIVE = 4.0
"""The curve ends where the voltage without diodes is so many times the one with them."""


Clamp = tuple[DiodeModel, float]
"""A diode's model, and the voltage of the rail at its other end."""


def transfer(conductance: float, up: Clamp, down: Clamp) -> tuple[FloatArray, FloatArray]:
    """Return a neuron's voltages without its diodes, u, and with them, h, (points,), volts.

    conductance: of everything linear at the node, D, siemens.
    up, down: the diode that draws current from the node when it is high, and the one that feeds it when it is low.

    With i(h) what the diodes draw, the node balances D h + i(h) = D u; so u is a function of h, and nothing needs to
    be solved.
    """
    (up_model, up_rail), (down_model, down_rail) = up, down

    def undriven(h: FloatArray) -> FloatArray:
        drawn = _current(up_model, h - up_rail) - _current(down_model, down_rail - h)
        return h + drawn / conductance

    reach = max(abs(up_rail), abs(down_rail)) + 0.02
    while undriven(np.array([reach]))[0] < LARGEST_DRIVE * reach:
        reach *= 1.05
    h = np.linspace(-reach, reach, POINTS)
    return undriven(h), h


def transfer_curve(conductance: float, up: Clamp, down: Clamp, title: str) -> Picture:
    """Return a neuron's transfer curve, with the line it would follow without diodes; see `transfer`."""
    u, h = transfer(conductance, up, down)
    picture = Picture(title)
    with picture as figure:
        axes = figure.add_subplot()
        axes.plot(u, h, color=BLUE)
        axes.axline((0, 0), slope=1, color=INK, linewidth=0.7, linestyle=":")
        axes.set_xlim(u[0], u[-1])
        axes.set_ylim(1.15 * h[0], 1.15 * h[-1])
        axes.set_xlabel("without diodes (V)")
        axes.set_ylabel("neuron (V)")
        axes.set_title(f"linear part {si(conductance, 'S')}", fontsize="medium")
    return picture


def _current(model: DiodeModel, drop: FloatArray) -> FloatArray:
    """Return the current of one diode at each drop, amperes."""
    node = np.zeros(1, dtype=np.intp)
    return Diodes("one", ("d",), node, node, model).current(drop)
