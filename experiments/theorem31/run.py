"""Is settling a gradient at every time, in circuits of all kinds? Theorem 3.1 with the capacitances as the metric.

Writes results.csv and errors.png beside this file.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from ebana_like.analysis.examples import Examples
from ebana_like.analysis.transient_check import transient_check, unequal, with_capacitances
from ebana_like.circuit import Circuit
from ebana_like.drawing import Figure, save_figure
from ebana_like.elements import Capacitors, Range
from ebana_like.files import csv_text
from ebana_like.learning import Centered, SquaredError
from ebana_like.netlist import read_netlist
from ebana_like.networks import Amplifier, Crossbar, DiodePair, Inputs, OutputPairs, build_network
from ebana_like.nudges.ways.current import sources_across
from ebana_like.ports import Driven, InputPorts, OutputPorts
from ebana_like.simulators import NativeSimulator, NgspiceSimulator

HERE = Path(__file__).parent

FOREIGN = """a bridge of diodes from elsewhere
v1 in 0 1
v2 in2 0 -0.5
r1 in a 2k
r2 a b 5k
r3 b 0 3k
d1 a c dd
d2 0 b dd
r4 c 0 4k
r5 in2 c 3k
c1 a 0 2p
c2 b 0 0.7p
c3 c 0 1p
c4 a b 1.5p
.model dd d is=1e-9 n=1.3 cjo=1p tt=10p
.end
"""


def foreign() -> Circuit:
    """A netlist whose sources are made inputs, whose resistors train, and whose nodes b and c are the output pair."""
    circuit = read_netlist(FOREIGN).circuit
    at = {name: k for k, name in enumerate(circuit.nodes)}
    outputs = OutputPorts(np.array([at["b"]]), np.array([at["c"]]))
    banks = tuple(
        replace(bank, trainable={"conductance": Range(1e-6, 1e-2)}) if bank.kind == "resistor" else bank
        for bank in circuit.banks
        if bank.name not in ("inputs", "nudge")
    )
    return replace(
        circuit,
        banks=(*banks, sources_across(outputs)),
        inputs=InputPorts("voltage_sources", np.arange(2), np.ones(2)),
        outputs=outputs,
        driven=Driven("current", ("nudge.amperes",)),
    )


def coupled(circuit: Circuit) -> Circuit:
    """With capacitors between neighbouring outputs and between neurons."""
    circuit = unequal(circuit, 1e-12, 3)
    own, ports = circuit.storage.capacitors, circuit.outputs
    hidden = [k for k, name in enumerate(circuit.nodes) if name.startswith("h1_")][:2]
    more = Capacitors(
        own.name,
        (*own.labels, "c_outputs", "c_neurons"),
        np.concatenate([own.positive, ports.positive[:1], hidden[:1]]),
        np.concatenate([own.negative, ports.negative[:1], hidden[1:]]),
        np.append(own.initial, [np.nan, np.nan]),
        np.append(own.capacitance, [2e-12, 3e-12]),
    )
    return replace(circuit, storage=replace(circuit.storage, capacitors=more))


def network(*sizes: int, gain: float = 4.0) -> Circuit:
    layers: list = [Inputs(2)]
    for size in sizes:
        layers += [Crossbar(size), DiodePair(), Amplifier(gain)]
    return build_network([*layers, Crossbar(4), OutputPairs()], seed=1)


CASES = {
    "diode crossbar": lambda: unequal(network(4, gain=1.0), 1e-12, 0),
    "amplifiers": lambda: unequal(network(4), 1e-12, 1),
    "two hidden layers": lambda: unequal(network(3, 3), 1e-12, 2),
    "coupling capacitors": lambda: coupled(network(4)),
    "a foreign netlist": foreign,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parameters", type=int, default=3)
    given = parser.parse_args()
    rows, figure = [], Figure(figsize=(11, 3.4), layout="constrained")
    panels = figure.subplots(1, len(CASES), sharey=True)
    for axes, (name, make) in zip(panels, CASES.items(), strict=True):
        circuit = make()
        rng = np.random.default_rng(0)
        features = rng.uniform(-3, 3, (3, circuit.inputs.count))
        targets = rng.choice([-0.2, 0.2], (3, circuit.outputs.count))
        examples = Examples(circuit, features, targets, SquaredError(), Centered(1e-7), "random samples", HERE)
        scale = float(np.median(np.concatenate([b.conductance for b in circuit.banks if b.kind == "resistor"])))
        betas = [scale * share for share in (1e-3, 1e-2, 1e-1)]
        own = circuit.storage.capacitors.capacitance
        equal = with_capacitances(circuit, np.full(len(own), own.mean()))
        for engine in (NativeSimulator, NgspiceSimulator):
            with engine(circuit) as simulator, engine(equal) as other:
                check = transient_check(simulator, other, examples, betas, given.parameters)
            for moment in check.moments:
                for k, beta in enumerate(betas):
                    share = moment.time / check.slowest
                    errors = moment.centered[k], moment.one_sided[k], moment.unmetered
                    rows.append([name, engine.__name__, moment.time, share, beta, beta / scale, *errors])
            print(name, engine.__name__, check.moments[0], check.moments[-1], flush=True)
            if engine is NativeSimulator:
                times = [moment.time / check.slowest for moment in check.moments]
                for k, share in enumerate((1e-3, 1e-2, 1e-1)):
                    axes.loglog(times, [m.centered[k] for m in check.moments], ".-", label=f"beta {share:g}")
                axes.loglog(times, [m.unmetered for m in check.moments], "k:", label="no metric")
        axes.set(title=name, xlabel="time / slowest")
        axes.title.set_fontsize("small")
        axes.grid(alpha=0.3)
    panels[0].set_ylabel("relative error")
    panels[-1].legend(fontsize="x-small", bbox_to_anchor=(1.02, 1), loc="upper left")
    heads = [
        "circuit",
        "engine",
        "seconds",
        "of_slowest",
        "beta_S",
        "beta_relative",
        "centered",
        "one_sided",
        "no_metric",
    ]
    (HERE / "results.csv").write_text(csv_text(heads, rows))
    save_figure(figure, HERE / "errors.png", dpi=110)


if __name__ == "__main__":
    main()
