"""Does ngspice agree? Samples of a trained run, solved again in ngspice on the netlist that was written."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ebana_like.analysis.steep import largest_deviation, steepened
from ebana_like.elements import FloatArray
from ebana_like.errors import SettingError, SimulatorError
from ebana_like.files import write_atomically
from ebana_like.netlist import load_netlist
from ebana_like.runs import Run
from ebana_like.simulators import NgspiceSimulator, Simulator
from ebana_like.training import Callback, EpochRecord, Problem, Progress

LARGEST_DEVIATION = 1e-9
"""Volts; more means that two engines do not solve the same circuit."""


@dataclass(frozen=True)
class Verification:
    """How far an engine's free node voltages are from ngspice's.

    samples: how many were compared. deviation: the largest difference, volts. node: where it is.
    allowed: what the steep diodes that stand for ideal ones in SPICE may make of it, volts.
    """

    samples: int
    deviation: float
    node: str
    allowed: float = 0.0

    def require(self) -> None:
        """Raise SimulatorError where the deviation is too large to be rounding."""
        most = LARGEST_DEVIATION + self.allowed
        if not self.deviation <= most:
            raise SimulatorError(
                f"ngspice differs by {self.deviation:.1e} V at node {self.node}, more than {most:.3g} V: "
                "do not trust this run; train it with --engine ngspice"
            )


def verify(netlist: Path, simulator: Simulator, features: FloatArray) -> Verification:
    """Compare the engine's operating points with ngspice's on the netlist as written.

    netlist: file whose circuit and conductances both solve. features: (samples, features), volts.
    """
    circuit = load_netlist(netlist).circuit
    values = circuit.values()
    ours = simulator.solve(values, features)
    solved = circuit.with_values(values)
    allowed = [
        largest_deviation(solved.with_features(x), volts) for x, volts in zip(features, ours.voltages[0], strict=True)
    ]
    with NgspiceSimulator(steepened(circuit)) as ngspice:
        theirs = ngspice.solve(values, features)
    order = [circuit.nodes.index(node) for node in simulator.circuit.nodes]
    difference = np.abs(ours.voltages[0] - theirs.voltages[0][:, order]).max(axis=0, initial=0.0)
    # a sample that either engine could not solve is NaN, and argmax finds NaN first
    worst = int(difference.argmax())
    return Verification(len(features), float(difference[worst]), simulator.circuit.nodes[worst], max(allowed))


class Verifier(Callback):
    """The callback that verifies a run, after every epoch or when asked, and writes verification.csv in its folder.

    samples: how many training samples to compare, evenly spaced.
    """

    def __init__(self, run: Run, problem: Problem, simulator: Simulator, samples: int, every_epoch: bool) -> None:
        train = problem.data.train
        if not 1 <= samples <= len(train):
            raise SettingError(f"verify is {samples}; give a number of samples from 1 to {len(train)}")
        self.run = run
        self.simulator = simulator
        self.features = train.volts(np.linspace(0, len(train) - 1, samples).astype(int))
        self.every_epoch = every_epoch
        self.found: dict[int, Verification] = {}

    def on_epoch(self, progress: Progress, record: EpochRecord) -> None:
        """Verify the netlist of this epoch."""
        if self.every_epoch:
            self.verify(progress.epoch)

    def verify(self, epoch: int) -> Verification:
        """Verify the run's netlist, which holds this epoch's end, once. Raises SimulatorError where ngspice differs."""
        if epoch not in self.found:
            self.found[epoch] = verify(self.run.netlist, self.simulator, self.features)
            rows = [f"{number},{v.samples},{v.deviation!r},{v.node}\n" for number, v in self.found.items()]
            write_atomically(self.run.path / "verification.csv", "".join(["epoch,samples,deviation,node\n", *rows]))
        self.found[epoch].require()
        return self.found[epoch]
