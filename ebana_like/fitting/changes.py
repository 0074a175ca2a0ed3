"""What became of each value of a netlist that was trained, in the words of who wrote it?"""

from dataclasses import dataclass

from ebana_like.fitting.source import NetlistSystem
from ebana_like.values import Values


@dataclass(frozen=True)
class Change:
    """A trained value. name, unit: as in the file. low, high: the ends of its range."""

    name: str
    unit: str
    before: float
    now: float
    low: float
    high: float

    @property
    def end(self) -> str:
        """Return the end of its range that it has come to, "low" or "high"; empty within."""
        return "low" if self.now <= self.low else "high" if self.now >= self.high else ""


def changes(system: NetlistSystem, values: Values) -> list[Change]:
    """Return what became of every trained value, in the order of the netlist's settings."""
    parameters, start = system.parameters, system.circuit.values()
    return [
        Change(each.name, each.unit, each.of(start), each.of(values), *each.limits(parameters))
        for each in system.trained
    ]
