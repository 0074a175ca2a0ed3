"""Which nudgings is an engine tried with? Ones that show in the volts what they were handed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray
from ebana_like.errors import SettingError
from ebana_like.learning import CrossEntropy, SquaredError
from ebana_like.nudges import Pull, nudging_of, pull_of
from ebana_like.systems import Nudging


@dataclass(frozen=True, eq=False)
class Given:
    """The same values whatever the scores are.

    values: (phases, batch, elements) by address.
    """

    phases: int
    values: Mapping[str, FloatArray]

    def drives(self, scores: FloatArray, samples: slice) -> Mapping[str, FloatArray]:
        return {address: value[:, samples] for address, value in self.values.items()}

    def part(self, samples: slice) -> Self:
        return replace(self, values={address: value[:, samples] for address, value in self.values.items()})


@dataclass(frozen=True, eq=False)
class PartOfTheWay:
    """Pulls from the free scores s towards s + eta (Y - s).

    strengths: (phases, batch), siemens. targets: Y, (batch, outputs), volts. eta: of each sample, (batch,).
    """

    pull: Pull
    strengths: FloatArray
    targets: FloatArray
    eta: FloatArray

    @property
    def phases(self) -> int:
        return len(self.strengths)

    def drives(self, scores: FloatArray, samples: slice) -> Mapping[str, FloatArray]:
        """Raises SettingError where the scores are not those of the samples."""
        targets = self.targets[samples]
        if np.shape(scores) != targets.shape:
            raise SettingError(
                f"Nudging.drives was handed scores of shape {np.shape(scores)} for the samples {samples}; it expects "
                f"their free scores, {targets.shape}"
            )
        reached = scores + self.eta[samples, None] * (targets - scores)
        return self.pull.nudging(reached, self.strengths[:, samples]).drives(scores, slice(None))

    def part(self, samples: slice) -> Self:
        return replace(self, strengths=self.strengths[:, samples], targets=self.targets[samples], eta=self.eta[samples])


@dataclass(frozen=True, eq=False)
class Refusing(Given):
    """One whose values cannot be told."""

    def drives(self, scores: FloatArray, samples: slice) -> Mapping[str, FloatArray]:
        """Raises SettingError."""
        raise SettingError("this nudging refuses")


def strengths_for(batch: int) -> FloatArray:
    """Return three phases of strengths that differ from phase to phase and from sample to sample, siemens."""
    return np.array([[2e-6], [-3e-7], [1e-6]]) * np.linspace(1.0, 1.5, batch)


def given(circuit: Circuit, strengths: FloatArray) -> Given:
    """Return what pulls with these strengths, (phases, batch), towards a volt or less from scores of zero."""
    volts = np.random.default_rng(5).uniform(0.2, 0.8, (strengths.shape[1], circuit.outputs.count))
    nudging = nudging_of(circuit, SquaredError(), volts, strengths)
    return Given(nudging.phases, nudging.drives(np.zeros_like(volts), slice(None)))


def part_of_the_way(circuit: Circuit, strengths: FloatArray) -> PartOfTheWay:
    """Return a nudging that depends on the scores, whatever the circuit's own way does."""
    rng, batch = np.random.default_rng(6), strengths.shape[1]
    targets = rng.uniform(-0.5, 0.5, (batch, circuit.outputs.count))
    eta = np.asarray(rng.uniform(0.3, 0.7, size=batch))
    return PartOfTheWay(pull_of(circuit, SquaredError()), strengths, targets, eta)


def drives(circuit: Circuit, batch: int) -> dict[str, Nudging]:
    """Return every nudging that suits the circuit, by name: those of learning with every cost, and those of here."""
    strengths = strengths_for(batch)
    targets = np.random.default_rng(7).uniform(0.1, 0.9, (batch, circuit.outputs.count))
    found: dict[str, Nudging] = {
        "Given": given(circuit, strengths),
        "PartOfTheWay": part_of_the_way(circuit, strengths),
        "SquaredError": nudging_of(circuit, SquaredError(), targets, strengths),
    }
    try:
        return found | {"CrossEntropy": nudging_of(circuit, CrossEntropy(0.2), targets, strengths / 10)}
    except SettingError:  # not by this way
        return found
