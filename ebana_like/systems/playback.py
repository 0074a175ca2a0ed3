"""Which circuit carries a gradient back in SPICE? The adjoint circuit, to which a course is played backwards.

What is linear stays, controlled sources are turned round, capacitors and inductors store on. Where the circuit is not
linear an element becomes a source of its drop times the voltage of a node of its own, at which its small-signal
conductance along the course is played back; a junction's capacitance likewise, times the current that a copy of its
drop drives through a capacitor. Its sources are dead but for the errors, which flow into the outputs. By Euler's rule
its steps are exactly those of the gradient.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ebana_like.adjoint import small_signal, unsolved_adjoint
from ebana_like.circuit import Circuit
from ebana_like.elements import (
    CCVS,
    VCVS,
    Bank,
    BehaviouralCurrents,
    Capacitors,
    Devices,
    FloatArray,
    IntArray,
    VoltageSources,
    WiredCrossbar,
)
from ebana_like.elements.capacitor import no_initial
from ebana_like.elements.labels import free_name
from ebana_like.elements.waveform import Waveform
from ebana_like.errors import CircuitError, SettingError
from ebana_like.expressions import Call, Name
from ebana_like.storage import Storage
from ebana_like.systems.adjoint_course import AdjointCourse, charged, check_slopes
from ebana_like.systems.in_reverse import backward_errors, charge_a_slope, in_reverse, read_backwards
from ebana_like.systems.recurrent import mirrored_storage
from ebana_like.systems.trajectories import Start, Trajectories, Transient
from ebana_like.values import Values, address, parts

PLAYED = "playback"
FARADS = 1e-12
"""What a copy of a junction's drop charges; a capacitance is played back as a multiple of it."""


@dataclass(frozen=True, eq=False)
class Playback:
    """A circuit in reversed time, and what its sources hold.

    analysis: from rest. driven: what is played back, and the errors, (batch, times, n) by address, volts and amperes.
    scale: coulombs by which a cost per volt is charged, so that its nodes stay at voltages of the usual size.
    forwards: the course that is played back. slopes: of the cost by its scores, (batch, times, outputs).
    """

    circuit: Circuit
    analysis: Transient
    driven: Values
    scale: float
    forwards: Trajectories
    slopes: FloatArray

    def read(self, backwards: Trajectories) -> AdjointCourse:
        """Return the costates, given what this circuit did. Raises SettingError where a sample was not solved."""
        return read_backwards(self.forwards, self.slopes, backwards, self.scale)

    def with_waveforms(self, sample: int) -> Circuit:
        """Return the circuit with what one sample plays back as functions of time: a netlist that SPICE runs alone."""
        waveforms = {}
        for at, held in self.driven.items():
            for label, values in zip(self.circuit.addressed(at).labels, held[sample].T.tolist(), strict=True):
                points = np.stack([self.analysis.times, values], axis=1).ravel()
                waveforms[label] = Waveform("pwl", tuple(points.tolist()))
        return replace(self.circuit, storage=replace(self.circuit.storage, waveforms=waveforms))


def playback(course: Trajectories, analysis: Transient, slopes: FloatArray) -> Playback:
    """Return the circuit that carries the slopes of a cost back along a course.

    Raises SettingError for a course of another rule than Euler's, CircuitError for elements that cannot be played back.
    """
    circuit, slopes = course.circuit.with_values(course.values), check_slopes(course, slopes)
    circuit.refuse(Devices, "what it stores is known to SPICE alone, and cannot be played back")
    circuit.refuse(WiredCrossbar, "what is asked here is not known of crossbars with wires: leave the wires out")
    if analysis.method != "euler":
        raise SettingError(
            'the steps of the trapezoid in reversed time are not those of its gradient; follow with method "euler", or '
            "take the native engine"
        )
    flat = course.voltages.reshape(-1, course.voltages.shape[2])
    shape = course.voltages.shape[:2]
    slopes_of = {at: value.reshape(*shape, -1) for at, value in small_signal(circuit, flat, {}).items()}
    farads = charged(circuit, course.voltages)
    mirrored = unsolved_adjoint(circuit)
    built = _Builder(circuit, mirrored)
    for at in slopes_of:
        built.play_conductances(parts(at)[0])
    for name in farads:
        built.play_capacitances(name)
    played = [*slopes_of.values(), *(value / FARADS for value in farads.values())]
    stored = [circuit.storage.capacitors.capacitance, *(v.ravel() for v in farads.values())]
    scale = charge_a_slope(slopes, np.concatenate(stored))
    injected = backward_errors(course, slopes, scale)
    driven = {mirrored.driven.addresses[0]: injected}
    if played:
        driven[address(built.played_name, "voltage")] = _reversed(np.concatenate(played, axis=2))
    rest = Start(np.zeros((shape[0], len(built.nodes))), np.zeros((shape[0], course.currents.shape[2])))
    return Playback(built.circuit(), in_reverse(course, rest), driven, scale, course, slopes)


def _reversed(values: FloatArray) -> FloatArray:
    """Return what is held at every time as the reversed steps ask for it: step j ends with time T - j + 1."""
    back = values[:, ::-1]
    return np.concatenate([back[:, :1], back[:, :-1]], axis=1)


class _Builder:
    """Puts what is played back into an adjoint circuit."""

    def __init__(self, original: Circuit, mirrored: Circuit) -> None:
        self.original = original
        self.mirrored = mirrored
        self.nodes = list(mirrored.nodes)
        self.banks: dict[str, list[Bank]] = {bank.name: [bank] for bank in mirrored.banks}
        self.labels = {label for bank in mirrored.banks for label in bank.labels}
        self.labels |= set(original.storage.capacitors.labels)
        self.players: list[int] = []
        self.copies: list[tuple[int, int]] = []
        self.played_name = free_name(PLAYED, self.banks)

    def play_conductances(self, name: str) -> None:
        """Replace the linear elements of a bank by those that follow what is played back."""
        (bank,) = self.banks[name]
        if not bank.programmed:
            raise CircuitError(f"{bank.labels[0]} is a {bank.kind.replace('_', ' ')} that cannot be played back")
        links = bank.links()
        controls = list(zip(links.above, links.below, strict=True))
        self.banks[name] = [self._products(name, bank.positive, bank.negative, controls)]

    def play_capacitances(self, name: str) -> None:
        """Add what draws the current of a junction's capacitance, of a bank of diodes of the original."""
        bank = self.original.named(name)
        copied = [self._node(f"{label}_copy") for label in bank.labels]
        sensed = [self._node(f"{label}_sense") for label in bank.labels]
        paced = [self._node(f"{label}_pace") for label in bank.labels]
        ground, ones = np.zeros(len(bank), dtype=np.intp), np.ones(len(bank))
        meters = self._labels("v", bank.labels, "sense")
        self.copies += list(zip(copied, sensed, strict=True))
        labels = self._labels("e", bank.labels, "copy")
        follow = VCVS(f"{name}_copy", labels, _at(copied), ground, bank.positive, bank.negative, ones)
        meter = VoltageSources(f"{name}_sense", meters, _at(sensed), ground, np.zeros(len(bank)))
        pace = CCVS(f"{name}_pace", self._labels("h", bank.labels, "pace"), _at(paced), ground, meters, ones)
        drawn = self._products(f"{name}_stored", bank.positive, bank.negative, [(node, 0) for node in paced])
        self.banks[f"{name}_stored"] = [follow, meter, pace, drawn]

    def circuit(self) -> Circuit:
        banks = [bank for group in self.banks.values() for bank in group]
        if self.players:
            labels = self._labels("v", [self.nodes[node] for node in self.players], "")
            ground, volts = np.zeros(len(labels), dtype=np.intp), np.zeros(len(labels))
            banks.append(VoltageSources(self.played_name, labels, _at(self.players), ground, volts))
        return replace(self.mirrored, nodes=tuple(self.nodes), banks=tuple(banks), storage=self._storage())

    def _storage(self) -> Storage:
        """Return what is stored, in the adjoint circuit's wiring."""
        found = mirrored_storage(self.original, self.mirrored, {})
        own, ends = found.capacitors, np.array(self.copies, dtype=np.intp).reshape(-1, 2)
        copies = Capacitors(
            own.name,
            (*own.labels, *self._labels("c", [self.nodes[node] for node in ends[:, 0]], "")),
            np.concatenate([own.positive, ends[:, 0]]),
            np.concatenate([own.negative, ends[:, 1]]),
            no_initial(len(own) + len(ends)),
            np.concatenate([own.capacitance, np.full(len(ends), FARADS)]),
        )
        return replace(found, capacitors=copies)

    def _products(
        self, name: str, positive: IntArray, negative: IntArray, controls: Sequence[tuple[int, int]]
    ) -> BehaviouralCurrents:
        """Return sources of a control's voltage times what is played back for each."""
        players = [self._node(f"{name}_{k}") for k in range(len(controls))]
        self.players += players
        labels = self._labels("b", [f"{name}_{k}" for k in range(len(controls))], "played")
        law = Call("*", (Name("0"), Name("1")))
        pairs = tuple(((int(p), int(n)), (player, 0)) for (p, n), player in zip(controls, players, strict=True))
        return BehaviouralCurrents(name, labels, positive, negative, (law,) * len(controls), pairs)

    def _node(self, name: str) -> int:
        self.nodes.append(free_name(name, self.nodes))
        return len(self.nodes) - 1

    def _labels(self, letter: str, names: Sequence[str], what: str) -> tuple[str, ...]:
        found = []
        for name in names:
            found.append(free_name("_".join(filter(None, (f"{letter}{name}", what))), self.labels))
            self.labels.add(found[-1])
        return tuple(found)


def _at(nodes: Sequence[int]) -> IntArray:
    return np.array(nodes, dtype=np.intp)
