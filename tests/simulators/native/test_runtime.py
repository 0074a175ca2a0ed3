"""How the engine asks JAX to compute."""

import jax
import numpy as np

from ebana_like.simulators.native.runtime import doubles


def test_products_of_singles_are_asked_for_in_full() -> None:
    """A GPU takes ten bits of the factors unless it is told otherwise, and Newton's method never settles."""
    singles = np.ones((2, 2), np.float32)
    with doubles():
        asked = jax.make_jaxpr(lambda a: a @ a)(singles)
    (product,) = (each for each in asked.eqns if each.primitive.name == "dot_general")
    assert product.params["precision"] == (jax.lax.Precision.HIGHEST,) * 2
