"""Every engine there is keeps every clause of the protocol, on layered circuits and on others, however nudged."""

from contextlib import ExitStack
from functools import cache, partial

import pytest

from ebana_like.conformance import CIRCUITS, ENGINE_CLAUSES, EngineTrial
from ebana_like.simulators import ENGINES, simulator

TRIED = {
    **{engine: partial(simulator, engine) for engine in ENGINES},
    "two ngspices": partial(simulator, "ngspice", workers=2),
}

CIRCUITS_OF = {
    "ngspice": ("layered-switches", "mesh-currents", "mesh-switches"),
    "two ngspices": ("layered-currents",),
}
"""To ngspice a layered circuit is like any other, but for its reduction; two processes only share its batches."""

CASES = [
    (engine, circuit, name)
    for engine in TRIED
    for number, circuit in enumerate(CIRCUITS_OF.get(engine, CIRCUITS))
    for name, clause in ENGINE_CLAUSES.items()
    if number == 0 or not clause.once
]


@pytest.fixture(scope="module")
def trial():
    """Trials by engine and circuit; each engine is started once."""
    with ExitStack() as running:
        yield cache(lambda engine, circuit: running.enter_context(EngineTrial(TRIED[engine], CIRCUITS[circuit]())))


@pytest.mark.parametrize(("engine", "circuit", "clause"), CASES)
def test_an_engine_keeps_the_clause(engine, circuit, clause, trial):
    ENGINE_CLAUSES[clause](trial(engine, circuit))
