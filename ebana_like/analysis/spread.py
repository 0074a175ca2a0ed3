"""By how much may each element differ from what is written? Tolerances by name, and values drawn within them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

import numpy as np

from ebana_like.checks import LONGEST
from ebana_like.circuit import Circuit
from ebana_like.elements import Bank, FloatArray, IntArray, Range
from ebana_like.errors import SettingError, meant
from ebana_like.expressions.numbers import spice_number
from ebana_like.shared import NOTHING_SHARED
from ebana_like.values import address

DISTRIBUTIONS = ("uniform", "normal")
"""Within the tolerance alike; or Gaussian, of which the tolerance is three standard deviations."""

SIGMAS = 3.0

MOST = 1_000_000
"""Elements that may differ."""


@dataclass(frozen=True)
class Tolerance:
    """What is allowed to elements of a name or pattern: so much of their value, or so much in its unit."""

    pattern: str
    amount: float
    relative: bool


def tolerances(text: str) -> list[Tolerance]:
    """Return the tolerances of a text such as `r*=1%,V1=2%,I1=10u`. Raises SettingError where it is another."""
    found = []
    for word in filter(None, (part.strip() for part in text.split(","))):
        pattern, _, amount = word.lower().partition("=")
        relative = amount.strip().endswith("%")
        try:
            number = float(amount.strip()[:-1]) / 100 if relative else spice_number(amount.strip())
            if not (pattern.strip() and 0 < number < np.inf):
                raise ValueError
        except ValueError:
            raise SettingError(
                f'tolerance has "{word[:LONGEST]}"; expected NAME=AMOUNT as in r*=1% or V1=10m'
            ) from None
        found.append(Tolerance(pattern.strip(), number, relative))
    if not found:
        raise SettingError("tolerance is empty; give NAME=AMOUNT as in r*=1%,V1=2%")
    return found


@dataclass(frozen=True, eq=False)
class Varied:
    """Elements of one bank that differ in one quantity.

    at: its address. positions: of the elements in the bank. names: as a person calls them.
    unit: in which a person gives the values. reciprocal: whether that is of 1 over the quantity.
    base: the quantity of all of the bank, (n,). width: the tolerance, in the person's unit, (elements,).
    """

    at: str
    positions: IntArray
    names: tuple[str, ...]
    unit: str
    reciprocal: bool
    base: FloatArray
    width: FloatArray

    @property
    def nominal(self) -> FloatArray:
        """What is written, in the person's unit, (elements,)."""
        written = self.base[self.positions]
        return 1 / written if self.reciprocal else written

    def values(self, shares: FloatArray) -> FloatArray:
        """Return the quantity of all of the bank's elements, (n,), moved by shares of their tolerances, (elements,)."""
        moved = self.nominal + shares * self.width
        found = self.base.copy()
        found[self.positions] = 1 / moved if self.reciprocal else moved
        return found

    def slopes(self, by_quantity: FloatArray) -> FloatArray:
        """Return derivatives by the person's values, (..., elements), given those by the quantity of all, (..., n)."""
        found = by_quantity[..., self.positions]
        return -found * self.base[self.positions] ** 2 if self.reciprocal else found


@dataclass(frozen=True, eq=False)
class Carried:
    """Sources that carry inputs, and by how much their voltage may differ: a share of each sample's, and so many volts.

    positions: among the sources, one an input. relative, absolute: of each, (sources,).
    """

    positions: IntArray
    names: tuple[str, ...]
    relative: FloatArray
    absolute: FloatArray

    def widths(self, features: FloatArray) -> FloatArray:
        """Return the tolerances of features (rows, inputs), (rows, sources), volts."""
        return features[:, self.positions] * self.relative + self.absolute


@dataclass(frozen=True, eq=False)
class Spread:
    """A circuit, and all that may differ in it; every differing quantity is a parameter of the circuit.

    The sources that carry inputs come last.
    """

    circuit: Circuit
    varied: tuple[Varied, ...]
    carried: Carried

    @property
    def names(self) -> list[str]:
        """Names of the elements, in the order of shares."""
        return [*(name for each in self.varied for name in each.names), *self.carried.names]

    @property
    def count(self) -> int:
        """Number of elements that may differ."""
        return len(self.names)

    def values(self, shares: FloatArray) -> dict[str, FloatArray]:
        """Return all values by address, moved by shares of the tolerances, (count,), 1 for all of one."""
        parts = self._parts(shares)
        return {each.at: each.values(part) for each, part in zip(self.varied, parts, strict=False)}

    def features(self, features: FloatArray, shares: FloatArray) -> FloatArray:
        """Return features (rows, inputs), moved by shares of the tolerances."""
        if not self.carried.names:
            return features
        moved = features.copy()
        moved[:, self.carried.positions] += self._parts(shares)[-1] * self.carried.widths(features)
        return moved

    def per_tolerance(
        self, by_address: Mapping[str, FloatArray], by_feature: FloatArray, features: FloatArray
    ) -> FloatArray:
        """Return derivatives by shares of the tolerances, (count,).

        by_address: those by the quantities, (n,). by_feature: by each row's features, (rows, inputs), summed here.
        """
        by_sources = (by_feature[:, self.carried.positions] * self.carried.widths(features)).sum(axis=0)
        return np.concatenate([*(each.slopes(by_address[each.at]) * each.width for each in self.varied), by_sources])

    def _parts(self, of_all: FloatArray) -> list[FloatArray]:
        """Return what of an array (count,) belongs to each of what is varied, and last to what carries inputs."""
        return np.split(of_all, np.cumsum([len(each.names) for each in self.varied]))


def spread(circuit: Circuit, names: Mapping[str, str], wanted: Sequence[Tolerance]) -> Spread:
    """Return what differs in a circuit; of several tolerances for one element the last one counts.

    Elements that share a value, or follow one, differ each by itself, as things that are made do.

    circuit: each of its sources that carries an input has one of its own. names: as a person calls elements, by their
    labels; those not in it are called so. Names of banks stand for all of their elements.
    Raises SettingError for a name that nothing has, and for elements without a value.
    """
    driven = set(circuit.driven.banks())
    banks = [bank for bank in circuit.banks if bank.name not in driven and len(bank)]
    amounts: dict[tuple[str, str], dict[int, Tolerance]] = {}
    for each in wanted:
        hits = 0
        for bank in banks:
            for quantity, k in _hits(bank, each.pattern, names):
                amounts.setdefault((bank.name, quantity), {})[k] = each
                hits += 1
        if not hits:
            known = [names.get(label, label) for bank in banks if bank.quantities for label in bank.labels[:100]]
            raise SettingError(
                f'tolerance names "{each.pattern[:LONGEST]}", and no element with a value is called so; '
                f"{meant(each.pattern, known, 'there are')}"
            )
    varied, opened = [], {bank.name: replace(bank, trainable={}) for bank in circuit.banks}
    inputs = circuit.inputs.bank
    carried = _carried(circuit.named(inputs), amounts.pop((inputs, "voltage"), {}), names)
    for (name, quantity), of in amounts.items():
        bank = circuit.named(name)
        varied.append(_varied(bank, quantity, of, names))
        limits = {**opened[name].trainable, quantity: Range(bank.quantities[quantity].floor, np.inf)}
        opened[name] = replace(opened[name], trainable=limits)
    apart = replace(circuit, banks=tuple(opened.values()), shared=NOTHING_SHARED)
    found = Spread(apart, tuple(varied), carried)
    if found.count > MOST:
        raise SettingError(f"{found.count:,} elements may differ; at most {MOST:,} are taken")
    return found


def _hits(bank: Bank, pattern: str, names: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """Yield quantity and number of the elements that a name or pattern means, as in `r1`, `m1.w`, `crossbar1`."""
    if not bank.quantities:
        return
    head, _, last = pattern.rpartition(".")
    quantity, plain = (last, head) if head and last in bank.quantities else (next(iter(bank.quantities)), pattern)
    if plain == bank.name.lower():
        yield from ((quantity, k) for k in range(len(bank)))
        return
    for k, label in enumerate(bank.labels):
        called = {label.lower(), names.get(label, label).lower()}
        if any(plain == name or fnmatchcase(name, plain) for name in called):
            yield quantity, k


def _carried(bank: Bank, of: Mapping[int, Tolerance], names: Mapping[str, str]) -> Carried:
    positions = np.array(sorted(of), dtype=np.intp)
    each = [of[k] for k in positions.tolist()]
    return Carried(
        positions,
        tuple(names.get(bank.labels[k], bank.labels[k]) for k in positions),
        np.array([one.amount if one.relative else 0.0 for one in each]),
        np.array([0.0 if one.relative else one.amount for one in each]),
    )


def _varied(bank: Bank, quantity: str, of: Mapping[int, Tolerance], names: Mapping[str, str]) -> Varied:
    positions = np.array(sorted(of), dtype=np.intp)
    base = np.array(getattr(bank, quantity), dtype=float)
    kind, several = bank.quantities[quantity], len(bank.quantities) > 1
    written = 1 / base[positions] if kind.reciprocal else base[positions]
    each = [of[k] for k in positions.tolist()]
    width = np.array([one.amount * (abs(now) if one.relative else 1) for one, now in zip(each, written, strict=True)])
    if kind.reciprocal and (width >= written).any():
        k = int((width >= written).argmax())
        raise SettingError(
            f"the tolerance of {bank.labels[positions[k]]} is as large as its value, {written[k]:g} {kind.reciprocal}; "
            "give a smaller one"
        )
    called = [names.get(bank.labels[k], bank.labels[k]) + (f".{quantity}" if several else "") for k in positions]
    unit = kind.reciprocal or kind.unit
    return Varied(address(bank.name, quantity), positions, tuple(called), unit, bool(kind.reciprocal), base, width)


def drawn(count: int, elements: int, distribution: str, seed: int) -> FloatArray:
    """Return shares of the tolerances for so many samples, (count, elements).

    distribution: one of `DISTRIBUTIONS`. Sample k is the same however many there are.
    """
    if distribution not in DISTRIBUTIONS:
        raise SettingError(f"distribution is {distribution!r}; choose one of {', '.join(DISTRIBUTIONS)}")
    found = np.empty((count, elements))
    for k in range(count):
        rng = np.random.default_rng([seed, k])
        found[k] = rng.uniform(-1, 1, elements) if distribution == "uniform" else rng.normal(0, 1 / SIGMAS, elements)
    return found
