"""Do vendors' cards get the right volts? 200 random circuits of diodes with series resistance, capacitances and
breakdown, of transistors and resistors: a training's ngspice against a fresh `ngspice -b` for every point.

    python experiments/device_cards/run.py

Writes results.csv (a line a circuit) and deviations.svg beside itself, and says how many points differ, and how far.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.cluster import Cluster, in_order
from ebana_like.errors import EbanaError
from ebana_like.fitting.ports import with_ports
from ebana_like.netlist import Netlist, tolerances
from ebana_like.netlist.deck import read_deck
from ebana_like.netlist.read import foreign_circuit
from ebana_like.simulators import NgspiceSimulator
from ebana_like.simulators.programs import find_program, run_program

HERE = Path(__file__).parent
SEEDS, POINTS, LARGEST = range(200), 12, 8.0  # volts

TRANSISTORS = """
.model q0m npn(is=1e-14 bf=200 br=3 vaf=80 rb=50 rc=1 re=0.5 cje=5p cjc=3p tf=0.4n tr=50n ikf=0.1)
.model q1m pnp(is=2e-14 bf=150 vaf=60 rb=30 rc=0.8 cje=5p cjc=3p tf=0.5n)
.model m0m nmos(level=1 vto=1 kp=2e-4 lambda=0.02 gamma=0.4 phi=0.7 cgso=1e-10 cgdo=1e-10 cbd=1p)
.model m1m pmos(level=1 vto=-1 kp=1e-4 lambda=0.03)
"""


def card(rng: np.random.Generator, k: int) -> str:
    """A diode's card: series resistance from 1 mOhm to 10 Ohm, capacitance, transit time, breakdown."""
    parameters = [f"is={10 ** rng.uniform(-15, -5):.3g}", f"n={rng.uniform(1, 2):.3g}"]
    if rng.random() < 0.8:
        parameters.append(f"rs={10 ** rng.uniform(-3, 1):.3g}")
    if rng.random() < 0.7:
        parameters += [f"cjo={10 ** rng.uniform(-12, -9):.3g}", f"vj={rng.uniform(0.3, 1):.3g}"]
    if rng.random() < 0.7:
        parameters.append(f"tt={10 ** rng.uniform(-9, -6):.3g}")
    if rng.random() < 0.5:
        parameters += [f"bv={rng.uniform(3, 100):.3g}", f"ibv={10 ** rng.uniform(-6, -3):.3g}"]
    return f".model d{k}m d({' '.join(parameters)})"


def netlist(seed: int) -> str:
    """A random circuit with an input source `v1`, a supply, and an output node `n2`."""
    rng = np.random.default_rng(seed)
    nodes = [f"n{k}" for k in range(rng.integers(3, 9))]
    rails = ["0", "in", "vcc"]
    lines = ["random cards", "v1 in 0 1", f"v2 vcc 0 {rng.uniform(3, 12):.4g}"]
    pairs = [(node, str(rng.choice([*rails, *nodes[:k]]))) for k, node in enumerate(nodes)]
    pairs += [tuple(rng.choice([*rails, *nodes], 2, replace=False)) for _ in range(rng.integers(2, 8))]
    lines += [f"r{k} {a} {b} {10 ** rng.uniform(1.5, 6):.5g}" for k, (a, b) in enumerate(pairs)]
    for k in range(rng.integers(1, 6)):
        ends = [rng.choice(nodes), rng.choice(rails)] if rng.random() < 0.5 else rng.choice(nodes, 2, replace=False)
        lines += [f"d{k} {' '.join(rng.permutation(ends))} d{k}m", card(rng, k)]
    for k in range(rng.integers(0, 3)):
        lines.append(f"q{k} {' '.join(rng.choice(nodes, 3, replace=False))} q{rng.integers(2)}m")
    if rng.random() < 0.5:
        kind = rng.integers(2)
        lines.append(f"m0 {' '.join(rng.choice(nodes, 3, replace=False))} {('0', 'vcc')[kind]} m{kind}m w=10u l=1u")
    return "\n".join([*lines, TRANSISTORS.strip(), ".end", ""])


@dataclass(frozen=True)
class Row:
    """One circuit: how far its points are from those of fresh runs, volts, and what was said."""

    seed: int
    points: int
    solved: int
    fresh: int
    deviation: float
    relative_tolerance: float
    said: bool
    iterations: int

    @property
    def silent(self) -> bool:
        """Whether it is further off than a nanovolt without a word, or than a microvolt with one."""
        return self.deviation > (1e-6 if self.said else 1e-9)


def fresh(circuit: Circuit, features: np.ndarray) -> np.ndarray:
    """Node voltages of a sample from an `ngspice -b` of its own; NaN where it finds none."""
    try:
        run = run_program(find_program("ngspice"), Netlist(circuit.with_features(features)), None, limit=20)
    except EbanaError:
        return np.full(len(circuit.nodes), np.nan)
    return np.array([0.0, *(run.voltages[node] for node in circuit.nodes[1:])])


def compare(seed: int, points: int = POINTS) -> Row:
    """Solve a circuit's points in one go, and each afresh."""
    deck = read_deck(netlist(seed), "random cards")
    circuit, _ = with_ports(foreign_circuit(deck), deck, "v1", "n2")
    features = np.random.default_rng(seed).uniform(-LARGEST, LARGEST, (points, 1))
    with NgspiceSimulator(circuit) as simulator:
        found = simulator.solve(circuit.values(), features)
    expected = np.array([fresh(circuit, sample) for sample in features])
    both = found.converged[0] & np.isfinite(expected).all(axis=1)
    return Row(
        seed,
        points,
        int(found.converged[0].sum()),
        int(np.isfinite(expected).all(axis=1).sum()),
        float(np.abs(found.voltages[0] - expected)[both].max(initial=0.0)),
        tolerances(circuit, LARGEST).relative,
        bool(found.messages),
        int(found.iterations.max()),
    )


def main() -> None:
    rows: list[Row] = in_order(compare, SEEDS, Cluster(2))
    with (HERE / "results.csv").open("w") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*vars(rows[0])])
        writer.writerows([list(vars(row).values()) for row in rows])
    strict, said = ([row for row in rows if row.said is kind] for kind in (False, True))
    points = sum(row.points for row in rows)
    print(f"{len(rows)} circuits, {points} points: {sum(row.solved for row in rows)} solved in one go, ", end="")
    print(f"{sum(row.fresh for row in rows)} by fresh runs")
    for name, group in (("strict", strict), ("said to be relaxed", said)):
        print(f"{name}: {len(group)} circuits, largest deviation {max(row.deviation for row in group):.1e} V")
    print(f"silent deviations: {sum(row.silent for row in rows)}")
    figure, axes = plt.subplots(figsize=(6, 3.4), layout="constrained")
    for group, color, name in ((strict, "#3b6ea5", "strict"), (said, "#c0702a", "said to be relaxed")):
        axes.loglog(
            [row.relative_tolerance for row in group],
            [max(row.deviation, 1e-16) for row in group],
            "o",
            ms=3,
            color=color,
            label=name,
        )
    axes.axhline(1e-9, color="#3b6ea5", lw=0.8, ls=":")
    axes.axhline(1e-6, color="#c0702a", lw=0.8, ls=":")
    axes.set(xlabel="relative tolerance that rounding leaves", ylabel="largest deviation (V)")
    axes.legend()
    figure.savefig(HERE / "deviations.svg")


if __name__ == "__main__":
    main()
