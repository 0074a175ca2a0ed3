"""What does a trained circuit hold on devices of few levels? Its conductances at the nearest, and what that costs."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np

from ebana_like.elements import FloatArray
from ebana_like.hardware.stock import Stock
from ebana_like.netlist import Netlist, save_netlist
from ebana_like.simulators import Simulator
from ebana_like.training import Problem, evaluate
from ebana_like.training.progress import Evaluation
from ebana_like.values import Parameter, Values, parts


@dataclass(frozen=True, eq=False)
class Programmed:
    """Values as they are programmed, and how well they answer beside those that were trained.

    part: of the data that they were judged on.
    """

    values: Values
    part: str
    trained: Evaluation
    programmed: Evaluation


def programmed(problem: Problem, values: Values, stock: Stock, simulator: Simulator) -> Programmed:
    """Return the values with every conductance at the nearest one of a stock within its range, and judge them."""
    found = {
        address: _nearest(address, each, values[address], stock) for address, each in problem.system.parameters.items()
    }
    data = problem.data
    part = next(name for name in ("test", "validation", "train") if getattr(data, name) is not None)
    judged = (evaluate(simulator, each, getattr(data, part), problem.cost) for each in (values, found))
    return Programmed(found, part, *judged)


def _nearest(address: str, parameter: Parameter, value: FloatArray, stock: Stock) -> FloatArray:
    if parts(address)[1] != "conductance":
        return value
    levels = np.sort(1 / stock.within(1 / parameter.high, 1 / parameter.low))
    above = np.clip(np.searchsorted(levels, value), 1, max(len(levels) - 1, 1))
    pairs = levels[np.stack([above - 1, np.minimum(above, len(levels) - 1)])]
    return np.asarray(np.clip(np.where(value - pairs[0] <= pairs[1] - value, *pairs), parameter.low, parameter.high))


def save_solved(problem: Problem, values: Values, words: Mapping[str, str], simulator: Simulator, path: Path) -> None:
    """Write a problem's circuit with other values, at the first training sample, and the voltages that it gives.

    words: what the file says of its origin.
    """
    features = problem.data.train.volts(slice(1))
    points = simulator.solve(values, features)
    circuit = problem.circuit.with_values(values).with_features(features[0])
    ports = (*circuit.outputs.positive.tolist(), *circuit.outputs.negative.tolist())
    recorded = {circuit.nodes[node]: float(points.voltages[0, 0, node]) for node in dict.fromkeys(ports) if node}
    words = {**words, "made_by": f"ebana-like-{version('ebana-like')}"}
    save_netlist(Netlist(circuit, recorded if points.usable[0] else {}, words), path)
