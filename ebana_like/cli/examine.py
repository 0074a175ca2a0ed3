"""`train-circuit gradcheck` and `train-circuit power`: is the gradient right, and where do co-content and power sit?"""

import re
from pathlib import Path
from typing import Any

import click
import numpy as np

from ebana_like.adjoint import adjoint_circuit
from ebana_like.analysis import gradcheck as checks
from ebana_like.analysis import power as powers
from ebana_like.analysis.examples import Examples, examples
from ebana_like.analysis.movement import movement
from ebana_like.cli.allow import reads_data
from ebana_like.cli.arguments import ENGINE, OUT, QUANTITY, RUN_OR_FILE
from ebana_like.cli.netlists import reads_netlists
from ebana_like.cli.patience import patience
from ebana_like.cli.printer import GAP, Printer, terminal
from ebana_like.cli.settling import check_settling
from ebana_like.errors import SettingError
from ebana_like.files import write_atomically
from ebana_like.learning import Nudged, nudged_estimators
from ebana_like.netlist import Netlist, save_netlist
from ebana_like.pages.sensors import sensor_table, sensor_words
from ebana_like.simulators import Simulator, engine_for
from ebana_like.simulators import simulator as simulator_named


def _shared(command: Any) -> Any:
    """Add what both commands take."""
    options = [
        click.argument("path", metavar="RUN|FILE", type=RUN_OR_FILE),
        click.option("--engine", type=ENGINE, help="What solves the circuit.  [default: native where it can]"),
        click.option("--seed", type=int, default=0, show_default=True, help="Of everything drawn at random."),
        click.option(
            "--target", type=float, default=0.3, show_default=True, help="Volts of random targets, for a bare netlist."
        ),
        click.option("--out", type=OUT, help="Folder for files, made where there is none.  [default: RUN, or FILE's]"),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@reads_netlists
@reads_data
@click.command()
@_shared
@click.option("--samples", type=int, default=8, show_default=True, help="How many samples to average over.")
@click.option("--beta", default="1e-9:1e-5:log9", show_default=True, help="Nudging factors, siemens: LOW:HIGH:logN.")
@click.option(
    "--parameters", type=int, default=20, show_default=True, help="Conductances a bank to take finite differences of."
)
@click.option("--transient", is_flag=True, help="Check the settling itself, at every time (theorem 3.1 of the thesis).")
@click.option(
    "--capacitance", type=QUANTITY, default="1p", help="Farads about which the nodes' are drawn.  [default: 1p]"
)
def gradcheck(
    path: Path,
    engine: str | None,
    seed: int,
    target: float,
    out: Path | None,
    samples: int,
    beta: str,
    parameters: int,
    transient: bool,
    capacitance: float,
) -> None:
    """Compare every gradient estimator with the exact gradient, over nudging factors and bank by bank.

    The exact gradient is the adjoint's; it is checked against finite differences of the loss and, where native solves,
    against ngspice's solution of the adjoint circuit. With --transient, nudged courses are compared at every time with
    finite differences of the cost that the free course would have, in a circuit whose nodes have unequal capacitances.
    """
    betas, given = _betas(beta), examples(path, samples, seed, target, out)
    printer = Printer(terminal())
    engine = engine or engine_for(given.circuit)
    if transient:
        check_settling(printer, given, engine, betas, parameters, seed, capacitance)
        return
    with patience("checking gradients"), simulator_named(engine, given.circuit) as simulator:
        check = checks.gradient_check(simulator, given, betas, parameters, seed)
        _save_adjoint(simulator, given)
        sensors = movement(simulator, given, seed)
    printer.line(f"{given.circuit.title}: {given.origin}; {engine}")
    printer.prose(f"equilibrium propagation: {check.symmetry}")
    if not check.symmetry.exact:
        how = "are taken with these means" if check.symmetry.defect < np.inf else "leave that out"
        printer.prose(f"its estimates below {how}, and are off at every beta; --estimator adjoint is exact")
    _print_rows(printer, check)
    _print_bests(printer, check)
    named = next((name for name, kind in nudged_estimators().items() if type(given.estimator) is kind), "centered")
    if check.symmetry.exact:
        advice = checks.recommend(check, named)
        printer.prose(
            f"\nrecommended: beta = {advice.beta:.2g} S for {named}, error {advice.error:.0e}; {advice.reason}"
        )
    if sensors is not None:
        printer.show(sensor_table(sensors))
        for sentence in sensor_words(sensors):
            printer.prose(sentence)
    write_atomically(given.place.file("gradcheck.csv"), checks.csv_text(check))
    checks.plot_check(check, given.place.file("gradcheck.png"), given.circuit.title)
    printer.line(f"made:     {given.place.file('gradcheck.csv')}, {given.place.file('gradcheck.png')}")
    printer.line(f"adjoint:  ngspice -b {given.place.file('adjoint.cir')}   (first sample)")


def _print_rows(printer: Printer, check: checks.GradientCheck) -> None:
    """Print error and 1 - cosine of every estimate, for all banks together and each, as many as fit side by side.

    What is not nudged comes in a table of its own.
    """
    for banks in _side_by_side(list(dict.fromkeys(row.bank for row in check.rows)), printer.console.width):
        heads = [head for bank in banks for head in (f"{bank}\nerror", "\n1-cos")]
        nudged: list[list[str]] = []
        others: list[list[str]] = []
        before = ""
        for (name, beta), rows in check.estimates():
            cells = [cell for bank in banks for cell in (f"{rows[bank].error:.1e}", f"{rows[bank].cosine_gap:.0e}")]
            if beta is None:
                others.append([name, *cells])
            else:
                nudged.append(["" if name == before else name, f"{beta:.1e}", *cells])
            before = name
        printer.table(["\nestimator", "beta\n(S)", *heads], nudged, title="\nnudged, against the adjoint")
        if others:
            printer.table(["\nestimate", *heads], others, title="\nnot nudged, against the adjoint")


def _side_by_side(banks: list[str], width: int) -> list[list[str]]:
    """Return the banks, as many together as fit into so many columns."""
    groups: list[list[str]] = []
    left = 0
    for bank in banks:
        room = max(len(bank), len("1.0e-09")) + len("1e-09") + 2 * GAP
        if room > left + GAP:
            groups.append([])
            left = width - len("higher-order") - len("1.0e-09") - 2 * GAP
        groups[-1].append(bank)
        left -= room
    return groups


def _print_bests(printer: Printer, check: checks.GradientCheck) -> None:
    """Print each estimator's best beta, and by which power of beta it misses."""
    lines = []
    for name in nudged_estimators():
        betas, errors = check.curve(name)
        if len(betas):
            best, order = int(np.argmin(errors)), checks.order(betas, errors)
            hidden = "round-off hides it" if check.symmetry.exact else "off at every beta"
            shown = hidden if np.isnan(order) else f"{order:.2f}"
            lines.append([name, f"{betas[best]:.2g}", f"{errors[best]:.1e}", shown])
    printer.table(["estimator", "best beta (S)", "error there", "order in beta"], lines, title="\nall banks together")


def _save_adjoint(simulator: Simulator, given: Examples) -> None:
    """Write the adjoint circuit of the first sample as a netlist."""
    features, targets = given.take(0)
    present = given.circuit.with_features(features[0])
    points = simulator.solve(present.values(), features)
    currents = -given.cost.gradient(points.scores, targets)[0]
    devices = {name: device.take(slice(0, 1)) for name, device in points.devices.items()}
    adjoint = adjoint_circuit(present, points.voltages[0, 0], currents, devices)
    save_netlist(Netlist(adjoint), given.place.file("adjoint.cir"))


def _betas(text: str) -> list[float]:
    """Return the numbers that LOW:HIGH:logN stands for."""
    match = re.fullmatch(r"([^:]+):([^:]+):log(\d+)", text)
    try:
        assert match is not None
        low, high, count = float(match[1]), float(match[2]), int(match[3])
        assert 0 < low <= high < np.inf
        assert count > 0
    except (AssertionError, ValueError):
        raise SettingError(f"beta is {text!r}; give LOW:HIGH:logN in siemens, for example 1e-9:1e-5:log9") from None
    return [float(beta) for beta in np.geomspace(low, high, count)]


@reads_netlists
@reads_data
@click.command()
@_shared
@click.option("--sample", type=int, default=0, show_default=True, help="Number of the training or random sample.")
@click.option(
    "--settling", type=float, default=1e-6, show_default=True, help="Seconds that each phase takes to settle."
)
def power(
    path: Path, engine: str | None, seed: int, target: float, out: Path | None, sample: int, settling: float
) -> None:
    """Show the co-content of a sample's operating point, where it sits, and the power drawn from the sources.

    Pseudo-power is the integral of i dv of an element; weighted, as amplifiers ask, its sum is the co-content, which is
    least at the operating point.
    """
    if sample < 0:
        raise SettingError(f"sample is {sample}; the first one is 0")
    if not settling > 0:
        raise SettingError(f"settling is {settling:g} s; it must be above zero")
    given = examples(path, None if path.is_dir() else sample + 1, seed, target, out)
    printer = Printer(terminal())
    engine = engine or engine_for(given.circuit)
    with patience("solving"), simulator_named(engine, given.circuit) as simulator:
        report, nudging = powers.power_of_sample(simulator, given, sample)
    printer.line(f"{given.circuit.title}: sample {sample} ({given.origin}); {engine}")
    printer.prose(f"equilibrium propagation: {report.symmetry}")
    shares = {share.bank: share for share in report.cocontent.shares} if report.cocontent else {}
    flowing, rows = report.flowing, []
    for bank in flowing.circuit.banks:
        held = shares.get(bank.name)
        low, high = held.weight if held else (0.0, 0.0)
        weight = "" if held is None else f"{low:g}" if low == high else f"{low:g} to {high:g}"
        plain, weighted = (_watts(held.plain), _watts(held.weighted)) if held else ("", "")
        rows.append([bank.name, bank.kind.replace("_", " "), weight, plain, weighted, _watts(flowing.watts[bank.name])])
    printer.table(["bank", "kind", "weight", "pseudo-power", "weighted", "power"], rows, title="\nbank by bank")
    if report.cocontent is not None:
        kinds = [[kind, _watts(value)] for kind, value in report.cocontent.by_kind().items()]
        printer.table(["co-content of", ""], [*kinds, ["total", _watts(report.cocontent.total)]], title="\nby kind")
        rise, node = report.rise
        shape = "convex" if report.convex else "not convex"
        printer.prose(
            f"stationary: moving any open node by 1 mV raises it by {rise:.1e} W or more (at {node}); {shape}"
        )
    printer.line(f"Kirchhoff's residual: {flowing.imbalance:.1e} of the largest current")
    delivered = ", ".join(f"{kind} {_watts(-watts)}" for kind, watts in list(report.by_kind().items())[:2])
    printer.prose(
        f"inference draws {_watts(report.drawn)}: {delivered}; {_joules(settling * report.drawn)} in {settling:g} s"
    )
    if isinstance(given.estimator, Nudged):
        joules = _joules(settling * (report.drawn + nudging.phases * nudging.drawn))
        printer.prose(
            f"a training step draws {joules} a sample: a free phase and {nudging.phases} nudged ones of "
            f"{_watts(nudging.drawn)}, {settling:g} s each"
        )
    elif given.estimator is not None:
        printer.line("the adjoint is computed, not measured: a training step draws no more than inference")
    write_atomically(given.place.file("power.csv"), powers.csv_text(report))
    printer.line(f"made:     {given.place.file('power.csv')}")


def _watts(value: float) -> str:
    return f"{value + 0.0:+.6e} W"  # of -0.0 too


def _joules(value: float) -> str:
    return f"{value:.3e} J"
