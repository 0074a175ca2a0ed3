"""How does ngspice answer to small sinusoids? By `.ac`, sample after sample, at its own operating point of each."""

import time
from collections.abc import Iterator

import numpy as np

from ebana_like.elements import CurrentSources, VoltageSources
from ebana_like.netlist import model_lines, tolerances
from ebana_like.netlist.storage import coupling_lines, opened
from ebana_like.simulators.ngspice.library import Library
from ebana_like.simulators.ngspice.messages import Answered, Tones


def run_tones(library: Library, tones: Tones) -> Answered:
    """Answer for every sample of a batch; the library holds no circuit before and after."""
    began, batch = time.perf_counter(), len(tones.voltages)
    nodes = tones.circuit.nodes[1:]
    found = np.full((len(tones.hertz), batch, len(nodes)), np.nan, dtype=complex)
    for sample in np.flatnonzero(np.isfinite(tones.near).all(axis=1)).tolist():
        library.load([*_lines(tones, sample)])
        for frequency, hertz in enumerate(tones.hertz.tolist()):
            library.command(f"ac lin 1 {hertz!r} {hertz!r}")
            for node, name in enumerate(nodes):
                found[frequency, sample, node] = library.phasor(name)
            library.command("destroy all")
        library.commands(["destroy all", "remcirc"])
    return Answered(found, time.perf_counter() - began)


def _lines(tones: Tones, sample: int) -> Iterator[str]:
    circuit = tones.circuit
    banks, storing, nodes = opened(circuit)
    yield circuit.title
    held = {VoltageSources: tones.voltages[sample], CurrentSources: tones.amperes[sample]}
    swung = {VoltageSources: tones.swings[0][sample], CurrentSources: tones.swings[1][sample]}
    first = {VoltageSources: 0, CurrentSources: 0}
    for bank in banks:
        kind = next((kind for kind in held if isinstance(bank, kind)), None)
        if kind is None:
            yield from bank.spice_lines(nodes)
            continue
        ends = zip(bank.labels, bank.positive.tolist(), bank.negative.tolist(), strict=True)
        for number, (label, p, n) in enumerate(ends, first[kind]):
            phasor = complex(swung[kind][number])
            degrees = float(np.degrees(np.angle(phasor)))
            yield f"{label} {nodes[p]} {nodes[n]} dc {float(held[kind][number])!r} ac {abs(phasor)!r} {degrees!r}"
        first[kind] += len(bank)
    for stored in storing:
        yield from stored.spice_lines(nodes)
    yield from coupling_lines(circuit.storage)
    yield from model_lines(circuit)
    near = tones.near[sample, 1:].tolist()
    yield from (f".nodeset v({node})={volts!r}" for node, volts in zip(circuit.nodes[1:], near, strict=True))
    yield f".options {tolerances(circuit).options}{circuit.conditions.options}"
    yield ".end"
