"""Which pictures show a run? By name, for the report and for files of their own."""

from collections.abc import Callable

import numpy as np

from ebana_like.analysis.trained import Trained, measure
from ebana_like.data import MultilabelDataset, RegressionDataset
from ebana_like.errors import SettingError
from ebana_like.figures import Plane, agreement, class_map, confusion, curves, followed, score_map
from ebana_like.learning import SquaredError
from ebana_like.pages.circuit_pictures import Drawn, heat_maps, histograms, transfers
from ebana_like.simulators import Simulator

NAMED_CLASSES = 20
"""Classes up to which a confusion matrix can be read."""


def draw(trained: Trained, simulator: Simulator, what: str) -> list[Drawn]:
    """Return the pictures of one kind in `PICTURES`. Raises SettingError where the run has none, saying why."""
    drawn = PICTURES[what](trained, simulator)
    if not drawn:
        raise SettingError(f'{trained.run.path} has no picture "{what}": {_WHY[what]}')
    return drawn


def loss(trained: Trained, simulator: Simulator) -> list[Drawn]:
    """Return the loss over the epochs."""
    met = "" if trained.problem.judged_anew else "; of training samples as they were met, of others after the epoch"
    caption = f"mean cost{met or ' after each epoch'}"
    return [Drawn("loss", caption, curves({trained.task.called(trained.settings): trained.history}, "loss"))]


def accuracy(trained: Trained, simulator: Simulator) -> list[Drawn]:
    """Return the accuracy or R^2 over the epochs; none where targets that are all alike leave it undefined."""
    what = measure(trained.history)
    if all(np.isnan(row[f"train_{what}"]) for row in trained.history):
        return []
    caption = "share of right answers" if what == "accuracy" else "share of the variance explained"
    return [Drawn(what, caption, curves({trained.task.called(trained.settings): trained.history}, what))]


def boundary(trained: Trained, simulator: Simulator) -> list[Drawn]:
    """Return what is answered over the plane of two inputs; none where there are more, or quantities are told."""
    data, cost = trained.problem.data.train, trained.problem.cost
    if data.features.shape[1] != 2 or isinstance(data, RegressionDataset):
        return []
    volts = data.volts()
    plane = Plane.around(volts)
    scores = trained.scores(simulator, plane.points)
    if isinstance(cost, SquaredError) and (isinstance(data, MultilabelDataset) or scores.shape[1] == 1):
        middle, labels = (cost.on + cost.off) / 2, data.labels.reshape(len(data), -1)
        several = isinstance(data, MultilabelDataset)
        names = [(f"not {name}", name) for name in data.classes] if several else [data.classes]
        caption = "score over the two inputs, the line where the answer changes, and the training samples"
        return [
            Drawn(
                pair[1],
                f"{pair[1]}: {caption}" if several else caption,
                score_map(plane, scores[:, k], middle, volts, labels[:, k], pair),
            )
            for k, pair in enumerate(names)
        ]
    picture = class_map(plane, data.said(cost, scores), volts, data.labels, data.classes)
    return [Drawn("classes", "what is answered over the two inputs, and the training samples", picture)]


def answered(trained: Trained, simulator: Simulator) -> list[Drawn]:
    """Return the confusion matrix, one for each of several yes-or-no answers; for quantities, told over true."""
    which, data = trained.judged
    scores = trained.scores(simulator, data.volts())
    solved = np.isfinite(scores).all(axis=1)
    data, said = data.take(np.flatnonzero(solved)), data.said(trained.problem.cost, scores[solved])
    if isinstance(data, RegressionDataset):
        return _quantities(data, said, which)
    caption = f"answers to the {len(data)} {which} samples"
    if isinstance(data, MultilabelDataset):
        return [
            Drawn(name, f"{name}: {caption}", confusion(data.labels[:, k], said[:, k], ("no", "yes")))
            for k, name in enumerate(data.classes)
        ]
    return (
        [Drawn("confusion", caption, confusion(data.labels, said, data.classes))]
        if len(data.classes) <= NAMED_CLASSES
        else []
    )


def _quantities(data: RegressionDataset, said: np.ndarray, which: str) -> list[Drawn]:
    if data.features.shape[1] == 1:
        volts = data.volts()[:, 0]
        return [
            Drawn(name, f"{name} over the input, {which} samples", followed(volts, true, told, name))
            for name, true, told in zip(data.classes, data.labels.T, said.T, strict=True)
        ]
    return [
        Drawn(name, f"{name}, {which} samples: told over true; dotted: where both agree", agreement(true, told, name))
        for name, true, told in zip(data.classes, data.labels.T, said.T, strict=True)
    ]


PICTURES: dict[str, Callable[[Trained, Simulator], list[Drawn]]] = {
    "loss": loss,
    "accuracy": accuracy,
    "boundary": boundary,
    "confusion": answered,
    "histogram": lambda trained, simulator: histograms(trained.circuit, trained.before),
    "heatmap": lambda trained, simulator: heat_maps(trained.circuit),
    "transfer": lambda trained, simulator: transfers(trained.circuit),
}

_WHY = {
    "accuracy": "all targets are alike, and leave no variance to explain",
    "boundary": "a border is drawn between answers of a circuit with two inputs",
    "confusion": f"a matrix of more than {NAMED_CLASSES} classes cannot be read",
    "heatmap": "no trainable bank is a crossbar",
    "transfer": "the network has no hidden neurons",
}
