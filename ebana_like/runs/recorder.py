"""How does a run folder stay current while a circuit is trained?"""

import time
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import version
from typing import Protocol, runtime_checkable

from ebana_like.elements import WiredCrossbar
from ebana_like.files import append, remove, write_atomically
from ebana_like.netlist import Netlist, save_netlist
from ebana_like.netlist.wires import reduced
from ebana_like.runs.checkpoint import Checkpoint, save_checkpoint
from ebana_like.runs.resume import about
from ebana_like.runs.run import Run, history_text
from ebana_like.runs.settings import TrainingSettings
from ebana_like.simulators import Simulator
from ebana_like.systems import CircuitSystem
from ebana_like.training.loop import Callback
from ebana_like.training.problem import Problem
from ebana_like.training.progress import Best, EpochRecord, Progress
from ebana_like.values import Values


@runtime_checkable
class Written(Protocol):
    """A system that knows files of its own to keep in a run folder, beside the netlist that is written of circuits."""

    def files(self, values: Values) -> Mapping[str, bytes]:
        """Return their contents by name, with these values in them."""


class RunRecorder(Callback):
    """The callback that keeps a run folder current.

    The history grows after every epoch; netlist and checkpoint are written where training can be resumed, but not more
    often than the setting `checkpoint_seconds` allows.

    settings: of the run, whose `keep` and `checkpoint_seconds` are heeded.
    simulator: solves the sample whose voltages stand in the netlist, and forgets before it does, so that the same
        values always come with the same voltages. It may be the one that trains, unless `every_epoch`.
    every_epoch: write the netlist after every epoch too, for who reads it then.
    """

    every_batch = False

    def __init__(
        self,
        run: Run,
        task: str,
        settings: TrainingSettings,
        problem: Problem,
        simulator: Simulator,
        every_epoch: bool = False,
    ) -> None:
        self.run = run
        self.every_epoch = every_epoch
        self.problem = problem
        self.simulator = simulator
        self.settings = settings
        self.about = about(task, self.settings, problem)
        self.features = problem.data.train.volts(slice(1))
        is_circuit = isinstance(problem.system, CircuitSystem)
        self.circuit = problem.circuit.with_features(self.features[0]) if is_circuit else None
        self.words = {
            "task": task,
            "seed": str(problem.seed),
            "made_by": f"ebana-like-{version('ebana-like')}",
            **{name: given for name in ("readout", "converter") if (given := getattr(settings, name))},
        }
        self.best: Best | None = None
        self._saved = time.perf_counter()

    def begin(self, progress: Progress) -> None:
        """Bring the whole folder to where training starts; a history that went further is cut."""
        self.best = progress.best
        if progress.records:
            write_atomically(self.run.history, history_text(progress.records))
        else:
            remove(self.run.history)
        if progress.steps or self.settings.start:
            self.save(progress)
        else:  # what has not begun begins again from its settings, which the disk has
            self.save_netlist(progress.values, progress.epoch, durable=False)

    def on_batch(self, progress: Progress) -> None:
        """Save where training can go on, and when enough time has passed."""
        waited = time.perf_counter() - self._saved
        if waited >= self.settings.checkpoint_seconds and self.problem.is_resumable(progress):
            self.save(progress)

    def on_epoch(self, progress: Progress, record: EpochRecord) -> None:
        """Add a line to the history."""
        self.best = progress.best
        if self.every_epoch:
            self.save_netlist(progress.values, progress.epoch)
        append(self.run.history, history_text([record], head=record.epoch == 1))

    def finish(self, progress: Progress) -> Best:
        """Write what training ended with; the netlist holds, and the call returns, what the setting `keep` asks for."""
        kept = progress.best if self.settings.keep == "best" else None
        return self.save(progress, kept)

    def save(self, progress: Progress, kept: Best | None = None) -> Best:
        """Write netlist and checkpoint; the netlist holds, and the call returns, `kept` or what has been reached."""
        kept = kept or Best(progress.epoch, progress.values)
        self.save_netlist(kept.values, kept.epoch)
        save_checkpoint(self.run.checkpoints, Checkpoint(progress, self.about))
        self._saved = time.perf_counter()
        return kept

    def save_netlist(self, values: Values, epochs: int, durable: bool = True) -> None:
        """Write a netlist with the values after so many epochs, and the voltages they give for one sample; or what a
        system that is no circuit keeps in its place."""
        if isinstance(self.problem.system, Written):
            for name, data in self.problem.system.files(values).items():
                write_atomically(self.run.path / name, data, durable=durable)
        if self.circuit is None:
            return
        circuit = self.circuit.with_values(values)
        self.simulator.forget()
        points = self.simulator.solve(values, self.features)
        ports = (*circuit.outputs.positive.tolist(), *circuit.outputs.negative.tolist())
        recorded = {circuit.nodes[node]: float(points.voltages[0, 0, node]) for node in dict.fromkeys(ports) if node}
        words = {**self.words, "epochs": str(epochs)}
        netlist = Netlist(circuit, recorded if points.usable[0] else {}, words)
        save_netlist(netlist, self.run.netlist, durable)
        if circuit.of_kind(WiredCrossbar):
            save_netlist(replace(netlist, circuit=reduced(circuit)), self.run.reduced, durable)
