"""Is a gradient that is carried back through a course right, what does it tend to, and what do courses map starts to?

    python experiments/adjoint_in_time/run.py

Writes errors.csv (against finite differences, in both engines), limit.csv (against the adjoint of the operating point)
and families.png (trajectories from many starts) beside this file.
"""

from pathlib import Path

import numpy as np

from ebana_like.analysis.differences import differences, distance
from ebana_like.analysis.settling import pace
from ebana_like.circuit import Circuit
from ebana_like.drawing import Figure, save_figure
from ebana_like.elements import FloatArray
from ebana_like.files import csv_text
from ebana_like.learning import Adjoint, SquaredError
from ebana_like.loading import loaded
from ebana_like.netlist import read_netlist
from ebana_like.networks import Amplifier, Crossbar, DiodePair, Inputs, OutputPairs, build_network
from ebana_like.simulators import NativeSimulator, NgspiceSimulator, Simulator
from ebana_like.systems import Start, Transient

HERE = Path(__file__).parent
FEATURES, TARGETS = np.array([[1.0, -2.0], [2.0, 1.5]]), np.array([[0.3], [-0.3]])
COST = SquaredError()
STEPS = 200
LENGTHS = (0.1, 0.3, 1.0, 3.0, 10.0, 20.0)
"""Lengths of courses, in slowest time constants."""

SETTLING = """all starts settle alike
v1 s 0 0.6
r1 s a 1k
r2 a b 2k
r3 b 0 3k
d1 a 0 dd
c1 a 0 1n
c2 b 0 1n
.model dd d is=1e-9 n=1.3
.end
"""
TURNING = """a gyrator: every start has an end of its own
g1 a 0 b 0 1m
g2 0 b a 0 1m
r1 a 0 20k
r2 b 0 20k
c1 a 0 1n
c2 b 0 1n
.end
"""


def network() -> Circuit:
    layers = [Inputs(2), Crossbar(4), DiodePair(), Amplifier(4.0), Crossbar(2), OutputPairs()]
    return loaded(build_network(layers), 1e-12)


def analysis_of(length: float, start: FloatArray, method: str = "euler") -> Transient:
    return Transient(np.linspace(0, length, STEPS + 1), method, Start(start, np.zeros((len(start), 0))))  # type: ignore[arg-type]


def at_the_end(simulator: Simulator, analysis: Transient) -> tuple[dict[str, FloatArray], FloatArray]:
    """The gradient of the mean cost at the end of a course, and the scores there."""
    course = simulator.follow({}, FEATURES, analysis)  # type: ignore[attr-defined]
    slopes = np.zeros(course.scores.shape)
    slopes[:, -1] = COST.gradient(course.scores[:, -1], TARGETS) / len(FEATURES)
    return simulator.backwards(course, analysis, slopes).gradients(), course.scores[:, -1]  # type: ignore[attr-defined]


def errors() -> list[list[str]]:
    """From rest with the inputs arriving, a cost at the end, 3 conductances a crossbar."""
    circuit, rows = network(), []
    chosen = {at: np.arange(3) for at in circuit.values()}
    with NativeSimulator(circuit) as native:
        rest = native.solve({}, 0 * FEATURES).voltages[0]
        slowest = pace(circuit, {}, native.solve({}, FEATURES).voltages[0]).slowest
    for engine, method in ((NativeSimulator, "euler"), (NativeSimulator, "trapezoid"), (NgspiceSimulator, "euler")):
        for length in LENGTHS[::2]:
            analysis = analysis_of(length * slowest, rest, method)
            with engine(circuit) as simulator:

                def loss(values: dict[str, FloatArray], simulator=simulator, analysis=analysis) -> float:
                    scores = simulator.follow(values, FEATURES, analysis).scores[:, -1]
                    return float(COST.value(scores, TARGETS).mean())

                truth = differences(loss, circuit.values(), chosen)
                found, _ = at_the_end(simulator, analysis)
            ours = np.concatenate([found[at][which] for at, which in chosen.items()])
            off = distance(ours, np.concatenate(list(truth.values())))
            rows.append([engine.__name__.removesuffix("Simulator").lower(), method, f"{length:g}", f"{off:.1e}"])
            print(*rows[-1], flush=True)
    return rows


def limit() -> list[list[str]]:
    """At the operating point, of longer and longer courses: what Algorithm 1 lacks of Algorithm 2."""
    circuit, rows = network(), []
    for engine in (NativeSimulator, NgspiceSimulator):
        with engine(circuit) as simulator:
            settled = simulator.solve({}, FEATURES)
            slowest = pace(circuit, {}, settled.voltages[0]).slowest
            arguments = circuit.values(), FEATURES, TARGETS, COST, np.random.default_rng(0)
            truth = np.concatenate(list(Adjoint().estimate(simulator, *arguments).gradients.values()))
            for length in LENGTHS:
                found, _ = at_the_end(simulator, analysis_of(length * slowest, settled.voltages[0]))
                off = distance(np.concatenate(list(found.values())), truth)
                name = engine.__name__.removesuffix("Simulator").lower()
                rows.append([name, f"{length:g}", f"{off:.1e}", f"{np.exp(-length):.1e}"])
                print(*rows[-1], flush=True)
    return rows


def families() -> None:
    """Figures 2 and 3 of the Neural-ODE paper: courses from 16 starts, of a circuit that turns and one that settles."""
    around = 2 * np.pi * np.arange(16) / 16
    figure = Figure(figsize=(9, 3.6))
    for axes, (text, stop, title) in zip(
        figure.subplots(1, 2),
        ((TURNING, 6e-6, "a gyrator: ends as different as starts"), (SETTLING, 30e-6, "resistors, diode: one end")),
        strict=True,
    ):
        circuit = read_netlist(text).circuit
        at = [circuit.nodes.index(name) for name in ("a", "b")]
        with NativeSimulator(circuit) as simulator:
            start = np.repeat(simulator.solve({}, np.zeros((1, 0))).voltages[0], len(around), axis=0)
            start[:, at] = 0.5 * np.stack([np.cos(around), np.sin(around)], axis=1)
            analysis = Transient(np.linspace(0, stop, 601), start=Start(start, np.zeros((len(start), 0))))
            course = simulator.follow({}, np.zeros((len(start), 0)), analysis)
        volts = course.voltages[..., at]
        axes.plot(volts[..., 0].T, volts[..., 1].T, linewidth=0.9)
        axes.plot(volts[:, 0, 0], volts[:, 0, 1], "o", color="grey", markersize=3)
        axes.plot(volts[:, -1, 0], volts[:, -1, 1], "k.", markersize=5)
        axes.set(title=title, xlabel="V(a) (V)", ylabel="V(b) (V)", aspect="equal")
        ends = volts[:, -1]
        print(title, f"spread of ends {np.ptp(ends, axis=0).max():.2e} V", flush=True)
    figure.tight_layout()
    save_figure(figure, HERE / "families.png")


if __name__ == "__main__":
    (HERE / "errors.csv").write_text(csv_text(["engine", "method", "time_constants", "error"], errors()))
    (HERE / "limit.csv").write_text(csv_text(["engine", "time_constants", "off_algorithm_2", "exp_minus_t"], limit()))
    families()
