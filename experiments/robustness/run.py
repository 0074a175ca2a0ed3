"""Why does equilibrium propagation fail for most nudging factors in Kiraz et al. 2023, and what cures it?

    python experiments/robustness/run.py

Their case 1: inputs -2 V and 2 V, a bias (1 V here; they do not say), two neurons, one output pair, target 1 V,
learning rate 5e-4, beta from 1e-7 to 0.1 S. Writes results.csv and curves.svg beside itself.
"""

import csv
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.cluster import Cluster, in_order
from ebana_like.elements import Diodes, FloatArray, Resistors
from ebana_like.energy import coenergy_weights
from ebana_like.learning import SGD, Centered, Positive, SquaredError
from ebana_like.networks import Amplifier, Crossbar, DiodePair, Inputs, OutputPairs, build_network
from ebana_like.simulators import NativeSimulator

HERE = Path(__file__).parent
FEATURES, TARGET = np.array([[-2.0, 2.0, 1.0]]), np.array([[1.0]])  # the third is the bias
ALPHA, RELATIVE_RATE = 5e-4, 5.0
A, B = 4.0, 1 / 4
LEVEL = 3e-3  # siemens, mean of the first conductances; the paper gives none
BETAS = tuple(10.0**k for k in range(-7, 0))
STARTS, ITERATIONS = range(5), 100
CONVERGED, STEADY = 1e-2, 10  # volts of error, and iterations in a row: one that swings passes below it now and then
SETTLED = 1e-6  # volts of error at which a training ends


@dataclass(frozen=True)
class Rule:
    """What is done to the published rule.

    weighted: with the amplifier weights. centered: instead of positive nudging.
    relative_beta: beta times the conductance seen at the output pair. relative_rate: 5 g0^2 instead of 5e-4.
    """

    name: str
    weighted: bool = False
    centered: bool = False
    relative_beta: bool = False
    relative_rate: bool = False


RULES = (
    Rule("as published"),
    Rule("+ amplifier weights", weighted=True),
    Rule("+ centered", weighted=True, centered=True),
    Rule("+ relative beta", weighted=True, centered=True, relative_beta=True),
    Rule("+ relative rate: all four", weighted=True, centered=True, relative_beta=True, relative_rate=True),
    Rule("relative rate alone", relative_rate=True),
)


@dataclass(frozen=True)
class Case:
    """One training: the rule, the mean of the first conductances (siemens), beta, and the seed of the start."""

    rule: Rule
    level: float
    beta: float
    start: int


def circuit_of(level: float, start: int) -> Circuit:
    """Return their circuit: single inputs, diode pairs, amplifiers with A = 4 and B = 1/4, an output pair."""
    initial, limits = (0.1 * level, 1.9 * level), (1e-2 * level, 10 * level)
    layers = [Inputs(3, bias=0, doubled=False), Crossbar(2, initial, limits), DiodePair("d1n4148"), Amplifier(A, B)]
    return build_network([*layers, Crossbar(2, initial, limits), OutputPairs()], "case 1", start)


def conductance_seen(circuit: Circuit) -> float:
    """Return the conductance between the output nodes, siemens: two columns in series, amplifiers being stiff."""
    columns = circuit.bank("crossbar2", Resistors).conductance.reshape(2, 2).sum(axis=1)
    return float(1 / (1 / columns).sum())


def train(case: Case, iterations: int = ITERATIONS) -> list[float]:
    """Return the error |target - output|, volts, before every update; shorter where it settles or cannot be solved."""
    circuit, rule, rng = circuit_of(case.level, case.start), case.rule, np.random.default_rng(0)
    beta = case.beta * (conductance_seen(circuit) if rule.relative_beta else 1.0)
    estimator = (Centered if rule.centered else Positive)(beta)
    alpha = RELATIVE_RATE * case.level**2 if rule.relative_rate else ALPHA
    span = circuit.parameters["crossbar1.conductance"].span
    update = SGD(alpha / span**2)  # this program's rates are relative to the range
    weights, conductances, errors, cost = coenergy_weights(circuit), circuit.values(), [], SquaredError()
    with NativeSimulator(circuit) as simulator:
        while len(errors) < iterations:
            estimate = estimator.estimate(simulator, conductances, FEATURES, TARGET, cost, rng)
            gradients = estimate.gradients
            if not estimate.points.usable.all():
                return [*errors, np.nan]
            errors.append(abs(float(TARGET[0, 0] - estimate.points.scores[0, 0])))
            if errors[-1] < SETTLED:
                break
            if not rule.weighted:
                gradients = {name: gradient / weights[name.partition(".")[0]] for name, gradient in gradients.items()}
            conductances, _ = update.step(circuit.parameters, conductances, gradients, {}, len(errors))
    return errors


def slopes(circuit: Circuit) -> tuple[FloatArray, FloatArray]:
    """Return how the plain and the weighted sum of pseudo-powers change with the neurons' voltages, (2,) each.

    Per volt, divided by the largest branch current: zero where the operating point makes the sum stationary.
    """
    with NativeSimulator(circuit) as simulator:
        voltages = simulator.solve(circuit.values(), FEATURES).voltages[0, 0]
    first, second = circuit.bank("crossbar1", Resistors), circuit.bank("crossbar2", Resistors)
    neurons = [circuit.nodes.index(f"h1_{k}") for k in range(2)]
    before, behind, largest = np.zeros(2), np.zeros(2), 0.0
    for bank in (first, *circuit.of_kind(Diodes), second):
        current = bank.current(voltages[bank.positive] - voltages[bank.negative])
        largest = max(largest, float(np.abs(current).max()))
        for k, neuron in enumerate(neurons):
            before[k] += current[bank.positive == neuron].sum() - current[bank.negative == neuron].sum()
            if bank is second:
                behind[k] += current[bank.positive == circuit.nodes.index(f"a1_{k}")].sum()
    # a volt at the neuron is A volts at its amplifier's output
    return (before + A * behind) / largest, (A / B * before + A * behind) / (A / B * largest)


def converged(errors: list[float]) -> bool:
    return errors[-1] < SETTLED or max(errors[-STEADY:]) < CONVERGED


def main() -> None:
    both = [slopes(circuit_of(LEVEL, start)) for start in STARTS]
    plain, weighted = (np.abs(np.array(column)).max(axis=1) for column in zip(*both, strict=True))
    print("slope of the sum of pseudo-powers at the operating point, over the largest branch current, by start:")
    print(f"  plain sum {plain.min():.2g} to {plain.max():.2g}; weighted sum at most {weighted.max():.1g}", flush=True)
    cases = [Case(rule, LEVEL, beta, start) for rule, beta, start in product(RULES, BETAS, STARTS)]
    found = dict(zip(cases, in_order(train, cases, Cluster(2)), strict=True))
    with (HERE / "results.csv").open("w") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["rule", "beta", "start", "iterations", "last_error_volts", "converged"])
        for case in cases:
            errors = found[case]
            row = [case.rule.name, f"{case.beta:g}", case.start, len(errors), f"{errors[-1]:.3g}"]
            writer.writerow([*row, int(converged(errors))])
    counts = {
        rule: [sum(converged(found[Case(rule, LEVEL, beta, start)]) for start in STARTS) for beta in BETAS]
        for rule in RULES
    }
    print(f"starts of {len(STARTS)} that converge, beta 1e-7 to 0.1:")
    for rule in RULES:
        percent = 100 * sum(counts[rule]) / (len(STARTS) * len(BETAS))
        print(f"  {rule.name:<26}{' '.join(f'{count:>3}' for count in counts[rule])}   {percent:.0f} %")
    plot(found, counts)


def plot(found: dict[Case, list[float]], counts: dict[Rule, list[int]]) -> None:
    figure, panels = plt.subplots(1, 3, figsize=(13, 3.6), layout="constrained")
    colours = plt.get_cmap("viridis")(np.linspace(0, 0.95, len(BETAS)))
    for axes, rule in zip(panels, (RULES[0], RULES[4]), strict=False):
        for beta, colour in zip(BETAS, colours, strict=True):
            errors = found[Case(rule, LEVEL, beta, STARTS[0])]
            axes.semilogy(np.maximum(errors, SETTLED), color=colour, linewidth=1, label=f"{beta:g}")
        axes.axhline(CONVERGED, color="grey", linewidth=0.5)
        axes.set(xlabel="iteration", ylabel="|target - output| (V)", ylim=(SETTLED, 20), xlim=(0, ITERATIONS))
        axes.set_title(f"{rule.name}, start 0")
    panels[1].legend(title="beta", fontsize=8, ncols=2)
    table = np.array([counts[rule] for rule in RULES]) / len(STARTS)
    panels[2].imshow(table, cmap="viridis", vmin=0, vmax=1, aspect="auto")
    for (row, column), value in np.ndenumerate(table):
        colour = "white" if value < 0.6 else "black"
        panels[2].text(column, row, f"{value:.2g}", ha="center", va="center", color=colour)
    panels[2].set_yticks(range(len(RULES)), [rule.name for rule in RULES])
    panels[2].set_xticks(range(len(BETAS)), [f"{beta:.0e}" for beta in BETAS], fontsize=8)
    panels[2].set(xlabel="beta (S, or relative)", title="share of starts that converge")
    figure.savefig(HERE / "curves.svg")


if __name__ == "__main__":
    main()
