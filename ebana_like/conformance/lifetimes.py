"""What must an engine do over its life? The clauses about history, threads, `with` statements and the adjoint."""

import threading
from dataclasses import replace

import numpy as np

from ebana_like.conformance.clause import Catalog, require
from ebana_like.conformance.drives import given, part_of_the_way, strengths_for
from ebana_like.conformance.trial import BATCH, EngineTrial, require_same
from ebana_like.elements import FloatArray
from ebana_like.errors import EbanaError, SimulatorError
from ebana_like.systems import OperatingPoints

LIFETIMES: Catalog[EngineTrial] = Catalog()
"""The clauses by name."""

THREADS, ROUNDS = 8, 3

DEADLINE = 120.0
"""Seconds after which threads are taken to wait for each other for ever."""

STEP = 1e-3
"""Relative step of five-point differences: their error is (step)^4 of the slope's own scale."""

SAME_SLOPE = 1e-6
"""Largest distance of the adjoint's slopes from differences, relative to their norm."""

clause = LIFETIMES.clause


@clause
def forgetting_gives_the_bits_of_a_new_engine(trial: EngineTrial) -> None:
    """After `forget` answers have the same bits as on a new engine that forgot, whatever was solved before."""
    nudging, changed = given(trial.circuit, strengths_for(BATCH)), trial.changed(3)
    currents = np.random.default_rng(4).uniform(-1, 1, (BATCH, trial.circuit.outputs.count))
    found = []
    with trial.make(trial.circuit) as new:
        for engine in (new, trial.engine):
            if engine is not new:
                for seed in range(2):
                    points = engine.solve(trial.changed(seed), trial.features + seed, nudging)
                engine.adjoint(points, currents)
            engine.forget()
            batches = [engine.solve(changed, trial.features, nudging) for _ in range(2)]
            adjoint = engine.adjoint(batches[0], currents)
            found.append([*(points.voltages.tobytes() for points in batches), adjoint.tobytes()])
    for what, new_bits, bits in zip(("first batch", "second batch", "adjoint"), *found, strict=True):
        require(bits == new_bits, f"the {what} after forgetting differs in its bits from that of a new engine")


@clause
def threads_get_their_own_answers(trial: EngineTrial) -> None:
    """Used by several threads at once, an engine answers each of them as if alone, or raises one of the errors."""
    trial.proven(None)
    nudging = part_of_the_way(trial.circuit, strengths_for(BATCH))
    values = [trial.changed(seed) for seed in range(THREADS)]
    alone = [trial.engine.solve(own, trial.features, nudging).voltages for own in values]
    wrong: list[str] = []

    def solve(thread: int) -> None:
        for _ in range(ROUNDS):
            try:
                points = trial.engine.solve(values[thread], trial.features, nudging)
                require_same(points.voltages, alone[thread], f"an answer in thread {thread} of {THREADS}")
            except EbanaError:
                continue  # a refusal is as good as an answer
            except Exception as error:
                wrong.append(f"{error}" if isinstance(error, AssertionError) else f"{type(error).__name__}: {error}")

    threads = [threading.Thread(target=solve, args=(thread,), daemon=True) for thread in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE)
    require(not any(thread.is_alive() for thread in threads), f"threads were not answered within {DEADLINE:g} s")
    require(not wrong, f"{len(wrong)} of {THREADS * ROUNDS} solves went wrong, the first: {wrong[0] if wrong else ''}")
    trial.proven(nudging)


@LIFETIMES.clause_once
def it_can_be_entered_again(trial: EngineTrial) -> None:
    """After its `with` statement, also one that was left by an exception, an engine can be entered again."""
    engine = trial.make(trial.circuit)
    for seed in range(2):
        try:
            with engine as running:
                trial.prove(running.solve(trial.changed(seed), trial.features), None, trial.changed(seed))
                raise KeyboardInterrupt
        except KeyboardInterrupt:
            continue
        raise AssertionError("an exception inside the `with` statement was swallowed")


@LIFETIMES.clause_once
def outside_with_it_is_refused_or_right(trial: EngineTrial) -> None:
    """Before and after its `with` statement an engine raises SimulatorError, or answers rightly."""
    engine = trial.make(trial.circuit)
    currents = np.ones((BATCH, trial.circuit.outputs.count))
    for _ in range(2):
        points = None
        try:
            points = engine.solve(trial.held, trial.features)
        except SimulatorError as error:
            require("with" in str(error), f'the refusal does not say what to do: "{error}"; name the `with` statement')
        if points is not None:
            trial.prove(points, None)
        with engine:
            points = engine.solve(trial.held, trial.features)
        try:
            engine.adjoint(points, currents)
        except SimulatorError:
            continue


@clause
def the_adjoint_is_the_slope(trial: EngineTrial) -> None:
    """The adjoint's drops times the voltage drops are the slopes of the engine's own scores, within 1e-6."""
    currents = np.random.default_rng(8).uniform(-1, 1, (BATCH, trial.circuit.outputs.count))
    points = trial.proven(None, trial.changed(4))
    held = trial.changed(4)
    lambda_ = trial.engine.adjoint(points, currents)
    shape = points.voltages[0].shape
    require(lambda_.shape == shape, f"the adjoint has shape {lambda_.shape}; expected (batch, nodes) = {shape}")
    require(not lambda_[:, 0].any(), 'the adjoint of node "0" is not zero')
    drops = {at: trial.circuit.addressed(at).drop for at in trial.circuit.parameters}
    found = {at: drop(lambda_) * drop(points.voltages[0]) for at, drop in drops.items()}
    for name, g in held.items():
        for element in range(0, len(g), max(len(g) // 4, 1)):
            slope = _slope(trial, held, name, element, currents)
            off = float(np.linalg.norm(found[name][:, element] + slope) / np.linalg.norm(slope))
            require(
                off <= SAME_SLOPE,
                f"element {element} of {name} has slopes {found[name][:, element]} by the adjoint; differences "
                f"say {-slope}",
            )


@clause
def the_adjoint_of_an_unsolved_sample_is_no_number(trial: EngineTrial) -> None:
    """The adjoint of a sample whose free point was not solved is NaN, and spoils no other."""
    currents = np.random.default_rng(8).uniform(-1, 1, (BATCH, trial.circuit.outputs.count))
    points = trial.proven(None)
    right = trial.engine.adjoint(points, currents)
    voltages, converged = points.voltages.copy(), points.converged.copy()
    voltages[:, 1], converged[:, 1] = np.nan, False
    spoilt = replace(points, voltages=voltages, converged=converged)
    found = trial.engine.adjoint(spoilt, currents)
    require(bool(np.isnan(found[1]).all()), "the adjoint of an unsolved sample is not NaN")
    others = np.arange(BATCH) != 1
    off = float(np.linalg.norm(found[others] - right[others]) / np.linalg.norm(right[others]))
    require(off <= SAME_SLOPE, f"the other samples' adjoint changed by {off:.1e}")


def _slope(
    trial: EngineTrial, held: dict[str, FloatArray], name: str, element: int, currents: FloatArray
) -> FloatArray:
    """Return d(currents . scores)/dg of one element in every sample, (batch,), by five-point differences."""

    def scores(relative: float) -> FloatArray:
        g = held[name].copy()
        g[element] *= 1 + relative
        points: OperatingPoints = trial.engine.solve({**held, name: g}, trial.features)
        return points.scores

    near, far = (scores(h) - scores(-h) for h in (STEP, 2 * STEP))
    step = 12 * STEP * float(held[name][element])
    return np.asarray((currents * (8 * near - far)).sum(axis=-1) / step)
