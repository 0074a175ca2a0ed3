"""What is the derivative of a law? Forward-mode automatic differentiation, element by element, in double precision."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ebana_like.values import FloatArray


def derivative(function: Callable[[Any], Any], at: Any) -> FloatArray:
    """Return df/dx of a function that takes and gives arrays of one shape, every entry for itself.

    function: written for arrays of any library (array API). at: x; arrays of numpy give arrays of numpy.
    """
    import jax  # half a second that circuits with hand-written laws do not need
    import jax.numpy as jnp

    if isinstance(at, jax.Array):
        return jax.jvp(function, (at,), (jnp.ones_like(at),))[1]  # type: ignore[no-any-return]
    with jax.enable_x64(True):
        x = jnp.asarray(at, dtype=float)
        found = jax.jvp(function, (x,), (jnp.ones_like(x),))[1]
        return np.asarray(found) if not isinstance(found, jax.core.Tracer) else found  # type: ignore[return-value]
