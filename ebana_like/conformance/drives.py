"""Which nudgings is an engine tried with? Ones that show in the volts what they were handed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from ebana_like.circuit import Circuit, CurrentNudging
from ebana_like.elements import FloatArray
from ebana_like.errors import SettingError
from ebana_like.learning import CrossEntropy, SquaredError
from ebana_like.learning.nudging import HeldCurrents, SwitchedSources
from ebana_like.simulators import Nudging


@dataclass(frozen=True, eq=False)
class Given:
    """The same currents and loads whatever the scores are.

    amperes: (phases, batch, outputs). loads: (phases, batch), siemens.
    """

    amperes: FloatArray
    loads: FloatArray

    def currents(self, scores: FloatArray, samples: slice) -> FloatArray:
        return self.amperes[:, samples]

    def part(self, samples: slice) -> "Given":
        return Given(self.amperes[:, samples], self.loads[:, samples])


@dataclass(frozen=True, eq=False)
class PartOfTheWay:
    """Pulls from the free scores s towards s + eta (Y - s), by currents or, where it loads, behind a conductance.

    strengths: (phases, batch), siemens. targets: Y, (batch, outputs), volts. eta: of each sample, (batch,).
    loading: whether the strengths load the outputs.
    """

    strengths: FloatArray
    targets: FloatArray
    eta: FloatArray
    loading: bool

    @property
    def loads(self) -> FloatArray:
        return self.strengths if self.loading else np.zeros_like(self.strengths)

    def currents(self, scores: FloatArray, samples: slice) -> FloatArray:
        """Raises SettingError where the scores are not those of the samples."""
        targets = self.targets[samples]
        if np.shape(scores) != targets.shape:
            raise SettingError(
                f"Nudging.currents was handed scores of shape {np.shape(scores)} for the samples {samples}; it expects "
                f"their free scores, {targets.shape}"
            )
        way = self.eta[samples, None] * (targets - scores)
        return self.strengths[:, samples, None] * (scores + way if self.loading else way)

    def part(self, samples: slice) -> Self:
        return replace(self, strengths=self.strengths[:, samples], targets=self.targets[samples], eta=self.eta[samples])


@dataclass(frozen=True, eq=False)
class Refusing(Given):
    """One whose currents cannot be told."""

    def currents(self, scores: FloatArray, samples: slice) -> FloatArray:
        """Raises SettingError."""
        raise SettingError("this nudging refuses")

    def part(self, samples: slice) -> "Refusing":
        return Refusing(self.amperes[:, samples], self.loads[:, samples])


def strengths_for(batch: int) -> FloatArray:
    """Return three phases of strengths that differ from phase to phase and from sample to sample, siemens."""
    return np.array([[2e-6], [-3e-7], [1e-6]]) * np.linspace(1.0, 1.5, batch)


def given(circuit: Circuit, strengths: FloatArray) -> Given:
    """Return currents of strengths times a volt or less; loads too where the circuit is made for them."""
    volts = np.random.default_rng(5).uniform(0.2, 0.8, (strengths.shape[1], circuit.outputs.count))
    loads = np.zeros_like(strengths) if isinstance(circuit.nudger, CurrentNudging) else strengths
    return Given(strengths[..., None] * volts, loads)


def part_of_the_way(circuit: Circuit, strengths: FloatArray) -> PartOfTheWay:
    """Return a nudging that depends on the scores, and loads the outputs where the circuit is made for it."""
    rng, batch = np.random.default_rng(6), strengths.shape[1]
    targets = rng.uniform(-0.5, 0.5, (batch, circuit.outputs.count))
    eta = np.asarray(rng.uniform(0.3, 0.7, size=batch))
    return PartOfTheWay(strengths, targets, eta, not isinstance(circuit.nudger, CurrentNudging))


def drives(circuit: Circuit, batch: int) -> dict[str, Nudging]:
    """Return every nudging that suits the circuit, by name: those of learning with every cost, and those of here."""
    strengths = strengths_for(batch)
    targets = np.random.default_rng(7).uniform(0.1, 0.9, (batch, circuit.outputs.count))
    if isinstance(circuit.nudger, CurrentNudging):
        own: dict[str, Nudging] = {
            "HeldCurrents with SquaredError": HeldCurrents(SquaredError(), targets, strengths),
            "HeldCurrents with CrossEntropy": HeldCurrents(CrossEntropy(0.2), targets, strengths / 10),
        }
    else:
        own = {"SwitchedSources": SwitchedSources(targets, strengths)}
    makers: dict[str, Callable[[Circuit, FloatArray], Nudging]] = {"Given": given, "PartOfTheWay": part_of_the_way}
    return own | {name: make(circuit, strengths) for name, make in makers.items()}
