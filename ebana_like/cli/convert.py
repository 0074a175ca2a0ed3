"""`train-circuit convert WEIGHTS.npz`: which circuit computes what a trained ReLU network does?"""

from importlib.metadata import version
from pathlib import Path

import click
import numpy as np

from ebana_like.cli.patience import patience
from ebana_like.cli.printer import Printer, terminal
from ebana_like.elements import Resistors
from ebana_like.netlist import Netlist, save_netlist
from ebana_like.networks.relu import relu_circuit, relu_outputs
from ebana_like.networks.weights import relu_layers
from ebana_like.simulators.catalog import simulator
from ebana_like.units import si

SAMPLES = 16
"""Random features that the circuit is asked beside the network."""


@click.command()
@click.argument("weights", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), default="relu.cir", show_default=True, help="The netlist.")
@click.option(
    "--eps",
    type=click.FloatRange(0, 1, min_open=True),
    default=1e-3,
    show_default=True,
    help="Conductance of each crossbar over that of the one before: the outputs are off by about that much.",
)
@click.option("--volts", type=click.FloatRange(0, min_open=True), default=1.0, help="Of a feature of 1.  [default: 1]")
@click.option(
    "--siemens",
    type=click.FloatRange(0, min_open=True),
    default=1e-2,
    show_default=True,
    help="That meet at each node of the first layer.",
)
@click.option(
    "--engine", type=click.Choice(["native", "ngspice"]), default="native", show_default=True, help="That checks it."
)
def convert(weights: Path, out: Path, eps: float, volts: float, siemens: float, engine: str) -> None:
    """Write the circuit of a trained ReLU network: resistors, diodes and sources, and nothing to be trained.

    WEIGHTS is an .npz with the layers' weights and biases, in the order of the numbers in their names, as numpy.savez
    writes them. The circuit is solved for random features and compared with the network.
    """
    layers = relu_layers(weights)
    found = relu_circuit(layers, eps, volts, siemens, title=f"ReLU network of {weights.stem}")
    circuit = found.circuit
    features = np.random.default_rng(0).normal(size=(SAMPLES, circuit.inputs.count))
    with patience("solving the circuit"), simulator(engine, circuit) as solver:
        points = solver.solve({}, features * volts)
    wanted = relu_outputs(layers, features)
    off = np.abs(found.outputs(points.scores) - wanted).max() / np.abs(wanted).max()
    words = {
        "made_by": f"ebana-like-{version('ebana-like')}",
        "eps": f"{eps:g}",
        "input_volts": repr(volts),
        "output_volts": repr(found.scale),
    }
    ports = (*circuit.outputs.positive.tolist(), *circuit.outputs.negative.tolist())
    recorded = {circuit.nodes[node]: float(points.voltages[0, 0, node]) for node in ports}
    save_netlist(Netlist(circuit.with_features(features[0] * volts), recorded, words), out)
    printer = Printer(terminal())
    g = np.concatenate([bank.conductance for bank in circuit.of_kind(Resistors)])
    sizes = "-".join(map(str, [layers[0].weights.shape[1], *(len(layer.biases) for layer in layers)]))
    printer.line(f"network:  {sizes}")
    printer.line(
        f"circuit:  {len(circuit.nodes)} nodes, {len(g)} resistors of {si(1 / g.max(), 'Ω')} to {si(1 / g.min(), 'Ω')}"
    )
    printer.line(f"units:    a feature of 1 is {si(volts, 'V')}, an output of 1 is {si(found.scale, 'V')}")
    printer.line(f"checked:  {SAMPLES} random inputs, off by {off:.1e} of the largest output (eps {eps:g}, {engine})")
    printer.line(f"made:     {out}")
