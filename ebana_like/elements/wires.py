"""Which resistance have the wires of a crossbar?"""

from dataclasses import astuple, dataclass, fields

from ebana_like.checks import require_number
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
