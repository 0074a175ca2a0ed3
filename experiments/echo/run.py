"""Do circuits learn in time by echoes and by their own error played backwards, and what does section 6.1.3 give?

    python experiments/echo/run.py [PART ...]

Writes results.csv (errors of gradients) and tasks.csv (a filter and a delay that are learned) beside this file; a part
replaces its own lines.
"""

import argparse
import csv
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from ebana_like.analysis.differences import differences, distance
from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray, Range, Resistors
from ebana_like.files import csv_text
from ebana_like.fitting.ports import with_ports
from ebana_like.learning import update_named
from ebana_like.learning.in_time import CAPACITANCE, IN_TIME_RULES, INDUCTANCE, InTimeTask, echo_gradient
from ebana_like.learning.in_time.echo import Courses, forward_contrast
from ebana_like.learning.in_time.rules import course_of
from ebana_like.learning.schedules import Exponential
from ebana_like.netlist.deck import read_deck
from ebana_like.netlist.read import foreign_circuit
from ebana_like.simulators import NativeSimulator, NgspiceSimulator
from ebana_like.training.in_time import learn_in_time

HERE = Path(__file__).parent
STEPS = {"native": 6000, "ngspice": 8000}
BETA = {"native": 1e-14, "ngspice": 1e-12}
"""Farads; the smallest capacitance is 0.4 nF, and ngspice's steps have nine digits."""

TANKS = """two tanks
vin s 0 0
cin s a 0.5n
la a 0 1m
ca a 0 1n
cab a b 0.4n
lb b 0 0.7m
cb b 0 0.8n
"""
CASES = {
    "linear": "",
    "varactor": "dv 0 b var\n.model var d is=1e-18 cjo=0.5n vj=3 m=0.5\n",
    "resistors": "r1 a 0 5k\nr2 b 0 20k\n",
}


def circuit_of(text: str, output: str) -> Circuit:
    """A netlist whose source vin is the input, and whose resistors may learn."""
    deck = read_deck(f"{text}.end\n", "netlist", None)
    circuit, _ = with_ports(foreign_circuit(deck), deck, "vin=x", output)
    banks = [
        replace(bank, trainable={"conductance": Range(0.0, np.inf)}) if isinstance(bank, Resistors) else bank
        for bank in circuit.banks
    ]
    return replace(circuit, banks=tuple(banks))


def task_of(steps: int) -> InTimeTask:
    """A burst at the input, and a later one that is wanted at the output."""
    times = np.linspace(0, 2e-5, steps + 1)
    burst = np.sin(2 * np.pi * times / 9e-6) * np.exp(-(((times - 7e-6) / 4e-6) ** 2))
    wanted = 0.5 * np.sin(2 * np.pi * (times - 2.5e-6) / 9e-6) * np.exp(-(((times - 9.5e-6) / 4e-6) ** 2))
    return InTimeTask(times, burst[None, :, None], wanted[None, :, None])


def stored(circuit: Circuit, values: Mapping[str, FloatArray]) -> Circuit:
    return replace(circuit, storage=circuit.storage.with_values(values))


def values_of(circuit: Circuit) -> dict[str, FloatArray]:
    return {CAPACITANCE: circuit.storage.capacitors.capacitance, INDUCTANCE: circuit.storage.inductors.inductance}


def boundary(circuit: Circuit, task: InTimeTask) -> dict[str, FloatArray]:
    """[dp/dtheta dphi/dbeta - dp/dbeta dphi/dtheta] at the end, from differences of whole courses; linear circuits."""
    own = circuit.storage.capacitors

    def end(of: Circuit, beta: float = 0.0) -> FloatArray:
        """Momenta and fluxes of all nodes at the end, (2, nodes), as they are when pulled forwards."""
        with NativeSimulator(of) as simulator:
            courses = Courses(simulator, task)
            begins = courses.at_rest()
            free = courses.run(begins, task.features)
            pulled = free
            if beta:
                pulled = courses.run(begins, task.features, beta * courses.pull(free.scores - task.targets, False))
        v = pulled.voltages[0]
        momenta = np.zeros(v.shape[1])
        charge = of.storage.capacitors.charge(own.drop(v[-1]))
        np.add.at(momenta, own.positive, charge)
        np.add.at(momenta, own.negative, -charge)
        momenta[of.outputs.positive] += beta * (free.scores - task.targets)[0, -1]
        return np.stack([momenta, np.einsum("t,tn->n", task.weights, v)])

    beta = BETA["native"]
    by_beta = (end(circuit, beta) - end(circuit, -beta)) / (2 * beta)
    held = set(circuit.named("inputs").positive.tolist()) | {0}  # nodes that sources move have no momentum of their own
    free = [node for node in range(len(circuit.nodes)) if node not in held]
    by_theta = differences(lambda values: end(stored(circuit, values)), values_of(circuit))
    return {
        at: np.einsum("kn,n->k", slopes[:, 0][:, free], by_beta[1, free])
        - np.einsum("kn,n->k", slopes[:, 1][:, free], by_beta[0, free])
        for at, slopes in by_theta.items()
    }


def flat(gradients: Mapping[str, FloatArray], circuit: Circuit) -> FloatArray:
    """All slopes by the logarithms of the values."""
    return np.concatenate([value * gradients[at] for at, value in values_of(circuit).items()])


def gradients(case: str, name: str) -> list[list[str]]:
    """Errors of all rules that apply."""
    rows, engine = [], {"native": NativeSimulator, "ngspice": NgspiceSimulator}[name]
    circuit, task = circuit_of(TANKS + CASES[case], "b=y"), task_of(STEPS[name])

    def loss(values: Mapping[str, FloatArray]) -> float:
        with engine(stored(circuit, values)) as simulator:
            courses = Courses(simulator, task)
            return task.cost(courses.run(courses.at_rest(), task.features).scores)

    truth = flat(differences(loss, values_of(circuit)), circuit)
    with engine(circuit) as simulator:
        echo = echo_gradient(simulator, task, BETA[name], inexact=True)
        forward = forward_contrast(simulator, task, BETA[name])
        found = {
            "pulled forwards (6.1.3)": {CAPACITANCE: forward.by_capacitance, INDUCTANCE: forward.by_inductance},
            "echo": {CAPACITANCE: echo.by_capacitance, INDUCTANCE: echo.by_inductance},
        }
        if case == "linear" and name == "native":
            off = boundary(circuit, task)
            first = found["pulled forwards (6.1.3)"]
            found["pulled forwards, less the boundary term"] = {at: first[at] - off[at] for at in first}
        if case != "varactor":
            found["reversed error"] = IN_TIME_RULES["reversed-error"].gradient(simulator, task).gradients
        found["backwards"] = IN_TIME_RULES["backwards"].gradient(simulator, task).gradients
    of_euler = flat(differences(partial(_euler, circuit, engine, task), values_of(circuit)), circuit)
    for rule, each in found.items():
        wanted = of_euler if rule in ("reversed error", "backwards") else truth
        rows.append([case, name, rule, f"{distance(flat(each, circuit), wanted):.1e}", f"{echo.retraced:.1e}"])
        print(*rows[-1], flush=True)
    return rows


def _euler(circuit: Circuit, engine: type, task: InTimeTask, values: Mapping[str, FloatArray]) -> float:
    with engine(stored(circuit, values)) as simulator:
        return task.cost(course_of(simulator, task)[0].scores)


def ladder(sections: int) -> Circuit:
    lines = ["ladder", "vin s 0 0", "rs s n0 1k", "c0 n0 0 150p"]
    for k in range(1, sections + 1):
        lines += [f"l{k} n{k - 1} n{k} 150u", f"c{k} n{k} 0 150p"]
    return circuit_of("\n".join([*lines, f"rl n{sections} 0 1k", ""]), f"n{sections}=y")


def delay() -> tuple[Circuit, InTimeTask]:
    """A ladder that delays by 0.75 us where 1 us is wanted, of pulses of two shapes."""
    times = np.linspace(0, 3.5e-6, 351)

    def pulse(at: float, width: float) -> FloatArray:
        return np.exp(-(((times - at) / width) ** 2))

    def shapes(late: float) -> FloatArray:
        one = pulse(0.9e-6 + late, 0.3e-6)
        return np.stack([one, one - pulse(1.5e-6 + late, 0.3e-6)])[..., None]

    return ladder(5), InTimeTask(times, shapes(0.0), 0.5 * shapes(1e-6))


def tanks(spread: float, seed: int) -> Circuit:
    lines = ["tanks", "vin s 0 0", "cin s n0 100p"]
    for k in range(3):
        lines += [f"c{k} n{k} 0 400p", f"l{k} n{k} 0 400u", *([f"cc{k} n{k - 1} n{k} 100p"] if k else [])]
    circuit = circuit_of("\n".join([*lines, ""]), "n2=y")
    rng = np.random.default_rng(seed)
    return stored(
        circuit, {at: v * np.exp(rng.uniform(-spread, spread, len(v))) for at, v in values_of(circuit).items()}
    )


def filtering() -> tuple[Circuit, InTimeTask]:
    """Three tanks in a row that are to answer as three others do, whose values differ by up to a third."""
    times = np.linspace(0, 12e-6, 801)

    def burst(width: float, hertz: float) -> FloatArray:
        return np.exp(-(((times - 3e-6) / width) ** 2)) * np.sin(2 * np.pi * hertz * (times - 3e-6))

    features = np.stack([burst(1.5e-6, 3.4e5), burst(1e-6, 4.1e5)])[..., None]
    teacher = tanks(0.3, 0)
    with NativeSimulator(teacher) as simulator:
        courses = Courses(simulator, InTimeTask(times, features, np.zeros_like(features)))
        targets = courses.run(courses.at_rest(), features).scores
    return tanks(0.0, 0), InTimeTask(times, features, targets)


def learned(name: str, rule: str, epochs: int) -> list[list[str]]:
    circuit, task = delay() if name == "delay" else filtering()
    update = update_named("adam", 0.005, Exponential(0.03 ** (1 / epochs)))
    whole, rows = task.cost(np.zeros_like(task.targets)), []
    for epoch in learn_in_time(circuit, task, rule, update, epochs, NativeSimulator):
        if epoch.number in (1, epochs) or epoch.number % 50 == 0:
            rows.append([name, rule, str(epoch.number), f"{epoch.cost / whole:.3e}"])
            print(*rows[-1], flush=True)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=[*PARTS, *TASKS], help=f"of {', '.join([*PARTS, *TASKS])}")
    parts = parser.parse_args().parts
    for file, heads, known in (("results.csv", RESULTS, PARTS), ("tasks.csv", LEARNED, TASKS)):
        path = HERE / file
        kept = list(csv.reader(path.open()))[1:] if path.exists() else []
        for part in (part for part in parts if part in known):
            work, *arguments = known[part]
            rows = work(*arguments)
            kept = [row for row in kept if row[:2] != rows[0][:2]] + rows
            path.write_text(csv_text(heads, kept))


RESULTS, LEARNED = ["case", "engine", "rule", "error", "retraced_V"], ["task", "rule", "epoch", "share_of_targets"]
PARTS = {case: (gradients, case, "native") for case in CASES} | {"ngspice": (gradients, "linear", "ngspice")}
TASKS = {
    "delay": (learned, "delay", "reversed-error", 300),
    "delay-backwards": (learned, "delay", "backwards", 300),
    "filter": (learned, "filter", "echo", 300),
}

if __name__ == "__main__":
    main()
