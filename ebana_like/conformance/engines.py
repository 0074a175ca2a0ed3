"""What must an engine do to be believed? Every clause of `Simulator`, and one call that checks them all."""

from collections.abc import Iterable, Iterator

from ebana_like.conformance.answers import ANSWERS
from ebana_like.conformance.circuits import CIRCUITS
from ebana_like.conformance.clause import Catalog
from ebana_like.conformance.lifetimes import LIFETIMES
from ebana_like.conformance.trial import EngineTrial, MakeEngine

ENGINE_CLAUSES: Catalog[EngineTrial] = Catalog(ANSWERS | LIFETIMES)
"""Every clause by name."""


def check_engine(make: MakeEngine, circuits: Iterable[str] = CIRCUITS, skip: Iterable[str] = ()) -> None:
    """Check an engine by every clause, on every circuit.

    make: returns a new engine for a circuit, not yet entered. circuits: names out of `CIRCUITS`.
    skip: names of clauses left out. Raises AssertionError with a line for each clause that is broken.
    """
    ENGINE_CLAUSES.check_all(_trials(make, circuits), skip)


def _trials(make: MakeEngine, circuits: Iterable[str]) -> Iterator[EngineTrial]:
    """Yield a trial for each circuit, which ends when the next is asked for."""
    for name in circuits:
        with EngineTrial(make, CIRCUITS[name]()) as trial:
            yield trial
