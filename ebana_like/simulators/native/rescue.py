"""What if Newton's method does not converge? Gmin stepping, then source stepping, one point at a time, as SPICE does.

A conductance from every node to ground is lowered step by step; else all sources are raised step by step.
"""

from ebana_like.simulators.drive import Drive
from ebana_like.simulators.native.equations import Equations
from ebana_like.simulators.native.newton import Attempt, Newton

LEAKAGES = (*(10.0**-k for k in range(2, 16)), 0.0)
"""Conductances of gmin stepping, siemens."""

FIRST_RISE, SMALLEST_RISE = 0.1, 1e-4
"""Steps of source stepping, as shares of the full sources."""


def rescue(run: Newton, equations: Equations, drive: Drive) -> tuple[Attempt | None, str]:
    """Try gmin stepping, then source stepping, on one point; what was found, and how."""
    attempt = _gmin_stepping(run, equations, drive)
    if attempt is not None:
        return attempt, "gmin"
    return _source_stepping(run, equations, drive), "source"


def _gmin_stepping(run: Newton, equations: Equations, drive: Drive) -> Attempt | None:
    state, iterations = equations.start(drive), 0
    for leakage in LEAKAGES:
        attempt = run(equations, state, drive, leakage)
        iterations += int(attempt.iterations[0])
        if not attempt.converged[0]:
            return None
        state = attempt.state
    attempt.iterations[0] = iterations
    return attempt


def _source_stepping(run: Newton, equations: Equations, drive: Drive) -> Attempt | None:
    """Raise the sources from nothing, by smaller steps where they fail and larger ones where not."""
    reached, rise, iterations = 0.0, FIRST_RISE, 0
    state = equations.start(drive.scaled(0.0))
    while rise >= SMALLEST_RISE:
        level = min(reached + rise, 1.0)
        there = drive.scaled(level)
        start = state.part(slice(None))
        equations.pin(start.values, there)
        attempt = run(equations, start, there, 0.0)
        iterations += int(attempt.iterations[0])
        if not attempt.converged[0]:
            rise /= 4
            continue
        state, reached, rise = attempt.state, level, 1.5 * rise
        if level == 1.0:
            attempt.iterations[0] = iterations
            return attempt
    return None
