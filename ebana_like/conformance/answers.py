"""What must an engine's answers be? The clauses about a batch's points, each a check of its own."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from ebana_like.conformance.circuits import runaway
from ebana_like.conformance.clause import Catalog, require
from ebana_like.conformance.drives import Given, Refusing, drives, given, part_of_the_way, strengths_for
from ebana_like.conformance.trial import BATCH, EngineTrial, require_refused, require_same
from ebana_like.elements import FloatArray
from ebana_like.errors import SettingError
from ebana_like.systems import OperatingPoints

ANSWERS: Catalog[EngineTrial] = Catalog()
"""The clauses by name."""

clause = ANSWERS.clause


@clause
def free_points_obey_the_laws(trial: EngineTrial) -> None:
    """Free points are the circuit's operating points, within 1e-9 V, for the values of this call.

    What a call leaves out is as in the circuit, whatever an earlier call gave them.
    """
    trial.proven(None)
    changed = trial.changed(0)
    trial.proven(None, changed)
    first = next(iter(changed))
    trial.proven(None, {first: changed[first]})
    trial.proven(None, {})


@clause
def answers_have_their_shapes(trial: EngineTrial) -> None:
    """Voltages are doubles (1 + phases, batch, nodes), ground at 0 V; converged is bool, iterations are integers."""
    for phases, nudging in ((0, None), (3, given(trial.circuit, strengths_for(BATCH)))):
        points = trial.engine.solve(trial.held, trial.features, nudging)
        shape = (1 + phases, BATCH)
        _require_shapes(points, (*shape, len(trial.circuit.nodes)))
        require(not points.voltages[..., 0].any(), 'node "0" is not at 0 V')
        require(points.scores.shape == (BATCH, trial.circuit.outputs.count), f"scores have shape {points.scores.shape}")
        require(bool(points.usable.all()), f"samples were not solved: {dict(points.messages)}")
    require(trial.engine.circuit is trial.circuit, "the engine's circuit is not the one it was made for")
    require(isinstance(trial.engine.reduced, bool), f"reduced is {trial.engine.reduced!r}; expected a bool")


@clause
def free_scores_are_handed_over(trial: EngineTrial) -> None:
    """Values are asked of the nudging with the free scores of just the samples named, before the phase is solved."""
    trial.proven(part_of_the_way(trial.circuit, strengths_for(BATCH)))


@clause
def phases_keep_their_order(trial: EngineTrial) -> None:
    """Phase 1 + k of the answer is phase k of the nudging."""
    trial.proven(given(trial.circuit, strengths_for(BATCH)))
    trial.proven(given(trial.circuit, strengths_for(BATCH)[::-1]))


@clause
def every_nudging_has_its_volts(trial: EngineTrial) -> None:
    """Nudged points are operating points with the values that the nudging drives, within 1e-9 V."""
    for name, nudging in drives(trial.circuit, BATCH).items():
        try:
            trial.proven(nudging, trial.changed(1))
        except AssertionError as error:
            raise AssertionError(f"nudged by {name}, {error}") from error


@clause
def every_sample_has_its_own_strength(trial: EngineTrial) -> None:
    """Values are those of their phase and sample; a strength of 0 S leaves the sample free."""
    strengths = np.array([[1e-6, 0, 2e-6, 1e-6], [0, 0, 0, 0], [-1e-7, 3e-6, 0, 1e-7]])
    trial.proven(given(trial.circuit, strengths))
    trial.proven(part_of_the_way(trial.circuit, strengths))


@clause
def values_that_do_not_fit_are_refused(trial: EngineTrial) -> None:
    """Values of another shape are refused, never spread over what is missing; so are those of other addresses."""
    values = given(trial.circuit, strengths_for(BATCH)).values
    for address, value in values.items():
        without = {other: kept for other, kept in values.items() if other != address}
        wrong = {
            f"{address} of one phase for three": {**values, address: value[:1]},
            f"{address} of one element too many": {**values, address: np.concatenate([value, value], axis=2)},
            f"no {address}": {**without, "nothing.voltage": value},
        }
        for what, others in wrong.items():
            require_refused(what, partial(_nudged, trial, Given(3, others)))


@clause
def errors_of_a_nudging_arrive(trial: EngineTrial) -> None:
    """What a nudging raises reaches the caller, and the next batch is right."""
    nudging = given(trial.circuit, strengths_for(BATCH))
    try:
        _nudged(trial, Refusing(nudging.phases, nudging.values))
    except SettingError as error:
        require("this nudging refuses" in str(error), f"the error came with another text: {error}")
    else:
        raise AssertionError("the nudging raised SettingError, and solve returned")
    trial.proven(None)


@ANSWERS.clause_once
def unsolved_points_are_named(trial: EngineTrial) -> None:
    """A point without a solution is NaN at every node and not converged, named in messages, and spoils no other.

    Messages may speak of solved points too: this circuit's are unstable.
    """
    circuit = runaway()
    features = np.array([[0.1], [1.0], [0.2], [0.1]])
    with EngineTrial(trial.make, circuit) as other:
        for nudging in (None, Given(2, {"nudge.amperes": np.full((2, 4, 1), 1e-9)})):
            points = other.engine.solve(circuit.values(), features, nudging)
            require(not points.converged[:, 1].any(), "a point that has no solution is marked as converged")
            require(bool(np.isnan(points.voltages[:, 1]).all()), "the volts of an unsolved point are not all NaN")
            named = set(points.messages)
            require(1 in named, f"messages name the samples {sorted(named)}; expected the one unsolved, 1, among them")
            require(points.usable.tolist() == [True, False, True, True], f"usable is {points.usable.tolist()}")
            kept = np.array([0, 2, 3])
            other.features = features[kept]
            solved = replace(
                points,
                voltages=points.voltages[:, kept],
                converged=points.converged[:, kept],
                iterations=points.iterations[:, kept],
                messages={},
            )
            other.prove(solved, nudging and nudging.part(slice(0, 3)))


@clause
def a_nudging_without_a_number_spoils_no_other(trial: EngineTrial) -> None:
    """Sources that are no numbers leave their sample's nudged phases unsolved, and nothing else."""
    nudging = given(trial.circuit, strengths_for(BATCH))
    sound = trial.proven(nudging)
    address, source = next((a, value.copy()) for a, value in nudging.values.items() if "conductance" not in a)
    source[:, 2] = np.nan
    points = _nudged(trial, Given(nudging.phases, {**nudging.values, address: source}))
    others = np.arange(BATCH) != 2
    require(points.usable.tolist() == others.tolist(), f"usable is {points.usable.tolist()}; sample 2 alone is lost")
    require(bool(points.converged[0].all()), "the free phase does not depend on the nudging, and was not solved")
    require(bool(np.isnan(points.voltages[1:, 2]).all()), "the volts of unsolved points are not all NaN")
    require(set(points.messages) == {2}, f"messages name the samples {sorted(points.messages)}; expected [2]")
    require_same(points.voltages[:, others], sound.voltages[:, others], "a sample beside the lost one")


@clause
def answers_belong_to_the_caller(trial: EngineTrial) -> None:
    """Solving again changes no earlier answer, writing into an answer changes no later one, arguments stay."""
    nudging, own = given(trial.circuit, strengths_for(BATCH)), trial.held
    features, given_values = trial.features.copy(), {name: g.copy() for name, g in own.items()}
    points = trial.engine.solve(given_values, features, nudging)
    kept = points.voltages.copy(), points.converged.copy(), points.iterations.copy()
    trial.engine.solve(trial.changed(2), features + 0.5, nudging)
    for name, before in zip(("voltages", "converged", "iterations"), kept, strict=True):
        same = np.array_equal(getattr(points, name), before, equal_nan=name == "voltages")
        require(same, f"the {name} of an earlier answer changed when the next batch was solved")
    for array in (points.voltages, points.converged, points.iterations):
        if array.flags.writeable:
            array[:] = 0
    require(np.array_equal(features, trial.features), "the features were written into")
    for name, g in given_values.items():
        require(np.array_equal(g, own[name]), f"the values of {name} were written into")
    trial.proven(nudging)


@clause
def what_does_not_fit_is_refused(trial: EngineTrial) -> None:
    """Features and values of wrong shape, not finite, or of unknown addresses raise one of the package's errors."""
    own, features = trial.held, trial.features
    name, g = next(iter(own.items()))
    holed, endless = features.copy(), features.copy()
    holed[1, 0], endless[1, 0] = np.nan, np.inf
    wrong_features = {
        "features one too wide": np.hstack([features, features[:, :1]]),
        "features one too narrow": features[:, 1:],
        "one sample's features alone": features[0],
        "a feature that is NaN": holed,
        "a feature that is infinite": endless,
    }
    for what, wrong in wrong_features.items():
        require_refused(what, partial(trial.engine.solve, own, wrong))
    spoilt = g.copy()
    spoilt[0] = np.nan
    wrong_values: dict[str, Mapping[str, FloatArray]] = {
        "values one too many": {**own, name: np.append(g, g[0])},
        "values one too few": {**own, name: g[1:]},
        "one value for a whole bank": {**own, name: g[0]},
        "values as a column": {**own, name: g[:, None]},
        "a value that is NaN": {**own, name: spoilt},
        "a bank that is not there": {**own, "nowhere.conductance": g},
        "a quantity that the elements do not have": {**own, f"{trial.circuit.inputs.bank}.conductance": np.ones(2)},
    }
    for what, values in wrong_values.items():
        require_refused(what, partial(trial.engine.solve, values, features))
    trial.proven(None)


@clause
def a_batch_of_one_is_that_sample(trial: EngineTrial) -> None:
    """A sample alone has the volts it has in a batch, within 1e-9 V."""
    nudging = part_of_the_way(trial.circuit, strengths_for(BATCH))
    whole = trial.proven(nudging)
    for sample in range(BATCH):
        only = slice(sample, sample + 1)
        alone = trial.engine.solve(trial.held, trial.features[only], nudging.part(only))
        require_same(alone.voltages, whole.voltages[:, only], f"sample {sample} alone")


@clause
def an_empty_batch_is_empty(trial: EngineTrial) -> None:
    """A batch of no samples is answered by arrays of no samples, in every phase."""
    nothing = trial.features[:0]
    for phases, nudging in ((0, None), (3, given(trial.circuit, strengths_for(0)))):
        points = trial.engine.solve(trial.held, nothing, nudging)
        _require_shapes(points, (1 + phases, 0, len(trial.circuit.nodes)))
        require(not points.messages, f"messages name the samples {sorted(points.messages)} of an empty batch")


def _nudged(trial: EngineTrial, nudging: Given) -> OperatingPoints:
    return trial.engine.solve(trial.held, trial.features, nudging)


def _require_shapes(points: OperatingPoints, expected: tuple[int, int, int]) -> None:
    for name, kind, shape in (
        ("voltages", "f", expected),
        ("converged", "b", expected[:2]),
        ("iterations", "i", expected[:2]),
    ):
        array = getattr(points, name)
        require(isinstance(array, np.ndarray), f"{name} is a {type(array).__name__}; expected an array")
        require(array.shape == shape, f"{name} has shape {array.shape}; expected {shape}")
        require(array.dtype.kind == kind and array.itemsize in (1, 8), f"{name} has the data type {array.dtype}")
