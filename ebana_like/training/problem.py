"""What is to be learned, and how? Everything the loop is given but the simulator."""

from dataclasses import dataclass

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.errors import SettingError
from ebana_like.learning import Cost, Estimator, Update
from ebana_like.training.progress import Progress
from ebana_like.training.split import Split

CHECKPOINT_BATCHES = 100
"""To start anew takes ngspice as long as 2 batches of Iris or 12 of XOR: once in 100 batches, 2 to 12 % of the time."""


@dataclass(frozen=True, eq=False)
class Problem:
    """What is to be learned, and how.

    seed: of data order and of estimators that draw; batch k of epoch e always sees the same numbers.
    stop_loss: ends training after the first epoch whose mean training loss is below it.
    patience: ends training after so many epochs in a row none of which was better than all before; 0 for never.
    checkpoint_batches: after every so many batches the simulator forgets what it has solved, so that training can go
        on from there in another process and end with the same bits.
    """

    circuit: Circuit
    data: Split
    cost: Cost
    estimator: Estimator
    update: Update
    epochs: int
    batch: int
    seed: int = 0
    stop_loss: float = 0.0
    patience: int = 0
    checkpoint_batches: int = CHECKPOINT_BATCHES

    def __post_init__(self) -> None:
        if self.epochs < 1 or self.batch < 1:
            raise SettingError(f"epochs is {self.epochs} and batch is {self.batch}; both must be at least 1")
        if self.checkpoint_batches < 1:
            raise SettingError(f"checkpoint_batches is {self.checkpoint_batches}; it must be at least 1")
        if not len(self.data.train):
            raise SettingError("there are no training samples")

    @property
    def batches(self) -> int:
        """Return how many batches an epoch has."""
        return -(-len(self.data.train) // self.batch)

    def start(self) -> Progress:
        """Return the state before the first batch: the circuit's own conductances."""
        return Progress(self.circuit.conductances(), self.update.start(self.circuit))

    def order(self, epoch: int) -> list[np.ndarray]:
        """Return the shuffled samples of an epoch in batches; every sample once."""
        samples = np.random.default_rng([self.seed, epoch]).permutation(len(self.data.train))
        return np.split(samples, range(self.batch, len(samples), self.batch))

    def is_resumable(self, progress: Progress) -> bool:
        """Tell whether training that goes on from here in another process ends with the same bits.

        Not between two epochs, for there the simulator may have solved validation and test data since it forgot.
        """
        return progress.steps % self.checkpoint_batches == 0 and (progress.batch > 0 or progress.steps == 0)
