"""Which resistance have the wires of a crossbar?"""

from dataclasses import astuple, dataclass, fields
from typing import Self

from ebana_like.checks import require_number, shown
from ebana_like.errors import CircuitError


@dataclass(frozen=True)
class Wires:
    """Resistances of a crossbar's wires, ohms.

    Rows are fed at the first column, columns are read at the last row.
    row, column: of the segment between two cells of a row, of a column; one stands between the port and its first cell.
    driver, sense: beside that one, of what feeds a row, and of what a column is read by.
    """

    row: float = 0.0
    column: float = 0.0
    driver: float = 0.0
    sense: float = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            number = getattr(self, field.name)
            require_number(f"Wires: {field.name}", number, low=0, fix="in ohms, 0 for none", error=CircuitError)
            object.__setattr__(self, field.name, float(number))

    def __bool__(self) -> bool:
        """Whether anything has a resistance."""
        return any(astuple(self))

    @property
    def joins_columns(self) -> bool:
        """Whether columns are coupled, which rows of no resistance keep apart."""
        return bool(self.row or self.driver)

    @property
    def joins_rows(self) -> bool:
        """Whether rows are coupled, which columns of no resistance keep apart."""
        return bool(self.column or self.sense)

    def __str__(self) -> str:
        return ",".join(f"{field.name}={getattr(self, field.name)!r}" for field in fields(self))

    @property
    def brief(self) -> str:
        """Those that have a resistance, for people to read; `parse` reads it too."""
        return ",".join(f"{field.name}={value:g}" for field in fields(self) if (value := getattr(self, field.name)))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return wires from words such as row=1,column=1,driver=0,sense=0; what is left out is 0.

        Raises CircuitError naming the word that is not understood.
        """
        known = [field.name for field in fields(cls)]
        found: dict[str, float] = {}
        for word in filter(None, text.split(",")):
            name, _, ohms = word.partition("=")
            if name not in known or name in found:
                raise CircuitError(
                    f"wires is {shown(text)}; expected ohms as in row=1,column=1,driver=0,sense=0, each once at most"
                )
            try:
                found[name] = float(ohms)
            except ValueError:
                raise CircuitError(f"wires: {name} is {shown(ohms)}; expected a number of ohms") from None
        return cls(**found)
