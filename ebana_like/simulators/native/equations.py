"""Which equations does a circuit obey? Modified nodal analysis, for many points at a time.

The unknowns are the voltages of all nodes that no grounded source pins, and the currents of the remaining branches. A
node's equation is Kirchhoff's current law. A switch has a current of its own so that 1 mOhm beside 1 MOhm costs no
digits.
"""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import Bank, BehaviouralCurrents, CurrentLaw, Diodes, FloatArray, IdealDiodes, IntArray
from ebana_like.elements.term import Branch, Flow
from ebana_like.errors import CircuitError
from ebana_like.simulators.drive import Drive
from ebana_like.simulators.native.linear import is_dense
from ebana_like.simulators.native.stamps import Pattern, Stamps
from ebana_like.simulators.native.state import Residual, State
from ebana_like.simulators.native.terms import Terms
from ebana_like.systems import BoolArray
from ebana_like.values import Values, parts

FIRST_VOLTAGES = (1e-3, -1e-3, 1.0, -1.0)
"""Where written laws are taken first that have no value or no slope at 0 V."""

NO_LAW = (
    "it has no slope, and what is asked for is not known of circuits with it but their operating points; take a steep "
    'diode, such as the model "ideal"'
)


class Equations(Terms):
    """The equations of one circuit; other values of its quantities are given by `with_values`.

    driven: banks of resistors whose conductances may differ from point to point, beside those that nudge.

    laws: banks with a law of their own. behaviours: banks of currents that follow voltages by written laws.
    scales, saturations: N Vt and IS of each element of the laws, infinity and one where steps need not be limited; then
        infinity and one of each control of the behaviours.
    """

    def __init__(self, circuit: Circuit, driven: Sequence[str] = ()) -> None:
        circuit.refuse(IdealDiodes, NO_LAW)
        super().__init__(circuit)
        self.driven = tuple(dict.fromkeys((*circuit.driven.banks("conductance"), *driven)))
        self._take_laws()
        self._pin_nodes()
        self._order_ends()
        self.pattern = self._pattern()
        on_diagonal = np.flatnonzero(self.pattern.rows == self.pattern.columns)
        self.diagonal = on_diagonal[np.argsort(self.pattern.rows[on_diagonal])][: len(self.free_nodes)]
        self.dense_size = self.pattern.size**2 if is_dense(self.pattern) else 0
        self._base = self._coefficients()

    # ------------------------------------------------------------------ structure, once a circuit

    def _take_laws(self) -> None:
        self.laws = _laws(self.banks)
        self.behaviours = self.circuit.of_kind(BehaviouralCurrents)
        steep = [(len(bank), *(bank.steepness or (1.0, np.inf))) for bank in self.laws]
        counts, saturations, scales = zip(*steep, strict=True) if steep else ((), (), ())
        controls = np.ones(sum(len(bank.pairs[0]) for bank in self.behaviours))
        self.saturations = np.concatenate([*map(np.broadcast_to, saturations, counts), controls])
        self.scales = np.concatenate([np.repeat(np.array(scales, float), counts), np.inf * controls])
        self.element_count = self.flows.shape[1] + sum(counts)

    def _pin_nodes(self) -> None:
        """Find the nodes whose voltage one grounded source decides alone, and number what is left."""
        pinned: dict[int, tuple[int, float]] = {}
        known = np.zeros(self.size, dtype=bool)
        known[0] = True
        metered = {*self.currents_of((*self.circuit.metered, *self.circuit.storage.inductors.wires)).tolist()}
        ends = self.branches[:, self.sources_at][[0, 1, 4]].T.tolist()
        for source, (p, n, own) in enumerate(ends):
            node, sign = (p, 1.0) if n == 0 else (n, -1.0)
            if own not in metered and (p == 0) != (n == 0) and node not in pinned:
                pinned[node] = (source, sign)
                known[[node, own]] = True
        self.pinned_nodes = np.array(list(pinned), dtype=np.intp)
        self.pinned_sources = np.array([s for s, _ in pinned.values()], dtype=np.intp)
        self.pinned_signs = np.array([sign for _, sign in pinned.values()])
        self.unknowns = np.flatnonzero(~known)
        self.free_nodes = self.unknowns[self.unknowns < self.node_count]
        self.row_of = np.full(self.size, -1)
        self.row_of[self.unknowns] = np.arange(len(self.unknowns))

    def _ends(self) -> tuple[IntArray, IntArray]:
        """Positive and negative nodes of the flows, then of the laws, (elements,)."""
        positive, negative = ([side, *rest] for side, rest in zip(self.flows[:2], self._law_ends(), strict=True))
        return np.concatenate(positive), np.concatenate(negative)

    def _law_ends(self) -> tuple[list[IntArray], list[IntArray]]:
        return [bank.positive for bank in self.laws], [bank.negative for bank in self.laws]

    def _order_ends(self) -> None:
        """Sort element ends by node, so that Kirchhoff's sums are sums over runs."""
        nodes = np.concatenate(self._ends())
        kept = np.flatnonzero(self.row_of[nodes] >= 0)
        order = kept[np.argsort(nodes[kept], kind="stable")]
        self._end_elements = order % self.element_count
        self._end_signs = np.where(order < self.element_count, 1.0, -1.0)
        self._end_starts = np.searchsorted(nodes[order], self.free_nodes)

    def _pattern(self) -> Pattern:
        """Say where every coefficient stands in the Jacobian: g of all flows, slopes of all laws, then h, gain and r of
        all branches, then the leakage that gmin stepping adds at every node."""
        stamps, count = Stamps(self.row_of), self.branches.shape[1]
        flow, law = np.split(np.arange(self.element_count), [self.flows.shape[1]])
        self._h, self._gain, self._r = (self.element_count + k * count + np.arange(count) for k in range(3))
        first = self.element_count + 3 * count
        self.slopes_of = {}
        for bank in self.behaviours:
            self.slopes_of[bank.name] = slice(first, first + len(bank.pairs[0]))
            first = self.slopes_of[bank.name].stop
        leakage = first
        p, n, a, b = self.flows
        dp, dn = (np.concatenate([np.zeros(0, dtype=np.intp), *side]) for side in self._law_ends())
        for ends, controls, number in (((p, n), (a, b), flow), ((dp, dn), (dp, dn), law)):
            for row, row_sign in zip(ends, (1.0, -1.0), strict=True):
                for column, column_sign in zip(controls, (1.0, -1.0), strict=True):
                    stamps.add(row, column, number, row_sign * column_sign)
        for bank in self.behaviours:
            element, above, below = bank.pairs
            slopes = np.arange(self.slopes_of[bank.name].start, self.slopes_of[bank.name].stop)
            for row, row_sign in ((bank.positive[element], 1.0), (bank.negative[element], -1.0)):
                for column, column_sign in ((above, 1.0), (below, -1.0)):
                    stamps.add(row, column, slopes, row_sign * column_sign)
        p, n, c, d, own = self.branches
        stamps.add(own, p, self._h, 1.0)
        stamps.add(own, n, self._h, -1.0)
        followed = np.setdiff1d(np.arange(count), self.switches)
        stamps.add(own[followed], c[followed], self._gain[followed], -1.0)
        stamps.add(own[followed], d[followed], self._gain[followed], 1.0)
        stamps.add(own[self.switches], own[self.switches], self._r[self.switches], -1.0)
        stamps.add(self.free_nodes, self.free_nodes, np.full(len(self.free_nodes), leakage), 1.0)
        loads = [np.arange(at.start, at.stop) for at in (self.flows_of[name] for name in self.driven)]
        switching = self._h[self.switches], self._r[self.switches]
        slopes = np.arange(self.element_count + 3 * count, leakage)
        varying = np.concatenate([*loads, law, *switching, slopes, [leakage]]).astype(np.intp)
        return stamps.pattern(leakage + 1, np.sort(varying))

    def _coefficients(self) -> FloatArray:
        """Return the coefficients that are the same at all points, (coefficients,)."""
        values = np.zeros(self.pattern.coefficients)
        values[self._h] = 1
        for bank in self.banks:
            term = bank.term
            if isinstance(term, Flow):
                values[self.flows_of[bank.name]] = term.gain
            elif isinstance(term, Branch):
                values[self.flows_of[bank.name]] = 1
                if term.gain is not None:
                    values[self._gain[self._own(bank) - self.node_count]] = term.gain
        values[self._r[self.switches]] = 1 / self.closed
        return values

    @property
    def fixed(self) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """G of the flows, and h, gain and r of the branches, where nothing drives or switches them."""
        base = self._base
        return base[: self.flows.shape[1]], base[self._h], base[self._gain], base[self._r]

    def with_values(self, values: Values) -> "Equations":
        """Return the same equations with other values, one an element, by address."""
        changes: dict[str, dict[str, FloatArray]] = {}
        for of, value in values.items():
            bank, quantity = parts(of)
            changes.setdefault(bank, {})[quantity] = value
        other = object.__new__(Equations)
        other.__dict__.update(self.__dict__)
        other.banks = tuple(b.with_values(changes[b.name]) if b.name in changes else b for b in self.banks)
        other._take_laws()
        other._base = other._coefficients()
        return other

    # ------------------------------------------------------------------ values, at every iteration

    def start(self, drive: Drive) -> State:
        """Return the state with nothing switched on but the pinned nodes.

        Written laws, which saturate, are taken without any voltage at first, and junctions beside them where they
        conduct, as in SPICE: an amplifier then has its feedback from the start.
        """
        points = len(drive.voltages)
        values = np.zeros((points, self.size))
        self.pin(values, drive)
        junctions = np.zeros((points, len(self.scales)))
        if self.behaviours:
            steep = np.isfinite(self.scales)
            junctions[:, steep] = self.critical[steep]
            junctions[:, len(self.scales) - len(self._first_controls) :] = self._first_controls
        return State(values, junctions)

    @cached_property
    def _first_controls(self) -> FloatArray:
        """Voltages at which written laws are taken first, (controls,): 0 V, or such at which they have values."""
        found = [np.zeros(0)]
        for behaviour in self.behaviours:
            controls = np.zeros(len(behaviour.pairs[0]))
            for voltage in FIRST_VOLTAGES:
                own, slopes = behaviour.at(controls[None])
                defined = np.isfinite(own + behaviour.by_element(slopes))[0][behaviour.pairs[0]]
                controls = np.where(defined, controls, voltage)
            found.append(controls)
        return np.concatenate(found)

    @property
    def is_compiled(self) -> bool:
        """Whether all laws are of kinds that are compiled: diodes, and what is linear."""
        return not self.behaviours and all(type(bank) is Diodes for bank in self.laws)

    @property
    def critical(self) -> FloatArray:
        """Voltages above which junctions climb so steeply that steps are limited, (laws,)."""
        return np.asarray(self.scales * np.log(self.scales / (np.sqrt(2) * self.saturations)))

    def at(self, voltages: FloatArray) -> State:
        """Return the state at given node voltages (points, nodes), without the branch currents."""
        values = np.zeros((len(voltages), self.size))
        values[:, : self.node_count] = voltages
        return State(values, self.junction_drops(values))

    def pin(self, values: FloatArray, drive: Drive) -> None:
        """Set the nodes that sources decide, in place."""
        values[:, self.pinned_nodes] = self.pinned_signs * drive.voltages[:, self.pinned_sources]

    def junction_drops(self, values: FloatArray) -> FloatArray:
        """Return the drops of all elements with a law of their own, then the controls of behaviours, (points, n)."""
        drops = [*(bank.drop(values) for bank in self.laws), *(bank.control_drops(values) for bank in self.behaviours)]
        return np.concatenate([np.zeros((len(values), 0)), *drops], axis=1)

    def shut(self, values: FloatArray) -> BoolArray:
        """Return which switches are closed, (points, switches)."""
        _, _, c, d, _ = self.branches[:, self.switches]
        return np.asarray(values[:, c] - values[:, d] >= self.thresholds)

    def evaluate(self, state: State, drive: Drive, leakage: float) -> tuple[Residual, FloatArray]:
        """Return the residual and the Jacobian's entries at the places of the pattern, (points, places).

        leakage: conductance from every node to ground, siemens: zero but in gmin stepping.
        """
        values, varying = state.values, self.pattern.varying
        coefficients = np.tile(self._base[varying], (len(values), 1))
        currents = self._currents(state, drive, coefficients)
        left = self._branch_laws(values, drive, coefficients)
        branches = left[:, self.unknowns[len(self.free_nodes) :] - self.node_count]
        coefficients[:, -1] = leakage
        ends = currents[:, self._end_elements] * self._end_signs
        nodes = np.add.reduceat(ends, self._end_starts, axis=1) + leakage * values[:, self.free_nodes]
        largest = np.maximum.reduceat(np.abs(ends), self._end_starts, axis=1)
        residual = Residual(np.concatenate([nodes, branches], axis=1), largest, self._followed(values, coefficients))
        return residual, self.pattern.entries(self._base, coefficients)

    def _currents(self, state: State, drive: Drive, coefficients: FloatArray) -> FloatArray:
        """Return what flows and laws carry, (points, elements), amperes; write the coefficients that vary."""
        values, flows = state.values, self.flows.shape[1]
        _, _, a, b = self.flows
        followed = values[:, a] - values[:, b]
        currents = np.empty((len(values), self.element_count))
        currents[:, :flows] = self._base[:flows] * followed
        for name, g in drive.conductances.items():
            at = self.flows_of[name]
            currents[:, at] = g * followed[:, at]
            coefficients[:, self.pattern.position(at)] = g
        currents[:, self.amperes_at] = drive.amperes
        first = flows
        for bank in self.laws:
            at = slice(first, first + len(bank))
            lagging = state.junctions[:, at.start - flows : at.stop - flows]
            slopes = bank.slope(lagging)
            currents[:, at] = bank.current(lagging) + slopes * (bank.drop(values) - lagging)
            coefficients[:, self.pattern.position(at)] = slopes
            first = at.stop
        for behaviour in self.behaviours:
            last = first + len(behaviour.pairs[0])
            lagging = state.junctions[:, first - flows : last - flows]
            own, slopes = behaviour.at(lagging)
            slopes[~np.isfinite(slopes)] = 0.0  # of a root at zero, for one; where there is no value, that stays nan
            moved = slopes * (behaviour.control_drops(values) - lagging)
            currents[:, self.flows_of[behaviour.name]] = own + behaviour.by_element(moved)
            coefficients[:, self.pattern.position(self.slopes_of[behaviour.name])] = slopes
            first = last
        return currents

    def _followed(self, values: FloatArray, coefficients: FloatArray) -> FloatArray:
        """Return what `Residual.followed` is, given the coefficients that vary."""
        found = np.zeros((self.size, len(values)))
        for bank in self.behaviours:
            _, above, below = bank.pairs
            slopes = np.abs(coefficients[:, self.pattern.position(self.slopes_of[bank.name])])
            carried = bank.by_element(slopes * (np.abs(values[:, above]) + np.abs(values[:, below]))).T
            np.add.at(found, bank.positive, carried)
            np.add.at(found, bank.negative, carried)
        return np.asarray(found[self.free_nodes].T)

    def _branch_laws(self, values: FloatArray, drive: Drive, coefficients: FloatArray) -> FloatArray:
        """Return how far each branch is from its law, (points, branches); write the coefficients that vary."""
        p, n, c, d, own = self.branches
        drop, current = values[:, p] - values[:, n], values[:, own]
        laws: FloatArray = drop - self._base[self._gain] * (values[:, c] - values[:, d])
        laws[:, self.sources_at] -= drive.voltages
        at, shut = self.switches, self.shut(values)
        h, r = np.where(shut, 1.0, self.opened), np.where(shut, 1 / self.closed, 1.0)
        laws[:, at] = h * drop[:, at] - r * current[:, at]
        for where, numbers in ((self._h, h), (self._r, r)):
            coefficients[:, np.searchsorted(self.pattern.varying, where[at])] = numbers
        return laws


def _laws(banks: Sequence[Bank]) -> tuple[CurrentLaw, ...]:
    """Return the banks that are no flows and no branches. Raises CircuitError where one has no law."""
    found: list[CurrentLaw] = []
    for bank in banks:
        if isinstance(bank, CurrentLaw) and bank.term is None:
            found.append(bank)
        elif bank.term is None and len(bank):
            raise CircuitError(f"{bank.labels[0]} is a {bank.words}; what it does in a circuit is not known here")
    return tuple(found)
