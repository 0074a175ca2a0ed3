"""How far has training come? All that is needed to go on, and what it has measured on the way."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from math import inf, isnan

from ebana_like.hardware import State
from ebana_like.systems import Seconds
from ebana_like.values import Values

MEASURES = {"accuracy": "accuracy", "r2": "R²"}
"""How a person calls what is measured beside the loss; in files, and where it cannot be taken for a resistor, r2."""


def in_words(measure: str, value: float) -> str:
    """Return what is measured beside the loss for a person to read."""
    if measure == "accuracy":
        return f"{100 * value:.1f} %"
    return f"{MEASURES[measure]} {'undefined (all targets are alike)' if isnan(value) else f'{value:.3f}'}"


@dataclass(frozen=True)
class Evaluation:
    """How well a data set is answered.

    loss: mean cost. accuracy: share of right answers; of quantities, the share of their variance explained, R^2.
    measure: which of the two that is, "accuracy" or "r2".
    """

    loss: float
    accuracy: float
    measure: str = "accuracy"

    def __str__(self) -> str:
        return in_words(self.measure, self.accuracy)


@dataclass(frozen=True)
class EpochRecord:
    """What one epoch did.

    train: mean over the free phases as they were met, or after the last update where `Problem.judged_anew`.
    validation, test: after the last update.
    gradient_norm: mean over batches of the norm of all gradients together, cost per siemens.
    clamped: share of conductances that sit at the end of their range.
    samples: met in training, those left out included. solves: operating points solved.
    failures: samples left out. messages: what the simulator reported.
    seconds: of the whole epoch; solving and programming: those inside the simulator.
    """

    epoch: int
    train: Evaluation
    validation: Evaluation | None
    test: Evaluation | None
    gradient_norm: float
    clamped: float
    seconds: float
    samples: int
    solves: int
    failures: int
    solving: float
    programming: float
    messages: tuple[str, ...] = ()

    @property
    def judged(self) -> float:
        """Return the loss by which epochs are compared: that of the validation data where there are any."""
        return (self.validation or self.train).loss


@dataclass(frozen=True)
class Sums:
    """What a running epoch has added up; fields as in `EpochRecord`.

    loss, credit: over the `used` samples. norms: of the gradients of `batches` batches.
    """

    loss: float = 0.0
    credit: float = 0.0
    used: int = 0
    norms: float = 0.0
    batches: int = 0
    solves: int = 0
    failures: int = 0
    seconds: float = 0.0
    solving: float = 0.0
    programming: float = 0.0
    messages: tuple[str, ...] = ()

    @property
    def samples(self) -> int:
        """Return how many samples were met."""
        return self.used + self.failures

    def solved(self, points: int, seconds: Seconds, messages: Iterable[str]) -> "Sums":
        """Return the sums with so many points more, what solving them took, and what it reported."""
        return replace(
            self,
            solves=self.solves + points,
            solving=self.solving + seconds.solving,
            programming=self.programming + seconds.programming,
            messages=(*self.messages, *messages),
        )


@dataclass(frozen=True, eq=False)
class Best:
    """The values, by address, after the epoch, from 1, with the smallest loss judged so far."""

    epoch: int
    values: Values


@dataclass(frozen=True, eq=False)
class Progress:
    """How far training has come: all that is needed to go on.

    Nothing random is kept: batch k of epoch e draws from streams that begin anew from (seed, e, k).

    values: of the parameters, by address. update_state: what the update rule remembers.
    epoch, batch: the next ones to do, from 0; batch may be one behind the last while the epoch is not evaluated.
    steps: batches done since the beginning.
    sums: of the running epoch. records: of the epochs done. best: the best of them.
    """

    values: Values
    update_state: State
    epoch: int = 0
    batch: int = 0
    steps: int = 0
    sums: Sums = field(default_factory=Sums)
    records: tuple[EpochRecord, ...] = ()
    best: Best | None = None

    def after(self, record: EpochRecord) -> "Progress":
        """Return the progress at the start of the next epoch."""
        earlier = [epoch.judged for epoch in self.records if not isnan(epoch.judged)]
        is_best = record.judged < min(earlier, default=inf)
        return replace(
            self,
            epoch=self.epoch + 1,
            batch=0,
            sums=Sums(),
            records=(*self.records, record),
            best=Best(self.epoch + 1, self.values) if is_best else self.best,
        )
