"""Circuits in scikit-learn's company: searched, piped, saved, and the same in ngspice."""

import json
import re

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris, make_moons
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ebana_like import CircuitClassifier, CircuitRegressor
from ebana_like.errors import EbanaError, NetlistError, SettingError, SimulatorError

IRIS = load_iris(return_X_y=True)
QUICK = {"epochs": 15, "lr": 0.01, "random_state": 0}


@pytest.fixture(scope="module")
def flowers():
    """A classifier trained on words, with named features forgotten: 15 passes over Iris."""
    features, labels = IRIS
    return CircuitClassifier(**QUICK).fit(features, np.array(["setosa", "versicolor", "virginica"])[labels])


@pytest.fixture(scope="module")
def lines():
    """A regressor of two quantities far from volts: 1000 times a number, and its square."""
    x = np.linspace(-3, 3, 40)[:, None]
    return CircuitRegressor(**QUICK).fit(x, np.column_stack([1000 * x[:, 0], x[:, 0] ** 2]))


def test_words_are_told_apart(flowers):
    assert set(flowers.predict(IRIS[0])) <= set(flowers.classes_)
    assert flowers.score(IRIS[0], flowers.classes_[IRIS[1]]) > 0.9
    assert len(flowers.loss_curve_) == flowers.n_iter_ == 15
    assert flowers.loss_curve_[-1] < flowers.loss_curve_[0]


def test_quantities_are_told_in_their_own_units(lines):
    told = lines.predict(np.array([[-3.0], [3.0]]))
    # Wrong by less than a third of the range: on scores within half a volt, no quantity of 1000 would come by chance.
    assert told[:, 0] == pytest.approx([-3000, 3000], abs=1000)


def test_it_works_in_pipelines_and_searches():
    search = GridSearchCV(
        make_pipeline(StandardScaler(), CircuitClassifier(**QUICK)),
        {"circuitclassifier__hidden": [(4,), (6, 4)], "circuitclassifier__lr": [0.01]},
        cv=2,
        error_score="raise",
    ).fit(*make_moons(60, random_state=0))
    assert search.best_score_ > 0.7
    assert cross_val_score(search.best_estimator_, *IRIS, cv=2, error_score="raise").min() > 0.8


def test_the_seed_alone_decides(flowers):
    features, labels = IRIS
    again = clone(flowers).fit(features, labels)
    other = clone(flowers).set_params(random_state=1).fit(features, labels)
    assert again.loss_curve_ == flowers.loss_curve_ != other.loss_curve_


def test_passes_made_one_by_one_are_those_of_fit(flowers):
    features, labels = IRIS
    stepwise = clone(flowers)
    for _ in range(15):
        stepwise.partial_fit(features, labels, classes=[0, 1, 2])
    assert stepwise.loss_curve_ == flowers.loss_curve_
    assert stepwise.netlist() == flowers.netlist()


def test_later_samples_keep_to_the_first_scale():
    regressor = CircuitRegressor(**QUICK).partial_fit([[0.0], [1.0]], [0.0, 10.0])
    before = regressor.netlist([5.0])
    regressor.partial_fit([[0.0], [100.0]], [0.0, 10.0])
    source = re.compile(r"^vinputs_0 .*$", re.MULTILINE)
    assert source.search(before)[0] == source.search(regressor.netlist([5.0]))[0], "5 is clipped to the same 2 V"


def test_first_classes_are_all_there_are():
    classifier = CircuitClassifier(**QUICK)
    with pytest.raises(ValueError, match="classes must be passed on the first call"):
        classifier.partial_fit(*IRIS)
    classifier.partial_fit(*IRIS, classes=[0, 1, 2])
    with pytest.raises(ValueError, match=r"y has the class .*3.*, which is not among those of the first call"):
        classifier.partial_fit(IRIS[0], IRIS[1] + 1)
    with pytest.raises(ValueError, match="the first call to partial_fit had"):
        classifier.partial_fit(*IRIS, classes=[0, 1])


def test_only_cross_entropy_gives_probabilities(flowers):
    assert not hasattr(flowers, "predict_proba")
    features, labels = make_moons(60, random_state=0)
    classifier = CircuitClassifier(cost="cross-entropy", **QUICK).fit(features, labels)
    probabilities = classifier.predict_proba(features)
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(60), rel=1e-14)
    assert np.array_equal(probabilities.argmax(axis=1), classifier.predict(features))
    with pytest.raises(SettingError, match="cross-entropy chooses one class of several"):
        CircuitRegressor(cost="cross-entropy").fit(features, labels)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"epochs": 0}, "epochs is 0; it must be at least 1"),
        ({"engine": "spice"}, "engine is 'spice'; choose one of ngspice, native"),
        ({"hidden": (4, 0)}, "hidden is 4,0; it must be at least 1"),
        ({"lr": "fast"}, "lr is 'fast'; expected numbers separated by commas"),
        ({"lr": (0.1, 0.2, 0.3)}, "lr has 3 values; give one for all, or 2"),
    ],
)
def test_parameters_that_cannot_be_are_value_errors(parameters, message):
    with pytest.raises(ValueError, match=f"CircuitClassifier: {message}"):
        CircuitClassifier(**parameters).fit(*IRIS)


HUGE = np.array([[1e308, 0.0], [-1e308, 0.0]])
TWO = np.array([[0.0, 1.0], [1.0, 0.0]])


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda make: make().fit(HUGE, [0, 1]), "features hold 1e.308 of sample 0, column 0, .* at most 1e.100"),
        (lambda make: make().fit([[0.0], [np.nan]], [0, 1]), "Input X contains NaN"),
        (lambda make: make().fit([0.0, 1.0], [0, 1]), "Expected 2D array, got 1D array"),
        (lambda make: make().fit(np.zeros((0, 2)), []), "Found array with 0 sample"),
        (lambda make: make().fit(TWO, [0]), "inconsistent numbers of samples"),
        (lambda make: make(hidden=2_000_000).fit(TWO, [0, 1]), "columns is 2,000,000; more than 100,000 are taken for"),
        (lambda make: make(workers=10**6).fit(TWO, [0, 1]), "workers is 1,000,000; more than 256 are taken for"),
        (lambda make: make(epochs=None).fit(TWO, [0, 1]), "epochs is None; expected a whole number"),
        (lambda make: make(beta=np.nan).fit(TWO, [0, 1]), "beta is nan; it must be finite"),
        (lambda make: make(diode="schotky").fit(TWO, [0, 1]), 'no diode model "schotky"; did you mean "schottky"'),
        (lambda make: make(random_state="x").fit(TWO, [0, 1]), "'x' cannot be used to seed"),
        (lambda make: make().fit(TWO, [0, 1]).predict(HUGE), "features hold 1e.308 of sample 0"),
        (lambda make: make().fit(TWO, [0, 1]).predict([[1.0, 2.0, 3.0]]), "X has 3 features"),
        (lambda make: make().fit(TWO, [0, 1]).netlist([1.0]), "X has 1 features"),
    ],
)
@pytest.mark.parametrize("kind", [CircuitClassifier, CircuitRegressor])
def test_what_cannot_be_is_one_line_of_this_package(ask, message, kind):
    with pytest.raises(EbanaError, match=message) as caught:
        ask(lambda **parameters: kind(**{"epochs": 1, **parameters}))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "y", "message"),
    [
        (CircuitClassifier, [1, 1], "there is only one class, 1; a classifier needs at least two"),
        (CircuitClassifier, [0.5, 1], "Unknown label type"),
        (CircuitClassifier, ["a", None], "y has no label for sample 1, .* it is None; leave the sample out"),
        (CircuitClassifier, [np.nan, "a"], "y has no label for sample 0, .* it is nan; leave the sample out"),
        (CircuitClassifier, ["a", 1], "y has the word 'a' and 1, which is none"),
        (CircuitRegressor, [1e200, 0], "labels hold 1e.200 of sample 0"),
        (CircuitRegressor, [[[1]], [[2]]], "Found array with dim 3"),
    ],
)
def test_answers_that_cannot_be_learned_are_one_line(kind, y, message):
    with pytest.raises(SettingError, match=message) as caught:
        kind(epochs=1).fit(TWO, y)
    assert "\n" not in str(caught.value)


def test_a_point_that_is_not_found_is_no_prediction(flowers, monkeypatch):
    from ebana_like.simulators import NativeSimulator

    solve = NativeSimulator.solve

    def losing(self, *arguments):
        points = solve(self, *arguments)
        points.converged[:, 7] = False
        return points

    monkeypatch.setattr(NativeSimulator, "solve", losing)
    with pytest.raises(SimulatorError, match="sample 7 has no operating point"):
        flowers.predict(IRIS[0])


def test_the_netlist_stands_at_a_row_of_a_table():
    """By its names, without a warning that it has none; the same numbers as those of an array."""
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame({"x": [0.0, 1.0, 3.0], "y": [2.0, 1.0, 0.0]})
    regressor = CircuitRegressor(epochs=1, random_state=0).fit(table, [1.0, 2.0, 3.0])
    plain = CircuitRegressor(epochs=1, random_state=0).fit(table.to_numpy(), [1.0, 2.0, 3.0])
    assert regressor.netlist(table.iloc[1]) == plain.netlist([1.0, 1.0]) != plain.netlist()


def test_ngspice_says_the_same_of_the_netlist(flowers, ngspice):
    sample = IRIS[0][100]
    node = ngspice(flowers.netlist(sample))
    scores, _ = flowers._scores([sample])
    in_spice = [node[f"y{k}p"] - node[f"y{k}n"] for k in range(3)]
    assert scores[0] == pytest.approx(in_spice, abs=1e-9)  # what all engines promise


@pytest.mark.parametrize(("update", "options"), [("sgd", ""), ("adam", {"b1": 0.8, "nesterov": True})])
def test_saved_and_loaded_it_predicts_and_goes_on_with_the_same_bits(update, options, tmp_path, ngspice):
    features, labels = IRIS
    words = np.array(["Iris setosa", "Iris  versicolor", "Iris «virginica»"])[labels]
    first = CircuitClassifier(update=update, update_options=options, **QUICK).fit(features, words)
    first.save(tmp_path / "iris.cir")
    loaded = CircuitClassifier.load(tmp_path / "iris.cir")
    assert loaded.get_params() == first.get_params()
    for predictor in (first, loaded):
        predictor.partial_fit(features, words)
    assert np.array_equal(loaded.decision_function(features), first.decision_function(features))
    assert np.array_equal(loaded.predict(features), first.predict(features))
    assert loaded.loss_curve_ == first.loss_curve_
    assert "y0p" in ngspice((tmp_path / "iris.cir").read_text())


def test_a_saved_regressor_keeps_units_and_shape(lines, tmp_path):
    x = np.linspace(-4, 4, 9)[:, None]
    flat = CircuitRegressor(**QUICK).fit(x, 7 * x[:, 0])
    for number, regressor in enumerate((lines, flat)):
        regressor.save(tmp_path / f"{number}.cir")
        loaded = CircuitRegressor.load(tmp_path / f"{number}.cir")
        assert np.array_equal(loaded.predict(x), regressor.predict(x))
        assert loaded.n_features_in_ == 1


def test_what_is_no_stored_predictor_is_refused_in_one_line(flowers, tmp_path):
    path = tmp_path / "iris.cir"
    flowers.save(path)
    with pytest.raises(NetlistError, match="holds a CircuitClassifier; load it with CircuitClassifier.load"):
        CircuitRegressor.load(path)
    path.write_text(flowers.netlist())
    with pytest.raises(NetlistError, match="is a netlist without a predictor; one is written by CircuitClassifier"):
        CircuitClassifier.load(path)
    random = clone(flowers).set_params(random_state=np.random.RandomState(0), epochs=1).fit(*IRIS)
    with pytest.raises(SettingError, match="cannot be stored; .* random_state a whole number or None"):
        random.save(path)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("kind", ["list"]),
        ("parameters", {"hiden": 3}),
        ("parameters", {"epochs": -1}),
        ("low", None),
        ("answers", {}),
        ("epoch", "many"),
        ("feature_names", {"dtype": "nonsense", "array": []}),
        ("losses", 3),
        ("update_state", {}),
        ("update_state", [1]),
        ("low", {"dtype": "<f8", "array": [1.0]}),
    ],
)
def test_a_spoiled_table_is_refused_in_one_line(key, value, flowers, tmp_path):
    path = tmp_path / "iris.cir"
    flowers.save(path)
    start, table, rest = re.split(r"(?<=@setting predictor )(.*)", path.read_text(), maxsplit=1)
    path.write_text(start + json.dumps({**json.loads(table), key: value}, separators=(",", ":")) + rest)
    with pytest.raises(NetlistError, match=r"iris.cir") as caught:
        CircuitClassifier.load(path)
    assert "\n" not in str(caught.value)


def test_devices_and_sensors_are_parameters(tmp_path):
    """A circuit of levels learns beside sensors of few bits, answers by them, and is kept with what it remembers."""
    features, labels = IRIS
    given = {"technology": "levels", "technology_options": {"count": 32, "rounding": "kept"}, "readout": "bits=8"}
    learned = CircuitClassifier(**QUICK, **given).fit(features, labels)
    low, high = learned.g_low, learned.g_high
    for bank in learned.circuit_.values().values():
        levels = (bank - low) / (high - low) * 31
        np.testing.assert_allclose(levels, np.round(levels), atol=1e-9)
    learned.save(tmp_path / "iris.cir")
    again = CircuitClassifier.load(tmp_path / "iris.cir")
    np.testing.assert_array_equal(again.decision_function(features), learned.decision_function(features))
    steps = np.diff(np.unique(learned.decision_function(features)))
    assert steps.min() > 1e-3  # of converters: 4 V in 255 steps, and answers in units of 0.4 V
    np.testing.assert_array_equal(
        again.partial_fit(features, labels).predict(features), learned.partial_fit(features, labels).predict(features)
    )
    with pytest.raises(SettingError, match='technology is .ecra.; .*did you mean "ecram"'):
        CircuitClassifier(technology="ecra").fit(features, labels)
