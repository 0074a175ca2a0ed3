"""Which elements hold a voltage, or let a current through, that a tree tells? Such as we have.

A current is a function of voltages between nodes. A voltage is one behind which a source of gain 1 stands, at a node
made for it; a current through a source is the voltage of another such node, and so is a parameter that is kept open.
What turns out to be constant, or proportional to one voltage, becomes an ordinary source.
"""

from ebana_like.elements import BehaviouralConductors, BehaviouralCurrents
from ebana_like.elements.behavioural import own_law
from ebana_like.expressions import Call, Current, Name, Number, Tree, Voltage, fold, leaves, names
from ebana_like.netlist.deck.element import Element
from ebana_like.netlist.deck.kinds.made import Made

LEVEL, SENSE = 1e-6, 1e3
"""Siemens that hold a made node at its value, and ohms by which a current becomes a voltage there."""


class Source:
    """Makes the elements of one line.

    said: the words behind the nodes, for kinds of others that have lines like these in netlists of ours.
    """

    def __init__(self, named: Made, ends: tuple[str, str], said: str = "") -> None:
        self.line, self.place = named.line, named.place
        self.named, self.ends, self.said = named, ends, said

    def made(self, letter: str, what: str) -> tuple[str, str, tuple[str, str]]:
        """Return path, label and nodes of an element that the line needs beside its own; no text names a node so."""
        return (*self.named.beside(letter, what), (self.named.node(what), "0"))

    def elements(self, law: Tree, is_voltage: bool) -> list[Element]:
        """Return the elements that hold a voltage between the ends, or let a current through.

        Raises ValueError for what cannot be held.
        """
        law = _paired(law)
        helpers, held = self.sensed(law), self.held(law)
        known: dict[Tree, Tree] = {Name(path): Voltage(element.nodes[0]) for path, element in held.items()}
        for source, element in helpers.items():
            known[Current(source)] = product(Number(1 / SENSE), Voltage(element.nodes[0]))
        law = fold(law, lambda leaf: known.get(leaf))
        return [*held.values(), *helpers.values(), *self.behind(law, is_voltage)]

    def held(self, law: Tree) -> dict[str, Element]:
        """Return a source of voltage for each open parameter, so that it is varied as a source is."""
        found: dict[str, Element] = {}
        for parameter in sorted(names(law)):
            found[parameter] = Element(self.line, *self.made("v", parameter), self.place.opened(parameter))
        return found

    def behind(self, law: Tree, is_voltage: bool) -> list[Element]:
        if not any(isinstance(leaf, Voltage) for leaf in leaves(law)):
            if not isinstance(law, Number):
                raise ValueError("the expression has no value")
            return [Element(self.line, *self.named.own("v" if is_voltage else "i"), self.ends, repr(law.value))]
        if proportional := _gain(law):
            gain, control = proportional
            nodes = (*self.ends, control.positive, control.negative)
            if control.positive == control.negative:
                raise ValueError("the expression takes a voltage from itself")
            return [Element(self.line, *self.named.own("e" if is_voltage else "g"), nodes, repr(gain))]
        if not is_voltage:
            own = own_law(law, *self.ends) is not None
            kind = BehaviouralConductors.kind if own else BehaviouralCurrents.kind
            return [Element(self.line, *self.named.own("b"), self.ends, self.said, law=law, kind=kind)]
        path, label, level = self.made("b", "value")
        miss = Call("*", (Number(LEVEL), Call("+", (Voltage(*level), Call("neg", (law,))))))
        held = Element(self.line, path, label, level, law=miss, kind=BehaviouralCurrents.kind)
        return [held, Element(self.line, *self.named.own("e"), (*self.ends, *level), "1.0")]

    def sensed(self, law: Tree) -> dict[str, Element]:
        """Return a source for each current that is asked for, which makes it a voltage at a node of its own."""
        found: dict[str, Element] = {}
        for leaf in leaves(law):
            if not isinstance(leaf, Current) or leaf.source in found:
                continue
            if leaf.source[0] not in "vl":
                raise ValueError(
                    f"i({leaf.source}) is not the current of a voltage source; put a source of 0 V in series with "
                    f"{leaf.source} and name that"
                )
            _, control = self.place.label(self.line, leaf.source if leaf.source[0] == "v" else f"v{leaf.source}")
            made = self.made("h", f"i({leaf.source})")
            found[leaf.source] = Element(self.line, *made, repr(SENSE), control)
        return found


def product(a: Tree, b: Tree) -> Tree:
    """Return a product, without a factor of one."""
    if isinstance(a, Number) and isinstance(b, Number):
        return Number(a.value * b.value)
    return b if a == Number(1.0) else Call("*", (a, b))


def _paired(law: Tree) -> Tree:
    """Return a law in which V(a) - V(b) is V(a,b)."""
    if not isinstance(law, Call):
        return law
    arguments = [_paired(argument) for argument in law.arguments]
    if law.function == "+":
        for k, term in enumerate(arguments):
            if not (isinstance(term, Voltage) and term.negative == "0"):
                continue
            for other in arguments:
                below = other.arguments[0] if isinstance(other, Call) and other.function == "neg" else None
                if isinstance(below, Voltage) and below.negative == "0":
                    arguments[k] = Voltage(term.positive, below.positive)
                    arguments.remove(other)
                    return Call("+", tuple(arguments)) if len(arguments) > 1 else arguments[0]
    return Call(law.function, tuple(arguments))


def _gain(law: Tree) -> tuple[float, Voltage] | None:
    """Return the gain and the control of a law that is proportional to one voltage; None where it is another."""
    if isinstance(law, Voltage):
        return 1.0, law
    if isinstance(law, Call) and law.function == "neg" and (inner := _gain(law.arguments[0])):
        return -inner[0], inner[1]
    if isinstance(law, Call) and law.function in ("*", "/"):
        a, b = law.arguments
        if isinstance(b, Number) and b.value and (inner := _gain(a)):
            return (inner[0] * b.value if law.function == "*" else inner[0] / b.value), inner[1]
        if isinstance(a, Number) and law.function == "*" and (inner := _gain(b)):
            return a.value * inner[0], inner[1]
    return None
