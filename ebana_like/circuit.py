"""What is wired to what? Node names, banks of elements, and the ports through which a sample enters and leaves."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from types import UnionType
from typing import Any, TypeVar

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ebana_like.elements import (
    Bank,
    CurrentControlled,
    CurrentSources,
    FloatArray,
    IntArray,
    Resistors,
    VoltageLaw,
    VoltageSources,
)
from ebana_like.elements.loops import undecided
from ebana_like.elements.switch import behind_switch
from ebana_like.errors import CircuitError, meant

GROUND = "0"
MOST_LISTED = 5

BankType = TypeVar("BankType", bound=Bank)


@dataclass(frozen=True, eq=False)
class InputPorts:
    """Which voltage sources carry a sample's features.

    bank: name of the `VoltageSources` bank the stimulus drives.
    feature: index of the feature each source carries, (sources,).
    polarity: +1 or -1, (sources,): doubled inputs carry every feature with both signs.
    """

    bank: str
    feature: IntArray
    polarity: FloatArray

    @property
    def count(self) -> int:
        """Number of features."""
        return int(self.feature.max()) + 1 if self.feature.size else 0

    def voltages(self, features: FloatArray) -> FloatArray:
        """Return source voltages (batch, sources) for features (batch, count), volts."""
        return np.ascontiguousarray(features[:, self.feature] * self.polarity)


@dataclass(frozen=True, eq=False)
class OutputPorts:
    """Where the circuit's answer is read: score_k = V(positive_k) - V(negative_k).

    positive, negative: node indices, (outputs,); a single-ended output has ground as its negative node.
    """

    positive: IntArray
    negative: IntArray

    @property
    def count(self) -> int:
        """Number of scores."""
        return len(self.positive)

    def scores(self, voltages: FloatArray) -> FloatArray:
        """Return scores (..., outputs) for node voltages (..., nodes), volts."""
        return np.asarray(voltages[..., self.positive] - voltages[..., self.negative])


@dataclass(frozen=True)
class CurrentNudging:
    """Nudging by one current source across each output pair: I = -beta dC/ds, held (thesis 4.16).

    bank: name of the `CurrentSources` bank; source k runs from the pair's negative to its positive node.
    """

    bank: str


@dataclass(frozen=True)
class SwitchNudging:
    """Nudging by a switch, a target source and a resistor of conductance beta across each output pair.

    With the switch closed the pair is pulled by I = beta (Y - s) at the nudged score s itself.
    targets, resistors, control: names of the banks of target sources, of nudging resistors, and of the one source
    that closes the switches.
    """

    targets: str
    resistors: str
    control: str


Nudger = CurrentNudging | SwitchNudging


@dataclass(frozen=True, eq=False)
class Circuit:
    """A circuit and its ports; immutable. Conductances of trainable banks may travel beside it by bank name.

    title: the netlist's first line; not one that ngspice would execute (`*ng_script`, `.include` ...).
    nodes: node names, ground "0" first.
    banks: element banks with distinct names and labels.
    nudger: how the output pairs are pulled towards their targets.

    Raises CircuitError naming the bank, element or node that is wrong.
    """

    title: str
    nodes: tuple[str, ...]
    banks: tuple[Bank, ...]
    inputs: InputPorts
    outputs: OutputPorts
    nudger: Nudger

    def __post_init__(self) -> None:
        if not self.title.isprintable() or self.title.strip()[:1] in ("", "*", ".", "+"):
            raise CircuitError(
                f"the title {self.title!r} cannot be a netlist's first line; give one line that begins with a "
                'letter or digit (ngspice executes "*ng_script" and ".include" even there)'
            )
        if not self.nodes or self.nodes[0] != GROUND:
            raise CircuitError(f'the first node is "{self.nodes[0] if self.nodes else ""}"; it must be ground, "0"')
        _require_unique("node", self.nodes)
        _require_unique("bank", [bank.name for bank in self.banks])
        _require_unique("element", [label for bank in self.banks for label in bank.labels])
        self.bank(self.inputs.bank, VoltageSources)
        self._require_nudging()
        self._require_meters()
        self._require_grounded()
        self._require_no_source_loop()
        if loop := undecided(self.banks, len(self.nodes)):
            raise CircuitError(
                f"{', '.join(loop[:MOST_LISTED])}{' ...' if len(loop) > MOST_LISTED else ''}: these voltage-controlled "
                "sources decide each other's voltages, and nothing decides them; change a gain, or put a resistor into "
                "the loop"
            )

    def _require_nudging(self) -> None:
        """Every output pair has its branch to be nudged by."""
        if isinstance(self.nudger, CurrentNudging):
            branches: list[Bank] = [self.bank(self.nudger.bank, CurrentSources)]
        else:
            self.bank(self.nudger.control, VoltageSources)
            branches = [
                self.bank(self.nudger.targets, VoltageSources),
                self.bank(self.nudger.resistors, Resistors),
            ]
        for bank in branches:
            if len(bank) != self.outputs.count:
                raise CircuitError(
                    f'bank "{bank.name}" nudges {len(bank)} outputs but the circuit has {self.outputs.count}; '
                    "give each output one"
                )

    def _require_meters(self) -> None:
        """Every current that is copied is that of a voltage source that is there."""
        sources = {label for bank in self.of_kind(VoltageSources) for label in bank.labels}
        for bank in self.of_kind(CurrentControlled):
            for label, control in zip(bank.labels, bank.control, strict=True):
                if control not in sources:
                    raise CircuitError(
                        f"{label} copies the current of {control}, which is no voltage source of this circuit"
                    )

    def _require_grounded(self) -> None:
        """Every node needs a path of elements to ground, else its voltage is not determined."""
        component = self.components(self.banks)
        floating = np.flatnonzero(component != component[0])
        if floating.size:
            raise CircuitError(
                f'node "{self.nodes[floating[0]]}" floats: no resistor, diode or voltage source connects it to '
                "ground; wire it up or remove it"
            )

    def _require_no_source_loop(self) -> None:
        """Voltage sources in a loop contradict each other, or share a current that nothing determines."""
        banks = [bank for bank in self.banks if isinstance(bank, VoltageLaw)]
        while sum(map(len, banks)) + self.components(banks).max() >= len(self.nodes):
            bank = banks.pop()
            if sum(map(len, banks)) + self.components(banks).max() < len(self.nodes):
                raise CircuitError(
                    f'voltage source {bank.labels[0]} or another of bank "{bank.name}" closes a loop of voltage '
                    "sources; put a resistor into the loop"
                )

    def components(self, banks: Sequence[Bank]) -> IntArray:
        """Return the number of the connected component of every node, (nodes,), when only these banks conduct."""
        none = np.zeros(0, dtype=np.intp)
        paths = [(bank.nodes_of(a), bank.nodes_of(b)) for bank in banks for a, b in bank.paths]
        rows = np.concatenate([none, *(a for a, _ in paths)])
        columns = np.concatenate([none, *(b for _, b in paths)])
        size = len(self.nodes)
        graph = coo_array((np.ones(len(rows)), (rows, columns)), shape=(size, size))
        return np.asarray(connected_components(graph, directed=False)[1], dtype=np.intp)

    @classmethod
    def from_pyspice(cls, circuit: object) -> "Circuit":
        """Return what a PySpice `Circuit` describes, without ports: its text, read like every other netlist.

        Raises NetlistError naming the line of `str(circuit)` that is not understood.
        """
        from ebana_like.netlist import read_netlist

        return read_netlist(str(circuit), "PySpice circuit").circuit

    @cached_property
    def metered(self) -> frozenset[str]:
        """Labels of the voltage sources whose current is copied."""
        return frozenset(label for bank in self.of_kind(CurrentControlled) for label in bank.control)

    def bank(self, name: str, kind: type[BankType]) -> BankType:
        """Return the bank of that name. Raises CircuitError where it is missing or of another kind."""
        for bank in self.banks:
            if bank.name == name:
                if not isinstance(bank, kind):
                    raise CircuitError(f'bank "{name}" holds {bank.kind} elements where {kind.kind} is needed')
                return bank
        known = meant(name, [bank.name for bank in self.banks], "it has")
        raise CircuitError(f'there is no bank "{name}" in this circuit; {known}')

    def refuse(self, kinds: type[Bank] | UnionType, reason: str) -> None:
        """Raise CircuitError with this reason where an element is of one of these kinds."""
        for bank in self.banks:
            if isinstance(bank, kinds) and len(bank):
                raise CircuitError(f"{bank.labels[0]} is a {bank.kind.replace('_', ' ')}; {reason}")

    def of_kind(self, kind: type[BankType]) -> tuple[BankType, ...]:
        """Return all banks of a kind, in order."""
        return tuple(bank for bank in self.banks if isinstance(bank, kind))

    @cached_property
    def trainable(self) -> tuple[Resistors, ...]:
        """The banks whose conductances are learned."""
        return tuple(bank for bank in self.of_kind(Resistors) if bank.trainable)

    def conductances(self) -> dict[str, FloatArray]:
        """Return the conductances of the trainable banks by name, siemens."""
        return {bank.name: bank.conductance for bank in self.trainable}

    def with_conductances(self, conductances: Mapping[str, FloatArray]) -> "Circuit":
        """Return the same circuit holding other conductances (siemens) in the named banks."""
        for name in conductances:
            self.bank(name, Resistors)
        return self._with({name: {"conductance": np.array(g, dtype=float)} for name, g in conductances.items()})

    def with_features(self, features: FloatArray) -> "Circuit":
        """Return the same circuit with its input sources set to one sample's features (count,), volts.

        Raises CircuitError where there are more or fewer of them than the circuit has inputs.
        """
        if np.shape(features) != (self.inputs.count,):
            raise CircuitError(
                f"a sample of shape {np.shape(features)} came, but the circuit has {self.inputs.count} inputs; "
                f"give it the shape ({self.inputs.count},)"
            )
        return self._with({self.inputs.bank: {"voltage": self.inputs.voltages(features[None])[0]}})

    def with_nudging(self, currents: FloatArray, load: float = 0.0) -> "Circuit":
        """Return the same circuit with its output pairs pulled by currents beside a conductance.

        currents: into the pairs, (outputs,), amperes. load: siemens; zero where currents are held, above zero where
        switched target sources pull. Raises CircuitError where the circuit cannot be nudged that way.
        """
        nudger = self.nudger
        if isinstance(nudger, CurrentNudging) != (load == 0):
            raise CircuitError(f"a load of {load:g} S on the outputs does not go with this circuit's way of nudging")
        if isinstance(nudger, CurrentNudging):
            return self._with({nudger.bank: {"amperes": np.array(currents, dtype=float)}})
        resistors = np.full(self.outputs.count, behind_switch(load))
        return self._with(
            {
                nudger.targets: {"voltage": currents / load},
                nudger.resistors: {"conductance": resistors},
                nudger.control: {"voltage": np.ones(1)},
            }
        )

    def _with(self, changes: Mapping[str, Mapping[str, Any]]) -> "Circuit":
        return replace(self, banks=tuple(replace(b, **changes[b.name]) if b.name in changes else b for b in self.banks))


def _require_unique(what: str, names: list[str] | tuple[str, ...]) -> None:
    if len(set(names)) != len(names):
        twice = sorted(names)
        name = next(a for a, b in pairwise(twice) if a == b)
        raise CircuitError(f'two {what}s are called "{name}"; names must be unique')


def free_name(name: str, taken: Collection[str]) -> str:
    """Return the name, longer where it is taken."""
    while name in taken:
        name += "_"
    return name
