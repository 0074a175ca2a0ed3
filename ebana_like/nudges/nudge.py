"""What is a way to nudge? How output pairs are wired to be pulled, and which values pull them in a phase."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Protocol, Self

from ebana_like.errors import SettingError
from ebana_like.nudges.catalog import NUDGES
from ebana_like.ports import Driven, OutputPorts
from ebana_like.wiring import Wiring


class Slope(Protocol):
    """A cost, as far as nudging goes."""

    def gradient(self, scores: Any, targets: Any) -> Any:
        """Return dC/ds, (batch, outputs), cost per volt."""


@dataclass(frozen=True)
class Nudge(ABC):
    """A way to nudge. Defining one is all it takes: netlists, commands and engines then know it by name.

    name: in netlists and settings. phrase: what a person calls it.
    each: what is driven in banks of one element an output pair, "amperes", "voltage" or "conductance", in the order in
        which the netlist names the banks. common: the same for banks of one element for all pairs, which come behind.
    unit: of the nudging factor.
    departure: why states do not differ by the cost's gradient, however small the factor; empty where they do.
    any_arrays: whether `drives` computes of any library's arrays (array API) and gives all outputs of a sample the same
        conductance: engines may then take training steps by themselves.

    Sources that are driven stand at zero while nothing nudges, resistors at the conductance they were wired with.
    """

    name: ClassVar[str]
    phrase: ClassVar[str]
    each: ClassVar[tuple[str, ...]]
    common: ClassVar[tuple[str, ...]] = ()
    unit: ClassVar[str] = "S"
    departure: ClassVar[str] = ""
    any_arrays: ClassVar[bool] = False

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "name" in cls.__dict__:
            NUDGES.define(cls.name, cls)

    @classmethod
    def usual(cls, share: float, conductance: float) -> float:
        """Return the nudging factor where nobody says.

        share: that suits the estimator, of currents. conductance: the largest that is trained, siemens.
        """
        return share * conductance

    @classmethod
    def suited(cls, beta: float) -> Self:
        """Return one for a nudging factor, siemens; most do not mind which."""
        return cls()

    @classmethod
    def driven(cls, *banks: str) -> Driven:
        """Return what is driven in a circuit where the banks have these names, in the order of `each` and `common`.

        Raises SettingError where there are more or fewer of them.
        """
        fields = (*cls.each, *cls.common)
        if len(banks) != len(fields):
            raise SettingError(f"nudging by {cls.phrase} drives {len(fields)} banks, but {len(banks)} are named")
        addresses = tuple(f"{bank}.{field}" for bank, field in zip(banks, fields, strict=True))
        return Driven(cls.name, addresses[: len(cls.each)], addresses[len(cls.each) :])

    @abstractmethod
    def wire(self, wiring: Wiring, outputs: OutputPorts) -> Driven:
        """Add what nudges the output pairs; return what is driven."""

    def check(self, cost: Slope) -> None:  # noqa: B027 - most can express any
        """Raise SettingError for a cost that this way cannot express."""

    @abstractmethod
    def drives(
        self,
        cost: Slope,
        scores: Annotated[Any, "batch outputs"],
        targets: Annotated[Any, "batch outputs"],
        betas: Annotated[Any, "phases batch"],
    ) -> Sequence[Annotated[Any, "phases batch _"]]:
        """Return the values of the driven banks, (phases, batch, elements) each, in the order of `each` and `common`.

        scores: free ones, volts, and targets, (batch, outputs). betas: nudging factors, (phases, batch), siemens; zero
        leaves a sample free.
        """
