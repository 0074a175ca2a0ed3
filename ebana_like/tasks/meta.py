"""What do many small tasks have in common? Weights that leak learn each; what they leak to is learned over all.

Every task asks a linear neuron of weights that scatter about a mean, which no task knows, for the answers to the same
few examples; with noise. A sample is a task: its features are these answers, volts, and its quantities the weights that
fit the task's answers to other questions best.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ebana_like.checks import require_number
from ebana_like.errors import SettingError
from ebana_like.learning.updates.catalog import UPDATES
from ebana_like.runs.entries import setting
from ebana_like.runs.settings import TrainingSettings

if TYPE_CHECKING:
    from ebana_like.data import Split
    from ebana_like.elements import FloatArray
    from ebana_like.training import Problem


@dataclass(frozen=True)
class MetaSettings(TrainingSettings):
    """How leaks and what they lead to are trained. Weights are volts."""

    engine: str = setting("native", "What solves the circuit.", ("native", "ngspice"))
    epochs: int = setting(30, "Passes through the tasks.", low=1)
    batch: int = setting(16, "Tasks averaged for one update.", low=1)
    test: float = setting(0.5, "Fraction of the tasks set aside to test on.", low=0)
    beta: float = setting(1e-6, "Nudging factor, siemens.", positive=True)
    update: str = setting("adam", "Update rule.", UPDATES)
    lr: tuple[float, ...] = setting((0.02,), "Learning rate relative to the range of leaks (in decades) and sources.")

    tasks: int = setting(128, "Tasks there are.", low=1)
    weights: int = setting(4, "Of each task's neuron.", low=1)
    examples: int = setting(3, "That each task is learned from.", low=1)
    others: int = setting(20, "Further questions by which the weights are judged.", low=1)
    scatter: float = setting(0.3, "Standard deviation of the tasks' weights about their mean.", low=0)
    noise: float = setting(0.3, "Standard deviation of an answer about what a task's weights say.", low=0)
    leak: float = setting(1.0, "First leak, relative to the conductance of a squared input of 1.", positive=True)


@dataclass(frozen=True, eq=False)
class Drawn:
    """Tasks. mean: of their weights, (weights,). inputs, others: of examples and further questions, (n, weights).

    answers: to the examples, (tasks, examples). wanted: weights that fit those to the others best, (tasks, weights).
    """

    mean: "FloatArray"
    inputs: "FloatArray"
    others: "FloatArray"
    answers: "FloatArray"
    wanted: "FloatArray"


def drawn(settings: MetaSettings) -> Drawn:
    """Return the tasks that the settings draw by their seed. Raises SettingError for data, and too few questions."""
    import numpy as np

    if settings.data:
        raise SettingError(f"data is {settings.data}, but tasks are drawn by the seed; leave it out")
    if settings.others < settings.weights:
        raise SettingError(
            f"others is {settings.others}, fewer than {settings.weights} weights: no task would tell all of them; "
            "give as many or more"
        )
    rng = np.random.default_rng(settings.seed)
    mean = rng.standard_normal(settings.weights)
    each = mean + settings.scatter * rng.standard_normal((settings.tasks, settings.weights))
    inputs, others = (rng.standard_normal((n, settings.weights)) for n in (settings.examples, settings.others))
    answers, further = (
        each @ x.T + settings.noise * rng.standard_normal((settings.tasks, len(x))) for x in (inputs, others)
    )
    wanted = np.asarray(np.linalg.lstsq(others, further.T, rcond=None)[0].T, float)
    return Drawn(mean, inputs, others, answers, wanted)


@dataclass(frozen=True)
class MetaTask:
    """Learning how to learn; see `Trainable`."""

    name: str = "meta"
    summary: str = "learn what weights leak to, over many small tasks"
    expect: str = "a loss on unseen tasks within a quarter of what the best leaks known have"
    settings: MetaSettings = field(default_factory=MetaSettings)

    def called(self, settings: MetaSettings) -> str:
        return f"{settings.weights} weights that leak"

    def command(self, settings: MetaSettings) -> list[str]:
        return [self.name]

    def parts(self, settings: MetaSettings) -> "Split":
        return _parts(settings, drawn(settings))

    def scaled(self, parts: "Split", settings: MetaSettings) -> "Split":
        """Return the same: a unit of an answer is a volt."""
        return parts

    def problem(self, settings: MetaSettings, folder: Path | None = None) -> "Problem":
        """Return the training problem. Raises SettingError for what does not go with these circuits."""
        import numpy as np

        from ebana_like.learning.costs.of_weights import WeightError
        from ebana_like.networks.meta import LEAKS, SIEMENS, leaky_learner
        from ebana_like.runs import load_circuit
        from ebana_like.runs.assembly import (
            SETTINGS_OF,
            continued,
            estimator_of,
            made,
            problem_with,
            update_of,
        )
        from ebana_like.systems import CircuitSystem

        found, n = drawn(settings), settings.weights
        data = _parts(settings, found)
        for name in ("cost", *SETTINGS_OF["cost"]):
            if (given := getattr(settings, name)) != getattr(self.settings, name):
                raise SettingError(
                    f"{name} is {given}, but weights are judged by the squared error of their answers to the other "
                    "questions; leave it out"
                )
        if len(settings.lr) != 1:
            raise SettingError(f"lr has {len(settings.lr)} values; give one")
        require_number("leak", settings.leak, low=LEAKS.low / SIEMENS, high=LEAKS.high / SIEMENS)
        circuit = leaky_learner(found.inputs, np.full(n, settings.leak), np.zeros(n))
        if settings.start:
            circuit = continued(circuit, load_circuit(Path(settings.start)).circuit)
        system, update = CircuitSystem(made(circuit, settings)), update_of(settings, settings.lr[0])
        return problem_with(settings, system, data, WeightError.of(found.others), estimator_of(settings), update)


def _parts(settings: MetaSettings, found: Drawn) -> "Split":
    """Return tasks as samples, in parts."""
    from ebana_like.data import RegressionDataset
    from ebana_like.data.split import split

    names = tuple(f"w{k}" for k in range(settings.weights))
    tasks = RegressionDataset(found.answers, found.wanted, names)
    return split(tasks, settings.validation, settings.test, settings.seed)


META = MetaTask()
