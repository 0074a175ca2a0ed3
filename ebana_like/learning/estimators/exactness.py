"""With which weights is a system learned for which equilibrium propagation is not exact?"""

from collections.abc import Mapping

from ebana_like.elements import FloatArray
from ebana_like.energy import nearest_weights
from ebana_like.errors import CircuitError
from ebana_like.systems import CircuitSystem, System


def require_exact(system: System) -> None:
    """Raise CircuitError where equilibrium propagation is not exact for a system."""
    if reason := system.refusal():
        raise CircuitError(f"{reason}; it is learned by the adjoint estimator, exact for every circuit")


def nearest(system: System, inexact: bool) -> Mapping[str, FloatArray] | None:
    """Return the weights to learn with where the system has no exact ones, by bank; None where it has.

    Raises CircuitError where equilibrium propagation is not nearly exact, and not wanted all the same (`inexact`).
    """
    if isinstance(system, CircuitSystem) and system.refusal() and (inexact or system.nearly_exact):
        return nearest_weights(system.circuit)
    require_exact(system)
    return None
