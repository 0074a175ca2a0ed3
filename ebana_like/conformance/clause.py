"""What is a clause? One promise of a protocol, and the check that finds it broken."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from ebana_like.errors import meant

Subject = TypeVar("Subject")


@dataclass(frozen=True)
class Clause(Generic[Subject]):
    """A promise that can be checked. Calling it raises AssertionError where the subject breaks it.

    name: the check's name, as messages and tests say it.
    promise: what the protocol asks, the first paragraph of the check's docstring.
    check: raises AssertionError that says what came instead.
    once: the check brings what it needs, and says the same on every circuit.
    """

    name: str
    promise: str
    check: Callable[[Subject], None]
    once: bool = False

    def __call__(self, subject: Subject) -> None:
        """Check the subject. Raises AssertionError naming the clause, the subject and what came instead."""
        try:
            self.check(subject)
        except Exception as error:
            said = str(error) if isinstance(error, AssertionError) else f"{type(error).__name__} was raised: {error}"
            raise AssertionError(f'clause "{self.name}" is broken by {subject}: {said}; {self.promise}') from error


class Catalog(dict[str, Clause[Subject]]):
    """The clauses of a protocol by name, in the order they were written."""

    def clause(self, check: Callable[[Subject], None]) -> Callable[[Subject], None]:
        """Enter a check as a clause."""
        promise = " ".join((check.__doc__ or "").split("\n\n")[0].split())
        self[check.__name__] = Clause(check.__name__, promise, check)
        return check

    def clause_once(self, check: Callable[[Subject], None]) -> Callable[[Subject], None]:
        """Enter a check that says the same on every circuit."""
        self.clause(check)
        self[check.__name__] = replace(self[check.__name__], once=True)
        return check

    def check_all(self, subjects: Iterable[Subject], skip: Iterable[str] = ()) -> None:
        """Check all clauses but those skipped on every subject; what says the same on every one, on the first.

        Raises AssertionError with one line for each that is broken, ValueError for a clause that is not there.
        """
        skip = set(skip)
        if unknown := skip - self.keys():
            raise ValueError(f"there is no clause {min(unknown)!r}; {meant(min(unknown), self)}")
        broken = []
        for subject in subjects:
            for name, clause in self.items():
                if name in skip:
                    continue
                try:
                    clause(subject)
                except AssertionError as error:
                    broken.append(str(error))
            skip |= {name for name, clause in self.items() if clause.once}
        if broken:
            raise AssertionError("\n".join(broken))


def require(holds: bool, said: str) -> None:
    """Raise AssertionError with this text where something does not hold; also under `python -O`."""
    if not holds:
        raise AssertionError(said)
