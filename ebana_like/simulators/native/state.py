"""Where does Newton's method stand? Values of the unknowns, and by how much they miss their equations."""

from dataclasses import dataclass

from ebana_like.elements import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class State:
    """Where Newton's method stands at a number of points.

    values: voltages of all nodes, then currents of all branches, (points, nodes + branches).
    junctions: diode voltages at which the laws are taken, (points, diodes), volts; they lag behind the node voltages
        while steps are limited.
    """

    values: FloatArray
    junctions: FloatArray

    def part(self, points: IntArray | slice) -> "State":
        """Return copies of some of the points."""
        return State(self.values[points].copy(), self.junctions[points].copy())


@dataclass(frozen=True, eq=False)
class Residual:
    """How far a state is from being a solution.

    values: of every unknown's equation, (points, unknowns): node equations (amperes), then branch laws.
    largest: largest branch current at each node with an equation, (points, free nodes), amperes.
    followed: what written laws would carry at each of them if they followed their controls from 0 V to where these are
        in a straight line, added up by magnitude, (points, free nodes), amperes: what rounding is a share of.
    """

    values: FloatArray
    largest: FloatArray
    followed: FloatArray
