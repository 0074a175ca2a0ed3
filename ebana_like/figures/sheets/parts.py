"""What is a sheet made of? Parts with pins at nets, and what each net is: ground, a rail, or a signal."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

TRAINED, INPUT = "trained", "input"
"""What a part is to whom the circuit learns for."""

MODELLED = frozenset(("diode", "npn", "pnp", "nmos", "pmos", "njf", "pjf"))

UP, DOWN, TAG = "up", "down", "tag"
"""How a net that is not wired is shown at each pin: a rail above, a rail below, or its name."""

_UNNAMED = re.compile(r"(.*\.)?[/]?(net-\(?.*|n\d{3,}|unconnected-.*)", re.I)


@dataclass(frozen=True)
class Part:
    """A symbol on the sheet.

    pins: net by the name of the pin. texts: what stands beside it under its name. names: nets that the texts name.
    role: `TRAINED`, `INPUT`, or nothing. cells: resistors of a crossbar, row by row.
    """

    name: str
    symbol: str
    pins: Mapping[str, str]
    texts: tuple[str, ...] = ()
    role: str = ""
    names: tuple[str, ...] = ()
    cells: tuple["Part", ...] = ()


@dataclass(frozen=True)
class Sheet:
    """What is drawn.

    parts: all that are wired. supplies: sources of the rails, each between its rail and ground.
    ground: the net. rails: how nets that are not wired are shown, by net.
    inputs, outputs: the nets.
    """

    title: str
    parts: tuple[Part, ...]
    supplies: tuple[Part, ...]
    ground: str
    rails: Mapping[str, str] = field(default_factory=dict)
    inputs: frozenset[str] = frozenset()
    outputs: frozenset[str] = frozenset()

    def is_signal(self, net: str) -> bool:
        """Whether a net is wired."""
        return net != self.ground and net not in self.rails

    def is_named(self, net: str) -> bool:
        """Whether a person gave the net its name."""
        return not _UNNAMED.fullmatch(net)


@dataclass(frozen=True)
class Beside:
    """What is to be drawn of a circuit that it does not know itself.

    parts: those that carry no direct current. values: those of elements that are something else to direct current.
    inputs: names of sources. outputs: nets. trained: names of elements. spelled: spells the name of a model.
    """

    parts: tuple[Part, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    inputs: frozenset[str] = frozenset()
    outputs: tuple[str, ...] = ()
    trained: frozenset[str] = frozenset()
    spelled: Callable[[str], str] = str


NOTHING = Beside()
