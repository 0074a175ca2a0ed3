"""Do steeper and steeper diodes lead to the voltages of ideal ones, in ngspice and in the native engine?

    python experiments/ideal_diodes/limit.py

Two networks with random conductances, 20 random samples each: neurons held on one side of ground, two hidden layers and
no amplifiers, as in Scellier 2024; and neurons held between two rails with amplifiers of gain 4. Their ideal diodes are
replaced by steep ones (IS = 1e-12 A) of smaller and smaller N. Writes limit.csv, the largest deviation of any node from
the voltages with ideal diodes, and limit.svg beside itself. `allowed` is what `ebana_like.analysis.steep` allows for.
"""

import csv
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np

from ebana_like.analysis.steep import largest_deviation, steepened
from ebana_like.circuit import Circuit
from ebana_like.elements import IdealDiodes
from ebana_like.elements.ideal_diode import STAND_IN
from ebana_like.networks import (
    Amplifier,
    BiasCurrents,
    Crossbar,
    DiodePair,
    HalfDiodes,
    Inputs,
    OutputPairs,
    Outputs,
    build_network,
)
from ebana_like.simulators import NativeSimulator, NgspiceSimulator

HERE = Path(__file__).parent
EMISSIONS = (1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001)
G = 1e-5
"""Siemens: the size of conductances."""


def halves() -> Circuit:
    layers, rows = [Inputs(8, bias=0)], 16
    for columns in (12, 12, 3):
        most = G / rows**0.5
        layers += [Crossbar(columns, (-most, most), (1e-6 * G, 10 * G)), BiasCurrents(G), HalfDiodes()]
        rows = columns
    return build_network([*layers[:-1], Outputs()], "halves", seed=0)


def rails() -> Circuit:
    layers = [Inputs(8), Crossbar(12), DiodePair("perfect", 0.2), Amplifier(4), Crossbar(6), OutputPairs()]
    return build_network(layers, "rails", seed=0)


NETWORKS = {"16-12-12-3, one diode a neuron": halves, "18-12-6, two diodes and amplifiers": rails}


@dataclass(frozen=True)
class Row:
    """Volts."""

    network: str
    emission: float
    native: float
    ngspice: float
    allowed: float


def rows_of(name: str, emissions: tuple[float, ...] = EMISSIONS, samples: int = 20) -> list[Row]:
    circuit = NETWORKS[name]()
    features = 5 * np.random.default_rng(1).normal(size=(samples, circuit.inputs.count))
    with NativeSimulator(circuit) as engine:
        ideal = engine.solve({}, features).voltages[0]
    found = []
    for emission in emissions:
        model = replace(STAND_IN, name="steep", emission=emission)
        banks = (replace(bank, model=model) if isinstance(bank, IdealDiodes) else bank for bank in circuit.banks)
        given = replace(circuit, banks=tuple(banks))
        deviations = []
        for kind in (NativeSimulator, NgspiceSimulator):
            with kind(steepened(given)) as engine:
                points = engine.solve({}, features)
            assert points.usable.all(), points.messages
            deviations.append(float(np.abs(points.voltages[0] - ideal).max()))
        allowed = max(largest_deviation(given.with_features(x), v) for x, v in zip(features, ideal, strict=True))
        found.append(Row(name, emission, *deviations, allowed))
        print(found[-1], flush=True)
    return found


def plot(rows: list[Row]) -> None:
    figure, axes = plt.subplots(figsize=(6, 3.4), layout="constrained")
    for color, name in zip(("#3b6ea5", "#c8553d"), NETWORKS, strict=True):
        of = [row for row in rows if row.network == name]
        emissions = [row.emission for row in of]
        axes.loglog(emissions, [row.ngspice for row in of], "o-", color=color, label=f"{name}, ngspice", markersize=4)
        axes.loglog(emissions, [row.native for row in of], "x", color=color, label="native engine", markersize=7)
        axes.loglog(emissions, [row.allowed for row in of], ":", color=color, linewidth=1, label="allowed for")
    axes.set(xlabel="emission coefficient N", ylabel="largest deviation (V)", title="Steep diodes beside ideal ones")
    axes.invert_xaxis()
    axes.legend(fontsize=7)
    figure.savefig(HERE / "limit.svg")


def main() -> None:
    rows = [row for name in NETWORKS for row in rows_of(name)]
    with (HERE / "limit.csv").open("w") as file:
        writer = csv.DictWriter(file, asdict(rows[0]), lineterminator="\n")
        writer.writeheader()
        for row in rows:
            volts = {name: f"{getattr(row, name):.3g}" for name in ("native", "ngspice", "allowed")}
            writer.writerow({"network": row.network, "emission": row.emission} | volts)
    plot(rows)


if __name__ == "__main__":
    main()
