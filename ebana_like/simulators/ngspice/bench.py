"""What flows in a device whose law only SPICE knows, and how does it change? It stands alone, held at its terminals.

Every terminal of every device gets a source of its own, at the voltage that the circuit was solved to, moved a little
up and down; what flows is read, and differences are slopes. No voltage but the devices' inner ones is left to find, so
currents have nearly all their digits, and it is ngspice's own law whatever the model: series resistances, modes and
polarities included, and a derivative that ngspice itself leaves out of its Newton's method, as that of a base
resistance by the current, as well.
"""

from collections.abc import Mapping

import numpy as np

from ebana_like.circuit import GROUND, Circuit
from ebana_like.elements import CCVS, Devices, FloatArray, IntArray, SmallSignal, VoltageSources
from ebana_like.netlist.tolerances import series_conductances
from ebana_like.ports import Driven, InputPorts, OutputPorts
from ebana_like.simulators.ngspice.crew import Crew
from ebana_like.simulators.ngspice.start import Template
from ebana_like.systems import OperatingPoints
from ebana_like.values import Values, address, parts

STENCIL = {-2: 1 / 12, -1: -8 / 12, 1: 8 / 12, 2: -1 / 12}
"""Steps and their weights in the difference of order four."""

VOLTS = 1e-4
"""A step of a voltage: 1/260 of the scale on which junctions bend, an error of 1e-11; rounding of 1e-16 of a current
is 1e-10 of a slope whose Early voltage is 100 V."""

SHARE = 1e-3
"""A step of a size, as a share of it."""

LARGEST_OHMS = 1e3
"""Volts a current is read as for an ampere; less beside series resistances, by whose rounding currents tremble."""

CLAMPS, READERS = "clamps", "readers"


class DeviceBench:
    """The devices of one circuit, each alone, in an ngspice of their own.

    template, patience: as for `Crew`.
    """

    def __init__(self, circuit: Circuit, template: Template, patience: float) -> None:
        self._circuit = circuit
        self._devices = [bank for bank in circuit.of_kind(Devices) if len(bank)]
        self._terminals = [np.stack([bank.nodes_of(t) for t in bank.written], axis=-1) for bank in self._devices]
        self._ohms = 1 / max([1 / LARGEST_OHMS, *series_conductances(circuit).values()])
        self._crew = Crew(_alone(circuit, self._devices, self._ohms), template, 1, patience)

    def close(self) -> None:
        """End the process."""
        self._crew.close()

    def forget(self) -> None:
        """Load the bench anew with the next batch."""
        self._crew.forget()

    def measure(self, points: OperatingPoints) -> Mapping[str, SmallSignal]:
        """Return currents and slopes at the free points, by bank; NaN where there is none."""
        solved = np.flatnonzero(points.converged[0])
        volts = np.hstack([points.voltages[0][solved][:, nodes].reshape(len(solved), -1) for nodes in self._terminals])
        values = self._circuit.of_elements(points.values)
        every = [address(bank.name, quantity) for bank in self._devices for quantity in bank.quantities]
        sizes = {of: values[of] for of in every if of in values}
        most = max(len(bank.ends) for bank in self._devices)
        moved = [step * self._moves(end) for end in range(most) for step in STENCIL]
        currents = self._currents(sizes, np.concatenate([volts, *(volts + VOLTS * move for move in moved)]))
        here, *there = np.split(currents, len(moved) + 1)
        weights = np.array(list(STENCIL.values()))
        slopes = np.einsum("esmt,s->mte", np.reshape(there, (most, len(STENCIL), *here.shape)), weights / VOLTS)
        by = {of: self._by_size(sizes, of, volts) for of in sizes if of in self._circuit.varied}
        found = {}
        for bank, which in zip(self._devices, self._places(), strict=True):
            ends = len(bank.ends)
            found[bank.name] = SmallSignal(
                _spread(here[:, which], solved, len(points.converged[0])),
                _spread(slopes[:, which, :ends], solved, len(points.converged[0])),
                {
                    parts(of)[1]: _spread(value[:, which], solved, len(points.converged[0]))
                    for of, value in by.items()
                    if parts(of)[0] == bank.name
                },
            )
        return found

    def _moves(self, end: int) -> FloatArray:
        """Return 1 for each device's end of that number, 0 for all other terminals, (terminals,)."""
        moves = []
        for bank, nodes in zip(self._devices, self._terminals, strict=True):
            own = bank.written.index(bank.ends[end]) if end < len(bank.ends) else -1
            moves.append(np.tile(np.arange(nodes.shape[1]) == own, len(bank)))
        return np.concatenate(moves).astype(float)

    def _places(self) -> list[IntArray]:
        """Return where each bank's ends stand among all terminals, (n, ends)."""
        found, first = [], 0
        for bank, nodes in zip(self._devices, self._terminals, strict=True):
            columns = [bank.written.index(end) for end in bank.ends]
            found.append(first + np.arange(nodes.size).reshape(nodes.shape)[:, columns])
            first += nodes.size
        return found

    def _by_size(self, sizes: Values, of: str, volts: FloatArray) -> FloatArray:
        """Return the derivative of all terminals' currents by a size of their devices, (points, terminals)."""
        each, total = sizes[of], np.zeros_like(volts)
        for step, weight in STENCIL.items():
            total += weight * self._currents({**sizes, of: each * (1 + SHARE * step)}, volts)
        bank, which = parts(of)[0], np.zeros_like(volts)
        for device, places in zip(self._devices, self._places(), strict=True):
            if device.name == bank:
                which[:, places] = 1 / (SHARE * each)[:, None]
        return total * which

    def _currents(self, sizes: Values, volts: FloatArray) -> FloatArray:
        """Return what flows into the devices at every terminal, (points, terminals), amperes; NaN where unsolved."""
        return -self._crew.solve(sizes, volts).scores / self._ohms


def _alone(circuit: Circuit, devices: list[Devices], ohms: float) -> Circuit:
    """Return a circuit of devices that are held at every terminal, and whose currents are read."""
    banks, count = [], 0
    for bank in devices:
        shape = len(bank), len(bank.written)
        own = 1 + count + np.arange(shape[0] * shape[1], dtype=np.intp).reshape(shape)
        ends = dict(zip(bank.written, own.T, strict=True))
        reference = ends.get("negative", np.zeros(shape[0], dtype=np.intp))  # what is not written is there, or ground
        ends |= {terminal: reference for terminal in bank.terminals if terminal not in ends}
        banks.append(type(bank)(**{**bank.contents(), "trainable": {}, **ends}))
        count += own.size
    held, read = 1 + np.arange(count), 1 + count + np.arange(count)
    ground = np.zeros(count, dtype=np.intp)
    clamps = tuple(f"v{k}" for k in range(count))
    readers = tuple(f"h{k}" for k in range(count))
    nodes = (GROUND, *(f"t{k}" for k in range(count)), *(f"i{k}" for k in range(count)))
    return Circuit(
        f"devices of {circuit.title}",
        nodes,
        (
            VoltageSources(CLAMPS, clamps, held, ground, np.zeros(count)),
            CCVS(READERS, readers, read, ground, clamps, np.full(count, ohms)),
            *banks,
        ),
        InputPorts(CLAMPS, np.arange(count), np.ones(count)),
        OutputPorts(read, ground),
        Driven("none", ()),
        conditions=circuit.conditions,
    )


def _spread(values: FloatArray, solved: IntArray, count: int) -> FloatArray:
    """Return values of the points solved among all, NaN elsewhere."""
    found = np.full((count, *values.shape[1:]), np.nan)
    found[solved] = values
    return found
