"""What do layers that see earlier ones bring on digits, and what do they cost? Beside a chain of the same layers.

    python experiments/skips/run.py

Trains 64-50-30-10, by Adam and centered nudging, as a chain, with outputs that see the inputs too, and with outputs
that see the first hidden layer too. Writes results.csv beside this file: digits wrong of those not trained on, %. Then
it times epochs of 200 digits in turn with those of the same networks with one resistor more, of 1e-15 S from a neuron
to ground, which is enough to have all of Kirchhoff's equations solved and not layer by layer.
"""

import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.data import Split
from ebana_like.elements import Resistors
from ebana_like.files import csv_text
from ebana_like.learning import update_named
from ebana_like.networks import Amplifier, Crossbar, DiodePair, Inputs, OutputPairs, Skip, build_network
from ebana_like.simulators import NativeSimulator
from ebana_like.tasks import TASKS
from ebana_like.training import Problem, train

HERE = Path(__file__).parent
SKIPS = {"the layer before": (), "the inputs too": (Skip(0),), "the first layer too": (Skip(1),)}
SAMPLES, ROUNDS = 200, 5


def network(name: str, seed: int) -> Circuit:
    """Amplifiers are ideal transformers, so that both ways to an output weigh alike."""
    neuron = DiodePair("schottky"), Amplifier(4, 4.0)
    layers = [Inputs(64), Crossbar(50), *neuron, Crossbar(30), *neuron, *SKIPS[name], Crossbar(20), OutputPairs()]
    return build_network(layers, name, seed=seed)


def problem_of(circuit: Circuit, seed: int) -> Problem:
    problem = TASKS["digits"].problem(replace(TASKS["digits"].settings, seed=seed))
    return replace(problem, system=circuit, update=update_named("adam", 0.003))


def seconds(problem: Problem, simulator: NativeSimulator) -> float:
    began = time.perf_counter()
    train(problem, simulator)
    return time.perf_counter() - began


def trained(name: str, seed: int) -> list[str]:
    circuit = network(name, seed)
    problem = problem_of(circuit, seed)
    with NativeSimulator(circuit) as simulator:
        records = train(problem, simulator).records
    wrong = 100 * (1 - records[-1].test.accuracy)
    return [name, str(seed), f"{wrong:.2f}"]


def with_leak(circuit: Circuit) -> Circuit:
    node = np.array([circuit.nodes.index("h1_0")])
    leak = Resistors("leak", ("rleak",), node, np.zeros(1, dtype=np.intp), np.array([1e-15]))
    return replace(circuit, banks=(*circuit.banks, leak))


def timed(name: str) -> str:
    circuits = network(name, 0), with_leak(network(name, 0))
    problems = [replace(problem_of(circuit, 0), epochs=1) for circuit in circuits]
    few = problems[0].data.train.take(np.arange(SAMPLES))
    problems = [replace(problem, data=Split(few)) for problem in problems]
    simulators = [NativeSimulator(circuit) for circuit in circuits]
    rounds = [[seconds(*each) for each in zip(problems, simulators, strict=True)] for _ in range(ROUNDS + 1)][1:]
    layered, general = np.median(rounds, axis=0)
    ratio = np.median([general / layered for layered, general in rounds])
    return f"{name}: {layered:.3f} s layer by layer, {general:.2f} s by all equations, {ratio:.0f} times as long"


if __name__ == "__main__":
    table = []
    for name in SKIPS:
        for seed in range(3):
            table.append(trained(name, seed))
            print(*table[-1], flush=True)
    (HERE / "results.csv").write_text(csv_text(["outputs see", "seed", "test_error"], table))
    for name in SKIPS:
        print(timed(name), flush=True)
