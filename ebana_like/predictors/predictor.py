"""How does a circuit fit and predict? What the classifier and the regressor share."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from numbers import Integral
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted, check_random_state, validate_data

from ebana_like.circuit import Circuit
from ebana_like.data import Dataset, Split, VoltScale
from ebana_like.data.dataset import require_features
from ebana_like.elements import FloatArray
from ebana_like.errors import NetlistError, SettingError, SimulatorError
from ebana_like.hardware import measured
from ebana_like.learning import Cost
from ebana_like.netlist import Netlist, write_netlist
from ebana_like.predictors.stored import read_stored, write_stored
from ebana_like.runs import Settings, cost_of, decode, problem_of, simulator_of, update_of
from ebana_like.runs.assembly import readout_of
from ebana_like.training import Progress, train


@dataclass(frozen=True, eq=False)
class Frame:
    """What the first samples fix: the seed drawn, how features become volts, and a data set without samples that
    says what is asked of them.
    """

    seed: int
    scale: VoltScale
    asked: Dataset


@dataclass(frozen=True, eq=False)
class _Learned:
    frame: Frame
    circuit: Circuit
    progress: Progress
    losses: tuple[float, ...]


class CircuitPredictor(BaseEstimator):  # type: ignore[misc] # scikit-learn has no types
    """A layered network of programmable resistors, diodes and amplifiers, trained by equilibrium propagation.

    Parameters are the settings of `train-circuit TASK` under the same names (`train-circuit xor --help` describes
    each), with `random_state` in place of `seed`. The ones most often changed:

    hidden: neurons of each hidden layer.
    epochs, batch: passes through the samples, and samples averaged for one update.
    lr: learning rate relative to the conductance range; one, or one a crossbar.
    engine: "native" or "ngspice".
    volts: features are scaled to at most so many volts, by the extremes they have in `fit` or in the first
        `partial_fit`; beyond these they are clipped.
    on, off: scores, in volts, that stand for the two ends of an answer.
    technology: what the resistors are, "ecram" for example; with its options, as in "step=0.002" or {"step": 0.002}.
    readout: sensors beside which it learns and answers, as in "bits=10,noise=1e-4".

    `partial_fit` makes one more pass; rates go on decaying where they were.
    """

    _learned: _Learned

    def __init__(
        self,
        hidden: int | tuple[int, ...] = (10,),
        *,
        engine: str = "native",
        workers: int = 1,
        epochs: int = 60,
        batch: int = 20,
        stop_loss: float = 0.0,
        cost: str = "squared-error",
        on: float = 0.3,
        off: float = -0.1,
        temperature: float = 0.1,
        smoothing: float = 0.0,
        estimator: str = "centered",
        beta: float = 0.0,
        nudging: str = "current",
        update: str = "adam",
        update_options: str | Mapping[str, Any] = "",
        lr: float | tuple[float, ...] = 0.005,
        schedule: str = "exponential",
        schedule_options: str | Mapping[str, Any] = "",
        decay: float = 1.0,
        volts: float = 2.0,
        bias: float = 1.0,
        diode: str = "schottky",
        clamp: float = 0.0,
        gain: float = 4.0,
        feedback: float = 0.0,
        g_low: float = 1e-7,
        g_high: float = 1e-4,
        g_start: tuple[float, ...] = (4e-6, 1.2e-5),
        technology: str = "ideal",
        technology_options: str | Mapping[str, Any] = "",
        readout: str | Mapping[str, Any] = "",
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.hidden = hidden
        self.engine = engine
        self.workers = workers
        self.epochs = epochs
        self.batch = batch
        self.stop_loss = stop_loss
        self.cost = cost
        self.on = on
        self.off = off
        self.temperature = temperature
        self.smoothing = smoothing
        self.estimator = estimator
        self.beta = beta
        self.nudging = nudging
        self.update = update
        self.update_options = update_options
        self.lr = lr
        self.schedule = schedule
        self.schedule_options = schedule_options
        self.decay = decay
        self.volts = volts
        self.bias = bias
        self.diode = diode
        self.clamp = clamp
        self.gain = gain
        self.feedback = feedback
        self.g_low = g_low
        self.g_high = g_high
        self.g_start = g_start
        self.technology = technology
        self.technology_options = technology_options
        self.readout = readout
        self.random_state = random_state

    @abstractmethod
    def _validated(self, X: Any, y: Any, first: bool) -> tuple[FloatArray, Any]:
        """Return X and y checked by scikit-learn; `first` when features are met for the first time."""

    @abstractmethod
    def _question(self, y: Any) -> Dataset:
        """Return a data set without samples that asks for such y."""

    @abstractmethod
    def _labels(self, y: Any) -> NDArray[Any]:
        """Return y as labels of that data set."""

    @abstractmethod
    def _answers(self) -> dict[str, Any]:
        """Return, for storing, what turns scores into predictions."""

    @abstractmethod
    def _restored(self, answers: Mapping[str, Any]) -> Dataset:
        """Take up what `_answers` returned, and return the data set without samples."""

    def fit(self, X: Any, y: Any) -> Self:
        """Train from the beginning on X (samples, features) and y.

        Raises SettingError, a ValueError, for a parameter that cannot be; TrainingError where training fails.
        """
        features, y = self._validated(X, y, first=True)
        return self._train(self._frame(features, self._question(y)), features, y)

    @property
    def circuit_(self) -> Circuit:
        """The trained circuit."""
        return self._learned.circuit

    @property
    def loss_curve_(self) -> list[float]:
        """Mean cost of every epoch."""
        return list(self._learned.losses)

    @property
    def n_iter_(self) -> int:
        """Epochs trained."""
        return self._learned.progress.epoch

    def netlist(self, sample: Any = None) -> str:
        """Return the trained circuit as a netlist for SPICE.

        sample: features (features,) in their own units, or a row of a pandas table, at which the input sources shall
            stand; 0 V without.
        """
        check_is_fitted(self)
        if sample is None:
            return write_netlist(Netlist(self.circuit_))
        row = sample.to_frame().T if hasattr(sample, "to_frame") else [sample]  # of pandas, with the features' names
        return write_netlist(Netlist(self.circuit_.with_features(self._volts(row)[0])))

    def save(self, path: str | Path) -> None:
        """Write the trained circuit as a netlist that SPICE runs and `load` reads.

        Parameters, scaling and the state of the update rule stand in a comment line of it.
        Raises SettingError for a parameter that cannot be written, RunError when the disk is full.
        """
        check_is_fitted(self)
        learned, frame = self._learned, self._learned.frame
        table = {
            "kind": type(self).__name__,
            "parameters": self.get_params(deep=False),
            "seed": frame.seed,
            "low": frame.scale.low,
            "high": frame.scale.high,
            "feature_names": getattr(self, "feature_names_in_", None),
            "answers": self._answers(),
            "epoch": learned.progress.epoch,
            "update_state": learned.progress.update_state,
            "losses": learned.losses,
        }
        write_stored(Path(path), learned.circuit, table)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Return what was saved; it predicts, and goes on learning, with the same bits.

        Raises NetlistError naming what is wrong with the file.
        """
        circuit, table = read_stored(Path(path), cls.__name__)
        try:
            items = table["parameters"].items()
            parameters: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in items}
            predictor = cls(**parameters)
            scale = VoltScale(np.asarray(table["low"], dtype=float), np.asarray(table["high"], dtype=float))
            frame = Frame(int(table["seed"]), scale, predictor._restored(table["answers"]))
            state = update_of(predictor._settings(frame.seed), 1.0).recalled(circuit.parameters, table["update_state"])
            if scale.low.shape != (circuit.inputs.count,):
                raise ValueError("arrays of other sizes than the circuit's")
            predictor.n_features_in_ = circuit.inputs.count
            if table["feature_names"] is not None:
                predictor.feature_names_in_ = np.asarray(table["feature_names"], dtype=object)
            progress = Progress(circuit.values(), state, int(table["epoch"]))
            predictor._learned = _Learned(frame, circuit, progress, tuple(map(float, table["losses"])))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise NetlistError(f"{path}: what it says of its {cls.__name__} is damaged: {error!r}") from error
        return predictor

    def __sklearn_is_fitted__(self) -> bool:
        """Tell scikit-learn whether there is something to predict with."""
        return hasattr(self, "_learned")

    def _frame(self, features: FloatArray, asked: Dataset) -> Frame:
        given = self.random_state
        with in_one_line():
            seed = int(given) if isinstance(given, Integral) else int(check_random_state(given).randint(2**31))
        return Frame(seed, VoltScale.spanned_by(features), asked)

    def _train(
        self, frame: Frame, features: FloatArray, y: Any, epochs: int | None = None, go_on: bool = False
    ) -> Self:
        """Train for some more epochs, those of the settings unless given, or from the beginning."""
        before = self._learned if go_on else None
        settings = self._settings(frame.seed)
        volts = frame.scale.volts(features, settings.volts)
        data = replace(frame.asked, features=volts, labels=self._labels(y))
        circuit = before.circuit if before else None
        problem = problem_of(settings, Split(data), f"ebana_like {type(self).__name__}", circuit)
        start = before.progress if before else problem.start()
        with simulator_of(problem.circuit, settings) as simulator:
            progress = train(replace(problem, epochs=start.epoch + (epochs or settings.epochs)), simulator, start)
        self._learned = _Learned(
            frame,
            problem.circuit.with_values(progress.values),
            # as it is read from a file: what was measured does not matter to what comes
            Progress(dict(progress.values), dict(progress.update_state), progress.epoch),
            (*(before.losses if before else ()), *(record.train.loss for record in progress.records)),
        )
        return self

    def _settings(self, seed: int) -> Settings:
        """Return the parameters as settings. Raises SettingError naming the one that cannot be."""
        values = {name: list(v) if isinstance(v, tuple) else v for name, v in self.get_params(deep=False).items()}
        del values["random_state"]
        return decode({**values, "seed": seed}, Settings(), type(self).__name__)

    def _volts(self, X: Any) -> FloatArray:
        """Return the features of fitted kind in volts, (samples, features)."""
        with in_one_line():
            features = require_features(validate_data(self, X, dtype=float, reset=False))
        return self._learned.frame.scale.volts(features, self.volts)

    def _scores(self, X: Any) -> tuple[FloatArray, Cost]:
        """Return the circuit's scores, (samples, outputs), volts, and the cost that knows what answers they are.

        Raises SimulatorError for an operating point that is not found.
        """
        check_is_fitted(self)
        features, circuit, settings = self._volts(X), self.circuit_, self._settings(self._learned.frame.seed)
        with simulator_of(circuit, settings) as simulator:
            sensors = measured(simulator, readout_of(settings), self._learned.frame.seed, self.n_iter_)
            points = sensors.solve(circuit.values(), features)
        if not points.usable.all():
            sample = int(np.argmin(points.usable))
            raise SimulatorError(f"sample {sample} has no operating point: {points.messages.get(sample, '')}")
        return points.scores, cost_of(settings)


@contextmanager
def in_one_line() -> Iterator[None]:
    """Turn what scikit-learn finds wrong with X, y or random_state into a SettingError, which is a ValueError too.

    A TypeError of its own (sparse X) stays one, as its checks of estimators ask.
    """
    try:
        yield
    except SettingError:
        raise
    except ValueError as error:
        raise SettingError(" ".join(str(error).split())) from error
