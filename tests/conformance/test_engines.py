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
    "ngspice": ("layered-switches", "mesh-switches", "mesh-currents"),
    "two ngspices": ("layered-currents",),
}
"""To ngspice a layered circuit is like any other, but for its reduction; two processes only share its batches."""

WHOLLY = {"ngspice": {"layered-switches"}, "two ngspices": set()}
"""Circuits on which an engine is checked by every clause: one for each of its ways to solve."""

WIRED = {
    "free_points_obey_the_laws",
    "free_scores_are_handed_over",
    "phases_keep_their_order",
    "every_nudging_has_its_volts",
    "every_sample_has_its_own_strength",
    "the_adjoint_is_the_slope",
}
"""What may depend on how a circuit is wired and nudged."""

SHARED = {"phases_keep_their_order", "unsolved_points_are_named", "forgetting_gives_the_bits_of_a_new_engine"}
"""What two processes could break where one keeps it."""


def case(engine, circuit, clause):
    """A clause of an engine on a circuit, left to `make thorough` where the others say nearly as much."""
    wholly = circuit in WHOLLY.get(engine, {"layered-currents", "mesh-switches"})
    always = wholly or clause in (SHARED if engine == "two ngspices" else WIRED)
    return pytest.param(engine, circuit, clause, marks=[] if always else [pytest.mark.thorough])


CASES = [
    case(engine, circuit, name)
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
