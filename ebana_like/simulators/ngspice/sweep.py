"""How are thousands of operating points solved without setting the circuit up again? As one endless `.dc` sweep.

A dummy source is swept; at every point of the sweep the external sources take the values of the next stimulus, and
each point starts from the solution of the one before. Between batches the sweep rests at a breakpoint, where `alter`
changes conductances without a new set-up. Against `alter` + `op` a point: XOR 0.26 -> 0.04 ms, Iris 0.90 -> 0.16 ms.
"""

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ebana_like.elements import (
    Bank,
    CurrentSources,
    FloatArray,
    LinearDevices,
    VoltageSources,
)
from ebana_like.errors import SimulatorError
from ebana_like.netlist import Tolerances, circuit_lines, tolerances
from ebana_like.simulators.ngspice.library import Library
from ebana_like.simulators.ngspice.proof import Points, Proof, Verdict
from ebana_like.simulators.ngspice.reduction import Reduction
from ebana_like.storage import NOTHING_STORED
from ebana_like.values import Values, address, parts

SWEEP = "dc vidx_sweep 0 1000000000 1"

POINTS_A_SWEEP = 20_000
"""ngspice keeps the index of every point; starting afresh now and then keeps that below a megabyte."""


class Sweep:
    """One circuit in this process's ngspice.

    reduction: the circuit as asked for, and as solved.
    circuit: the one solved, perhaps without its inputs.
    block: words shared with the callbacks.
    proof: of a circuit that differs in its conductances only, made unless given: it takes longer than loading XOR.
    """

    def __init__(self, reduction: Reduction, library: Library, proof: Proof | None = None) -> None:
        self.reduction = reduction
        self.circuit = reduction.circuit
        self.library = library
        self.block = library.block
        own, full = self.circuit, reduction.full
        self.programmed = {b.name: own.value(_address(b)).copy() for b in own.banks if b.programmed}
        self.matrices = reduction.matrices({b.name: full.value(_address(b)) for b in full.banks if b.programmed})
        self.positions = np.zeros(len(self.circuit.nodes) - 1, dtype=np.int64)
        self.voltage_banks, self.current_banks = self._driven()
        self.places = self._places()
        self.held = {of: own.value(of) for of in self._held_addresses()}
        self.proof = proof or Proof(self.circuit, self.voltage_banks, self.current_banks)
        self.tolerances = tolerances(self.circuit)
        self._volts = 0.0
        self._turns = 0
        self._swept = 0
        self._sweeping = False
        self._load(self.tolerances)

    def _driven(self) -> tuple[list[VoltageSources], list[CurrentSources]]:
        """Return the banks whose values ngspice asks for at every point, in the order of those values."""
        circuit, driven = self.circuit, self.circuit.driven
        held = [parts(of) for of in self._held_addresses()]
        voltages = [circuit.inputs.bank, *driven.banks("voltage"), *(bank for bank, q in held if q == "voltage")]
        currents = [*driven.banks("amperes"), *self.reduction.sources, *(bank for bank, q in held if q == "amperes")]
        return (
            [circuit.bank(name, VoltageSources) for name in voltages],
            [circuit.bank(name, CurrentSources) for name in currents],
        )

    def _held_addresses(self) -> list[str]:
        """Return the addresses of sources that are trained: external too, but the same at all points of a batch."""
        return [
            of for of in self.circuit.varied if isinstance(self.circuit.addressed(of), VoltageSources | CurrentSources)
        ]

    def _places(self) -> dict[str, slice]:
        """Return where the values of each driven address stand among those of all banks of its kind."""
        found: dict[str, slice] = {}
        for field, banks in (("voltage", self.voltage_banks), ("amperes", self.current_banks)):
            ends = np.cumsum([len(bank) for bank in banks]).tolist()
            found |= {
                f"{bank.name}.{field}": slice(end - len(bank), end) for bank, end in zip(banks, ends, strict=True)
            }
        return {address: found[address] for address in self.circuit.driven.addresses if address in found}

    def turn(self) -> int:
        """Return a number that is one more at each call."""
        self._turns += 1
        return self._turns

    def expect(self, volts: float) -> None:
        """Have tolerances that suit stimuli up to so many volts; most circuits' do already."""
        if volts <= self._volts:
            return
        self._volts = 2.0 ** math.ceil(math.log2(volts))
        suited = tolerances(self.circuit, self._volts)
        if suited != self.tolerances:
            self.tolerances = suited
            self.reload()

    def verdict(self, voltages: FloatArray, currents: FloatArray, results: FloatArray, wanted: Tolerances) -> Verdict:
        """Say which points obey the laws we know.

        voltages, currents: values of the external sources, (points, sources).
        results: voltages found, (points, nodes - 1). wanted: tolerances they were solved with.
        """
        tolerance = wanted.relative * np.abs(results).max(axis=1, initial=0.0) + wanted.volts
        return self.proof.check(Points(results, voltages, currents, self.programmed, tolerance))

    def _load(self, wanted: Tolerances) -> None:
        present = self.programmed
        gains = {bank.name for bank in self.circuit.of_kind(LinearDevices)}
        self.programmed = {name: g if name in gains else np.abs(g) for name, g in present.items()}
        self.library.load(self._lines(wanted.options))
        self.library.command("save idx_sweep")
        self._sweeping = False
        self.library.on_vectors = self._map_vectors
        self.alter(present)  # driven resistors may be negative, which a circuit's own resistors are not

    def _lines(self, options: str) -> list[str]:
        """Return the circuit with its stimulus sources external, and the swept dummy source."""
        circuit = self.circuit.with_values({_address(self.circuit.named(b)): g for b, g in self.programmed.items()})
        voltages, currents = (
            [(circuit.nodes[p], circuit.nodes[n]) for b in banks for p, n in zip(b.positive, b.negative, strict=True)]
            for banks in (self.voltage_banks, self.current_banks)
        )
        skipped = frozenset(bank.name for bank in (*self.voltage_banks, *self.current_banks))
        # a value before "external" (`vx_0 a 0 0 external`) makes ngspice 39 crash
        lines = [circuit.title]
        lines += [f"ix_{k} {positive} {negative} external" for k, (positive, negative) in enumerate(currents)]
        lines += [f"vx_{k} {positive} {negative} external" for k, (positive, negative) in enumerate(voltages)]
        labels = [label for bank in self.voltage_banks for label in bank.labels]
        external = {label: f"vx_{k}" for k, label in enumerate(labels)}
        if not circuit.metered.isdisjoint(labels):
            banks = tuple(renamed(bank, external) for bank in circuit.banks)
            circuit = replace(circuit, banks=banks, storage=NOTHING_STORED)
        lines += circuit_lines(circuit, skip=skipped)
        return [
            *lines,
            "vidx_sweep idx_sweep 0 0",
            "ridx_sweep idx_sweep 0 1",
            f".options {options}{self.circuit.conditions.options}",
            ".end",
        ]

    def _map_vectors(self, names: list[str]) -> None:
        at = {name: k for k, name in enumerate(names)}
        self.positions[:] = [at[node] for node in self.circuit.nodes[1:]]
        self.library.on_vectors = None  # the same at every resume; asking again took a tenth of an XOR batch

    def held_of(self, quantity: str) -> FloatArray:
        """Return what the trained sources hold, bank after bank, (sources,): of "voltage" or "amperes"."""
        return np.concatenate([np.zeros(0), *(v for of, v in self.held.items() if parts(of)[1] == quantity)])

    def stimuli(self, features: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return what stands for features (batch, features), volts.

        Voltages of the inputs, (batch, sources), and currents into the columns of reduced banks, (batch, columns):
        in a reduced circuit the former are none, else the latter.
        """
        return self.circuit.inputs.voltages(features), self.reduction.currents(self.matrices, features)

    def program(self, values: Values) -> None:
        """Write values of what is `programmable`, by address in the full circuit; only what changed costs time.

        Raises SimulatorError where ngspice does not know an element.
        """
        self.held |= {of: value for of, value in values.items() if of in self.held}
        full = self.reduction.full
        conductances = {parts(of)[0]: v for of, v in values.items() if full.addressed(of).programmed}
        matrices = self.reduction.matrices(conductances)
        self.matrices |= matrices
        self.alter({**conductances, **{name: matrix.sum(axis=1) for name, matrix in matrices.items()}})

    def alter(self, conductances: Mapping[str, FloatArray]) -> None:
        """Write conductances and gains (siemens, by bank of the circuit solved); driven ones may be negative."""
        alters: list[str] = []
        for name, wanted in conductances.items():
            bank = self.circuit.named(name)
            changed = np.flatnonzero(wanted != self.programmed[name])
            ohmic = bool(bank.quantities[bank.programmed].reciprocal)
            values = zip(changed.tolist(), (1 / wanted[changed] if ohmic else wanted[changed]).tolist(), strict=True)
            alters += [f"alter {bank.labels[k]} {'' if ohmic else 'gain '}= {value!r}" for k, value in values]
            self.programmed[name] = wanted.copy()
        if not alters:
            return
        self.library.take_errors()
        self.library.commands(alters)
        errors = self.library.take_errors()
        if errors:
            raise SimulatorError(f"ngspice did not take the conductances: {'; '.join(errors[:3])}")

    def advance(self, count: int) -> None:
        """Solve `count` more points, or as many as converge."""
        self.library.command("delete all")
        if self._swept > POINTS_A_SWEEP:
            self.library.command("destroy all")
            self._sweeping = False
        if not self._sweeping:
            self._swept = 0
        self.library.command(f"stop when idx_sweep > {self._swept + count - 1.5}")
        self._swept += count
        self.library.command("resume" if self._sweeping else SWEEP)
        self._sweeping = True

    def reload(self, wanted: Tolerances | None = None) -> None:
        """Load the circuit again, with its own tolerances or others.

        After a point without a solution ngspice holds states that are no numbers, and every later analysis of the
        same circuit fails; a new `dc` does not clear them.
        """
        self.remove()
        self._load(wanted or self.tolerances)

    def remove(self) -> None:
        """Take the circuit out of ngspice; this sweep cannot advance any more."""
        self.library.commands(["destroy all", "remcirc"])


def _address(bank: Bank) -> str:
    """Return the address of what `Sweep.programmed` holds of a bank."""
    return address(bank.name, bank.programmed)


def renamed(bank: Bank, names: Mapping[str, str]) -> Bank:
    """Return a bank in which voltage sources have other names, also where their currents are copied."""
    return bank.renamed(names) if bank.letter in "vfh" else bank
