"""What is a technology? It is told how far values should move, and answers with what its devices hold then."""

from abc import ABC, abstractmethod
from collections.abc import Mapping

import numpy as np

from ebana_like.elements import FloatArray, Signal
from ebana_like.values import Parameter

State = Mapping[str, FloatArray]
"""What is remembered between updates, as named arrays."""


class Technology(ABC):
    """How programmable devices follow an update. A new one only says how they move."""

    def start(self, parameters: Mapping[str, Parameter]) -> State:
        """Return what the devices remember before the first update, by names of its own."""
        return {}

    def held(self, parameters: Mapping[str, Parameter], state: State) -> dict[str, FloatArray]:
        """Return what the devices hold before the first update, by address, when asked for the parameters' values."""
        return {address: each.value for address, each in parameters.items()}

    @property
    def forgets(self) -> bool:
        """Whether devices that are not written change with time."""
        return False

    def rested(
        self,
        address: str,
        parameter: Parameter,
        value: FloatArray,
        state: State,
        seconds: float,
        rng: np.random.Generator,
    ) -> FloatArray:
        """Return what the devices of an address hold so many seconds after their last write, (n,), within the range.

        value: what they held then. rng: whoever asks for several times gives the same, and gets the same devices.
        """
        return value

    @abstractmethod
    def move(
        self,
        address: str,
        parameter: Parameter,
        value: FloatArray,
        direction: Signal,
        step: float,
        state: State,
        rng: np.random.Generator,
    ) -> tuple[FloatArray, State]:
        """Return what the devices of an address hold after they were asked for value - step * direction.

        value: what they hold, (n,), in the parameter's unit. direction: (n,), or products that stand for it (`dense`
        writes them out). state: what all devices remember. rng: the same at the same batch of every training with the
        same seed. Returns new values within the range, (n,), and the entries of the state that are new.
        """
