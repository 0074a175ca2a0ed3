"""Which netlists stand in this folder? Small networks before training, and one that learns XOR by itself.

`python netlists/make.py` writes them again.
"""

from pathlib import Path

import numpy as np

from ebana_like import (
    Amplifier,
    Crossbar,
    DiodePair,
    Inputs,
    Netlist,
    OutputPairs,
    SwitchedTargets,
    build_network,
    save_netlist,
)
from ebana_like.files import write_atomically
from ebana_like.networks.selflearn import self_learning_xor

HERE = Path(__file__).parent


def examples() -> dict[str, Netlist]:
    """Return the netlists by file name."""
    neurons = [DiodePair("d1n4148"), Amplifier(gain=4)]
    small = [Inputs(2), Crossbar(3), *neurons, Crossbar(2), OutputPairs()]
    deep = [Inputs(4), Crossbar(6), *neurons, Crossbar(5), *neurons, Crossbar(6), OutputPairs()]
    circuits = {
        "xor.cir": build_network(small, "two inputs, three neurons, one output pair"),
        "xor_switched.cir": build_network(small, "the same, nudged by switched targets", nudging=SwitchedTargets(1e-7)),
        "deep.cir": build_network(deep, "four inputs, two hidden layers, three output pairs"),
    }
    return {
        name: Netlist(circuit.with_features(np.linspace(-1, 1, circuit.inputs.count)))
        for name, circuit in circuits.items()
    }


def learns_alone() -> str:
    """Return the netlist that learns XOR by itself, as `train-circuit selflearn xor` writes it."""
    learner = self_learning_xor()
    return learner.learning_netlist(learner.start(0), 400, "xor learned by itself, transistor edges, seed 0")


if __name__ == "__main__":
    for name, netlist in examples().items():
        save_netlist(netlist, HERE / name)
    write_atomically(HERE / "selflearn_xor.cir", learns_alone())
