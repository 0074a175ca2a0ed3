"""When does an engine take many training steps by itself, and how are they counted?

An engine that descends is handed a stretch of batches at once. What it returns is what solving, estimating and updating
batch by batch returns, to rounding; a batch that it cannot do is done that way.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ebana_like.elements import FloatArray, IntArray
from ebana_like.errors import CircuitError
from ebana_like.hardware import CompiledTechnology, Ideal
from ebana_like.learning import SGD, Adjoint, Contrastive, Estimator, Nudged
from ebana_like.simulators import Descended, Descends, Descent, Simulator
from ebana_like.simulators.descent import Drawable, Draws, Stepping
from ebana_like.training.problem import Problem
from ebana_like.training.progress import Progress, Sums
from ebana_like.values import parts

LONGEST, MOST_BYTES = 100, 32_000_000
"""Batches of a stretch, and what their features may fill."""


@dataclass(frozen=True, eq=False)
class Stretches:
    """A training whose steps the engine takes by itself.

    length: batches that a stretch's arrays hold. pull: draws the outputs.
    weights: of the elements in the energy, (n,) or (1,), by address.
    """

    problem: Problem
    engine: Descends
    length: int
    pull: Draws
    weights: Mapping[str, FloatArray]

    def advance(self, progress: Progress, order: Sequence[IntArray], began: float) -> Progress:
        """Return the progress after the batches that come next, up to the next from which training can be resumed.

        It stands still where the first of them cannot be done here.

        order: the samples of the epoch's batches. began: when the epoch began, seconds of `time.perf_counter`.
        """
        problem, started = self.problem, time.perf_counter()
        boundary = problem.checkpoint_batches - progress.steps % problem.checkpoint_batches
        batches = order[progress.batch :][: min(boundary, self.length)]
        descent = self._descent(progress, batches)
        done = self.engine.descend(progress.values, descent, len(batches))
        sums = self._counted(progress.sums, batches[: done.batches], descent, done)
        now = time.perf_counter()
        return replace(
            progress,
            values=done.values if done.batches else progress.values,
            update_state=done.state if done.batches else progress.update_state,
            batch=progress.batch + done.batches,
            steps=progress.steps + done.batches,
            sums=replace(sums, solving=sums.solving + now - started, seconds=now - began),
        )

    def _descent(self, progress: Progress, batches: Sequence[IntArray]) -> Descent:
        """Return the batches as arrays of always the same shape."""
        problem, data = self.problem, self.problem.data.train
        samples, places = np.concatenate(batches), self._places(batches)
        rngs = [np.random.default_rng([problem.seed, progress.epoch, progress.batch + k]) for k in range(len(batches))]
        stencils = [stencil(problem.estimator, len(batch), rng) for batch, rng in zip(batches, rngs, strict=True)]
        seen = [data.seen(batch, [problem.seed, progress.epoch, k]) for k, batch in enumerate(batches, progress.batch)]
        features = np.concatenate(seen)
        phases = len(stencils[0][0])

        def spread(values: NDArray[Any], kind: Any = float) -> NDArray[Any]:
            """Return (samples, n) as (batches, samples of one, n)."""
            filled = np.zeros((self.length * problem.largest_batch, values.shape[1]), kind)
            filled[places] = values
            return filled.reshape(self.length, problem.largest_batch, -1)

        betas, coefficients = (np.concatenate(part, axis=1).T for part in zip(*stencils, strict=True))
        return Descent(
            features=spread(features, np.uint8 if features.dtype == np.uint8 else float),
            unit=data.unit,
            targets=spread(data.targets(problem.cost, samples)),
            counts=np.pad([len(batch) for batch in batches], (0, self.length - len(batches)), constant_values=1),
            pull=self.pull,
            betas=spread(betas).transpose(0, 2, 1).reshape(self.length, phases, problem.largest_batch),
            coefficients=spread(coefficients).transpose(0, 2, 1),
            weights=self.weights,
            steps={
                at: problem.update.step_size(at, each, progress.epoch) for at, each in problem.system.parameters.items()
            },
            stepping=None if is_plain(problem) else stepping_of(problem, progress),
            keys=self._keys(rngs),
        )

    def _places(self, batches: Sequence[IntArray]) -> IntArray:
        """Return where each sample of batches stands among those of as many batches of the largest size."""
        width = self.problem.largest_batch
        return np.concatenate([k * width + np.arange(len(batch)) for k, batch in enumerate(batches)])

    def _keys(self, rngs: Sequence[np.random.Generator]) -> NDArray[np.uint32]:
        """Return what devices draw from in each batch, as they would in batches by themselves; no words if nothing."""
        if not isinstance(self.problem.technology, CompiledTechnology):
            return np.zeros((self.length, 1, 0), np.uint32)
        from ebana_like.hardware.draws import KEY, keys_from

        keys = np.zeros((self.length, len(self.problem.system.parameters), KEY), np.uint32)
        for of_batch, rng in zip(keys, rngs, strict=False):
            of_batch[:] = keys_from(rng, len(of_batch))
        return keys

    def _counted(self, sums: Sums, batches: Sequence[IntArray], descent: Descent, done: Descended) -> Sums:
        """Return the sums with the batches that were done: each added for itself, so that no sum's last digit tells how
        batches were put together.
        """
        if not batches:
            return sums
        data, cost = self.problem.data.train, self.problem.cost
        samples, places = np.concatenate(batches), self._places(batches)
        scores, targets = (
            part.reshape(-1, part.shape[-1])[places] for part in (done.scores, descent.targets[: len(batches)])
        )
        ends = np.cumsum([len(batch) for batch in batches])[:-1]

        def added(start: float, of_samples: FloatArray) -> float:
            return sum((float(part.sum()) for part in np.split(of_samples, ends)), start)

        return replace(
            sums,
            loss=added(sums.loss, cost.value(scores, targets)),
            credit=added(sums.credit, data.credit(cost, samples, scores)),
            used=sums.used + len(samples),
            norms=sum(done.norms.tolist(), sums.norms),
            batches=sums.batches + len(batches),
            solves=sums.solves + len(samples) * (1 + descent.betas.shape[1]),
        )


def is_plain(problem: Problem) -> bool:
    """Tell whether values do no more than step against the gradient."""
    return type(problem.update) is SGD and type(problem.technology) is Ideal


def stepping_of(problem: Problem, progress: Progress) -> Stepping | None:
    """Return how an engine moves values that do more than step against the gradient; None where it cannot."""
    given = problem.system.parameters, progress.update_state, progress.epoch
    return problem.update.stepping(*given, problem.technology)


def stencil(estimator: Estimator, batch: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Return betas (phases, batch) and coefficients (1 + phases, batch) of a batch; no phases for the adjoint."""
    if not isinstance(estimator, Nudged | Contrastive):
        return np.zeros((0, batch)), np.zeros((1, batch))
    phases = estimator.stencil(batch, rng)
    return estimator.beta * phases.multiples, phases.coefficients / estimator.beta


def stretches_of(problem: Problem, simulator: Simulator, start: Progress | None = None) -> Stretches | None:
    """Return how the engine takes steps by itself, or None where engine, cost, estimator or rule do not allow it.

    start: where training begins; the problem's own start unless given.
    """
    if not (isinstance(simulator, Descends) and simulator.descends):
        return None
    system = problem.system
    if not isinstance(system, Drawable):
        return None
    pull = system.drawn(problem.cost)
    if not pull.any_arrays or np.iscomplexobj(stencil(problem.estimator, 1, np.random.default_rng(0))[0]):
        return None
    if not problem.readout.perfect:
        return None
    if not is_plain(problem) and stepping_of(problem, start or problem.start()) is None:
        return None
    if isinstance(problem.estimator, Nudged):
        try:
            found = problem.estimator.nearest(system) or system.weights()
        except CircuitError:
            return None
        weights = {at: found[parts(at)[0]] for at in system.parameters}
    elif isinstance(problem.estimator, Adjoint | Contrastive):
        weights = dict.fromkeys(system.parameters, np.ones(1))
    else:
        return None
    item = 1 if problem.data.train.features.dtype == np.uint8 else 8
    bytes_each = item * problem.largest_batch * max(system.features, 1)
    length = min(max(MOST_BYTES // bytes_each, 1), LONGEST, problem.batches, problem.checkpoint_batches)
    return Stretches(problem, simulator, length, pull, weights)
