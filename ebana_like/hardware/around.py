"""What is a technology that asks others' devices in a way of its own? Those devices, wherever it says nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np

from ebana_like.elements import FloatArray
from ebana_like.hardware.compiled import CompiledTechnology, Entries
from ebana_like.hardware.technology import State
from ebana_like.values import Parameter


@dataclass(frozen=True)
class Around(CompiledTechnology):
    """A technology around another one. inner: the devices, which are made, last and forget as they do alone."""

    by_numbers: ClassVar[bool] = True

    inner: CompiledTechnology

    @property
    def chip(self) -> int:
        return self.inner.chip

    @property
    def unmade(self) -> Self:
        return replace(self, inner=self.inner.unmade)

    @property
    def forgets(self) -> bool:
        return self.inner.forgets

    def made(self, parameter: Parameter, rng: np.random.Generator) -> dict[str, FloatArray]:
        return self.inner.made(parameter, rng)

    def lasting(self, entries: Entries) -> Entries:
        return self.inner.lasting(entries)

    def begun(self, parameter: Parameter, entries: Mapping[str, FloatArray]) -> FloatArray:
        return self.inner.begun(parameter, entries)

    def rested(
        self,
        address: str,
        parameter: Parameter,
        value: FloatArray,
        state: State,
        seconds: float,
        rng: np.random.Generator,
    ) -> FloatArray:
        return self.inner.rested(address, parameter, value, state, seconds, rng)
