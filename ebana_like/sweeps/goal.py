"""When has a training converged? In the first epoch whose history meets a condition."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ebana_like.errors import SettingError
from ebana_like.runs import Settings

_CONDITION = re.compile(r"\s*(\w+)\s*([<>])\s*(\S+)\s*")


@dataclass(frozen=True)
class Goal:
    """A column of the history that is to rise above a limit, or fall below it."""

    column: str
    above: bool
    limit: float

    def __str__(self) -> str:
        return f"{self.column}{'>' if self.above else '<'}{self.limit:g}"

    def reached(self, history: Sequence[dict[str, float]]) -> int | None:
        """Return the first epoch that meets the goal, or None. Raises SettingError for a column that is not there."""
        if history and self.column not in history[0]:
            raise SettingError(
                f'the goal is "{self}", but the histories have only {", ".join(history[0])}; give another --goal, '
                "finished cells are kept"
            )
        met = (
            row for row in history if (row[self.column] > self.limit if self.above else row[self.column] < self.limit)
        )
        return next((int(row["epoch"]) for row in met), None)


def parse_goal(text: str) -> Goal:
    """Return the goal a text like train_loss<1e-3 stands for. Raises SettingError for any other text."""
    found = _CONDITION.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        return Goal(found[1], found[2] == ">", float(found[3]))
    except ValueError as error:
        raise SettingError(
            f"the goal is {text!r}; write a column of the history, < or >, and a number, as in 'train_loss<1e-3'"
        ) from error


def usual_goal(settings: Settings) -> Goal:
    """Return the goal where none is given: the loss that ends a training, or else 95 % of training samples right."""
    if settings.stop_loss:
        return Goal("train_loss", above=False, limit=settings.stop_loss)
    return Goal("train_accuracy", above=True, limit=0.95)
