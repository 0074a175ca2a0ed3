"""`train-circuit gradcheck --transient`: is what a circuit does while it settles a gradient, at every time?"""

from collections.abc import Sequence

import numpy as np

from ebana_like.analysis.examples import Examples
from ebana_like.analysis.transient_check import (
    TransientCheck,
    backwards_error,
    transient_check,
    unequal,
    with_capacitances,
)
from ebana_like.cli.patience import patience
from ebana_like.cli.printer import Printer
from ebana_like.errors import CircuitError
from ebana_like.files import csv_text, write_atomically
from ebana_like.simulators import simulator as simulator_named
from ebana_like.units import si


def check_settling(
    printer: Printer,
    given: Examples,
    engine: str,
    betas: Sequence[float],
    parameters: int,
    seed: int,
    capacitance: float,
) -> None:
    """Check, print and write down; see `transient_check`. capacitance: farads, of circuits that state none."""
    circuit = unequal(given.circuit, capacitance, seed)
    own = circuit.storage.capacitors.capacitance
    equal = with_capacitances(circuit, np.full(len(own), own.mean()))
    with (
        patience("following courses"),
        simulator_named(engine, circuit) as simulator,
        simulator_named(engine, equal) as other,
    ):
        check = transient_check(simulator, other, given, betas, parameters, seed)
        try:
            carried = f"off from finite differences by {backwards_error(simulator, given, parameters, seed):.1e}"
        except CircuitError as error:  # of elements that only SPICE follows, and values that are no conductances
            carried = str(error)
    printer.line(f"{given.circuit.title}: {given.origin}; {engine}")
    printer.prose(f"equilibrium propagation: {check.symmetry}")
    printer.line(
        f"{len(own)} capacitors of {si(own.min(), 'F')} to {si(own.max(), 'F')}; slowest {si(check.slowest, 's')}"
    )
    for name, errors in (("centered", "centered"), ("one-sided", "one_sided")):
        heads = ["time", *(f"{beta:.1e} S" for beta in betas)]
        rows = [[si(m.time, "s"), *(f"{e:.1e}" for e in getattr(m, errors))] for m in check.moments]
        printer.table(heads, rows, title=f"\n{name}, off from finite differences of the cost at that time")
    rows = [[si(m.time, "s"), f"{m.unmetered:.1e}"] for m in check.moments]
    printer.table(["time", "error"], rows, title="\nwithout the metric: as if all capacitances were their mean")
    printer.line(f"\norder in beta: {_order(check, 'centered')} centered, {_order(check, 'one_sided')} one-sided")
    printer.prose(f"carried back through reversed time, inputs arriving: {carried}")
    write_atomically(given.place.file("settling.csv"), _csv(check))
    printer.line(f"made:     {given.place.file('settling.csv')}")


def _order(check: TransientCheck, which: str) -> str:
    """Return by which power of beta an estimate misses at the last time, between the two largest betas."""
    if len(check.betas) < 2:
        return "unknown"
    errors = getattr(check.moments[-1], which)
    return f"{np.log(errors[-1] / errors[-2]) / np.log(check.betas[-1] / check.betas[-2]):.2f}"


def _csv(check: TransientCheck) -> str:
    rows = [
        [repr(m.time), repr(beta), repr(m.centered[k]), repr(m.one_sided[k]), repr(m.unmetered)]
        for m in check.moments
        for k, beta in enumerate(check.betas)
    ]
    return csv_text(["time", "beta", "centered", "one_sided", "without_metric"], rows)
