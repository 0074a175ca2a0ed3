"""Do the engines go the same course, and how much faster is the native one? Random circuits at equal steps; batches.

Writes agreement.csv, adaptive.csv, speed.csv and agreement.png beside this file.
"""

import argparse
import resource
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.conformance.in_time import KINDS, random_netlist
from ebana_like.drawing import Figure, save_figure
from ebana_like.files import csv_text
from ebana_like.loading import loaded
from ebana_like.netlist import load_netlist, read_netlist
from ebana_like.simulators import NativeSimulator, NgspiceSimulator
from ebana_like.systems import Adaptive, Transient, stimuli

HERE = Path(__file__).parent
STEPS, STOP, SAMPLES, REPEATS = 500, 1e-5, 100, 10


def agreement(circuits: int) -> list[list[object]]:
    rows = []
    for seed in range(circuits):
        kind = KINDS[seed % len(KINDS)]
        circuit = read_netlist(random_netlist(np.random.default_rng(seed), kind)).circuit
        method = "euler" if seed % 10 == 9 else "trapezoid"
        analysis, nothing = Transient.even(STOP, STEPS, method), np.zeros((1, 0))
        with NativeSimulator(circuit) as native, NgspiceSimulator(circuit) as ngspice:
            ours, theirs = (engine.follow({}, nothing, analysis) for engine in (native, ngspice))
        swing = float(np.ptp(theirs.voltages, axis=(0, 1)).max())
        off = float(np.abs(ours.voltages - theirs.voltages).max())
        rows.append([seed, kind, method, len(circuit.nodes), swing, off, off / swing])
        print(*rows[-1], flush=True)
    return rows


def adaptive(circuits: int) -> list[list[object]]:
    """Return how many steps each engine chooses with ngspice's usual tolerances, and how far off it is at them."""
    rows = []
    for seed in range(circuits):
        kind = KINDS[seed % len(KINDS)]
        text = random_netlist(np.random.default_rng(seed), kind)
        circuit, nothing = read_netlist(text).circuit, np.zeros((1, 0))
        with NativeSimulator(circuit) as native:
            ours = native.adapt({}, nothing, Adaptive(STOP))
            fine = native.follow({}, nothing, Transient.even(STOP, 20000))
        with TemporaryDirectory() as folder:
            theirs = vectors(Path(folder), text.replace(".tran 20n", ".tran 200n"))
        swing = float(np.ptp(fine.voltages, axis=(0, 1)).max())
        off = [0.0, 0.0]
        for node in circuit.nodes[1:]:
            right = fine.of(node)[0]
            courses = (ours.times, ours.of(node)[0]), (theirs["time"], theirs[node])
            for k, (times, volts) in enumerate(courses):
                off[k] = max(off[k], float(np.abs(volts - np.interp(times, fine.times, right)).max()))
        rows.append([seed, kind, len(ours.times) - 1, len(theirs["time"]) - 1, off[0] / swing, off[1] / swing])
    own = np.array([row[2:] for row in rows], dtype=float)
    print("adaptive, medians: steps", *np.median(own, axis=0), "largest:", *own.max(axis=0), flush=True)
    return rows


def vectors(folder: Path, text: str) -> dict[str, np.ndarray]:
    """Return the vectors of a transient that ngspice -b runs."""
    (folder / "circuit.cir").write_text(text)
    command = ["ngspice", "-b", "-n", "-r", "circuit.raw", "circuit.cir"]
    subprocess.run(command, cwd=folder, capture_output=True, check=True)
    header, _, data = (folder / "circuit.raw").read_bytes().partition(b"\nBinary:\n")
    lines = header.decode().splitlines()
    first = lines.index("Variables:") + 1
    names = [line.split()[1].removeprefix("v(").removesuffix(")") for line in lines[first:]]
    return dict(zip(names, np.frombuffer(data).reshape(-1, len(names)).T, strict=True))


def speed(rounds: int) -> list[list[object]]:
    """Return processor times a sample, milliseconds: native, ngspice in its worker, and the program ngspice -b.

    Sources of the random circuits are as strong as their netlists say times a number of each sample's own.
    """
    rng, rows = np.random.default_rng(0), []
    texts = [random_netlist(np.random.default_rng(k), kind) for k, kind in enumerate(KINDS)]
    cases = [(kind, read_netlist(text).circuit, text) for kind, text in zip(KINDS, texts, strict=True)]
    cases.append(("xor", loaded(load_netlist(HERE.parents[1] / "netlists" / "xor.cir").circuit, 1e-12), ""))
    for name, circuit, text in cases:
        analysis = Transient.even(STOP if name != "xor" else 2e-6, 1000)
        features = rng.uniform(-2, 2, (SAMPLES, circuit.inputs.count))
        moving = np.repeat(features[:, None], 1001, axis=1)
        moving[:, 0] = 0
        driven = scaled(circuit, analysis, rng.uniform(0.5, 1.5, SAMPLES))
        with NativeSimulator(circuit) as native, NgspiceSimulator(circuit) as ngspice:
            native.follow({}, moving, analysis, driven)  # compiles
            ngspice.follow({}, moving[:1], analysis, {at: value[:1] for at, value in driven.items()})
            worker = ngspice._timed._worker
            for number in range(rounds):
                began = time.process_time()
                for _ in range(REPEATS):
                    native.follow({}, moving, analysis, driven)
                ours, began = (time.process_time() - began) / REPEATS, worker.processor_seconds()
                ngspice.follow({}, moving, analysis, driven)
                theirs = worker.processor_seconds() - began
                alone = program(text.replace(".tran 20n 10u", ".tran 10n 10u 0 10n")) if text else float("nan")
                numbers = [1e3 / SAMPLES * ours, 1e3 / SAMPLES * theirs, 1e3 * alone]
                rows.append([name, number, len(circuit.nodes), *numbers, theirs / ours, numbers[2] / numbers[0]])
        own = np.array([row[3:] for row in rows if row[0] == name], dtype=float)
        print(name, "medians:", *np.median(own, axis=0), flush=True)
    return rows


def scaled(circuit: Circuit, analysis: Transient, strengths: np.ndarray) -> dict[str, np.ndarray]:
    """Return what the sources with functions of time hold, each sample's times its strength."""
    if not circuit.storage.waveforms:
        return {}
    volts, amperes = stimuli(circuit, {}, np.zeros((1, 0)), {}, analysis.times).of(0)
    held = {"voltage_sources.voltage": volts, "current_sources.amperes": amperes[:, :1]}
    return {at: strengths[:, None, None] * of for at, of in held.items()}


def program(text: str) -> float:
    """Return the processor seconds of ngspice -b on a netlist."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "circuit.cir").write_text(text)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            ["ngspice", "-b", "-n", "-r", "c.raw", "circuit.cir"], cwd=folder, capture_output=True, check=True
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def draw(rows: list[list[object]]) -> None:
    figure = Figure(figsize=(5, 3.2), layout="constrained")
    axes = figure.add_subplot()
    for kind in KINDS:
        own = [(row[0], row[6]) for row in rows if row[1] == kind]
        axes.semilogy(*zip(*own, strict=True), "o", label=kind, markersize=4)
    axes.axhline(1e-6, color="grey", linestyle=":")
    axes.set(xlabel="circuit", ylabel="largest difference / swing")
    axes.legend()
    save_figure(figure, HERE / "agreement.png", dpi=110)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="*", default=["agreement", "adaptive", "speed"])
    parser.add_argument("--circuits", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    if "agreement" in given.what:
        found = agreement(given.circuits)
        heads = ["seed", "kind", "method", "nodes", "swing_V", "difference_V", "share"]
        (HERE / "agreement.csv").write_text(csv_text(heads, found))
        draw(found)
    if "adaptive" in given.what:
        heads = ["seed", "kind", "native_steps", "ngspice_steps", "native_share_of_swing", "ngspice_share_of_swing"]
        (HERE / "adaptive.csv").write_text(csv_text(heads, adaptive(given.circuits)))
    if "speed" in given.what:
        heads = ["circuit", "round", "nodes", "native_ms", "ngspice_ms", "program_ms", "ratio", "program_ratio"]
        (HERE / "speed.csv").write_text(csv_text(heads, speed(given.rounds)))
