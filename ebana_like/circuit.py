"""What is wired to what? Node names and banks of elements, by the names and addresses under which all ask for them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from types import UnionType

import numpy as np

from ebana_like.elements import (
    Bank,
    BankType,
    Conditions,
    CurrentControlled,
    FloatArray,
    IntArray,
    OhmsLaw,
    VoltageSources,
    of_kind,
)
from ebana_like.elements.conditions import USUAL_CONDITIONS
from ebana_like.errors import CircuitError, meant
from ebana_like.ports import Driven, InputPorts, OutputPorts
from ebana_like.shared import NOTHING_SHARED, Shared
from ebana_like.storage import NOTHING_STORED, Storage
from ebana_like.values import SHARED, Parameter, Values, address, parts
from ebana_like.wellposed import components, require_decided, require_unique, require_well_posed

GROUND = "0"


@dataclass(frozen=True, eq=False)
class Circuit:
    """A circuit and its ports; immutable. What is learned may travel beside it, as values by address.

    title: the netlist's first line; not one that ngspice would execute (`*ng_script`, `.include` ...).
    nodes: node names, ground "0" first.
    banks: element banks with distinct names and labels.
    driven: how the output pairs are pulled towards their targets.
    shared: values of their own that elements' quantities follow; these are learned in the place of those quantities.
    conditions: that the elements stand under.
    storage: charge and flux, and stimuli in time; nothing that is solved at DC looks at it.

    Raises CircuitError naming the bank, element or node that is wrong.
    """

    title: str
    nodes: tuple[str, ...]
    banks: tuple[Bank, ...]
    inputs: InputPorts
    outputs: OutputPorts
    driven: Driven
    shared: Shared = NOTHING_SHARED
    conditions: Conditions = USUAL_CONDITIONS
    storage: Storage = NOTHING_STORED

    def __post_init__(self) -> None:
        if not self.title.isprintable() or self.title.strip()[:1] in ("", "*", ".", "+"):
            raise CircuitError(
                f"the title {self.title!r} cannot be a netlist's first line; give one line that begins with a "
                'letter or digit (ngspice executes "*ng_script" and ".include" even there)'
            )
        if not self.nodes or self.nodes[0] != GROUND:
            raise CircuitError(f'the first node is "{self.nodes[0] if self.nodes else ""}"; it must be ground, "0"')
        require_unique("node", self.nodes)
        require_unique("bank", [SHARED, *(bank.name for bank in (*self.banks, *self.storage.banks))])
        require_unique("element", *(bank.labels for bank in self.banks))
        self.bank(self.inputs.bank, VoltageSources)
        self._require_driven()
        self._require_followers()
        require_well_posed(self.nodes, self.banks)
        self.storage.check(self.nodes, self.banks)

    def _require_driven(self) -> None:
        """Every output pair has its branch to be nudged by."""
        for driven in self.driven.addresses:
            bank = self.addressed(driven)
            count = self.outputs.count if driven in self.driven.each else 1
            if len(bank) != count:
                raise CircuitError(
                    f'bank "{bank.name}" nudges {len(bank)} outputs but the circuit has {self.outputs.count}; '
                    f"give {'each output' if driven in self.driven.each else 'all outputs'} one"
                )

    def _require_followers(self) -> None:
        """Every quantity that follows shared values can be varied, and has a formula for each element."""
        for at, formulas in self.shared.formulas.items():
            bank, quantity = self.addressed(at), parts(at)[1]
            if len(formulas) != len(bank) or quantity not in bank.trainable:
                raise CircuitError(
                    f'bank "{bank.name}" has {len(bank)} elements and {len(formulas)} formulas for their {quantity}; '
                    "give each one, and the quantity a range"
                )

    def components(self, banks: Sequence[Bank]) -> IntArray:
        """Return the number of the connected component of every node, (nodes,), when only these banks conduct."""
        return components(len(self.nodes), banks)

    @cached_property
    def metered(self) -> frozenset[str]:
        """Labels of the voltage sources whose current is copied."""
        return frozenset(label for bank in self.of_kind(CurrentControlled) for label in bank.control)

    def bank(self, name: str, kind: type[BankType]) -> BankType:
        """Return the bank of that name. Raises CircuitError where it is missing or of another kind."""
        bank = self.named(name)
        if not isinstance(bank, kind):
            raise CircuitError(f'bank "{name}" holds {bank.kind} elements where {kind.kind} is needed')
        return bank

    def named(self, name: str) -> Bank:
        """Return the bank of that name, whatever its kind. Raises CircuitError where it is missing."""
        for bank in self.banks:
            if bank.name == name:
                return bank
        known = meant(name, [bank.name for bank in self.banks], "it has")
        raise CircuitError(f'there is no bank "{name}" in this circuit; {known}')

    def refuse(self, kinds: type[Bank] | UnionType, reason: str) -> None:
        """Raise CircuitError with this reason where an element is of one of these kinds."""
        for bank in self.banks:
            if isinstance(bank, kinds) and len(bank):
                raise CircuitError(f"{bank.labels[0]} is {bank.article} {bank.words}; {reason}")

    def of_kind(self, kind: type[BankType]) -> tuple[BankType, ...]:
        """Return all banks of a kind, in order."""
        return of_kind(self.banks, kind)

    def stranger(self, *kinds: type[Bank], beside: Collection[str] = ()) -> str:
        """Return what an element of none of these kinds is, "q1 is a transistor"; empty where there is none.

        beside: names of banks that may be of any kind.
        """
        known = {id(bank) for kind in kinds for bank in self.of_kind(kind)}
        strange = [b for b in self.banks if len(b) and id(b) not in known and b.name not in beside]
        return f"{strange[0].labels[0]} is {strange[0].article} {strange[0].words}" if strange else ""

    def changed(self, kind: type[BankType], change: Callable[[BankType], Bank]) -> "Circuit":
        """Return the circuit with others in the place of all banks of a kind."""
        others = {bank.name: change(bank) for bank in self.of_kind(kind)}
        return replace(self, banks=tuple(others.get(bank.name, bank) for bank in self.banks)) if others else self

    @cached_property
    def parameters(self) -> Mapping[str, Parameter]:
        """What is learned, by address, bank after bank, then what is shared."""
        own = {
            address(bank.name, name): Parameter(limits.learned(getattr(bank, name)), bank.quantities[name].unit, limits)
            for bank in self.banks
            for name, limits in bank.trainable.items()
            if address(bank.name, name) not in self.shared.formulas
        }
        return own | dict(self.shared.parameters)

    @cached_property
    def varied(self) -> tuple[str, ...]:
        """Addresses of the quantities of banks that learning changes: what is learned itself, or follows from it."""
        return tuple(address(bank.name, name) for bank in self.banks for name in bank.trainable)

    def values(self) -> dict[str, FloatArray]:
        """Return the circuit's own values of what is learned, (n,) by address."""
        return {at: parameter.value for at, parameter in self.parameters.items()}

    def addressed(self, address: str) -> Bank:
        """Return the bank of an address such as "nudge.amperes". Raises CircuitError where there is no such value."""
        name, quantity = parts(address)
        bank = self.named(name) if name else None
        if bank is None or quantity not in bank.quantities:
            of = sorted({q for b in self.banks for q in b.quantities}) if bank is None else sorted(bank.quantities)
            raise CircuitError(
                f'"{address}" is no address; it is a bank and one of {", ".join(of) or "nothing: none can be varied"}'
            )
        return bank

    def value(self, address: str) -> FloatArray:
        """Return the circuit's own value at an address, (n,). Raises CircuitError where there is no such value."""
        return np.asarray(getattr(self.addressed(address), parts(address)[1]))

    @property
    def loads(self) -> dict[str, FloatArray]:
        """Conductances, (n,) by bank, siemens, that nudging varies, as they are when it does not."""
        return {name: self.value(address(name, "conductance")) for name in self.driven.banks("conductance")}

    def conducted(self, weights: Mapping[str, FloatArray] | None = None) -> FloatArray:
        """Return the sum of what resistors at every node conduct, (nodes,), siemens, times weights (n,) by bank."""
        sums = np.zeros(len(self.nodes))
        for bank in self.of_kind(OhmsLaw):
            siemens = np.abs(bank.conductance) * (1.0 if weights is None else weights[bank.name])
            np.add.at(sums, bank.positive, siemens)
            np.add.at(sums, bank.negative, siemens)
        return sums

    def with_values(self, values: Values) -> "Circuit":
        """Return the same circuit with other values, (n,) for all elements of a bank, by address: "inputs.voltage".

        Raises CircuitError where there is no such value, or not so many.
        """
        values, shared = self.of_elements(values), self.shared.with_values(values)
        changes: dict[str, dict[str, FloatArray]] = {}
        for at, value in values.items():
            changes.setdefault(self.addressed(at).name, {})[parts(at)[1]] = value
        banks = tuple(b.with_values(changes[b.name]) if b.name in changes else b for b in self.banks)
        changed = copy(self)  # the wiring stays, and what was found of it: all but the gains of loops
        vars(changed).update(banks=banks, shared=shared)
        vars(changed).pop("parameters", None)
        require_decided(changed.nodes, changed.banks)
        return changed

    def of_elements(self, values: Values) -> Values:
        """Return values with those that are shared in the shape of what follows from them.

        Raises CircuitError where nothing finite does.
        """
        if not self.shared.parameters.keys() & values.keys():
            return values
        try:
            followed = self.shared.followed(self.shared.own(values))
        except ValueError as error:
            raise CircuitError(str(error)) from error
        return followed | {at: value for at, value in values.items() if at not in self.shared.parameters}

    def at(self, celsius: float) -> "Circuit":
        """Return the same circuit at another temperature, degrees Celsius.

        What a netlist said of resistors and expressions at its temperature was computed when it was read; `reading` one
        at another temperature computes that anew. Raises CircuitError for temperatures below absolute zero.
        """
        conditions = replace(self.conditions, celsius=celsius)
        return replace(self, conditions=conditions, banks=tuple(bank.under(conditions) for bank in self.banks))

    def with_features(self, features: FloatArray) -> "Circuit":
        """Return the same circuit with its input sources set to one sample's features (count,), volts.

        Raises CircuitError where there are more or fewer of them than the circuit has inputs.
        """
        if np.shape(features) != (self.inputs.count,):
            raise CircuitError(
                f"a sample of shape {np.shape(features)} came, but the circuit has {self.inputs.count} inputs; "
                f"give it the shape ({self.inputs.count},)"
            )
        return self.with_values({f"{self.inputs.bank}.voltage": self.inputs.voltages(features[None])[0]})
